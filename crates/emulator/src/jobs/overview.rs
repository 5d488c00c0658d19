//! What the page's list shows about a job. Reading it never runs a model.

use std::time::Duration;

use serde::Serialize;

use super::documents::milliseconds;
use super::job::Job;
use super::lifecycle::Status;

/// A job in a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Overview<'j> {
    id: &'j str,
    model: &'j str,
    name: &'j str,
    version: &'j str,
    explain: bool,
    /// Milliseconds since 1970.
    created_at: i64,
    #[serde(flatten)]
    state: State,
}

/// The changing part of an [`Overview`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct State {
    status: Status,
    /// The number of inputs, which grows while the job is open.
    total: usize,
    /// How many inputs have been processed.
    done: usize,
    /// How many of them failed. `None` until a request reads the job, which runs its model.
    failed: Option<usize>,
    /// The age of the job at its end, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed: Option<u64>,
}

impl State {
    /// Whether it can still change.
    pub(crate) fn is_settled(&self) -> bool {
        self.status.is_final() && (self.failed.is_some() || self.done == 0)
    }
}

impl Job {
    pub(crate) fn overview(&self, state: State) -> Overview<'_> {
        Overview {
            id: &self.id,
            model: &self.model.identifier,
            name: &self.model.name,
            version: &self.version.number,
            explain: self.explain,
            created_at: self.created_at().as_millisecond(),
            state,
        }
    }

    /// Returns its state if that may have changed since another one. A job that has ended changes only once more, when its model
    /// has run, and a page may look at thousands of such jobs several times a second.
    pub(crate) fn state_since(&self, known: State) -> Option<State> {
        let may_differ = !known.status.is_final() || self.failures(0).is_some();
        may_differ.then(|| self.state())
    }

    pub(crate) fn state(&self) -> State {
        let progress = self.progress();
        let ended = |elapsed: Duration| progress.status.is_final().then(|| milliseconds(elapsed));
        State {
            status: progress.status,
            total: self.count(),
            done: progress.processed,
            failed: self.failures(progress.processed),
            elapsed: ended(progress.elapsed),
        }
    }
}
