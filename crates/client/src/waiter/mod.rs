//! Waiting: when to look again, what to ride out, when to give up. Knows nothing of jobs or HTTP; what it polls is a
//! function, and what the answers mean is decided there.

use std::time::{Duration, Instant};

use crate::{
    backoff::{self, Backoff, SHORTEST_PAUSE},
    clock::{Clock, GAP, Random, Sleep},
    error::Error,
};

/// Pauses of an outage grow up to this, or to the poll interval where that is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// How long an answer that may be premature is doubted: a receipt precedes the stored job.
const DOUBT: Duration = Duration::from_secs(4);

/// Thousands of waits that start together must not poll in step: each pause differs by up to this part of it.
const JITTER: f64 = 0.025;

/// What one poll found.
#[derive(Debug)]
pub(crate) enum Polled<T> {
    /// The end.
    Done(T),
    /// Not yet.
    Pending(T),
    /// No answer, or one that says nothing about what is polled. Ridden out for as long as the schedule allows.
    Outage {
        error: Error,
        retry_after: Option<Duration>,
        /// When the failed attempt had its socket: the time in the queue before that is no outage.
        began: Option<Instant>,
    },
    /// An answer that may be premature. Believed once it has stood for four seconds.
    Doubtful(Error),
    /// An answer that no further poll can change.
    Refused(Error),
}

/// When to poll, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) poll_interval: Duration,
    pub(crate) wait_timeout: Option<Duration>,
    pub(crate) max_outage: Duration,
}

/// What a poll found, and what follows.
#[derive(Debug)]
pub(crate) struct Look<'a, T> {
    pub(crate) answer: Result<&'a T, &'a Error>,
    /// The pause before the next poll; `None` after the last.
    pub(crate) delay: Option<Duration>,
}

/// How a wait ended without its end being reached.
#[derive(Debug)]
pub(crate) enum GivenUp<T> {
    /// The wait's own limit passed; with what was last seen.
    TimedOut(Option<T>),
    /// The last failure.
    Failed(Error),
}

/// Polls at once and then by the schedule. `on_look` sees what each poll found. Dropping the future ends the poll that is
/// under way.
pub(crate) async fn wait<T, P>(
    clock: &dyn Clock,
    random: &dyn Random,
    schedule: Schedule,
    mut poll: impl FnMut() -> P,
    mut on_look: impl FnMut(Look<'_, T>),
) -> Result<T, GivenUp<T>>
where
    P: Future<Output = Polled<T>>,
{
    let interval = schedule.poll_interval;
    let started = clock.now();
    let mut backoff = Backoff::new((interval, LONGEST_PAUSE.max(interval)));
    // Nothing makes a wait ask a server in trouble more often than one that is well.
    let least_of_outage = interval.max(SHORTEST_PAUSE);
    let mut seen = None;
    let mut failing_since: Option<Instant> = None;
    let mut doubting_since: Option<Instant> = None;
    let mut stood_still = false;

    loop {
        let asked = clock.now();
        let left = match time_left(schedule.wait_timeout, asked - started) {
            Some(left) => left,
            // The job may have ended meanwhile, in time.
            None if stood_still => GAP,
            None => return Err(GivenUp::TimedOut(seen)),
        };
        // On the heap: nearly all of thousands of waits pause, and hold nothing of a poll meanwhile.
        let Some(polled) = within(clock, left, Box::pin(poll())).await else {
            return Err(GivenUp::TimedOut(seen));
        };
        let now = clock.now();
        let (pause, found) = match polled {
            Polled::Done(answer) => {
                on_look(Look {
                    answer: Ok(&answer),
                    delay: None,
                });
                return Ok(answer);
            }
            Polled::Pending(answer) => {
                failing_since = None;
                doubting_since = None;
                backoff.reset();
                let jitter = 1.0 + JITTER * (2.0 * random.fraction() - 1.0);
                (Some(interval.mul_f64(jitter)), Ok(answer))
            }
            Polled::Outage {
                error,
                retry_after,
                began,
            } => {
                let outage = now - *failing_since.get_or_insert(began.unwrap_or(asked));
                let pause = |left| {
                    let pause = match retry_after {
                        Some(asked) => backoff::requested_pause(asked, least_of_outage, random),
                        None => backoff.next(random).max(least_of_outage),
                    };
                    pause.min(left)
                };
                (remaining(schedule.max_outage, outage).map(pause), Err(error))
            }
            Polled::Doubtful(error) => {
                let doubt = now - *doubting_since.get_or_insert(now);
                (remaining(DOUBT, doubt).map(|left| interval.min(left)), Err(error))
            }
            Polled::Refused(error) => (None, Err(error)),
        };
        let left = time_left(schedule.wait_timeout, now - started);
        let delay = pause.and_then(|pause| left.map(|left| pause.min(left)));
        on_look(Look {
            answer: found.as_ref(),
            delay,
        });
        match found {
            Err(error) if pause.is_none() => return Err(GivenUp::Failed(error)),
            Err(_) => {}
            // Without a limit nobody is ever told what was last seen.
            Ok(answer) => seen = schedule.wait_timeout.map(|_| answer),
        }
        let Some(delay) = delay else {
            return Err(GivenUp::TimedOut(seen));
        };
        let late = lateness(delay, clock.sleep(delay)).await;
        stood_still = late > GAP;
        if stood_still {
            // Nobody asked meanwhile, so that nothing failed.
            for since in [&mut failing_since, &mut doubting_since].into_iter().flatten() {
                *since += late;
            }
        }
    }
}

/// How much longer a pause took than it should have.
async fn lateness(pause: Duration, slept: Sleep) -> Duration {
    let began = tokio::time::Instant::now();
    slept.await;
    began.elapsed().saturating_sub(pause)
}

/// What is left of a limit, unless it has passed.
fn remaining(limit: Duration, spent: Duration) -> Option<Duration> {
    limit.checked_sub(spent).filter(|left| !left.is_zero())
}

/// The same for a limit that may not be set.
fn time_left(limit: Option<Duration>, spent: Duration) -> Option<Duration> {
    limit.map_or(Some(Duration::MAX), |limit| remaining(limit, spent))
}

async fn within<F: Future + Unpin>(clock: &dyn Clock, left: Duration, mut work: F) -> Option<F::Output> {
    if left == Duration::MAX {
        return Some(work.await);
    }
    tokio::select! {
        biased;
        output = &mut work => Some(output),
        () = clock.deadline(left) => None,
    }
}

#[cfg(test)]
mod tests;
