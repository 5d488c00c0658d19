//! The pause between two good polls of a wait, which grows while nothing changes. Pauses of an outage follow from it.

use std::time::Duration;

use super::Schedule;
use crate::{backoff::Backoff, clock::Random};

/// The longest pause of an outage, unless the interval is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// The share by which a pause varies at random, so that thousands of waits that start together do not poll in step.
const JITTER: f64 = 0.025;

/// The same for an interval that has grown. Waits that start together are spread evenly by the time at which theirs are long.
const JITTER_OF_GROWN: f64 = 0.5;

/// The factor by which the interval grows after a poll that has found no change.
const GROWTH: f64 = 1.5;

/// The part of the interval that the pauses of an outage have at least, so that long intervals do not become short ones for a
/// server that fails or returns.
const LEAST_OF_OUTAGE: u32 = 4;

#[derive(Debug)]
pub(super) struct Interval {
    least: Duration,
    greatest: Duration,
    current: Duration,
    /// What the last good poll has found.
    seen: Option<u64>,
}

impl Interval {
    pub(super) fn new(schedule: &Schedule) -> Self {
        Self {
            least: schedule.poll_interval,
            greatest: schedule.max_poll_interval.max(schedule.poll_interval),
            current: schedule.poll_interval,
            seen: None,
        }
    }

    /// Notes what a good poll has found. Polls that find the same have equal marks.
    pub(super) fn note(&mut self, mark: u64) {
        self.current = if self.seen.replace(mark) == Some(mark) {
            self.current.mul_f64(GROWTH).min(self.greatest)
        } else {
            self.least
        };
    }

    /// Whether there was a good poll.
    pub(super) fn has_noted(&self) -> bool {
        self.seen.is_some()
    }

    /// Returns the pause before the next poll.
    pub(super) fn pause(&self, random: &dyn Random) -> Duration {
        let varied = |share| self.current.mul_f64(1.0 + share * (2.0 * random.fraction() - 1.0));
        if self.current > self.least {
            varied(JITTER_OF_GROWN).min(self.greatest)
        } else {
            varied(JITTER)
        }
    }

    /// Returns the pauses of an outage that begins now, of a wait that polls at this interval or at another.
    pub(super) fn of_outage(&self, other: Option<Duration>) -> Backoff {
        let current = other.unwrap_or(self.current);
        let least = self.least.max(current / LEAST_OF_OUTAGE);
        Backoff::new((least, LONGEST_PAUSE.max(current)))
    }
}
