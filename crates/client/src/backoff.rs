//! Computes the pause before another attempt: decorrelated jitter, or what the server requested. The callers decide
//! whether there is another attempt.

use std::time::Duration;

use crate::clock::Random;

/// The backoff of ordinary calls: the shortest pause and the longest.
pub(crate) const RETRY_PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(8));

/// `Retry-After: 0` must not become a loop without a pause.
pub(crate) const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// The part of a requested pause that jitter may add, so that clients that were turned away at the same moment do not
/// come back at the same moment.
const SPREAD: f64 = 0.1;

/// Decorrelated jitter: each pause lies between the shortest one and three times the one before, and never exceeds the
/// longest.
#[derive(Debug)]
pub(crate) struct Backoff {
    least: Duration,
    greatest: Duration,
    last: Duration,
}

impl Backoff {
    pub(crate) fn new((least, greatest): (Duration, Duration)) -> Self {
        Self {
            least,
            greatest,
            last: least,
        }
    }

    pub(crate) fn next(&mut self, random: &dyn Random) -> Duration {
        let span = (self.last * 3).saturating_sub(self.least);
        self.last = (self.least + span.mul_f64(random.fraction())).min(self.greatest);
        self.last
    }

    pub(crate) fn reset(&mut self) {
        self.last = self.least;
    }
}

/// Returns the pause that a server requested, but at least the shortest one, plus jitter.
pub(crate) fn requested_pause(requested: Duration, least: Duration, random: &dyn Random) -> Duration {
    requested.max(least).mul_f64(1.0 + SPREAD * random.fraction())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Always(f64);

    impl Random for Always {
        fn fraction(&self) -> f64 {
            self.0
        }
    }

    #[test]
    fn backoff_grows_threefold_at_most_and_stays_between_its_bounds() {
        let mut backoff = Backoff::new(RETRY_PAUSE);
        let millis: Vec<_> = (0..5).map(|_| backoff.next(&Always(0.999_999_9)).as_millis()).collect();
        assert_eq!(millis, [1499, 4499, 8000, 8000, 8000]);
        let mut backoff = Backoff::new(RETRY_PAUSE);
        let millis: Vec<_> = (0..3).map(|_| backoff.next(&Always(0.0)).as_millis()).collect();
        assert_eq!(millis, [500, 500, 500]);
        backoff.next(&Always(0.9));
        backoff.reset();
        assert_eq!(backoff.next(&Always(0.5)).as_millis(), 1000);
    }

    #[test]
    fn a_requested_pause_grows_by_a_tenth_at_most() {
        for (requested, least, most) in [
            (0, 100, 109),
            (99, 100, 109),
            (1_000, 1_000, 1_099),
            (60_000, 60_000, 65_994),
        ] {
            let requested = Duration::from_millis(requested);
            assert_eq!(
                requested_pause(requested, SHORTEST_PAUSE, &Always(0.0)).as_millis(),
                least
            );
            assert_eq!(
                requested_pause(requested, SHORTEST_PAUSE, &Always(0.999)).as_millis(),
                most
            );
        }
    }
}
