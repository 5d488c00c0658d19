//! How long to pause before another try: decorrelated jitter, or what a server asked for. Whether there is another try is left
//! to those that make it.

use std::time::Duration;

use crate::clock::Random;

/// Backoff of ordinary calls: the least pause, and the greatest.
pub(crate) const RETRY_PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(8));

/// `Retry-After: 0` must not become a loop without a pause.
pub(crate) const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// What a server asks for is the least, and up to this part of it is added: those whom it turned away at the same moment must
/// not come back at the same moment.
const SPREAD: f64 = 0.1;

/// Decorrelated jitter: each pause lies between the least one and three times the one before, and never above the greatest.
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

/// The pause where a server asked for one, which it can make longer than the least, and not shorter.
pub(crate) fn asked_pause(asked: Duration, least: Duration, random: &dyn Random) -> Duration {
    asked.max(least).mul_f64(1.0 + SPREAD * random.fraction())
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
    fn what_a_server_asked_for_is_the_least_and_a_tenth_more_the_most() {
        for (asked, least, most) in [
            (0, 100, 109),
            (99, 100, 109),
            (1_000, 1_000, 1_099),
            (60_000, 60_000, 65_994),
        ] {
            let asked = Duration::from_millis(asked);
            assert_eq!(asked_pause(asked, SHORTEST_PAUSE, &Always(0.0)).as_millis(), least);
            assert_eq!(asked_pause(asked, SHORTEST_PAUSE, &Always(0.999)).as_millis(), most);
        }
    }
}
