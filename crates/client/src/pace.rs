//! How often a transfer tells how far it has come.

use std::time::{Duration, Instant};

use crate::clock::Clock;

/// The least time between two pieces of news that need not be told.
const INTERVAL: Duration = Duration::from_millis(50);

#[derive(Debug, Default)]
pub(crate) struct Pace {
    last: Option<Instant>,
}

impl Pace {
    /// Whether there is something to tell: always where it must be, else when the last time is long enough ago.
    pub(crate) fn is_due(&mut self, clock: &dyn Clock, must: bool) -> bool {
        let now = clock.now();
        let due = must
            || self
                .last
                .is_none_or(|last| now.saturating_duration_since(last) >= INTERVAL);
        if due {
            self.last = Some(now);
        }
        due
    }
}
