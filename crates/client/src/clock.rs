//! Time and randomness, injected: everything that pauses or jitters uses these traits, so that tests can record or
//! advance a schedule.

use std::{
    fmt::Debug,
    future::poll_fn,
    pin::{Pin, pin},
    sync::OnceLock,
    task::Poll,
    time::{Duration, Instant},
};

use crate::reactor;

/// Limits of this length or longer, including `Duration::MAX`, never end.
pub(crate) const FOREVER: Duration = Duration::from_hours(100 * 365 * 24);

/// The limit of a cancellation, and of the wait for the receipt of an aborted submit.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// A limit that ends this much later than it should was not watched: the process or its thread was frozen.
pub(crate) const GAP: Duration = Duration::from_millis(250);

/// Pauses of this length or longer end at a tick.
const LEAST_TICKING: Duration = Duration::from_secs(5);
const TICK: Duration = Duration::from_millis(50);

/// A running pause.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How soon, and how often at the least, to look whether the process was suspended.
const FIRST_STEP: Duration = Duration::from_millis(50);
const LONGEST_STEP: Duration = Duration::from_mins(1);

/// The source of time of a client.
pub trait Clock: Debug + Send + Sync {
    /// Returns the current time, which never goes back.
    fn now(&self) -> Instant;

    /// Pauses between two attempts or two polls.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// Ends when a limit on running work has passed. Separate from [`Clock::sleep`], so that a clock that skips pauses
    /// can leave the limits on real sockets real.
    ///
    /// Bytes that arrived in time count even if the process was frozen and could not read them: a limit that is noticed
    /// more than 250 ms late is extended by 250 ms, and again if the extension is noticed late.
    fn deadline(&self, limit: Duration) -> Sleep {
        Box::pin(passed(tokio::time::sleep(limit)))
    }

    /// Ends when the process has run for this long. Does not count time during which it was frozen, to within 250 ms
    /// each time.
    fn idle(&self, limit: Duration) -> Sleep {
        Box::pin(idle(tokio::time::sleep(limit.min(GAP)), limit))
    }
}

/// The source of randomness of a client.
pub trait Random: Debug + Send + Sync {
    /// Returns a number from 0 up to, but not including, 1.
    fn fraction(&self) -> f64;
}

/// The clock of Tokio: that of the machine, or the paused one of a test.
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

/// The clock of a client: that of the system, but pauses of five seconds or more end together, up to 50 ms late. Thousands of
/// waits would otherwise wake the thread for each poll, and code that has left the caches costs several times as much.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct TickingClock;

impl Clock for TickingClock {
    fn now(&self) -> Instant {
        SystemClock.now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if duration < LEAST_TICKING {
            return SystemClock.sleep(duration);
        }
        Box::pin(tokio::time::sleep_until(at_tick(
            tokio::time::Instant::now() + duration.min(FOREVER),
        )))
    }
}

/// Returns the first tick from a time on.
fn at_tick(due: tokio::time::Instant) -> tokio::time::Instant {
    static FIRST: OnceLock<tokio::time::Instant> = OnceLock::new();
    let first = *FIRST.get_or_init(tokio::time::Instant::now);
    let past = due.saturating_duration_since(first).as_nanos() % TICK.as_nanos();
    let past = Duration::from_nanos(u64::try_from(past).unwrap_or_default());
    if past.is_zero() {
        due
    } else {
        due + TICK.saturating_sub(past)
    }
}

/// Ends when a timer does, once everything that arrived before has been read.
async fn passed(timer: tokio::time::Sleep) {
    let mut timer = pin!(timer);
    timer.as_mut().await;
    while timer.deadline().elapsed() > GAP {
        timer.as_mut().reset(tokio::time::Instant::now() + GAP);
        timer.as_mut().await;
    }
    reactor::settle().await;
}

