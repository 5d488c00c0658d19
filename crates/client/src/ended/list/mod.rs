//! Reads the list of ended jobs, the latest change first, up to what an earlier reading has seen. Requests its pages from a function.

use std::{collections::HashSet, mem};

use serde::Deserialize;

use super::{Fault, times::millis_of};
use crate::error::Error;

/// How far a reading goes back beyond the latest change that the one before it has seen, in ms: lists are not updated in the order
/// of the changes.
const OVERLAP: i64 = 10_000;

/// The most pages that a reading requests.
const MOST_PAGES: u32 = 20;

/// The bounds of the number of jobs on a page. It follows from how many jobs change.
const PER_PAGE: (usize, usize) = (100, 1000);

/// The number of jobs of other programs for each own job, above which the list costs more than it is worth.
const MOST_FOREIGN: u32 = 10;

/// So many jobs of other programs are not judged yet.
const FEW: u32 = 200;

/// A job of the list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    pub(crate) job_identifier: String,
    updated_at: Option<String>,
    pub(crate) status: Option<String>,
}

/// A page to request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageOf {
    /// Servers number the first page 0 or 1, so it is requested without a number.
    pub(crate) number: Option<u64>,
    pub(crate) size: usize,
}

/// Why a reading has ended early.
#[derive(Debug)]
pub(crate) enum ListFailed {
    /// A request has failed.
    Request(Box<Error>),
    /// The list cannot be used.
    Unusable(Fault),
}

impl From<Error> for ListFailed {
    fn from(error: Error) -> Self {
        Self::Request(Box::new(error))
    }
}

impl From<Fault> for ListFailed {
    fn from(fault: Fault) -> Self {
        Self::Unusable(fault)
    }
}

/// What the readings of the list so far have seen.
#[derive(Debug, Default)]
pub(crate) struct EndedList {
    /// The latest change, in ms since 1970, by the clock of the server.
    newest: Option<i64>,
    /// The jobs of the last reading.
    known: HashSet<String>,
    /// The number of the first page, once it is known.
    first_page: Option<u64>,
    own: u32,
    foreign: u32,
}

impl EndedList {
    /// Reads the list once. Passes each job to `found`, which returns whether something waits for it.
    pub(crate) async fn read<F>(
        &mut self,
        mut fetch: impl FnMut(PageOf) -> F,
        mut found: impl FnMut(&Item) -> bool,
    ) -> Result<(), ListFailed>
    where
        F: Future<Output = Result<Vec<Item>, ListFailed>>,
    {
        let since = self.newest.map(|newest| newest.saturating_sub(OVERLAP));
        let size = (2 * self.known.len()).clamp(PER_PAGE.0, PER_PAGE.1);
        let mut newest = None;
        let mut seen = HashSet::new();
        let mut longest = 0;
        let mut number = None;
        for _ in 0..MOST_PAGES {
            let items = fetch(PageOf { number, size }).await?;
            number = match (number, self.first_page) {
                (None, first) => Some(first.unwrap_or_default() + 1),
                // With this number comes the second page, or the first one again.
                (Some(1), None) => {
                    let repeated = items.iter().filter(|item| seen.contains(&item.job_identifier)).count();
                    let is_first = !items.is_empty() && repeated * 2 > items.len();
                    self.first_page = Some(u64::from(is_first));
                    Some(2)
                }
                (Some(number), _) => Some(number + 1),
            };
            let (count, before) = (items.len(), seen.len());
            let mut last = i64::MAX;
            let mut is_reached = false;
            for item in items {
                let at = item.updated_at.as_deref().and_then(millis_of).ok_or(Fault::NoTimes)?;
                if at > mem::replace(&mut last, at) {
                    return Err(Fault::Unsorted.into());
                }
                newest.get_or_insert(at);
                is_reached = since.is_some_and(|since| at < since);
                // The rest of the page shows whether it is sorted.
                if is_reached || seen.contains(&item.job_identifier) {
                    continue;
                }
                let is_own = found(&item);
                if since.is_some() && !self.known.contains(&item.job_identifier) {
                    *(if is_own { &mut self.own } else { &mut self.foreign }) += 1;
                }
                seen.insert(item.job_identifier);
            }
            // The first reading only finds out where to begin. A page that is shorter than one before it is the last, and so is one
            // that a server sends under each number.
            let is_same = number > Some(2) && seen.len() == before;
            if is_reached || since.is_none() || count == 0 || count < longest || is_same && count < size {
                self.newest = newest.or(self.newest);
                self.known = seen;
                return self.judge();
            }
            if is_same {
                break;
            }
            longest = count;
        }
        Err(Fault::Incomplete.into())
    }

    fn judge(&mut self) -> Result<(), ListFailed> {
        if self.foreign < FEW {
            return Ok(());
        }
        let is_foreign = self.foreign > self.own.saturating_mul(MOST_FOREIGN);
        (self.own, self.foreign) = (self.own / 2, self.foreign / 2);
        if is_foreign { Err(Fault::Foreign.into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
