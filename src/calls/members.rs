//! The members of events, and how they are converted from what the client returns.

#![expect(
    unreachable_pub,
    reason = "napi takes public enums alone, and what they are made of is as public"
)]

use std::time::Duration;

use modzy_client::{CancelOutcome, UploadProgress};
use napi::bindgen_prelude::{Either, Latin1String};
use napi_derive::napi;

use crate::errors::BindingError;

/// Text for JavaScript. Text that is known to be ASCII need not be decoded.
pub type Text = Either<Latin1String, String>;

/// An input of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
#[napi(object, object_from_js = false)]
pub struct BindingInput {
    /// The job.
    pub job_identifier: String,
    /// The input's key.
    pub input_key: String,
    /// The name of the model's input.
    pub input_name: String,
}

impl From<&UploadProgress<'_>> for BindingInput {
    fn from(progress: &UploadProgress<'_>) -> Self {
        Self {
            job_identifier: progress.job_identifier.to_owned(),
            input_key: progress.input_key.to_owned(),
            input_name: progress.input_name.to_owned(),
        }
    }
}

/// The outcome of the cancellation of a job.
#[derive(Debug)]
#[napi(object, object_from_js = false)]
pub struct BindingCancelOutcome {
    /// The identifier of the job, if it is known.
    pub job_identifier: Option<String>,
    /// The job in the server's response, as JSON.
    pub job: Option<String>,
    /// Why it failed.
    pub error: Option<BindingError>,
}

impl From<CancelOutcome> for BindingCancelOutcome {
    fn from(outcome: CancelOutcome) -> Self {
        let (job, error) = match outcome.result {
            Ok(job) => (Some(job.into()), None),
            Err(error) => (None, Some((&error).into())),
        };
        Self {
            job_identifier: outcome.job_identifier,
            job,
            error,
        }
    }
}

/// Returns a text in the encoding that JavaScript reads fastest.
pub(crate) fn text(text: String) -> Text {
    if text.is_ascii() {
        Either::A(text.into())
    } else {
        Either::B(text)
    }
}

/// Converts a number of bytes.
#[expect(
    clippy::cast_precision_loss,
    reason = "JavaScript counts in doubles, exact up to 8 PiB"
)]
pub(crate) fn double(bytes: u64) -> f64 {
    bytes as f64
}

/// Converts a delay to ms.
pub(crate) fn millis(delay: Duration) -> f64 {
    delay.as_secs_f64() * 1000.0
}

/// Returns the length of a text, in bytes.
pub(super) fn length(text: &Text) -> usize {
    match text {
        Either::A(ascii) => ascii.len(),
        Either::B(text) => text.len(),
    }
}
