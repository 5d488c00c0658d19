//! The schedule of a wait: when to poll, which failures to ride out, and when to stop. Leaves jobs and HTTP to the function that
//! it polls, which also decides what each response means.

mod course;
mod interval;

use std::{
    pin::pin,
    time::{Duration, Instant},
};

use self::course::{Course, Pause};
use crate::{
    clock::{Clock, GRACE, Random, suspended_during},
    ended::{Registration, Wake},
    error::Error,
};

/// How long the last poll may take of a wait whose limit passed in a suspension. Its connections may be gone.
pub(crate) const LAST_POLL: Duration = GRACE;

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
///
/// The futures of `poll` are small, and keep what a request needs on the heap: nearly all of thousands of waits are paused or queued.
// The future of an `async fn` would hold each argument twice, and thousands of waits are in memory at the same time.
pub(crate) fn wait<'w, T: 'w, P>(
    clock: &'w dyn Clock,
    random: &'w dyn Random,
    schedule: Schedule,
    registration: Option<&'w Registration<'w>>,
    mut poll: impl FnMut(Option<Instant>) -> P + 'w,
    mut on_poll: impl FnMut(PollReport<'_, T>) + 'w,
) -> impl Future<Output = Result<T, EndedEarly<T>>>
where
    P: Future<Output = Polled<T>> + 'w,
{
    let mut course = Course::new(clock, random, schedule, registration);
    async move {
        loop {
            if let Some(end) = poll_once(&mut course, &mut poll, &mut on_poll).await {
                return end;
            }
            rest(&mut course).await;
        }
    }
}

/// Polls, and returns the end of the wait if this is the last poll.
async fn poll_once<T, P: Future<Output = Polled<T>>>(
    course: &mut Course<'_, T>,
    poll: &mut impl FnMut(Option<Instant>) -> P,
    on_poll: &mut impl FnMut(PollReport<'_, T>),
) -> Option<Result<T, EndedEarly<T>>> {
    let Some(left) = course.begin_poll() else {
        return Some(Err(course.timed_out()));
    };
    let (clock, failing_since) = (course.clock, course.failing_since());
    // On the heap, because nearly all of thousands of waits are paused.
    let polling = Box::pin(async {
        let poll = pin!(poll(failing_since));
        suspended_during(pin!(within(clock, left, poll))).await
    });
    let (polled, suspended) = polling.await;
    course.note_suspension(suspended);
    match polled {
        Some(polled) => course.follow(polled, on_poll),
        None if course.polls_again() => None,
        None => Some(Err(course.timed_out())),
    }
}

/// Pauses, unless a hint or a fallback ends the pause earlier.
async fn rest<T>(course: &mut Course<'_, T>) {
    let mut is_spread = false;
    let late = loop {
        let began = tokio::time::Instant::now();
        let Pause { left, deaf } = course.pause();
        let woken = async {
            let Some(registration) = course.registration else {
                return std::future::pending().await;
            };
            if !deaf.is_zero() {
                course.clock.sleep(deaf).await;
            }
            registration.woken().await
        };
        tokio::select! {
            biased;
            wake = woken => match wake {
                Wake::Hint => break None,
                Wake::Fallback => course.fall_back(),
            },
            () = course.clock.sleep(left) => {
                let late = began.elapsed().saturating_sub(left);
                if is_spread || !course.spread_after_suspension(late) {
                    break Some(late);
                }
                is_spread = true;
            }
        }
    };
    course.note_pause(late);
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
