//! The events of calls, as they cross to JavaScript. The queue that they wait in is in `queue.rs`.

use std::{fmt, time::Duration};

use modzy_client::{CancelOutcome, Contents};
use napi::bindgen_prelude::{Buffer, Either, Latin1String};
use napi_derive::napi;
use serde_json::json;

use super::outcome::Value;
use crate::errors::BindingError;

/// What a completion tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[napi(string_enum = "camelCase")]
pub enum BindingEvent {
    /// The call has its result: `text`, which is empty where the answer had no body.
    Done,
    /// The call has failed: `error`.
    Failed,
    /// The call was cancelled before it ended, and its request is closed.
    Aborted,
    /// The call goes on: `text` is the job as it was last seen or, of a transfer, which has `loaded_bytes`, what is
    /// transferred.
    Progress,
    /// The call goes on once `feed` has given it the next piece of the source of this `number`.
    Pull,
    /// The attempt of this `number` has failed with `error`; another follows after `delay_ms`.
    Retry,
    /// The poll of this `number` has found a job with the status `text`, or has failed with `error`; the next one follows
    /// after `delay_ms`, where there is one.
    Poll,
}

/// A piece of news about a call.
#[napi(object, object_from_js = false)]
pub(crate) struct BindingCompletion {
    /// The call, as `start` named it.
    pub id: i64,
    /// What the rest tells.
    pub event: BindingEvent,
    /// JSON, or text where the operation brings text. Beside bytes, what is known of them, as JSON.
    #[napi(ts_type = "string")]
    pub text: Option<Text>,
    /// What an operation brings that brings bytes.
    pub bytes: Option<Buffer>,
    /// A failure.
    pub error: Option<BindingError>,
    /// How the cancellation of the job went, where it was cancelled because the call failed or was cancelled.
    pub cancelled: Option<BindingCancelOutcome>,
    /// Of a source, an attempt or a poll.
    pub number: Option<u32>,
    /// In ms.
    pub delay_ms: Option<f64>,
    /// Of a transfer: how many bytes have come so far.
    pub loaded_bytes: Option<f64>,
    /// Of a transfer: how many there are, where that is known.
    pub total_bytes: Option<f64>,
}

/// Text on its way into JavaScript, which decodes it unless it is known to be ASCII.
type Text = Either<Latin1String, String>;

fn text(text: String) -> Text {
    if text.is_ascii() {
        Either::A(text.into())
    } else {
        Either::B(text)
    }
}

/// How the cancellation of a job went.
#[derive(Debug)]
#[napi(object, object_from_js = false)]
pub(crate) struct BindingCancelOutcome {
    /// The job, where it has a name.
    pub job_identifier: Option<String>,
    /// The job as the server answered, as JSON.
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

impl fmt::Debug for BindingCompletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BindingCompletion({:?} of call {})", self.event, self.id)
    }
}

impl BindingCompletion {
    /// An event of this kind, without anything else.
    pub(crate) fn new(id: u64, event: BindingEvent) -> Self {
        Self {
            id: id.cast_signed(),
            event,
            text: None,
            bytes: None,
            error: None,
            cancelled: None,
            number: None,
            delay_ms: None,
            loaded_bytes: None,
            total_bytes: None,
        }
    }

    /// Adds a result.
    pub(crate) fn with_value(mut self, value: Value) -> Self {
        match value {
            Value::Document(document) => self.text = Some(text(document.into())),
            Value::Text(value) => self.text = Some(text(value)),
            Value::Bytes(bytes) => self.bytes = Some(Vec::from(bytes).into()),
            Value::Contents(Contents {
                status,
                bytes,
                content_type,
                ..
            }) => {
                self.bytes = Some(Vec::from(bytes).into());
                self.text = Some(text(json!({ "status": status, "type": content_type }).to_string()));
            }
        }
        self
    }

    /// Adds how far a transfer has come.
    #[expect(
        clippy::cast_precision_loss,
        reason = "JavaScript counts in doubles, exact up to 8 PiB"
    )]
    pub(crate) fn with_transfer(mut self, loaded: u64, total: Option<u64>) -> Self {
        self.loaded_bytes = Some(loaded as f64);
        self.total_bytes = total.map(|total| total as f64);
        self
    }

    /// Adds a failure.
    pub(crate) fn with_error(mut self, error: &modzy_client::Error) -> Self {
        self.error = Some(error.into());
        self
    }

    /// Adds a text.
    pub(crate) fn with_text(mut self, value: Option<String>) -> Self {
        self.text = value.map(text);
        self
    }

    /// Adds a number.
    pub(crate) fn with_number(mut self, number: u32) -> Self {
        self.number = Some(number);
        self
    }

    /// Adds a pause.
    pub(crate) fn with_delay(mut self, delay: Option<Duration>) -> Self {
        self.delay_ms = delay.map(|delay| delay.as_secs_f64() * 1000.0);
        self
    }

    /// How much text it carries, in bytes.
    pub(crate) fn text_length(&self) -> usize {
        match &self.text {
            Some(Either::A(ascii)) => ascii.len(),
            Some(Either::B(text)) => text.len(),
            None => 0,
        }
    }
}
