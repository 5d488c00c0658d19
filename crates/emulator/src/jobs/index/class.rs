//! The jobs that every filter but that by date treats alike, in the orders of the lists.

use std::ops::Range;

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
    /// The binary logarithm of the milliseconds between the creation of a job and its last change. So jobs that change late do not
    /// make the period long in which the others may have changed.
    late: u32,
}

/// Returns the stamp of a job's creation.
pub(super) fn created(job: &Job) -> Stamp {
    (job.created_at(), job.number)
}

pub(in crate::jobs) struct Class {
    pub(in crate::jobs) key: ClassKey,
    created: BTreeSet<Stamp>,
    changed: BTreeSet<Stamp>,
    /// The least and the most milliseconds between the creation and the last change of its jobs, since it was empty.
    least: i64,
    most: i64,
}

/// Returns the milliseconds between two points in time. Responses have no fractions of them.
fn milliseconds(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millisecond() - from.as_millisecond()
}

/// Returns the positions of the stamps from one millisecond to another, which are included.
fn positions(stamps: &BTreeSet<Stamp>, first: Option<i64>, last: Option<i64>) -> Range<usize> {
    let before = |millisecond| {
        let at = Timestamp::from_millisecond(millisecond).ok()?;
        Some(stamps.rank(&(at, 0)))
    };
    let start = first.and_then(before).unwrap_or(0);
    let end = last.and_then(|last| before(last + 1)).unwrap_or(stamps.len());
    start..end.max(start)
}

impl ClassKey {
    pub(super) fn of(job: &Job, changed: Timestamp, status: Status, failures: Failures) -> Self {
        let late = milliseconds(job.created_at(), changed).unsigned_abs();
        Self {
            status,
            failures,
            model: job.model.identifier.clone(),
            name: job.model.name.clone(),
            version: job.version.number.clone(),
            submitter: job.submitter.clone(),
            late: late.checked_ilog2().unwrap_or(0),
        }
    }
}

impl Class {
    pub(super) fn new(key: ClassKey) -> Self {
        Self {
            key,
            created: BTreeSet::new(),
            changed: BTreeSet::new(),
            least: 0,
            most: 0,
        }
    }

    pub(super) fn insert(&mut self, created: Stamp, changed: Stamp) {
        let late = milliseconds(created.0, changed.0);
        if self.created.is_empty() {
            (self.least, self.most) = (late, late);
        }
        self.least = self.least.min(late);
        self.most = self.most.max(late);
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
        let [start, end] = [start, end].map(|at| at.map(Timestamp::as_millisecond));
        Part::new(&self.created, positions(&self.created, start, end))
    }

    /// Returns the positions, in the order of the changes, of the jobs that may have been created in a period, and of those that
    /// certainly were. The second are a part of the first.
    pub(super) fn changed_in(&self, start: Option<Timestamp>, end: Option<Timestamp>) -> (Range<usize>, Range<usize>) {
        let [start, end] = [start, end].map(|at| at.map(Timestamp::as_millisecond));
        let between = |first, last| {
            let first = start.map(|start| start + first);
            positions(&self.changed, first, end.map(|end| end + last))
        };
        let possible = between(self.least, self.most);
        let certain = between(self.most, self.least);
        let within = |position: usize| position.clamp(possible.start, possible.end);
        let certain = within(certain.start)..within(certain.end);
        (possible, certain)
    }

    /// Returns the jobs at these positions in the order of the changes.
    pub(super) fn changed(&self, positions: Range<usize>) -> Part<'_> {
        Part::new(&self.changed, positions)
    }
}
