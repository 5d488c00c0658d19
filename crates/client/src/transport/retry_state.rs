//! The retries of one call: whether another attempt follows a failed one, after which pause, and what the observer
//! hears of it. A call may read its answer long after the headers, so the state lasts until the last byte.

use std::{
    mem,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use super::{
    attempt_state::AttemptState,
    failure::FailedAttempt,
    handover::HandOver,
    request::{Request, Settings, fired},
    retry::{self, Class, Verdict},
    shared::Transport,
    throttle::{self, LONGEST_RETRY_AFTER, Pause, RouteClass},
    turn::NoTurn,
};
use crate::{
    backoff::{Backoff, RETRY_PAUSE},
    clock,
    error::{Error, GaveUp, Result, Sent},
    observer::Event,
};

/// What one call may still retry.
#[derive(Debug)]
pub(crate) struct RetryState {
    class: Class,
    /// Ends the call while it submits nothing.
    withdrawal: Option<CancellationToken>,
    failed: u32,
    /// How many more attempts may follow.
    retries: u32,
    backoff: Backoff,
    replayed: bool,
    made_progress: bool,
    /// Whether the server may have acted on an attempt.
    may_have_acted: bool,
    /// The failure of the last attempt that another one followed.
    last: Option<Error>,
    /// When the server first refused the request.
    refused_since: Option<Instant>,
}

impl RetryState {
    /// The state of a call that begins.
    pub(crate) fn new(request: &Request, settings: &Settings) -> Self {
        Self {
            class: if request.is_looked_for {
                Class::LookedFor
            } else {
                request.class()
            },
            withdrawal: settings
                .not_submitted_after
                .clone()
                .filter(|_| matches!(request.route, Some(RouteClass::Submit))),
            failed: 0,
            retries: settings.retries,
            backoff: Backoff::new(RETRY_PAUSE),
            replayed: false,
            made_progress: false,
            may_have_acted: false,
            last: None,
            refused_since: None,
        }
    }

    /// Notes that the call has received new bytes. The outage is over, so the call has all its retries again.
    pub(crate) fn made_progress(&mut self, settings: &Settings) {
        self.retries = settings.retries;
        self.backoff.reset();
        self.made_progress = true;
    }

    /// The error of a call that makes no further attempt: its last failure, if it has one.
    pub(crate) fn last_error(&mut self) -> Error {
        self.last.take().unwrap_or(Error::Aborted)
    }

    /// The last failure, if it was a refusal.
    fn last_refusal(&mut self) -> Option<Error> {
        self.last.take_if(|error| retry::refusal(self.class, error).is_some())
    }

    /// Turns the failure of an attempt into the error of the call.
    pub(crate) fn end(&mut self, mut error: Error) -> Error {
        self.judge(&mut error);
        error
    }

    /// Notes that an attempt has received an answer.
    pub(super) fn answered(&mut self) {
        self.replayed = false;
    }

    /// Notes that the process was suspended for this long. The server did not refuse the request in that time.
    pub(super) fn note_suspension(&mut self, suspended: Duration) {
        if let Some(since) = &mut self.refused_since {
            *since += suspended;
        }
    }

    fn judge(&mut self, error: &mut Error) -> Verdict {
        self.failed += 1;
        if self.may_have_acted {
            error.note_earlier_sent();
        }
        let verdict = retry::verdict(self.class, error);
        if let Some(call) = error.call_mut() {
            call.attempts = self.failed;
            call.retryable = verdict != Verdict::Never;
            call.earlier_may_have_acted = self.may_have_acted;
        }
        self.may_have_acted |= error.may_have_acted();
        verdict
    }
}

impl Transport {
    /// How much time is left for all attempts, if the call has a limit.
    pub(super) fn left(&self, settings: &Settings) -> Option<Duration> {
        settings
            .until
            .map(|until| until.saturating_duration_since(self.clock().now()))
    }

    /// Returns the error of a call that gets no turn.
    pub(crate) fn error_without_turn(&self, none: NoTurn, request: &Request, retry_state: &mut RetryState) -> Error {
        let attempt = || AttemptState::new(self.config.route.dial(&request.url), HandOver::new(self.counts.clone()));
        let mut error = match none {
            NoTurn::Aborted => return retry_state.last_error(),
            NoTurn::Failed(error) => return retry_state.end(error),
            NoTurn::Late(limit) => {
                let late = self.failure_context(request, &attempt()).timeout(limit);
                retry_state.end(late.error)
            }
            NoTurn::Refused(refusal) => retry_state
                .last_refusal()
                .unwrap_or_else(|| self.failure_context(request, &attempt()).not_sent(refusal)),
        };
        error.note_gave_up(GaveUp::Limit);
        if let Some(call) = error.call_mut() {
            call.earlier_may_have_acted |= retry_state.may_have_acted;
        }
        error
    }

    /// Waits until the next attempt is due.
    ///
    /// # Errors
    /// The failure, if no attempt follows.
    pub(crate) async fn wait_for_retry(
        &self,
        retry_state: &mut RetryState,
        settings: &Settings,
        error: Error,
    ) -> Result<()> {
        self.wait_after(retry_state, settings, error.into(), None).await?;
        Ok(())
    }

    /// The same after an attempt, which the server may have refused. Returns for how long the process was suspended
    /// meanwhile.
    pub(super) async fn wait_after(
        &self,
        retry_state: &mut RetryState,
        settings: &Settings,
        FailedAttempt { mut error, stale }: FailedAttempt,
        refused: Option<Pause>,
    ) -> Result<Duration> {
        if matches!(error, Error::Aborted) {
            return Err(retry_state.last_error());
        }
        let verdict = retry_state.judge(&mut error);
        let made_progress = mem::take(&mut retry_state.made_progress);
        // The server had closed an idle socket before the request reached it, so the replay costs no retry and no
        // pause. A server that does so repeatedly, without a good answer between, gets ordinary retries.
        let may_be_repeated = retry_state.class == Class::Read || error.sent() == Some(Sent::No);
        let is_free = stale && may_be_repeated && !retry_state.replayed && self.replay_budget.take();
        let pause = if is_free {
            retry_state.replayed = true;
            Duration::ZERO
        } else {
            let Verdict::Again { after } = verdict else {
                return Err(error);
            };
            let is_cancellation = settings.until.is_some();
            let pause = match (refused, after) {
                (Some(Pause::Alone(_)), asked) if is_cancellation => {
                    throttle::pause_of_cancellation(asked, retry_state.failed, self.random())
                }
                (Some(Pause::InLine(pause) | Pause::Alone(pause)), _) => pause,
                (None, Some(requested)) => throttle::pause(Some(requested), self.random()),
                (None, None) => retry_state.backoff.next(self.random()),
            };
            if let Some(reason) = self.why_not_again(retry_state, settings, (after, pause), refused.is_some()) {
                error.note_gave_up(reason);
                return Err(error);
            }
            // A call that makes progress is not in an outage, so its retries cannot multiply the load. A refusal pauses its
            // class instead.
            if !(refused.is_some() || made_progress || self.retry_budget.take()) {
                error.note_gave_up(GaveUp::Budget);
                return Err(error);
            }
            retry_state.retries = retry_state.retries.saturating_sub(1);
            match (refused, settings.patience, retry_state.refused_since) {
                // The last attempt is made when its patience is over.
                (Some(Pause::Alone(_)), Some(limit), Some(since)) => {
                    pause.min(limit.saturating_sub(self.clock().now() - since))
                }
                _ => pause,
            }
        };
        settings.observed.notify(Event::Retry {
            attempt: retry_state.failed,
            delay: pause,
            error: &error,
        });
        let mut suspended = Duration::ZERO;
        if !(is_free || matches!(refused, Some(Pause::InLine(_)))) {
            tokio::select! {
                biased;
                () = settings.aborted() => return Err(error),
                () = fired(retry_state.withdrawal.as_ref()) => return Err(error),
                late = clock::sleep(self.clock(), pause) => suspended = late,
            }
        }
        retry_state.last = Some(error);
        Ok(suspended)
    }

    /// Why no attempt may follow a failed one after a pause, if none may. `after` is the pause that the server asked for.
    fn why_not_again(
        &self,
        retry_state: &mut RetryState,
        settings: &Settings,
        (after, pause): (Option<Duration>, Duration),
        is_refused: bool,
    ) -> Option<GaveUp> {
        let now = self.clock().now();
        let patience = settings.patience.filter(|_| is_refused);
        if is_refused {
            retry_state.refused_since.get_or_insert(now);
        }
        let refused_for = retry_state.refused_since.map_or(Duration::ZERO, |since| now - since);
        if retry_state.retries == 0 && patience.is_none_or(|limit| refused_for >= limit) {
            return Some(patience.map_or(GaveUp::Retries, |_| GaveUp::Limit));
        }
        let is_beyond = after.is_some_and(|asked| asked > patience.unwrap_or(LONGEST_RETRY_AFTER));
        let is_late = self.left(settings).is_some_and(|left| pause >= left);
        (is_beyond || is_late).then_some(GaveUp::Limit)
    }
}
