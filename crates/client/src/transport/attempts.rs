//! The attempts of a call, from the first request to the last byte that is read: what follows one that fails, after which
//! pause, and who hears of it.

use std::{mem, time::Duration};

use super::{
    failure::Attempt,
    request::{Request, Settings},
    retry::{self, Class, Verdict},
    shared::Transport,
};
use crate::{
    backoff::{self, Backoff, RETRY_PAUSE, SHORTEST_PAUSE},
    error::{Error, Result, Sent},
    observer::Event,
};

/// The account of a call.
#[derive(Debug)]
pub(crate) struct Attempts {
    class: Class,
    failed: u32,
    /// How many may follow.
    retries: u32,
    backoff: Backoff,
    replayed: bool,
    came_further: bool,
    maybe_sent: bool,
    /// Why the last one failed that was followed by another.
    last: Option<Error>,
}

impl Attempts {
    /// The account of a call that begins.
    pub(crate) fn new(request: &Request, settings: &Settings) -> Self {
        Self {
            class: request.class(),
            failed: 0,
            retries: settings.retries,
            backoff: Backoff::new(RETRY_PAUSE),
            replayed: false,
            came_further: false,
            maybe_sent: false,
            last: None,
        }
    }

    /// Notes that the call has come further than ever, so that it is no outage which goes on.
    pub(crate) fn came_further(&mut self, settings: &Settings) {
        self.retries = settings.retries;
        self.backoff.reset();
        self.came_further = true;
    }

    /// Why the call has not come to its end where no other attempt is to be made.
    pub(crate) fn given_up(&mut self) -> Error {
        self.last.take().unwrap_or(Error::GivenUp)
    }

    /// The failure of an attempt as that of the call.
    pub(crate) fn end(&mut self, mut error: Error) -> Error {
        self.judge(&mut error);
        error
    }

    /// Notes that an attempt has brought an answer.
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
    /// What is left of the time for all attempts, where it is limited.
    pub(super) fn left(&self, settings: &Settings) -> Option<Duration> {
        settings
            .until
            .map(|until| until.saturating_duration_since(self.clock().now()))
    }

    /// Ends after a failed attempt when the next one is due.
    ///
    /// # Errors
    /// The failure, where none follows.
    pub(crate) async fn again(&self, attempts: &mut Attempts, settings: &Settings, error: Error) -> Result<()> {
        self.again_after(attempts, settings, error.into()).await
    }

    pub(super) async fn again_after(
        &self,
        attempts: &mut Attempts,
        settings: &Settings,
        Attempt { mut error, stale }: Attempt,
    ) -> Result<()> {
        if matches!(error, Error::GivenUp) {
            return Err(attempts.given_up());
        }
        let verdict = attempts.judge(&mut error);
        let came_further = mem::take(&mut attempts.came_further);
        // The server had closed an idle socket: the request never got a chance, so this costs no retry and no pause. A server
        // that does so again and again without a good answer between is no such case.
        let may_be_repeated = attempts.class == Class::Read || error.sent() == Some(Sent::No);
        let is_free = stale && may_be_repeated && !attempts.replayed && self.replays.take();
        let pause = if is_free {
            attempts.replayed = true;
            Duration::ZERO
        } else {
            let Verdict::Again { after } = verdict else {
                return Err(error);
            };
            // What moves is no outage that could be multiplied.
            if attempts.retries == 0 || !(came_further || self.retries.take()) {
                return Err(error);
            }
            attempts.retries -= 1;
            let pause = match after {
                Some(asked) => backoff::asked_pause(asked, SHORTEST_PAUSE, self.random()),
                None => attempts.backoff.next(self.random()),
            };
            if self.left(settings).is_some_and(|left| pause >= left) {
                return Err(error);
            }
            pause
        };
        settings.observed.tell(Event::Retry {
            attempt: attempts.failed,
            delay: pause,
            error: &error,
        });
        if !is_free {
            tokio::select! {
                biased;
                () = settings.given_up() => return Err(error),
                () = self.clock().sleep(pause) => {}
            }
        }
        attempts.last = Some(error);
        Ok(())
    }
}
