//! A scan of the history of jobs, from the newest to the oldest: `GET /jobs/history`, one page after the other, on servers that
//! number their pages from 0 or 1, cap them, or do not sort them.

use std::{borrow::Cow, collections::HashSet, ops::ControlFlow};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    client::{Client, RequestOptions},
    document::{self, Document, Members},
    error::{Error, Result},
    jobs::JobHistoryFilter,
    timestamp,
};

/// How many jobs a page is asked to hold, as in Modzy's own SDK 2.x.
const PER_PAGE: u64 = 100;

/// How many jobs a page is asked to hold if one page is not enough, as in Modzy's own SDK 1.x.
const PER_LONG_PAGE: u64 = 1000;

/// How many bytes a page may have for longer ones to be asked for.
const SHORT: usize = 1024 * 1024;

/// How many pages in turn may show no further job that existed when the scan began, before it ends. New jobs move the others to later
/// pages, and a server that caps its pages sends the first one three times.
const MOST_STALE: u32 = 4;

/// How many pages are read at most.
const MOST_PAGES: u64 = 10_000;

/// The time before the start of a scan whose jobs are asked for too, so that one of them shows that the scan has passed its start.
const BEFORE: i64 = 60 * 60 * 1000;

/// A job of the history.
#[derive(Debug)]
pub(crate) struct HistoryJob<'a> {
    pub(crate) id: String,
    pub(crate) model: String,
    pub(crate) version: String,
    /// When it was created, in ms since 1970 by the server's clock. `None` if it does not say so.
    pub(crate) created: Option<i64>,
    /// When it last changed, by the same clock. `None` if it does not say so.
    updated: Option<i64>,
    /// The keys of its inputs. `None` if it does not name them.
    pub(crate) inputs: Option<Vec<String>>,
    pub(crate) text: &'a RawValue,
}

/// Whether a scan has seen every job since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scanned {
    All,
    /// The caller has ended it.
    Enough,
    /// The pages repeat themselves, do not end, or have new jobs faster than they can be read.
    BadPages,
}

/// The order of the jobs so far, by their times of one kind.
#[derive(Debug, Default)]
struct Order {
    first: Option<i64>,
    /// The time of the last job.
    last: Option<i64>,
    is_broken: bool,
}

impl Order {
    fn note(&mut self, at: Option<i64>) {
        self.is_broken |= at.is_some() && self.last.is_some() && at > self.last;
        self.first = self.first.or(at);
        self.last = at.or(self.last);
    }

    /// Whether the newest jobs come first. A single time does not show that.
    fn is_descending(&self) -> bool {
        !self.is_broken && self.last < self.first
    }
}

/// The order of the jobs so far, by all their times.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    created: Order,
    updated: Order,
}

impl Orders {
    pub(crate) fn note(&mut self, job: &HistoryJob<'_>) {
        self.created.note(job.created);
        self.updated.note(job.updated);
    }

    /// Returns a time since which all jobs have been seen, except perhaps those that were created at that time. `None` if the order
    /// does not show one.
    pub(crate) fn seen_since(&self) -> Option<i64> {
        let created = self.created.last.filter(|_| self.created.is_descending());
        // Jobs that end in the order of their creation hide by which of the two the list is sorted.
        let updated = self.updated.last.filter(|_| self.updated.is_descending());
        created.map(|created| updated.map_or(created, |updated| updated.max(created)))
    }

    /// Returns a time that no job seen so far was created after, and no other one that existed by then. `None` if the order does not
    /// show one.
    fn newest(&self) -> Option<i64> {
        let first = |order: &Order| order.first.filter(|_| order.is_descending());
        // Whichever of the two the list is sorted by: no job is created after its last change.
        first(&self.created).max(first(&self.updated))
    }
}

