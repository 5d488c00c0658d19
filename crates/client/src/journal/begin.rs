//! The beginning of a run, before its first submit: which jobs the history has by then, which are not those of the run.

use std::{
    ops::ControlFlow,
    sync::{MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Journal, record::Record};
use crate::{
    client::RequestOptions,
    error::{Error, Result},
    jobs::{HistoryJob, Orders, Scanned},
};

/// How far the clocks of the servers behind one address, and that of this machine, may differ, in ms.
pub(super) const SKEW: i64 = 5 * 60 * 1000;

/// How many jobs are read at most.
const MOST: usize = 10_000;

/// How long the jobs after those of the first page may take.
const LONGEST: Duration = Duration::from_secs(5);

/// For how long a history that could not be read before a submit is not read again for that.
const UNREAD: Duration = Duration::from_secs(5);

/// The beginning of a run. Times are in ms since 1970, by the server's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Began {
    /// How many runs have begun, including this one.
    pub(super) runs: u32,
    /// The time of the newest job, if there was one.
    newest: Option<i64>,
    /// When that had been read.
    at: Instant,
    /// The jobs since then were read. `None`: all that matter were.
    read_since: Option<i64>,
}

impl Began {
    /// Returns a time that the server's clock has certainly reached.
    pub(super) fn server_time(&self, now: Instant) -> i64 {
        let passed = now.saturating_duration_since(self.at).as_millis();
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        self.newest.map_or(0, |newest| newest.saturating_add(passed))
    }

    /// Returns the earliest time of a job that is submitted now.
    pub(super) fn since(&self, now: Instant) -> i64 {
        self.server_time(now).saturating_sub(SKEW).max(0)
    }

    /// Returns since when all jobs were read, if there may be others that are not older than a job that is submitted now.
    pub(super) fn read_since(&self, now: Instant) -> Option<i64> {
        self.read_since.filter(|read| *read > self.since(now))
    }
}

impl Journal {
    /// Returns the beginning of this run, or `None` if the history cannot be read.
    ///
    /// # Errors
    /// [`Error::Aborted`], if nothing may be sent any more.
    pub(super) async fn began(&self, options: &RequestOptions) -> Result<Option<Began>> {
        let first = || async {
            let clock = self.inner.client.transport().clock();
            let unread = *self.unread();
            // Other submits do not wait for it one after the other.
            if unread.is_some_and(|unread| clock.now().saturating_duration_since(unread) < UNREAD) {
                return Err(None);
            }
            match self.begin(options).await {
                Ok(Some(began)) => Ok(began),
                Err(Error::Aborted) => Err(Some(Error::Aborted)),
                Ok(None) | Err(_) => {
                    *self.unread() = Some(clock.now());
                    Err(None)
                }
            }
        };
        match self.inner.began.get_or_try_init(first).await {
            Ok(began) => Ok(Some(*began)),
            Err(None) => Ok(None),
            Err(Some(aborted)) => Err(aborted),
        }
    }

    fn unread(&self) -> MutexGuard<'_, Option<Instant>> {
        self.inner.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the newest jobs, as far back as the clocks may differ: those are not of this run. Returns `None` if the history sends none
    /// within the timeout of one request.
    async fn begin(&self, options: &RequestOptions) -> Result<Option<Began>> {
        let client = &self.inner.client;
        let clock = client.transport().clock();
        let mut newest = Newest::default();
        let scan = async {
            let mut scanned = Scanned::All;
            // The period that a server shows by itself may have no job. The others are older than this run, too.
            for since in [None, Some(0)] {
                if newest.jobs.is_empty() {
                    scanned = client
                        .scan_history(since, options, |job| newest.visit(job, clock.now()))
                        .await?;
                }
            }
            Ok::<_, Error>(scanned)
        };
        let scanned = tokio::select! {
            scanned = scan => Some(scanned),
            () = clock.deadline(client.settings(options).request_timeout) => None,
        };
        let scanned = match scanned {
            Some(Err(error)) if newest.jobs.is_empty() || matches!(error, Error::Aborted) => return Err(error),
            None if newest.jobs.is_empty() => return Ok(None),
            // The jobs so far say enough about those that are newer.
            Some(Err(_)) | None => None,
            Some(Ok(scanned)) => Some(scanned),
        };
        let is_whole = scanned == Some(Scanned::All);
        let seen = newest.orders.seen_since();
        let read_since = seen.map_or(i64::MAX, |seen| seen.saturating_add(1));
        let mut began = Began {
            runs: 0,
            newest: newest.time,
            at: clock.now(),
            read_since: (!is_whole).then_some(read_since),
        };
        let since = began.since(began.at);
        let is_late = |created: &Option<i64>| created.is_none_or(|created| created >= since);
        let late = newest.jobs.into_iter().filter(|(_, created)| is_late(created));
        let new;
        (began.runs, new) = self.keys().begin(late.map(|(id, _)| id));
        self.append(Record::Began { seen: new }).await?;
        Ok(Some(began))
    }
}

/// The newest jobs of the history.
#[derive(Default)]
struct Newest {
    /// Their identifiers and times.
    jobs: Vec<(String, Option<i64>)>,
    /// The time of the newest one.
    time: Option<i64>,
    orders: Orders,
    first_page: Option<Instant>,
}

impl Newest {
    /// Notes a job, until there are enough. Returns since when the jobs matter: those may be as late as a job of this run.
    fn visit(&mut self, job: &HistoryJob<'_>, now: Instant) -> ControlFlow<(), Option<i64>> {
        self.orders.note(job);
        self.time = self.time.max(job.created);
        self.jobs.push((job.id.clone(), job.created));
        let first_page = *self.first_page.get_or_insert(now);
        if self.jobs.len() >= MOST || now.saturating_duration_since(first_page) >= LONGEST {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(self.time.map(|newest| newest.saturating_sub(SKEW)))
    }
}
