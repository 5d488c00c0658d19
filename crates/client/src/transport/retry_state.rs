//! The retries of one call: whether another attempt follows a failed one, after which pause, and what the observer
//! hears of it. A call may read its answer long after the headers, so the state lasts until the last byte.

use std::{mem, time::Duration};

use super::{
    failure::FailedAttempt,
    request::{Request, Settings},
    retry::{self, Class, Verdict},
    shared::Transport,
};
use crate::{
    backoff::{self, Backoff, RETRY_PAUSE, SHORTEST_PAUSE},
    error::{Error, Result, Sent},
    observer::Event,
};

/// What one call may still retry.
#[derive(Debug)]
pub(crate) struct RetryState {
    class: Class,
    failed: u32,
    /// How many more attempts may follow.
    retries: u32,
    backoff: Backoff,
    replayed: bool,
    made_progress: bool,
    maybe_sent: bool,
    /// The failure of the last attempt that another one followed.
    last: Option<Error>,
}

impl RetryState {
    /// The state of a call that begins.
    pub(crate) fn new(request: &Request, settings: &Settings) -> Self {
        Self {
            class: request.class(),
            failed: 0,
            retries: settings.retries,
            backoff: Backoff::new(RETRY_PAUSE),
            replayed: false,
            made_progress: false,
            maybe_sent: false,
            last: None,
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

    /// Turns the failure of an attempt into the error of the call.
    pub(crate) fn end(&mut self, mut error: Error) -> Error {
        self.judge(&mut error);
        error
    }

    /// Notes that an attempt has received an answer.
    pub(super) fn answered(&mut self) {
        self.replayed = false;
    }

    fn judge(&mut self, error: &mut Error) -> Verdict {
        self.failed += 1;
        if self.maybe_sent {
            error.note_earlier_sent();
        }
        self.maybe_sent |= error.sent() == Some(Sent::Maybe);
        let verdict = retry::verdict(self.class, error);
        if let Some(call) = error.call_mut() {
            call.attempts = self.failed;
            call.retryable = verdict != Verdict::Never;
        }
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
        self.wait_after(retry_state, settings, error.into()).await
    }

    pub(super) async fn wait_after(
        &self,
        retry_state: &mut RetryState,
        settings: &Settings,
        FailedAttempt { mut error, stale }: FailedAttempt,
    ) -> Result<()> {
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
            // A call that makes progress is not in an outage, so its retries cannot multiply the load.
            if retry_state.retries == 0 || !(made_progress || self.retry_budget.take()) {
                return Err(error);
            }
            retry_state.retries -= 1;
            let pause = match after {
                Some(requested) => backoff::requested_pause(requested, SHORTEST_PAUSE, self.random()),
                None => retry_state.backoff.next(self.random()),
            };
            if self.left(settings).is_some_and(|left| pause >= left) {
                return Err(error);
            }
            pause
        };
        settings.observed.notify(Event::Retry {
            attempt: retry_state.failed,
            delay: pause,
            error: &error,
        });
        if !is_free {
            tokio::select! {
                biased;
                () = settings.aborted() => return Err(error),
                () = self.clock().sleep(pause) => {}
            }
        }
        retry_state.last = Some(error);
        Ok(())
    }
}
