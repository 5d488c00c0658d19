//! Time and chance, injected: everything that pauses or jitters asks these traits, so that tests can record or advance a
//! schedule instead of living through it.

use std::{
    fmt::Debug,
    pin::{Pin, pin},
    time::{Duration, Instant},
};

use crate::reactor;

/// Longer limits than this, `Duration::MAX` included, mean the same: for ever.
pub(crate) const FOR_EVER: Duration = Duration::from_hours(100 * 365 * 24);

/// A limit that is noticed later than this was not watched: the process, or its thread, stood still meanwhile.
pub(crate) const GAP: Duration = Duration::from_millis(250);

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
    ///
    /// What arrived in time counts, even if the process stood still and could not read it: a limit that is noticed more than
    /// 250 ms late is extended once by 250 ms.
    fn deadline(&self, limit: Duration) -> Sleep {
        Box::pin(passed(tokio::time::sleep(limit)))
    }

    /// Ends when the process has run for so long. Time during which it stood still does not count, give or take 250 ms each time.
    fn idle(&self, limit: Duration) -> Sleep {
        Box::pin(idle(tokio::time::sleep(limit.min(GAP)), limit))
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

/// Ends when a timer does, once what arrived before has been read.
async fn passed(timer: tokio::time::Sleep) {
    let mut timer = pin!(timer);
    timer.as_mut().await;
    if timer.deadline().elapsed() > GAP {
        timer.as_mut().reset(tokio::time::Instant::now() + GAP);
        timer.as_mut().await;
    }
    reactor::settle().await;
}

/// Ends when steps of time have passed that add up to a limit. A step that is noticed late is taken again.
async fn idle(timer: tokio::time::Sleep, limit: Duration) {
    let mut timer = pin!(timer);
    let mut left = limit;
    loop {
        let step = left.min(GAP);
        timer.as_mut().await;
        let noticed = timer.deadline();
        if noticed.elapsed() > GAP {
            timer.as_mut().reset(tokio::time::Instant::now() + step);
            continue;
        }
        left -= step;
        if left.is_zero() {
            break;
        }
        timer.as_mut().reset(noticed + left.min(GAP));
    }
    reactor::settle().await;
}

/// A fast generator, seeded by the system. Spreads requests in time; guards nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fraction(&self) -> f64 {
        fastrand::f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// The process stands still from the beginning on, then runs. How long each of both limits takes afterwards.
    async fn after_a_freeze(frozen: Duration, limit: Duration) -> (u128, u128) {
        let ends = [SystemClock.deadline(limit), SystemClock.idle(limit)].map(|limit| async {
            // So that the timer is set.
            let mut limit = limit;
            let set = tokio::time::timeout(Duration::ZERO, &mut limit).await;
            (set.is_err(), limit)
        });
        let [deadline, idle] = ends;
        let ((_, deadline), (_, idle)) = tokio::join!(deadline, idle);
        tokio::time::advance(frozen).await;
        let ran = tokio::time::Instant::now();
        let took = async |limit: Sleep| {
            limit.await;
            ran.elapsed().as_millis()
        };
        tokio::join!(took(deadline), took(idle))
    }

    #[tokio::test(start_paused = true)]
    async fn limits_take_their_time_while_the_process_runs() {
        for limit in [1, 249, 250, 251, 1000, 30_000] {
            let started = tokio::time::Instant::now();
            SystemClock.deadline(millis(limit)).await;
            assert_eq!(started.elapsed(), millis(limit));
            SystemClock.idle(millis(limit)).await;
            assert_eq!(started.elapsed(), 2 * millis(limit));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_is_noticed_late_is_extended_once_and_idle_time_begins_anew() {
        assert_eq!(after_a_freeze(MINUTE, millis(1000)).await, (250, 1000));
        assert_eq!(after_a_freeze(MINUTE, millis(100)).await, (250, 100));
        // Not so late that anybody stood still.
        assert_eq!(after_a_freeze(millis(350), millis(100)).await, (0, 0));
        // In the midst of the limit.
        assert_eq!(after_a_freeze(millis(900), millis(1000)).await, (100, 1000));
    }
}
