//! Reads the list of ended jobs, the latest change first, up to what an earlier reading has seen. Requests its pages from a function.

use std::collections::HashSet;

use serde::Deserialize;

use super::{Fault, times::millis_of};
use crate::error::Error;

/// How far a reading goes back beyond the latest changes that the ones before it have seen, in ms: lists are not updated in the order
/// of the changes.
const OVERLAP: i64 = 10_000;

/// How many of the latest changes decide when these were. A single time may be wrong, or the clocks of those who write them may differ,
/// so up to three quarters may be in the future.
const LATEST: usize = 16;

/// The part of these whose times may be too early.
const TOO_EARLY: usize = 4;

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

/// What the readings of the list so far have seen. Times are in ms since 1970.
#[derive(Debug, Default)]
pub(crate) struct EndedList {
    /// The times of some of the latest changes. Those of the last reading come first.
    latest: Vec<i64>,
    /// The jobs of the last reading.
    known: HashSet<String>,
    /// The last reading has seen all jobs that had changed later.
    complete_after: i64,
    /// How many jobs it had to see.
    needed: usize,
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
        let since = self.since();
        let size = (2 * self.needed).clamp(PER_PAGE.0, PER_PAGE.1);
        let mut changes = Vec::new();
        let mut seen = HashSet::new();
        let mut needed = 0;
        let mut last = None;
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
            let mut earliest = None;
            for item in items {
                // Single jobs may have no time, for example because they have never run.
                let at = item.updated_at.as_deref().and_then(millis_of);
                if at.is_some_and(|at| at > earliest.unwrap_or(i64::MAX)) {
                    return Err(Fault::Unsorted.into());
                }
                earliest = at.or(earliest);
                if seen.contains(&item.job_identifier) {
                    continue;
                }
                let is_needed = since.is_none_or(|since| at.is_none_or(|at| at >= since));
                needed += usize::from(is_needed);
                let is_new =
                    at.is_some_and(|at| at > self.complete_after) && !self.known.contains(&item.job_identifier);
                // The page may show more jobs than are needed. If one of these is new, the clock of its time is late.
                if is_needed || is_new {
                    let is_own = found(&item);
                    if since.is_none() {
                        changes.extend(at);
                    } else if is_new {
                        changes.extend(at);
                        *(if is_own { &mut self.own } else { &mut self.foreign }) += 1;
                    }
                }
                seen.insert(item.job_identifier);
            }
            last = earliest.or(last);
            if count > 0 && last.is_none() {
                return Err(Fault::NoTimes.into());
            }
            // The first reading only finds out where to begin. A page that is shorter than one before it is the last, and so is one
            // that a server sends under each number.
            let is_reached = since.is_none_or(|since| last.is_some_and(|last| last < since));
            let is_same = number > Some(2) && seen.len() == before;
            let is_end = count == 0 || count < longest || is_same && count < size;
            if is_reached || is_end {
                self.known = seen;
                self.needed = needed;
                self.complete_after = last.filter(|_| !is_end).unwrap_or(i64::MIN);
                self.note(&changes);
                return self.judge();
            }
            if is_same {
                break;
            }
            longest = count;
        }
        Err(Fault::Incomplete.into())
    }

    /// Returns how far a reading has to go back, unless it is the first.
    fn since(&self) -> Option<i64> {
        let mut latest = self.latest.clone();
        latest.sort_unstable();
        Some(
            latest
                .get(latest.len().saturating_sub(1) / TOO_EARLY)?
                .saturating_sub(OVERLAP),
        )
    }

    /// Notes the times of the changes that a reading has found, in their order.
    fn note(&mut self, changes: &[i64]) {
        let count = changes.len().min(LATEST);
        let some = (0..count).filter_map(|nth| changes.get(nth * changes.len() / count));
        self.latest.splice(0..0, some.copied());
        self.latest.truncate(LATEST);
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
