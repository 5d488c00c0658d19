//! The events of calls, as they cross to JavaScript. The queue that they wait in is in `queue.rs`.

#![expect(
    unreachable_pub,
    reason = "napi takes public enums alone, and what they are made of is as public"
)]

use std::{fmt, time::Duration};

use modzy_client::{CancelOutcome, UploadProgress};
use napi::bindgen_prelude::{Buffer, Either, Latin1String};
use napi_derive::napi;

use crate::errors::BindingError;

/// Text on its way into JavaScript, which decodes it unless it is known to be ASCII.
pub type Text = Either<Latin1String, String>;

/// What is reported of a call, by its `event`. Each call has one end; those that go by several names are ends with a result.
#[napi(discriminant = "event", discriminant_case = "camelCase", object_from_js = false)]
pub enum BindingEvent {
    /// The end: a response of JSON.
    Document {
        /// The call, as its start named it.
        id: i64,
        /// JSON. Empty where the response had no body.
        #[napi(ts_type = "string")]
        text: Text,
    },
    /// The end: several responses of JSON.
    Documents {
        /// The call.
        id: i64,
        /// JSON, each.
        #[napi(ts_type = "string[]")]
        texts: Vec<Text>,
    },
    /// The end: a page of a list.
    Page {
        /// The call.
        id: i64,
        /// An array, as JSON.
        #[napi(ts_type = "string")]
        items: Text,
        /// Whether another page follows.
        has_next: bool,
    },
    /// The end: a job that is over, and its results.
    JobAndResult {
        /// The call.
        id: i64,
        /// JSON.
        #[napi(ts_type = "string")]
        job: Text,
        /// JSON.
        #[napi(ts_type = "string")]
        result: Text,
    },
    /// The end: an output as a whole.
    Contents {
        /// The call.
        id: i64,
        /// The output.
        #[napi(ts_type = "Uint8Array")]
        bytes: Buffer,
        /// The HTTP status.
        status: u32,
        /// What the server says that the bytes are.
        content_type: Option<String>,
    },
    /// The end: an output has been downloaded.
    Downloaded {
        /// The call.
        id: i64,
        /// How many bytes the file has.
        bytes: f64,
        /// What the server says that they are.
        content_type: Option<String>,
    },
    /// The end: a stream is open, for `nextChunk` and this call's id.
    Opened {
        /// The call.
        id: i64,
        /// What the server says that the bytes are.
        content_type: Option<String>,
        /// How many bytes will come, where that is known.
        content_length: Option<f64>,
    },
    /// The end: the next bytes of a stream.
    Chunk {
        /// The call.
        id: i64,
        /// The bytes.
        #[napi(ts_type = "Uint8Array")]
        bytes: Buffer,
    },
    /// The end: the next results of a stream.
    Results {
        /// The call.
        id: i64,
        /// JSON each, with a U+001E between two.
        #[napi(ts_type = "string")]
        texts: Text,
    },
    /// The end: a stream has come to its own.
    StreamEnded {
        /// The call.
        id: i64,
    },
    /// The end: a data URI.
    DataUri {
        /// The call.
        id: i64,
        /// The data URI.
        #[napi(ts_type = "string")]
        uri: Text,
    },
    /// The end: a source has brought nothing for too long.
    SourceIdle {
        /// The call.
        id: i64,
        /// How long it may take, in ms.
        limit_ms: f64,
    },
    /// The end: there is nothing to bring.
    Finished {
        /// The call.
        id: i64,
    },
    /// The end: a failure.
    Failed {
        /// The call.
        id: i64,
        /// Why.
        error: BindingError,
        /// What came of the cancellation of the job, where it was canceled for the failure.
        canceled: Option<BindingCancelOutcome>,
    },
    /// The end: the call was aborted, and its request is closed.
    Aborted {
        /// The call.
        id: i64,
        /// What came of the cancellation of the job, where it was to be canceled.
        canceled: Option<BindingCancelOutcome>,
    },
    /// A poll has brought the job.
    JobSeen {
        /// The call.
        id: i64,
        /// JSON.
        #[napi(ts_type = "string")]
        job: Text,
    },
    /// A transfer has come so far.
    Transferred {
        /// The call.
        id: i64,
        /// Of an upload.
        input: Option<BindingInput>,
        /// How many bytes have come so far.
        loaded_bytes: f64,
        /// How many there are, where that is known.
        total_bytes: Option<f64>,
    },
    /// The call goes on once `feed` has given it the next chunk of a source.
    ChunkWanted {
        /// The call.
        id: i64,
        /// The number of the source.
        source: u32,
    },
    /// An attempt has failed; another follows.
    Retry {
        /// The call.
        id: i64,
        /// The number of the attempt that has failed.
        attempt: u32,
        /// Why.
        error: BindingError,
        /// The pause before the next one, in ms.
        delay_ms: f64,
    },
    /// A poll has found a job, or has failed.
    Poll {
        /// The call.
        id: i64,
        /// How many polls there were.
        polls: u32,
        /// The job's status, where it has one.
        #[napi(ts_type = "string")]
        status: Option<Text>,
        /// Why the poll has failed.
        error: Option<BindingError>,
        /// The pause before the next poll, in ms, where there is one.
        delay_ms: Option<f64>,
    },
}

