//! The jobs that one open page shows: the newest ones, each sent once whole and then by its changes.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use serde::Serialize;

use crate::jobs::{Job, JobStore, Overview, State};

/// How many jobs the page shows.
const SHOWN: usize = 10_000;

/// How many jobs one event adds.
const AT_ONCE: usize = 1000;

/// The jobs of one page. It holds none of them, so that dropped jobs leave the memory.
pub(super) struct JobFeed {
    jobs: JobStore,
    /// How many jobs were submitted when they were listed last.
    total: usize,
    /// How many jobs had been dropped then.
    dropped: usize,
    /// Jobs that the page does not know yet, oldest first.
    new: VecDeque<Weak<Job>>,
    /// The jobs of the page, oldest first.
    shown: VecDeque<Shown>,
    /// Those among them that can still change.
    changing: Vec<Changing>,
    next_number: u64,
}

struct Shown {
    number: u64,
    job: Weak<Job>,
}

struct Changing {
    number: u64,
    job: Weak<Job>,
    /// What the page knows.
    state: State,
}

/// The changes of the jobs that the page shows.
#[derive(Serialize)]
pub(super) struct JobChanges<'j> {
    /// The number of jobs since the start.
    total: usize,
    added: Vec<Added<'j>>,
    changed: Vec<Changed>,
    /// The numbers of jobs that no longer exist.
    removed: Vec<u64>,
}

#[derive(Serialize)]
struct Added<'j> {
    /// Counts the jobs of this page.
    n: u64,
    #[serde(flatten)]
    overview: Overview<'j>,
}

#[derive(Serialize)]
struct Changed {
    n: u64,
    #[serde(flatten)]
    state: State,
}

impl JobFeed {
    pub(super) fn new(jobs: JobStore) -> Self {
        Self {
            jobs,
            total: 0,
            dropped: 0,
            new: VecDeque::new(),
            shown: VecDeque::new(),
            changing: Vec::new(),
            next_number: 0,
        }
    }

    /// Whether there are jobs that the page does not know yet.
    pub(super) fn has_more(&self) -> bool {
        !self.new.is_empty()
    }

