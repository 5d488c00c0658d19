//! The schedule of a wait: when to poll, which failures to ride out, and when to stop. Leaves jobs and HTTP to the function that
//! it polls, which also decides what each response means.

mod interval;

use std::time::{Duration, Instant};

use self::interval::Interval;
use crate::{
    backoff::{self, SHORTEST_PAUSE},
    clock::{Clock, GAP, Random},
    ended::{Registration, Wake},
    error::{Error, GaveUp},
    transport::LONGEST_RETRY_AFTER,
};

/// How long a response that may be premature is doubted: a receipt precedes the stored job.
const DOUBT: Duration = Duration::from_secs(4);

/// The result of one poll.
#[derive(Debug)]
pub(crate) enum Polled<T> {
    /// The wait has reached its end.
    Done(T),
    /// The wait goes on. Answers between which nothing has changed have equal marks.
    Pending { answer: T, mark: u64 },
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
    /// What the interval grows to while nothing changes. Has no effect if it is not longer.
    pub(crate) max_poll_interval: Duration,
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
    /// The wait's own limit passed.
    TimedOut {
        /// The last response.
        seen: Option<T>,
        /// The failure of the last poll that ended. On the heap, because thousands of waits have none.
        failure: Option<Box<Error>>,
    },
    /// The last failure.
    Failed(Error),
}

