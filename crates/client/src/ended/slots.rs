//! When each wait polls on its own, so that thousands of them do so evenly, even if they have begun together.

use std::time::{Duration, Instant};

/// The golden ratio, without its whole part. The multiples of no other number are spread as evenly over the unit interval,
/// wherever the sequence begins and ends.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// A slot that begins within this time belongs to the poll that has just been made.
const SAME: Duration = Duration::from_millis(10);

/// Returns how long it is until the next slot of a wait, at most the interval. `elapsed` is the time since the beginning of all
/// slots, and `offset` a random fraction, so that processes do not have the same slots.
pub(super) fn until_next(number: u64, offset: f64, elapsed: Duration, interval: Duration) -> Duration {
    #[expect(clippy::cast_precision_loss, reason = "no process begins so many waits")]
    let phase = (number as f64).mul_add(GOLDEN, offset);
    let past = (elapsed.as_secs_f64() / interval.as_secs_f64() - phase).rem_euclid(1.0);
    let left = interval.mul_f64((1.0 - past).clamp(0.0, 1.0));
    if left < SAME.min(interval) { interval } else { left }
}

/// The polls between the slots, of waits whose last poll has failed, as a share of the polls in the slots.
const SHARE_BETWEEN: f64 = 1.0 / 3.0;

/// Spaces the polls between the slots, so that the waits of a server that fails or returns poll only a little more often than
/// before, however many of them fail. A wait that fails alone has its poll as soon as it wants it.
#[derive(Debug, Default)]
pub(super) struct Between {
    /// How many polls per second have slots.
    rate: f64,
    /// Before this time, all polls between the slots are taken.
    free_from: Option<Instant>,
}

impl Between {
    /// Notes that a wait begins.
    pub(super) fn add(&mut self, interval: Duration) {
        self.rate += interval.as_secs_f64().recip();
    }

    /// Notes that a wait has ended.
    pub(super) fn remove(&mut self, interval: Duration) {
        self.rate -= interval.as_secs_f64().recip();
    }

    /// Takes the next free poll of a wait after the pause that it wants. Returns the pause before it, or `None` if the wait's slot
    /// comes first.
    pub(super) fn take(
        &mut self,
        now: Instant,
        wanted: Duration,
        slot: Duration,
        interval: Duration,
    ) -> Option<Duration> {
        let free = self.free_from.map(|free| free.saturating_duration_since(now));
        let pause = wanted.max(free.unwrap_or_default());
        if pause >= slot {
            return None;
        }
        // The sum is not exact, but has at least the share of this wait.
        let rate = self.rate.max(interval.as_secs_f64().recip());
        self.free_from = Some(now + pause + Duration::from_secs_f64((SHARE_BETWEEN * rate).recip()));
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_mins(5);

    /// Returns the times of all polls of waits, in seconds, from when they begin up to an end.
    fn polls(waits: u64, begins: impl Fn(u64) -> f64, end: f64) -> Vec<f64> {
        let mut polls = Vec::new();
        for number in 0..waits {
            let mut at = Duration::from_secs_f64(begins(number));
            loop {
                let pause = until_next(number, 0.3, at, INTERVAL);
                assert!(pause <= INTERVAL && !pause.is_zero());
                at += pause;
                if at.as_secs_f64() >= end {
                    break;
                }
                polls.push(at.as_secs_f64());
            }
        }
        polls
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "small numbers"
    )]
    fn burst(polls: &[f64], from: f64, end: f64) -> f64 {
        let mut counts = vec![0_u32; ((end - from) / 10.0) as usize];
        for at in polls.iter().filter(|at| **at >= from) {
            counts[((at - from) / 10.0) as usize] += 1;
        }
        let mean = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
        f64::from(*counts.iter().max().unwrap()) / mean
    }

    #[test]
    fn polls_are_spread_evenly_however_the_waits_have_begun() {
        for waits in [100, 1000, 10_000] {
            let together = polls(waits, |_| 0.0, 1800.0);
            assert!(burst(&together, 0.0, 1800.0) < 1.5, "{waits} together");
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let later = polls(waits, |number| number as f64 * 0.01, 1800.0);
            assert!(burst(&later, 300.0, 1800.0) < 1.5, "{waits} one after the other");
        }
    }

    #[test]
    fn a_wait_polls_once_in_each_interval() {
        let polls = polls(1, |_| 12.5, 3000.0);
        assert_eq!(polls.len(), 10);
        assert!(polls.windows(2).all(|pair| (pair[1] - pair[0] - 300.0).abs() < 0.001));
    }
}