/// Ends when a limit has passed on work that receives bytes. `moves` returns whether bytes have moved within the last
/// 250 ms. A limit that is noticed late is extended while bytes keep moving, since many may have arrived in time, but
/// by no more than its own length.
pub(crate) fn limit<'w>(
    clock: &'w dyn Clock,
    length: Duration,
    moves: impl Fn() -> bool + Send + 'w,
) -> Pin<Box<dyn Future<Output = ()> + Send + 'w>> {
    let length = length.min(FOREVER);
    let mut due = clock.now() + length;
    let mut timer = clock.deadline(length);
    Box::pin(async move {
        let mut most = None;
        loop {
            timer.await;
            let now = clock.now();
            if now.saturating_duration_since(due) > GAP {
                most = Some(now + length);
            }
            if !most.is_some_and(|most| now < most && moves()) {
                return;
            }
            due = now + GAP;
            timer = clock.deadline(GAP);
        }
    })
}

/// Ends when steps have passed that add up to a limit. A step that is noticed late is repeated.
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

/// Pauses, and returns for how long the process was suspended at the end of the pause.
pub(crate) async fn sleep(clock: &dyn Clock, pause: Duration) -> Duration {
    let (began, at) = (tokio::time::Instant::now(), clock.now());
    clock.sleep(pause).await;
    let late = began.elapsed().saturating_sub(pause);
    // The time of a test may have passed otherwise.
    let late = late.min((clock.now() - at).saturating_sub(pause));
    if late > GAP { late } else { Duration::ZERO }
}

/// Does work, and returns for how long the process was suspended meanwhile, too. Misses a suspension that is shorter than the time
/// for which the work had run, because the timer that is late by it gets longer: thousands of calls may wait in a queue.
pub(crate) async fn suspended_during<F: Future>(mut work: Pin<&mut F>) -> (F::Output, Duration) {
    let mut timer = pin!(tokio::time::sleep(FIRST_STEP));
    let (mut step, mut suspended) = (FIRST_STEP, Duration::ZERO);
    let lateness = |timer: &tokio::time::Sleep| Some(timer.deadline().elapsed()).filter(|late| *late > GAP);
    let output = poll_fn(|cx| {
        let output = work.as_mut().poll(cx);
        if output.is_ready() {
            suspended += lateness(&timer).unwrap_or_default();
            return output;
        }
        while timer.as_mut().poll(cx).is_ready() {
            suspended += lateness(&timer).unwrap_or_default();
            step = (2 * step).min(LONGEST_STEP);
            timer.as_mut().reset(tokio::time::Instant::now() + step);
        }
        Poll::Pending
    });
    let output = output.await;
    (output, suspended)
}

