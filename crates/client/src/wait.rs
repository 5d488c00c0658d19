//! Waiting: when to look again, what to ride out, when to give up. Knows nothing of jobs or HTTP; what it polls is a
//! function, and what the answers mean is decided there.

use std::time::{Duration, Instant};

use crate::{
    clock::{Clock, Random},
    error::Error,
    retry::{Backoff, SHORTEST_PAUSE},
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

/// How a wait ended without its end being reached.
#[derive(Debug)]
pub(crate) enum GivenUp<T> {
    /// The wait's own limit passed; with what was last seen.
    TimedOut(Option<T>),
    /// The last failure.
    Failed(Error),
}

/// Polls at once and then by the schedule. Each answer that is [`Polled::Done`] or [`Polled::Pending`] is shown to
/// `on_answer` first. Dropping the future ends the poll that is under way.
pub(crate) async fn wait<T, P>(
    clock: &dyn Clock,
    random: &dyn Random,
    schedule: Schedule,
    mut poll: impl FnMut() -> P,
    mut on_answer: impl FnMut(&T),
) -> Result<T, GivenUp<T>>
where
    P: Future<Output = Polled<T>>,
{
    let interval = schedule.poll_interval;
    let started = clock.now();
    let mut backoff = Backoff::new((interval, LONGEST_PAUSE.max(interval)));
    let mut seen = None;
    let mut failing_since: Option<Instant> = None;
    let mut doubting_since: Option<Instant> = None;

    loop {
        let asked = clock.now();
        let Some(left) = time_left(schedule.wait_timeout, asked - started) else {
            return Err(GivenUp::TimedOut(seen));
        };
        // On the heap: nearly all of thousands of waits pause, and hold nothing of a poll meanwhile.
        let Some(polled) = within(clock, left, Box::pin(poll())).await else {
            return Err(GivenUp::TimedOut(seen));
        };
        let now = clock.now();
        let pause = match polled {
            Polled::Done(answer) => {
                on_answer(&answer);
                return Ok(answer);
            }
            Polled::Pending(answer) => {
                on_answer(&answer);
                seen = Some(answer);
                failing_since = None;
                doubting_since = None;
                backoff.reset();
                interval.mul_f64(1.0 + JITTER * (2.0 * random.fraction() - 1.0))
            }
            Polled::Outage {
                error,
                retry_after,
                began,
            } => {
                let outage = now - *failing_since.get_or_insert(began.unwrap_or(asked));
                let Some(left) = remaining(schedule.max_outage, outage) else {
                    return Err(GivenUp::Failed(error));
                };
                retry_after
                    .unwrap_or_else(|| backoff.next(random))
                    .max(SHORTEST_PAUSE)
                    .min(left)
            }
            Polled::Doubtful(error) => {
                let doubt = now - *doubting_since.get_or_insert(now);
                let Some(left) = remaining(DOUBT, doubt) else {
                    return Err(GivenUp::Failed(error));
                };
                interval.min(left)
            }
            Polled::Refused(error) => return Err(GivenUp::Failed(error)),
        };
        let Some(left) = time_left(schedule.wait_timeout, now - started) else {
            return Err(GivenUp::TimedOut(seen));
        };
        clock.sleep(pause.min(left)).await;
    }
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
