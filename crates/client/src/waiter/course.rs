//! What a wait has seen so far, and what follows from each poll: a pause, or the end of the wait. Does not wait itself.

use std::{
    mem,
    time::{Duration, Instant},
};

use super::{EndedEarly, LAST_POLL, PollReport, Polled, Schedule, interval::Interval};
use crate::{
    backoff::{self, Backoff, SHORTEST_PAUSE},
    clock::{Clock, GAP, Random},
    ended::Registration,
    error::{Error, GaveUp},
    transport::LONGEST_RETRY_AFTER,
};

/// How long a response that may be premature is doubted: a receipt precedes the stored job.
const DOUBT: Duration = Duration::from_secs(4);

/// The state of a wait between its polls.
pub(super) struct Course<'w, T> {
    pub(super) clock: &'w dyn Clock,
    pub(super) registration: Option<&'w Registration<'w>>,
    random: &'w dyn Random,
    schedule: Schedule,
    interval: Interval,
    backoff: Backoff,
    started: Option<Instant>,
    asked: Instant,
    /// When the next poll is due.
    due: Instant,
    /// A hint does not end the pause before this time.
    deaf_until: Instant,
    failing_since: Option<Instant>,
    doubting_since: Option<Instant>,
    seen: Option<T>,
    /// On the heap, because thousands of waits have none.
    failure: Option<Box<Error>>,
    /// For how long the process was suspended during the last poll or the pause after it.
    suspended: Duration,
    /// Whether the limit may have passed in that time.
    was_suspended: bool,
    was_hinted: bool,
}

/// The rest of a pause between two polls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pause {
    pub(super) left: Duration,
    /// How long no hint ends the pause.
    pub(super) deaf: Duration,
}

impl<'w, T> Course<'w, T> {
    pub(super) fn new(
        clock: &'w dyn Clock,
        random: &'w dyn Random,
        schedule: Schedule,
        registration: Option<&'w Registration<'w>>,
    ) -> Self {
        let interval = Interval::new(&schedule);
        let now = clock.now();
        Self {
            backoff: interval.of_outage(registration.and_then(Registration::own_interval)),
            asked: now,
            due: now,
            deaf_until: now,
            clock,
            registration,
            random,
            schedule,
            interval,
            started: None,
            failing_since: None,
            doubting_since: None,
            seen: None,
            failure: None,
            was_suspended: false,
            suspended: Duration::ZERO,
            was_hinted: false,
        }
    }

    /// Notes that a poll begins. Returns how long it may take, or `None` if the limit of the wait has passed.
    pub(super) fn begin_poll(&mut self) -> Option<Duration> {
        self.asked = self.clock.now();
        self.started.get_or_insert(self.asked);
        // If the process was suspended, the job may have ended within the limit, so the wait polls once more.
        let was_suspended = mem::take(&mut self.was_suspended);
        self.left(self.asked).or_else(|| was_suspended.then_some(LAST_POLL))
    }

    /// Whether the wait polls once more, and at once, although its limit has passed during a poll: the process was suspended.
    pub(super) fn polls_again(&mut self) -> bool {
        self.due = self.clock.now();
        self.was_suspended
    }

    /// Returns when the present outage began.
    pub(super) fn failing_since(&self) -> Option<Instant> {
        self.failing_since
    }

    /// Returns the end of a wait whose limit has passed.
    pub(super) fn timed_out(&mut self) -> EndedEarly<T> {
        EndedEarly::TimedOut {
            seen: self.seen.take(),
            failure: self.failure.take(),
        }
    }