/// Polls at once and then by the schedule or, while a list serves the wait, when its registration says so. Passes to `poll` when the
/// present outage began. Calls `on_poll` after each poll. Dropping the future ends the poll that is under way.
#[expect(clippy::too_many_lines, reason = "one table of what follows each outcome of a poll")]
pub(crate) async fn wait<T, P>(
    clock: &dyn Clock,
    random: &dyn Random,
    schedule: Schedule,
    registration: Option<&Registration<'_>>,
    mut poll: impl FnMut(Option<Instant>) -> P,
    mut on_poll: impl FnMut(PollReport<'_, T>),
) -> Result<T, EndedEarly<T>>
where
    P: Future<Output = Polled<T>>,
{
    let started = clock.now();
    let mut interval = Interval::new(&schedule);
    let own_interval = || registration.and_then(Registration::own_interval);
    let pause_of = |interval: &Interval, now| {
        let own = registration.and_then(|registration| registration.own_pause(now));
        own.unwrap_or_else(|| interval.pause(random))
    };
    let mut backoff = interval.of_outage(own_interval());
    // A wait never polls a failing server more often than a healthy one.
    let least_of_outage = schedule.poll_interval.max(SHORTEST_PAUSE);
    let mut seen = None;
    let mut failure = None;
    let mut failing_since: Option<Instant> = None;
    let mut doubting_since: Option<Instant> = None;
    let mut was_suspended = false;
    let mut was_hinted = false;

    loop {
        let asked = clock.now();
        let left = match time_left(schedule.wait_timeout, asked - started) {
            Some(left) => left,
            // The process was suspended. The job may have ended within the limit, so poll once more.
            None if was_suspended => GAP,
            None => return Err(EndedEarly::TimedOut { seen, failure }),
        };
        // On the heap: nearly all of thousands of waits are in a pause, in which they hold no state of a poll.
        let Some(polled) = within(clock, left, Box::pin(poll(failing_since))).await else {
            return Err(EndedEarly::TimedOut { seen, failure });
        };
        let now = clock.now();
        let with_jitter = |asked| backoff::requested_pause(asked, least_of_outage, random);
        let mut pause_of_outage = |requested: Option<Duration>| {
            let wanted = requested.unwrap_or_else(|| backoff.next(random).max(least_of_outage));
            let least = requested.unwrap_or(least_of_outage);
            let own = registration.and_then(|registration| registration.own_pause_after_failure(now, wanted, least));
            own.unwrap_or(wanted)
        };
        if let Some(registration) = registration.filter(|_| was_hinted && !matches!(polled, Polled::Done(_))) {
            registration.note_wrong_hint(now);
        }
        // A hint does not shorten a pause that the server has asked for.
        let mut deaf_until = now;
        let (pause, found) = match polled {
            Polled::Done(answer) => {
                on_poll(PollReport {
                    answer: Ok(&answer),
                    delay: None,
                });
                return Ok(answer);
            }
            Polled::Pending { answer, mark } => {
                failing_since = None;
                doubting_since = None;
                interval.note(mark);
                backoff = interval.of_outage(own_interval());
                (Some(pause_of(&interval, now)), Ok(answer))
            }
            Polled::Outage {
                mut error,
                retry_after,
                began,
            } => {
                let outage = now - *failing_since.get_or_insert(began.unwrap_or(asked));
                let requested = retry_after.map(|asked| with_jitter(asked.min(LONGEST_RETRY_AFTER)));
                deaf_until += requested.unwrap_or_default();
                let left = remaining(schedule.max_outage, outage);
                note_end(&mut error, left);
                (left.map(|left| pause_of_outage(requested).min(left)), Err(error))
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
                let pause = left.map(|left| pause_of_outage(retry_after.map(with_jitter)).min(left));
                (pause, Err(error))
            }
            Polled::Doubtful(error) => {
                let doubt = now - *doubting_since.get_or_insert(now);
                let pause = remaining(DOUBT, doubt).map(|left| schedule.poll_interval.min(left));
                (pause, Err(error))
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
            // Only a wait with a limit reports its last poll.
            Err(error) => failure = schedule.wait_timeout.map(|_| Box::new(error)),
            Ok(answer) => {
                seen = schedule.wait_timeout.map(|_| answer);
                failure = None;
            }
        }
        let Some(delay) = delay else {
            return Err(EndedEarly::TimedOut { seen, failure });
        };
        // Thousands of waits fall back at the same time, so their polls are spread. A pause of an outage stays.
        let is_failing = failing_since.is_some() || doubting_since.is_some();
        let fallen_back = |due: Instant| {
            let now = clock.now();
            let spread = pause_of(&interval, now).mul_f64(random.fraction());
            if is_failing { due } else { due.min(now + spread) }
        };
        let late = rest(clock, now + delay, registration, deaf_until, fallen_back).await;
        was_hinted = late.is_none();
        was_suspended = late.is_some_and(|late| late > GAP);
        if let Some(late) = late.filter(|_| was_suspended) {
            // No poll ran during that time, so it does not count as failure.
            for since in [&mut failing_since, &mut doubting_since].into_iter().flatten() {
                *since += late;
            }
        }
    }
}

/// Pauses. Returns by how much the pause has exceeded its length, or `None` if a hint has ended it, at `deaf_until` at the earliest.
/// `fallen_back` returns its end after a fallback.
async fn rest(
    clock: &dyn Clock,
    mut due: Instant,
    registration: Option<&Registration<'_>>,
    deaf_until: Instant,
    fallen_back: impl Fn(Instant) -> Instant,
) -> Option<Duration> {
    loop {
        let began = tokio::time::Instant::now();
        let now = clock.now();
        let pause = due.saturating_duration_since(now);
        let deaf = deaf_until.saturating_duration_since(now);
        let woken = async {
            let Some(registration) = registration else {
                return std::future::pending().await;
            };
            if !deaf.is_zero() {
                clock.sleep(deaf).await;
            }
            registration.woken().await
        };
        tokio::select! {
            biased;
            wake = woken => match wake {
                Wake::Hint => return None,
                Wake::Fallback => due = fallen_back(due),
            },
            () = clock.sleep(pause) => return Some(began.elapsed().saturating_sub(pause)),
        }
    }
}

/// Notes in the failure of an outage that it ends the wait.
fn note_end(error: &mut Error, left: Option<Duration>) {
    if left.is_none() {
        error.note_gave_up(GaveUp::Limit);
    }
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
