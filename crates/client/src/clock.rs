//! Time and chance, injected: everything that pauses or jitters asks these traits, so that tests can record or advance a
//! schedule instead of living through it.

use std::{
    fmt::Debug,
    pin::Pin,
    time::{Duration, Instant},
};

/// Longer limits than this, `Duration::MAX` included, mean the same: for ever.
pub(crate) const FOR_EVER: Duration = Duration::from_hours(100 * 365 * 24);

/// A pause under way.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The client's source of time.
pub trait Clock: Debug + Send + Sync {
    /// The present moment. Never goes back.
    fn now(&self) -> Instant;

    /// Pauses between two attempts or two polls.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// Ends when a limit on work that is under way has passed. Apart from [`Clock::sleep`], so that a clock which skips
    /// pauses can leave the limits on real sockets real.
    fn deadline(&self, limit: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(limit))
    }
}

/// The client's source of chance.
pub trait Random: Debug + Send + Sync {
    /// A number from 0 up to, but not including, 1.
    fn fraction(&self) -> f64;
}

/// Tokio's clock: the machine's own, or the paused one of a test.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A fast generator, seeded by the system. Spreads requests in time; guards nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fraction(&self) -> f64 {
        fastrand::f64()
    }
}
