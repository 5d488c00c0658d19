//! The settings of a call, converted from JavaScript. The settings of a client are in `config.rs`.

use std::collections::HashMap;

use modzy_client::{Polling, RequestOptions, Result, StepOptions, WaitOptions};
use napi_derive::napi;

use crate::numbers::{count, millis};

/// Which events of a call are reported besides its progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[napi(string_enum = "camelCase")]
pub enum BindingObservation {
    /// Retries, polls that failed, and the beginning of a wait in a queue.
    Failures,
    /// Every poll, too.
    All,
}

/// Settings of a call. Not `Debug`: a header may be a secret.
#[derive(Default)]
#[napi(object, object_to_js = false)]
pub struct BindingCallOptions {
    /// In ms.
    pub request_timeout: Option<f64>,
    /// In ms.
    pub idle_timeout: Option<f64>,
    /// A count.
    pub retries: Option<f64>,
    /// Name → value.
    pub headers: Option<HashMap<String, String>>,
    /// In ms.
    pub poll_interval: Option<f64>,
    /// In ms.
    pub max_poll_interval: Option<f64>,
    /// In ms.
    pub wait_timeout: Option<f64>,
    /// In ms.
    pub step_timeout: Option<f64>,
    /// In ms.
    pub max_outage: Option<f64>,
    /// Whether the call is one of a batch: a request that the server refuses is sent again for `max_outage`.
    pub of_batch: Option<bool>,
    /// The call that opened the journal of the batch.
    pub journal: Option<i64>,
    /// The key of the job in the journal.
    pub input_key: Option<String>,
    /// Whether the wait polls its job itself, however its client polls.
    pub individual: Option<bool>,
    /// Whether the job of each poll, or the progress of a transfer, is reported.
    pub progress: Option<bool>,
    /// Whether the job that an upload opens is reported.
    pub opened: Option<bool>,
    /// Which other events are reported. By default none, at no cost.
    pub observe: Option<BindingObservation>,
    /// Whether the responses to its requests are reported.
    pub observe_responses: Option<bool>,
}

impl BindingCallOptions {
    /// Returns the settings of the call's requests.
    pub(crate) fn request(&self) -> Result<RequestOptions> {
        let mut options = RequestOptions::default();
        if let Some(limit) = self.request_timeout {
            options = options.request_timeout(millis("requestTimeout", 1.0, limit)?);
        }
        if let Some(limit) = self.idle_timeout {
            options = options.idle_timeout(millis("idleTimeout", 1.0, limit)?);
        }
        if let Some(retries) = self.retries {
            options = options.retries(count("retries", retries)?);
        }
        if self.of_batch == Some(true) {
            let limit = match self.max_outage {
                Some(limit) => millis("maxOutage", 0.0, limit)?,
                None => WaitOptions::default().longest_outage(),
            };
            options = options.patience(limit);
        }
        for (name, value) in self.headers.iter().flatten() {
            options = options.header(name, value)?;
        }
        Ok(options)
    }

    /// Returns the settings of the steps of a deployment.
    pub(crate) fn steps(&self, request: &RequestOptions) -> Result<StepOptions> {
        let mut options = StepOptions::default().request(request.clone());
        if let Some(interval) = self.poll_interval {
            options = options.poll_interval(millis("pollInterval", 1.0, interval)?);
        }
        if let Some(limit) = self.step_timeout {
            options = options.limit(millis("stepTimeout", 0.0, limit)?);
        }
        if let Some(limit) = self.max_outage {
            options = options.max_outage(millis("maxOutage", 0.0, limit)?);
        }
        Ok(options)
    }

    /// Returns the settings of the wait.
    pub(crate) fn wait(&self, request: &RequestOptions) -> Result<WaitOptions> {
        let mut options = WaitOptions::default().request(request.clone());
        if self.individual == Some(true) {
            options = options.polling(Polling::Individual);
        }
        if let Some(interval) = self.poll_interval {
            options = options.poll_interval(millis("pollInterval", 1.0, interval)?);
        }
        if let Some(interval) = self.max_poll_interval {
            options = options.max_poll_interval(millis("maxPollInterval", 1.0, interval)?);
        }
        if let Some(limit) = self.wait_timeout {
            options = options.wait_timeout(millis("waitTimeout", 0.0, limit)?);
        }
        if let Some(limit) = self.max_outage {
            options = options.max_outage(millis("maxOutage", 0.0, limit)?);
        }
        Ok(options)
    }
}
