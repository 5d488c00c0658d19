//! How often a transfer reports its progress.

use std::time::{Duration, Instant};

use crate::clock::Clock;

/// The shortest time between two reports that are not mandatory.
const INTERVAL: Duration = Duration::from_millis(50);

#[derive(Debug, Default)]
pub(crate) struct Pace {
    last: Option<Instant>,
}

impl Pace {
    /// Whether a report is due: always if it is mandatory, else if the last one is old enough.
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
