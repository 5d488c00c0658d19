//! Waits for steps that the server takes, such as the pull of an image. Each is bounded. Waits for jobs are in `jobs`.

use std::time::{Duration, Instant};

use crate::{
    client::{Client, RequestOptions},
    clock::{Clock, FOREVER},
    error::{Error, Result},
};

/// The options of a wait for a step.
#[derive(Debug, Clone)]
#[must_use]
pub struct StepOptions {
    pub(crate) poll_interval: Duration,
    pub(crate) limit: Duration,
    /// Those of each request.
    pub(crate) request: RequestOptions,
}

/// The progress of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepProgress {
    /// The name of the step.
    pub step: &'static str,
    /// From 0 to 100.
    pub percentage: u32,
}

impl Default for StepOptions {
    fn default() -> Self {
        Self {
            poll_interval: Duration::from_secs(2),
            limit: Duration::from_mins(30),
            request: RequestOptions::default(),
        }
    }
}

impl StepOptions {
    /// Sets the pause between a response and the next poll. Default: 2 s.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval.clamp(Duration::from_millis(1), FOREVER);
        self
    }

    /// Limits the wait for each step. Default: 30 min.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit.min(FOREVER);
        self
    }

    /// Sets the options of each request.
    pub fn request(mut self, options: RequestOptions) -> Self {
        self.request = options;
        self
    }
}

/// The wait for a step: the pauses between its polls, and its limit.
pub(crate) struct Waiting<'a> {
    clock: &'a dyn Clock,
    step: &'static str,
    options: &'a StepOptions,
    started: Instant,
}

impl Client {
    /// Begins a wait.
    pub(crate) fn waiting<'a>(&'a self, step: &'static str, options: &'a StepOptions) -> Waiting<'a> {
        let clock = self.transport().clock();
        Waiting {
            clock,
            step,
            options,
            started: clock.now(),
        }
    }
}

impl Waiting<'_> {
    /// Pauses before the next poll.
    ///
    /// # Errors
    /// When the limit has passed.
    pub(crate) async fn pause(&self) -> Result<()> {
        if self.sleep(self.options.poll_interval).await {
            return Ok(());
        }
        let limit = self.options.limit.as_millis();
        Err(Error::step(self.step, format!("was not complete after {limit} ms")))
    }

    /// Sleeps, but not beyond the limit. Returns whether there was time left.
    pub(crate) async fn sleep(&self, pause: Duration) -> bool {
        let spent = self.clock.now() - self.started;
        let left = self.options.limit.saturating_sub(spent);
        if left.is_zero() {
            return false;
        }
        self.clock.sleep(pause.min(left)).await;
        true
    }
}
