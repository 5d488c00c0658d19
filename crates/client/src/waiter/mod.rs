//! The schedule of a wait: when to poll, which failures to ride out, and when to stop. Leaves jobs and HTTP to the function that
//! it polls, which also decides what each response means.

use std::time::{Duration, Instant};

use crate::{
    backoff::{self, Backoff, SHORTEST_PAUSE},
    clock::{Clock, GAP, Random, Sleep},
    error::{Error, GaveUp},
    transport::LONGEST_RETRY_AFTER,
};

/// The longest pause of an outage, unless the poll interval is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// How long a response that may be premature is doubted: a receipt precedes the stored job.
const DOUBT: Duration = Duration::from_secs(4);

/// The share by which a pause varies at random, so that thousands of waits that start together do not poll in step.
const JITTER: f64 = 0.025;

/// The result of one poll.
#[derive(Debug)]
pub(crate) enum Polled<T> {
    /// The wait has reached its end.
    Done(T),
    /// The wait goes on.
    Pending(T),
    /// No response, or one that says nothing about the job. Ridden out for as long as the schedule allows.
    Outage {
        error: Error,
        retry_after: Option<Duration>,
        /// When the failed attempt had its socket: the time in the queue before that is not part of the outage.
        began: Option<Instant>,
    },
    /// The server refuses all polls for a while. Ridden out like an outage, which lasts since any poll last succeeded.
    Busy {
        error: Error,
        retry_after: Option<Duration>,
        last_good: Option<Instant>,
        began: Option<Instant>,
    },
    /// A response that may be premature. Believed once it has been repeated for four seconds.
    Doubtful(Error),
    /// A response that no further poll can change.
    Refused(Error),
}

/// When to poll, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) poll_interval: Duration,
    pub(crate) wait_timeout: Option<Duration>,
    pub(crate) max_outage: Duration,
}

/// A report about one poll.
#[derive(Debug)]
pub(crate) struct PollReport<'a, T> {
    pub(crate) answer: Result<&'a T, &'a Error>,
    /// The pause before the next poll; `None` after the last.
    pub(crate) delay: Option<Duration>,
}

/// Why a wait ended early.
#[derive(Debug)]
pub(crate) enum EndedEarly<T> {
    /// The wait's own limit passed. Holds the last response.
    TimedOut(Option<T>),
    /// The last failure.
    Failed(Error),
}

/// Polls at once and then by the schedule. Passes to `poll` when the present outage began. Calls `on_poll` after each poll. Dropping
/// the future ends the poll that is under way.
pub(crate) async fn wait<T, P>(
    clock: &dyn Clock,
    random: &dyn Random,
    schedule: Schedule,
    mut poll: impl FnMut(Option<Instant>) -> P,
    mut on_poll: impl FnMut(PollReport<'_, T>),
) -> Result<T, EndedEarly<T>>
where
    P: Future<Output = Polled<T>>,
{
    let interval = schedule.poll_interval;
    let started = clock.now();
    let mut backoff = Backoff::new((interval, LONGEST_PAUSE.max(interval)));
    // A wait never polls a failing server more often than a healthy one.
    let least_of_outage = interval.max(SHORTEST_PAUSE);
    let mut seen = None;
    let mut failing_since: Option<Instant> = None;
    let mut doubting_since: Option<Instant> = None;
    let mut was_suspended = false;

    loop {
        let asked = clock.now();
        let left = match time_left(schedule.wait_timeout, asked - started) {
            Some(left) => left,
            // The process was suspended. The job may have ended within the limit, so poll once more.
            None if was_suspended => GAP,
            None => return Err(EndedEarly::TimedOut(seen)),
        };
        // On the heap: nearly all of thousands of waits are in a pause, in which they hold no state of a poll.
        let Some(polled) = within(clock, left, Box::pin(poll(failing_since))).await else {
            return Err(EndedEarly::TimedOut(seen));
        };
        let now = clock.now();
        let mut pause_of_outage = |asked| match asked {
            Some(asked) => backoff::requested_pause(asked, least_of_outage, random),
            None => backoff.next(random).max(least_of_outage),
        };
        let (pause, found) = match polled {
            Polled::Done(answer) => {
                on_poll(PollReport {
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
                mut error,
                retry_after,
                began,
            } => {
                let outage = now - *failing_since.get_or_insert(began.unwrap_or(asked));
                let asked = retry_after.map(|asked| asked.min(LONGEST_RETRY_AFTER));
                let left = remaining(schedule.max_outage, outage);
                note_end(&mut error, left);
                (left.map(|left| pause_of_outage(asked).min(left)), Err(error))
            }
            Polled::Busy {
                mut error,
                retry_after,
                last_good,
                began,
            } => {
                let since = failing_since.get_or_insert(began.unwrap_or(asked));
                *since = last_good.map_or(*since, |good| good.max(*since));
                let left = remaining(schedule.max_outage, now - *since)
                    .filter(|left| retry_after.is_none_or(|asked| asked <= *left));
                note_end(&mut error, left);
                (left.map(|left| pause_of_outage(retry_after).min(left)), Err(error))
            }
            Polled::Doubtful(error) => {
                let doubt = now - *doubting_since.get_or_insert(now);
                (remaining(DOUBT, doubt).map(|left| interval.min(left)), Err(error))
            }
            Polled::Refused(error) => (None, Err(error)),
        };
        let left = time_left(schedule.wait_timeout, now - started);
        let delay = pause.and_then(|pause| left.map(|left| pause.min(left)));
        on_poll(PollReport {
            answer: found.as_ref(),
            delay,
        });
        match found {
            Err(error) if pause.is_none() => return Err(EndedEarly::Failed(error)),
            Err(_) => {}
            // Only a wait with a limit reports the last response.
            Ok(answer) => seen = schedule.wait_timeout.map(|_| answer),
        }
        let Some(delay) = delay else {
            return Err(EndedEarly::TimedOut(seen));
        };
        let late = lateness(delay, clock.sleep(delay)).await;
        was_suspended = late > GAP;
        if was_suspended {
            // No poll ran during that time, so it does not count as failure.
            for since in [&mut failing_since, &mut doubting_since].into_iter().flatten() {
                *since += late;
            }
        }
    }
}

/// Notes in the failure of an outage that it ends the wait.
fn note_end(error: &mut Error, left: Option<Duration>) {
    if left.is_none() {
        error.note_gave_up(GaveUp::Limit);
    }
}

/// Returns by how much a pause exceeded its length.
async fn lateness(pause: Duration, slept: Sleep) -> Duration {
    let began = tokio::time::Instant::now();
    slept.await;
    began.elapsed().saturating_sub(pause)
}

/// Returns the rest of a limit, or `None` if it has passed.
fn remaining(limit: Duration, spent: Duration) -> Option<Duration> {
    limit.checked_sub(spent).filter(|left| !left.is_zero())
}

/// The same for an optional limit.
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
