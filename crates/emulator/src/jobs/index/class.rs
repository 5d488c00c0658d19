//! The jobs that every filter but that by date treats alike, in the orders of the lists.

use indexset::BTreeSet;
use jiff::Timestamp;

use super::merge::{Part, Stamp};
use crate::auth::Caller;
use crate::jobs::job::Job;
use crate::jobs::lifecycle::Status;

/// Whether inputs of a job have failed. Unknown before the job has ended and its model has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::jobs) enum Failures {
    Unknown,
    None,
    Some,
}

/// What the jobs of a class have in common.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in crate::jobs) struct ClassKey {
    pub(in crate::jobs) status: Status,
    pub(in crate::jobs) failures: Failures,
    /// The identifier of the model.
    pub(in crate::jobs) model: String,
    /// The name of the model.
    pub(in crate::jobs) name: String,
    pub(in crate::jobs) version: String,
    pub(in crate::jobs) submitter: Caller,
}

/// Returns the stamp of a job's creation.
pub(super) fn created(job: &Job) -> Stamp {
    (job.created_at(), job.number)
}

pub(in crate::jobs) struct Class {
    pub(in crate::jobs) key: ClassKey,
    created: BTreeSet<Stamp>,
    changed: BTreeSet<Stamp>,
}

impl ClassKey {
    pub(super) fn of(job: &Job, status: Status, failures: Failures) -> Self {
        Self {
            status,
            failures,
            model: job.model.identifier.clone(),
            name: job.model.name.clone(),
            version: job.version.number.clone(),
            submitter: job.submitter.clone(),
        }
    }
}

impl Class {
    pub(super) fn new(key: ClassKey) -> Self {
        Self {
            key,
            created: BTreeSet::new(),
            changed: BTreeSet::new(),
        }
    }

    pub(super) fn insert(&mut self, created: Stamp, changed: Stamp) {
        self.created.insert(created);
        self.changed.insert(changed);
    }

    pub(super) fn remove(&mut self, created: Stamp, changed: Stamp) {
        self.created.remove(&created);
        self.changed.remove(&changed);
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.created.iter().map(|(_, number)| *number)
    }

    /// Returns the jobs that were created in a period, of whole milliseconds.
    pub(super) fn created(&self, start: Option<Timestamp>, end: Option<Timestamp>) -> Part<'_> {
        let millisecond = |at: Timestamp, more| Timestamp::from_millisecond(at.as_millisecond() + more).ok();
        let rank = |at: Timestamp| self.created.rank(&(at, 0));
        let first = start.and_then(|start| millisecond(start, 0)).map_or(0, rank);
        let last = end.and_then(|end| millisecond(end, 1)).map_or(self.created.len(), rank);
        Part::new(&self.created, first..last.max(first))
    }

    /// Returns the jobs that changed at some point in time or later.
    pub(super) fn changed(&self, start: Option<Timestamp>) -> Part<'_> {
        let first = start.and_then(|start| Timestamp::from_millisecond(start.as_millisecond()).ok());
        let first = first.map_or(0, |first| self.changed.rank(&(first, 0)));
        Part::new(&self.changed, first..self.changed.len())
    }
}
