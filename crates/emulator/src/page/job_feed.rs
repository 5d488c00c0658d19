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
        let (changed, mut removed) = self.changed();
        self.list();
        removed.extend(self.dropped());
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

    /// Returns the jobs whose states have changed, and the numbers of those that no longer exist.
    fn changed(&mut self) -> (Vec<Changed>, Vec<u64>) {
        let (mut changed, mut removed) = (Vec::new(), Vec::new());
        self.changing.retain_mut(|known| {
            let Some(job) = known.job.upgrade() else {
                removed.push(known.number);
                return false;
            };
            let state = job.state();
            if state != known.state {
                known.state = state;
                changed.push(Changed { n: known.number, state });
            }
            !state.is_settled()
        });
        (changed, removed)
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