/// A fast generator, seeded by the system. It spreads requests in time, and protects nothing.
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

    /// Returns how many milliseconds each of both limits takes after the process was frozen from the start.
    async fn after_a_freeze(frozen: Duration, limit: Duration) -> (u128, u128) {
        let ends = [SystemClock.deadline(limit), SystemClock.idle(limit)].map(|limit| async {
            // Polls once, so that the timer is set.
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
    async fn limits_are_exact_while_the_process_runs() {
        for limit in [1, 249, 250, 251, 1000, 30_000] {
            let started = tokio::time::Instant::now();
            SystemClock.deadline(millis(limit)).await;
            assert_eq!(started.elapsed(), millis(limit));
            SystemClock.idle(millis(limit)).await;
            assert_eq!(started.elapsed(), 2 * millis(limit));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_deadline_is_extended_by_a_gap_and_idle_time_begins_anew() {
        assert_eq!(after_a_freeze(MINUTE, millis(1000)).await, (250, 1000));
        assert_eq!(after_a_freeze(MINUTE, millis(100)).await, (250, 100));
        // Not late enough for a freeze.
        assert_eq!(after_a_freeze(millis(350), millis(100)).await, (0, 0));
        // In the middle of the limit.
        assert_eq!(after_a_freeze(millis(900), millis(1000)).await, (100, 1000));
    }

    #[tokio::test(start_paused = true)]
    async fn long_pauses_end_together_and_short_ones_in_time() {
        let began = tokio::time::Instant::now();
        let pauses = (0..100).map(|nth| async move {
            tokio::time::sleep(millis(nth)).await;
            let due = tokio::time::Instant::now() + millis(5000);
            TickingClock.sleep(millis(5000)).await;
            let now = tokio::time::Instant::now();
            assert!(due <= now && now < due + TICK, "{:?}", now - due);
            began.elapsed().as_millis()
        });
        let mut ends = futures_util::future::join_all(pauses).await;
        ends.dedup();
        assert!(ends.len() <= 3, "{ends:?}");
        for short in [1, 4999] {
            let began = tokio::time::Instant::now();
            TickingClock.sleep(millis(short)).await;
            assert_eq!(began.elapsed(), millis(short));
        }
    }

    /// Advances the time without running anything.
    async fn freeze(frozen: u64) {
        tokio::time::advance(millis(frozen)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_is_extended_again_by_each_gap_in_its_extension() {
        let mut deadline = pin!(SystemClock.deadline(millis(100)));
        for frozen in [1000, 600, 40_000] {
            assert!(tokio::time::timeout(millis(10), &mut deadline).await.is_err());
            freeze(frozen).await;
        }
        let ran = tokio::time::Instant::now();
        deadline.await;
        assert_eq!(ran.elapsed(), millis(250));
    }

    #[tokio::test(start_paused = true)]
    async fn a_suspension_during_work_is_measured() {
        // How long the work runs before and after it, how long it is suspended, and what of that is noticed.
        for (before, suspended, after, noticed) in [
            (0, 60_000, 0, 59_950),
            (10, 60_000, 0, 59_960),
            (10, 60_000, 5000, 59_960),
            // The timer was set again, for 100 ms.
            (51, 60_000, 0, 59_901),
            // … for 12.8 s.
            (20_000, 600_000, 0, 594_450),
            (10, 0, 90_000, 0),
            // Not late enough for a suspension.
            (10, 280, 1000, 0),
        ] {
            let work = async {
                tokio::time::sleep(millis(before)).await;
                tokio::time::advance(millis(suspended)).await;
                tokio::time::sleep(millis(after)).await;
            };
            let ((), measured) = suspended_during(pin!(work)).await;
            assert_eq!(measured, millis(noticed), "{before} {suspended} {after}");
        }
    }

    /// Returns how many milliseconds a limit of one second lasts after the freezes, if bytes arrive at these times
    /// after them.
    async fn extended(arrivals: &[u64], frozen: &[u64]) -> u128 {
        let began = tokio::time::Instant::now();
        let thawed = std::sync::Mutex::new(began);
        let moves = || {
            let now = thawed.lock().unwrap().elapsed();
            arrivals.iter().any(|&at| millis(at) <= now && now < millis(at) + GAP)
        };
        let mut limit = limit(&SystemClock, millis(1000), moves);
        for &frozen in frozen {
            let waits = tokio::time::timeout(millis(10), &mut limit).await;
            assert!(waits.is_err());
            freeze(frozen).await;
            *thawed.lock().unwrap() = tokio::time::Instant::now();
        }
        limit.await;
        let thawed = *thawed.lock().unwrap();
        thawed.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_limit_is_extended_while_bytes_arrive_but_by_no_more_than_its_length() {
        let often: Vec<_> = (0..1000).map(|nth| nth * 50).collect();
        for (arrivals, expected) in [(&[][..], 250), (&[100], 500), (&[100, 300, 700], 1000), (&often, 1250)] {
            assert_eq!(
                extended(arrivals, &[5000]).await,
                expected,
                "{} arrivals",
                arrivals.len()
            );
        }
        // Each freeze within the extension begins another one.
        assert_eq!(extended(&[100, 300], &[5000, 700, 40_000]).await, 750);
        // Without a freeze.
        assert_eq!(extended(&often, &[]).await, 1000);
    }
}