    /// Passes on what changed since the last call.
    pub(super) fn changes<T>(&mut self, pass: impl FnOnce(Option<JobChanges<'_>>) -> T) -> T {
        let changed = self.changed();
        self.list();
        let removed = self.dropped();
        let added = self.add();
        if added.is_empty() && changed.is_empty() && removed.is_empty() {
            return pass(None);
        }
        let rows = added.iter().map(|(number, job, state)| Added {
            n: *number,
            overview: job.overview(*state),
        });
        pass(Some(JobChanges {
            total: self.total,
            added: rows.collect(),
            changed,
            removed,
        }))
    }

    /// Lists the jobs that were submitted since the last time.
    fn list(&mut self) {
        let (total, newest) = self.jobs.newest(self.total, SHOWN);
        self.total = total;
        let known = self.new.back().or_else(|| self.shown.back().map(|shown| &shown.job));
        let start = known
            .and_then(|known| {
                newest
                    .iter()
                    .rposition(|job| std::ptr::eq(Weak::as_ptr(known), Arc::as_ptr(job)))
            })
            .map_or(0, |position| position + 1);
        self.new.extend(newest.iter().skip(start).map(Arc::downgrade));
        let excess = self.new.len().saturating_sub(SHOWN);
        self.new.drain(..excess);
    }

    /// Takes the next jobs that the page does not know, with their states.
    fn add(&mut self) -> Vec<(u64, Arc<Job>, State)> {
        let mut added = Vec::new();
        while added.len() < AT_ONCE
            && let Some(weak) = self.new.pop_front()
        {
            let Some(job) = weak.upgrade() else {
                continue;
            };
            let (number, state) = (self.next_number, job.state());
            self.next_number += 1;
            if !state.is_settled() {
                self.changing.push(Changing {
                    number,
                    job: weak.clone(),
                    state,
                });
            }
            self.shown.push_back(Shown { number, job: weak });
            added.push((number, job, state));
        }
        // The page drops its oldest ones by the same rule.
        let excess = self.shown.len().saturating_sub(SHOWN);
        self.shown.drain(..excess);
        let first = self.shown.front().map_or(0, |shown| shown.number);
        self.changing.retain(|changing| changing.number >= first);
        added
    }

    /// Returns the jobs whose states have changed.
    fn changed(&mut self) -> Vec<Changed> {
        let mut changed = Vec::new();
        self.changing.retain_mut(|known| {
            let Some(job) = known.job.upgrade() else {
                return false;
            };
            let Some(state) = job.state_since(known.state) else {
                return true;
            };
            if state != known.state {
                known.state = state;
                changed.push(Changed { n: known.number, state });
            }
            !state.is_settled()
        });
        changed
    }

    /// Returns the numbers of the jobs that were dropped to make room.
    fn dropped(&mut self) -> Vec<u64> {
        let dropped = self.jobs.dropped();
        if dropped == self.dropped {
            return Vec::new();
        }
        self.dropped = dropped;
        let mut gone = Vec::new();
        self.shown.retain(|shown| {
            let exists = shown.job.strong_count() > 0;
            if !exists {
                gone.push(shown.number);
            }
            exists
        });
        gone
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::options::Options;

    fn store(in_progress: Duration, finished: usize) -> JobStore {
        let options = Options {
            submitted: Duration::ZERO,
            in_progress,
            max_finished_jobs: finished,
            ..Options::default()
        };
        JobStore::new(&options).unwrap()
    }

    /// Returns the numbers of jobs that were added, changed and removed.
    fn counts(feed: &mut JobFeed) -> (usize, usize, usize) {
        feed.changes(|changes| {
            changes.map_or((0, 0, 0), |changes| {
                (changes.added.len(), changes.changed.len(), changes.removed.len())
            })
        })
    }

    #[test]
    fn the_newest_10_000_jobs_come_in_parts_and_the_others_are_counted() {
        let store = store(Duration::MAX, 20_000);
        for _ in 0..10_500 {
            store.add_text("x");
        }
        let mut feed = JobFeed::new(store.clone());
        for part in 1..=10 {
            assert_eq!(counts(&mut feed), (1000, 0, 0));
            assert_eq!(feed.has_more(), part < 10);
        }
        assert_eq!(
            (feed.total, feed.shown.len(), feed.changing.len()),
            (10_500, 10_000, 10_000)
        );
        assert_eq!(counts(&mut feed), (0, 0, 0));
        store.add_text("x");
        assert_eq!(counts(&mut feed), (1, 0, 0));
        assert_eq!((feed.shown.len(), feed.changing.len()), (10_000, 10_000));
    }

    #[tokio::test]
    async fn a_job_is_followed_until_its_failures_are_known() {
        let store = store(Duration::ZERO, 10);
        let mut feed = JobFeed::new(store.clone());
        let job = store.add_text("x");
        assert_eq!(counts(&mut feed), (1, 0, 0));
        assert_eq!(feed.changing.len(), 1);
        job.outcomes(1).await.unwrap();
        assert_eq!(counts(&mut feed), (0, 1, 0));
        assert_eq!(feed.changing.len(), 0);
    }

    #[test]
    fn dropped_jobs_are_removed_and_leave_the_memory() {
        let store = store(Duration::ZERO, 100);
        let mut feed = JobFeed::new(store.clone());
        let first = Arc::downgrade(&store.add_text("x"));
        let (mut added, mut removed) = (0, 0);
        for _ in 0..500 {
            store.add_text("x");
            let (more, _, fewer) = counts(&mut feed);
            added += more;
            removed += fewer;
        }
        assert_eq!(first.strong_count(), 0);
        assert_eq!((added, removed), (501, store.dropped()));
        assert!(feed.shown.len() <= 100 && feed.changing.len() <= 100);
    }
}