    /// Decides what follows a poll, and reports it to `on_poll`. Returns the end of the wait, or `None` before a pause.
    pub(super) fn follow(
        &mut self,
        polled: Polled<T>,
        on_poll: &mut impl FnMut(PollReport<'_, T>),
    ) -> Option<Result<T, EndedEarly<T>>> {
        let now = self.clock.now();
        let is_done = matches!(polled, Polled::Done(_));
        if let Some(registration) = self.registration.filter(|_| self.was_hinted && !is_done) {
            registration.note_wrong_hint(now);
        }
        self.deaf_until = now;
        let (pause, found) = match polled {
            Polled::Done(answer) => {
                match self.registration {
                    Some(registration) if self.interval.has_noted() => registration.note_end(self.was_hinted, now),
                    Some(registration) => registration.note_early_end(now),
                    None => {}
                }
                on_poll(PollReport {
                    answer: Ok(&answer),
                    delay: None,
                });
                return Some(Ok(answer));
            }
            Polled::Pending { answer, mark } => {
                self.failing_since = None;
                self.doubting_since = None;
                self.interval.note(mark);
                self.backoff = self.pauses_of_outage();
                (Some(self.own_pause(now)), Ok(answer))
            }
            Polled::Outage {
                mut error,
                retry_after,
                began,
            } => {
                // Includes no suspension, which ended before now.
                let began = (began.unwrap_or(self.asked) + self.suspended).min(now);
                let since = *self.failing_since.get_or_insert(began);
                let requested = retry_after.map(|asked| self.with_jitter(asked.min(LONGEST_RETRY_AFTER)));
                // A hint does not shorten a pause that the server has asked for.
                self.deaf_until += requested.unwrap_or_default();
                let left = remaining(self.schedule.max_outage, now - since);
                note_end(&mut error, left);
                let pause = left.map(|left| self.pause_of_outage(now, requested).min(left));
                (pause, Err(error))
            }
            Polled::Busy {
                mut error,
                retry_after,
                last_good,
            } => {
                // The refusals of others have held it back meanwhile.
                let since = self.failing_since.get_or_insert((self.asked + self.suspended).min(now));
                *since = last_good.map_or(*since, |good| good.max(*since));
                let left = remaining(self.schedule.max_outage, now - *since)
                    .filter(|left| retry_after.is_none_or(|asked| asked <= *left));
                note_end(&mut error, left);
                let requested = retry_after.map(|asked| self.with_jitter(asked));
                let pause = left.map(|left| self.pause_of_outage(now, requested).min(left));
                (pause, Err(error))
            }
            Polled::Doubtful(error) => {
                let doubt = now - *self.doubting_since.get_or_insert(now);
                let pause = remaining(DOUBT, doubt).map(|left| self.schedule.poll_interval.min(left));
                (pause, Err(error))
            }
            Polled::Refused(error) => (None, Err(error)),
        };
        let delay = pause.and_then(|pause| match self.left(now) {
            Some(left) => {
                self.was_suspended = false;
                Some(pause.min(left))
            }
            None => self.polls_again().then_some(Duration::ZERO),
        });
        on_poll(PollReport {
            answer: found.as_ref(),
            delay,
        });
        // Only a wait with a limit reports its last poll.
        let is_limited = self.schedule.wait_timeout.is_some();
        match found {
            Err(error) if pause.is_none() => return Some(Err(EndedEarly::Failed(error))),
            Err(error) => self.failure = is_limited.then(|| Box::new(error)),
            Ok(answer) => {
                self.seen = is_limited.then_some(answer);
                self.failure = None;
            }
        }
        let Some(delay) = delay else {
            return Some(Err(self.timed_out()));
        };
        self.due = now + delay;
        None
    }

    /// Returns the rest of the present pause.
    pub(super) fn pause(&self) -> Pause {
        let now = self.clock.now();
        Pause {
            left: self.due.saturating_duration_since(now),
            deaf: self.deaf_until.saturating_duration_since(now),
        }
    }

    /// Notes that waits have fallen back to polling individually. Thousands do so at the same time, so their next polls are spread.
    /// A pause of an outage stays.
    pub(super) fn fall_back(&mut self) {
        if self.failing_since.is_none() && self.doubting_since.is_none() {
            let now = self.clock.now();
            let spread = self.own_pause(now).mul_f64(self.random.fraction());
            self.due = self.due.min(now + spread);
        }
    }

    /// Goes on pausing if the process was suspended for this long after the pause was over, and a list serves the wait: thousands of
    /// waits whose pauses have ended meanwhile are not to poll at once. The list, which is read at once, names the jobs that have
    /// ended. Returns whether it does: not if the limit of the wait has passed.
    pub(super) fn spread_after_suspension(&mut self, late: Duration) -> bool {
        let now = self.clock.now();
        let own = self.registration.and_then(|registration| registration.own_pause(now));
        let (Some(own), Some(left), true) = (own, self.left(now), late > GAP) else {
            return false;
        };
        self.note_suspension(late);
        // The first to be due is the last to poll, as long after the suspension as its pause had ended before the end of it.
        self.due = now + late.min(own).min(left);
        true
    }

    /// Notes that a pause has ended: by how much it exceeded its length, or `None` if a hint has ended it.
    pub(super) fn note_pause(&mut self, late: Option<Duration>) {
        self.was_hinted = late.is_none();
        if let Some(late) = late.filter(|late| *late > GAP) {
            self.note_suspension(late);
        }
    }

    /// Notes for how long the process was suspended during a pause or a poll.
    pub(super) fn note_suspension(&mut self, suspended: Duration) {
        self.suspended = suspended;
        if suspended.is_zero() {
            return;
        }
        self.was_suspended = true;
        // The server could not be asked during that time, so it does not count as failure.
        let now = self.clock.now();
        for since in [&mut self.failing_since, &mut self.doubting_since]
            .into_iter()
            .flatten()
        {
            *since = (*since + suspended).min(now);
        }
    }

    /// Returns the rest of the limit of the wait.
    fn left(&self, now: Instant) -> Option<Duration> {
        let spent = now - self.started.unwrap_or(now);
        (self.schedule.wait_timeout).map_or(Some(Duration::MAX), |limit| remaining(limit, spent))
    }

    fn own_pause(&self, now: Instant) -> Duration {
        let own = self.registration.and_then(|registration| registration.own_pause(now));
        own.unwrap_or_else(|| self.interval.pause(self.random))
    }

    fn pauses_of_outage(&self) -> Backoff {
        self.interval
            .of_outage(self.registration.and_then(Registration::own_interval))
    }

    fn pause_of_outage(&mut self, now: Instant, requested: Option<Duration>) -> Duration {
        let least = self.least_of_outage();
        let wanted = requested.unwrap_or_else(|| self.backoff.next(self.random).max(least));
        let least = requested.unwrap_or(least);
        let own = (self.registration).and_then(|registration| registration.own_pause_after_failure(now, wanted, least));
        own.unwrap_or(wanted)
    }

    /// A wait never polls a failing server more often than a healthy one.
    fn least_of_outage(&self) -> Duration {
        self.schedule.poll_interval.max(SHORTEST_PAUSE)
    }

    fn with_jitter(&self, requested: Duration) -> Duration {
        backoff::requested_pause(requested, self.least_of_outage(), self.random)
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
