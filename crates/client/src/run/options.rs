//! The options of a run.

use crate::jobs::WaitOptions;

/// What happens if inputs fail although the job completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failures {
    /// The call fails with [`Error::JobFailed`](crate::Error::JobFailed) and the server's message for the first input that failed.
    Reject,
    /// The failures are returned beside the results.
    Return,
}

/// The options of a run.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct RunOptions {
    pub(super) wait: WaitOptions,
    pub(super) failures: Option<Failures>,
}

impl RunOptions {
    /// Sets the options of the wait. Those of its requests are also those of all other requests of the run.
    pub fn wait(mut self, options: WaitOptions) -> Self {
        self.wait = options;
        self
    }

    /// Returns the options of the wait.
    pub fn wait_options(&self) -> &WaitOptions {
        &self.wait
    }

    /// Sets what happens if inputs fail. Default: [`Failures::Reject`] for a single input, and [`Failures::Return`] for several.
    pub fn failures(mut self, failures: Failures) -> Self {
        self.failures = Some(failures);
        self
    }
}
