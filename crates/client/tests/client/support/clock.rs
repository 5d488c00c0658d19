//! Clocks and random generators for tests.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use modzy_client::{Clock, Random, Sleep};

/// A random generator that always gives the same number.
#[derive(Debug)]
pub(crate) struct Fixed(pub(crate) f64);

impl Random for Fixed {
    fn fraction(&self) -> f64 {
        self.0
    }
}

/// A clock that records pauses and skips them. Its time passes in pauses only. Deadlines use the real time.
#[derive(Debug)]
pub(crate) struct SkippingClock {
    origin: Instant,
    pauses: Mutex<Vec<Duration>>,
}

impl Default for SkippingClock {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
            pauses: Mutex::default(),
        }
    }
}

impl SkippingClock {
    /// Returns the pauses so far, in milliseconds.
    pub(crate) fn pauses(&self) -> Vec<u128> {
        let pauses = self.pauses.lock().unwrap();
        pauses.iter().map(Duration::as_millis).collect()
    }
}

impl Clock for SkippingClock {
    fn now(&self) -> Instant {
        self.origin + self.pauses.lock().unwrap().iter().sum::<Duration>()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.pauses.lock().unwrap().push(duration);
        Box::pin(tokio::task::yield_now())
    }
}

/// A clock that runs this many times as fast as real time, for pauses and deadlines.
#[derive(Debug)]
pub(crate) struct FastClock {
    origin: Instant,
    factor: u32,
}

impl FastClock {
    pub(crate) fn new(factor: u32) -> Self {
        Self {
            origin: Instant::now(),
            factor,
        }
    }
}

impl Clock for FastClock {
    fn now(&self) -> Instant {
        self.origin + self.origin.elapsed() * self.factor
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration / self.factor))
    }

    fn deadline(&self, limit: Duration) -> Sleep {
        self.sleep(limit)
    }

    fn idle(&self, limit: Duration) -> Sleep {
        self.sleep(limit)
    }
}