impl Client {
    /// Visits the jobs of this client's key that were created since a time, the newest first; without it, all jobs of the server's
    /// own period. Each job is visited once. `visit` may name a later time: the scan ends once all jobs since then have been visited.
    pub(crate) async fn scan_history(
        &self,
        since: Option<i64>,
        options: &RequestOptions,
        mut visit: impl FnMut(&HistoryJob<'_>) -> ControlFlow<(), Option<i64>> + Send,
    ) -> Result<Scanned> {
        let prefix = self.transport().auth().prefix();
        let mut filter = JobHistoryFilter {
            access_key: prefix.map(str::to_owned),
            start_date: since.map(|since| timestamp::text(since.saturating_sub(BEFORE).max(0))),
            sort_by: Some("createdAt".to_owned()),
            direction: Some("DESC".to_owned()),
            per_page: Some(PER_PAGE),
            ..JobHistoryFilter::default()
        };
        let mut known = HashSet::new();
        let mut stale = 0;
        let mut orders = Orders::default();
        // Jobs that were created later do not show that the scan makes progress: they may come faster than the pages.
        let mut newest = None;
        let mut needed = since;
        let mut longest = SHORT.min(self.max_response_bytes() / 20);
        // The first request names no page, because servers number them from 0 or from 1.
        let mut page = 0;
        for _ in 0..MOST_PAGES {
            filter.page = (page > 0).then_some(page);
            // A page without a body is not the end of the history.
            let mut items = match self.get_job_history_page(&filter, options).await {
                Ok(page) => page.items.elements(),
                // The server has a limit, and the jobs of the first short page are known.
                Err(Error::Status { status: 400 | 422, .. }) if filter.per_page == Some(PER_LONG_PAGE) => {
                    (filter.per_page, longest, page) = (Some(PER_PAGE), 0, 1);
                    continue;
                }
                Err(error) => return Err(error),
            };
            if items.is_empty() && page == 0 && filter.access_key.take().is_some() {
                // Some servers compare the filter with the name of the key, and not with its prefix.
                items = self.get_job_history_page(&filter, options).await?.items.elements();
            }
            if items.is_empty() {
                return Ok(Scanned::All);
            }
            stale += 1;
            for item in &items {
                let Some(job) = HistoryJob::read(item, prefix) else {
                    continue;
                };
                if !known.insert(job.id.clone()) {
                    continue;
                }
                if newest.is_none() || job.created.is_none() || job.created <= newest {
                    stale = 0;
                }
                orders.note(&job);
                let is_before = since.zip(job.created).is_some_and(|(since, created)| created < since);
                if !is_before {
                    match visit(&job) {
                        ControlFlow::Continue(later) => needed = needed.max(later),
                        ControlFlow::Break(()) => return Ok(Scanned::Enough),
                    }
                }
            }
            // After a whole page: a few jobs are in this order by chance.
            newest = newest.or_else(|| orders.newest());
            let seen = orders.seen_since();
            if seen.zip(needed).is_some_and(|(seen, needed)| seen < needed) {
                return Ok(Scanned::All);
            }
            if stale >= MOST_STALE {
                break;
            }
            let bytes: usize = items.iter().map(|item| item.get().len()).sum();
            if filter.per_page == Some(PER_PAGE) && items.len() as u64 >= PER_PAGE && bytes <= longest {
                // From the start, because the pages of both lengths begin elsewhere.
                filter.per_page = Some(PER_LONG_PAGE);
                page = 0;
            } else {
                page += 1;
            }
        }
        Ok(Scanned::BadPages)
    }
}

impl<'a> HistoryJob<'a> {
    /// Reads a job. Returns `None` for one of another key, and for something that is not a job.
    fn read(text: &'a RawValue, prefix: Option<&str>) -> Option<Self> {
        let members = Members::read(text.get())?;
        let member = |name: &str| {
            let mut members = members.iter();
            let found = members.rfind(|(key, _)| document::name(key).as_deref() == Some(name));
            found.map(|(_, value)| value.get())
        };
        let string = |name: &str| serde_json::from_str::<String>(member(name)?).ok();
        let submitter = string("submittedBy").or_else(|| string("accessKey"));
        if prefix
            .zip(submitter)
            .is_some_and(|(prefix, submitter)| prefix != submitter)
        {
            return None;
        }
        let model = member("model").unwrap_or_default();
        let created = string("createdAt").or_else(|| string("submittedAt"));
        Some(Self {
            id: string("jobIdentifier")?,
            model: document::string_member(model, "identifier").unwrap_or_default(),
            version: document::string_member(model, "version").unwrap_or_default(),
            created: created.and_then(|created| timestamp::millis(&created)),
            updated: string("updatedAt").and_then(|updated| timestamp::millis(&updated)),
            inputs: member("jobInputs").and_then(input_keys),
            text,
        })
    }

    pub(crate) fn document(&self) -> Document {
        Document::of_json(self.text.get().to_owned())
    }
}

/// Returns the keys of a job's inputs, in each form: of a receipt, of a job, and those that other SDKs accept.
pub(crate) fn input_keys(inputs: &str) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Inputs<'a> {
        Job(#[serde(borrow)] Vec<Input<'a>>),
        Receipt {
            #[serde(borrow)]
            identifier: Vec<Cow<'a, str>>,
        },
        Names(#[serde(borrow)] Vec<Cow<'a, str>>),
        One(#[serde(borrow)] Input<'a>),
    }
    #[derive(Deserialize)]
    struct Input<'a> {
        #[serde(borrow)]
        identifier: Cow<'a, str>,
    }
    let keys = match serde_json::from_str(inputs).ok()? {
        Inputs::Job(inputs) => inputs.into_iter().map(|input| input.identifier.into_owned()).collect(),
        Inputs::Receipt { identifier } | Inputs::Names(identifier) => {
            identifier.into_iter().map(Cow::into_owned).collect()
        }
        Inputs::One(input) => vec![input.identifier.into_owned()],
    };
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_inputs_are_read_in_every_form() {
        for (text, keys) in [
            (r#"{"identifier":["a","b"]}"#, Some(vec!["a", "b"])),
            (
                r#"[{"identifier":"a"},{"identifier":"\u00fc\n"}]"#,
                Some(vec!["a", "ü\n"]),
            ),
            (r#"{"identifier":"a"}"#, Some(vec!["a"])),
            ("[]", Some(vec![])),
            ("null", None),
            (r#"["a","b"]"#, Some(vec!["a", "b"])),
            ("[1]", None),
        ] {
            let expected = keys.map(|keys| keys.into_iter().map(str::to_owned).collect());
            assert_eq!(input_keys(text), expected, "{text}");
        }
    }
}