/// Events of a call that replace each other where nobody takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    /// How far it has come.
    Progress,
    /// What its polls have found.
    Polls,
}

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

/// What came of the cancellation of a job.
#[derive(Debug)]
#[napi(object, object_from_js = false)]
pub struct BindingCancelOutcome {
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

impl fmt::Debug for BindingEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BindingEvent of call {}", self.id())
    }
}

impl BindingEvent {
    /// The call.
    pub(crate) fn id(&self) -> i64 {
        match self {
            Self::Document { id, .. }
            | Self::Documents { id, .. }
            | Self::Page { id, .. }
            | Self::JobAndResult { id, .. }
            | Self::Contents { id, .. }
            | Self::Downloaded { id, .. }
            | Self::Opened { id, .. }
            | Self::Chunk { id, .. }
            | Self::Results { id, .. }
            | Self::StreamEnded { id }
            | Self::DataUri { id, .. }
            | Self::SourceIdle { id, .. }
            | Self::Finished { id }
            | Self::Failed { id, .. }
            | Self::Aborted { id, .. }
            | Self::JobSeen { id, .. }
            | Self::Transferred { id, .. }
            | Self::ChunkWanted { id, .. }
            | Self::Retry { id, .. }
            | Self::Poll { id, .. } => *id,
        }
    }

    /// Which others it replaces.
    pub(crate) fn family(&self) -> Option<Family> {
        match self {
            Self::JobSeen { .. } | Self::Transferred { .. } => Some(Family::Progress),
            Self::Poll { .. } => Some(Family::Polls),
            _ => None,
        }
    }

    /// How much text it carries that may be of any length, in bytes.
    pub(crate) fn text_length(&self) -> usize {
        match self {
            Self::Document { text, .. }
            | Self::Page { items: text, .. }
            | Self::Results { texts: text, .. }
            | Self::DataUri { uri: text, .. }
            | Self::JobSeen { job: text, .. } => length(text),
            Self::Documents { texts, .. } => texts.iter().map(length).sum(),
            Self::JobAndResult { job, result, .. } => length(job) + length(result),
            Self::Contents { .. }
            | Self::Downloaded { .. }
            | Self::Opened { .. }
            | Self::Chunk { .. }
            | Self::StreamEnded { .. }
            | Self::SourceIdle { .. }
            | Self::Finished { .. }
            | Self::Failed { .. }
            | Self::Aborted { .. }
            | Self::Transferred { .. }
            | Self::ChunkWanted { .. }
            | Self::Retry { .. }
            | Self::Poll { .. } => 0,
        }
    }

    /// The failure that it reports.
    pub(crate) fn error(&self) -> Option<&BindingError> {
        match self {
            Self::Failed { error, .. } | Self::Retry { error, .. } => Some(error),
            Self::Poll { error, .. } => error.as_ref(),
            _ => None,
        }
    }

    /// The end of a call that has failed.
    pub(crate) fn failed(id: u64, error: BindingError) -> Self {
        Self::Failed {
            id: id.cast_signed(),
            error,
            canceled: None,
        }
    }
}

/// A text, by what it is made of.
pub(crate) fn text(text: String) -> Text {
    if text.is_ascii() {
        Either::A(text.into())
    } else {
        Either::B(text)
    }
}

/// A number of bytes.
#[expect(
    clippy::cast_precision_loss,
    reason = "JavaScript counts in doubles, exact up to 8 PiB"
)]
pub(crate) fn double(bytes: u64) -> f64 {
    bytes as f64
}

/// In ms.
pub(crate) fn millis(delay: Duration) -> f64 {
    delay.as_secs_f64() * 1000.0
}

fn length(text: &Text) -> usize {
    match text {
        Either::A(ascii) => ascii.len(),
        Either::B(text) => text.len(),
    }
}
