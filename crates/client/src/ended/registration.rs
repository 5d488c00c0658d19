//! A wait among those that a list serves: when it polls, and what ends its pauses.

use std::{
    future::poll_fn,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::AbortHandle;

use super::{
    entry::{Entry, Wakeup},
    waits::Waits,
};
use crate::observer::{Event, Observed};

/// A wait among those that a list serves, until it is dropped.
#[derive(Debug)]
pub(crate) struct Registration<'w> {
    waits: Arc<Waits>,
    entry: Arc<Entry>,
    observed: &'w Observed,
}

/// Why a pause ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    /// A list names the job.
    Hint,
    /// Waits poll individually from now on.
    Fallback,
}

impl<'w> Registration<'w> {
    /// Adds a wait with its intervals. `start` starts what reads the list; it ends with the last wait.
    pub(crate) fn new(
        waits: &Arc<Waits>,
        job_id: &str,
        intervals: (Duration, Duration),
        observed: &'w Observed,
        start: impl FnOnce() -> AbortHandle,
    ) -> Self {
        Self {
            waits: Arc::clone(waits),
            entry: waits.join(job_id, intervals, start),
            observed,
        }
    }

    /// Returns the interval of the wait's own polls, unless it polls individually.
    pub(crate) fn own_interval(&self) -> Option<Duration> {
        self.waits.is_listing().then_some(self.entry.own_interval)
    }

    /// Returns how long it is until the next own poll, unless the wait polls individually.
    pub(crate) fn own_pause(&self, now: Instant) -> Option<Duration> {
        let is_listing = self.waits.is_listing();
        is_listing.then(|| self.waits.until_slot(&self.entry, now))
    }

    /// The same after a poll that has failed. `wanted` is the pause of a wait that polls individually, and `least` the shortest one.
    pub(crate) fn own_pause_after_failure(&self, now: Instant, wanted: Duration, least: Duration) -> Option<Duration> {
        let is_listing = self.waits.is_listing();
        is_listing.then(|| self.waits.until_slot_or_between(&self.entry, now, wanted, least))
    }

    /// Ends when the pause of the wait is to end early.
    pub(crate) async fn woken(&self) -> Wake {
        match poll_fn(|cx| self.entry.poll(cx)).await {
            Wakeup::Hint => Wake::Hint,
            Wakeup::Change => {
                self.report_fault();
                Wake::Fallback
            }
        }
    }

    /// Notes that the job had not ended although a list named it. Further hints are ignored for a while, which is longer each
    /// time, so that a list that is wrong does not make the wait poll often.
    pub(crate) fn note_wrong_hint(&self, now: Instant) {
        let Entry {
            poll_interval,
            own_interval,
            ..
        } = *self.entry;
        let ignored = poll_interval.saturating_mul(self.entry.was_wrong()).min(own_interval);
        let until = now.checked_add(ignored).unwrap_or(now);
        self.entry.deafen(self.waits.millis(until));
    }

    /// Notes that the job has ended since the first poll, and whether a list has named it before.
    pub(crate) fn note_end(&self, was_hinted: bool, now: Instant) {
        self.waits.note_end(&self.entry, was_hinted, now);
    }

    /// Notes that the job had ended before the first poll.
    pub(crate) fn note_early_end(&self, now: Instant) {
        self.waits.note_early_end(&self.entry, now);
    }

    /// One call reports why its client's waits poll individually.
    fn report_fault(&self) {
        if self.observed.is_there()
            && let Some(fault) = self.waits.take_fault()
        {
            self.observed.notify(Event::Fallback {
                reason: &fault.to_string(),
            });
        }
    }
}

impl Drop for Registration<'_> {
    fn drop(&mut self) {
        self.waits.leave(&self.entry);
    }
}
