//! The events of calls, as JavaScript receives them. Their queue is in `queue.rs`, and what they are made of in `members.rs`.

#![expect(
    unreachable_pub,
    reason = "napi takes public enums alone, and what they are made of is as public"
)]

use std::fmt;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use super::members::{BindingCancelOutcome, BindingInput, Text, length};
use crate::errors::BindingError;

/// An event of a call. Its `event` member is the kind. Each call reports an end; all ends but `failed` and `aborted` have a result.
#[napi(discriminant = "event", discriminant_case = "camelCase", object_from_js = false)]
pub enum BindingEvent {
    /// The end: a response of JSON.
    Document {
        /// The number of the call, which its start method returned.
        id: i64,
        /// JSON. Empty if the response had no body.
        #[napi(ts_type = "string")]
        text: Text,
    },
    /// The end: several responses of JSON.
    Documents {
        /// The call.
        id: i64,
        /// JSON documents.
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
    /// The end: a finished job, and its results.
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
    /// The end: a finished job and, if it completed, its results, or why they cannot be read.
    JobAndOutcome {
        /// The call.
        id: i64,
        /// JSON.
        #[napi(ts_type = "string")]
        job: Text,
        /// JSON.
        #[napi(ts_type = "string")]
        result: Option<Text>,
        /// Why the results cannot be read.
        error: Option<BindingError>,
    },
    /// The end: a job that has been run, and what came of its inputs.
    Ran {
        /// The call.
        id: i64,
        /// JSON.
        #[napi(ts_type = "string")]
        job: Text,
        /// An object, as JSON.
        #[napi(ts_type = "string")]
        results: Text,
        /// An object, as JSON.
        #[napi(ts_type = "string")]
        failures: Text,
        /// An object, as JSON, if the job has a single input.
        #[napi(ts_type = "string")]
        outputs: Option<Text>,
    },
    /// The end: a response of any kind.
    Raw {
        /// The call.
        id: i64,
        /// The HTTP status.
        status: u32,
        /// Names and values in turn.
        headers: Vec<String>,
        /// The body: JSON, unless the request takes bytes.
        #[napi(ts_type = "Uint8Array")]
        body: Buffer,
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
        /// The media type that the server states.
        content_type: Option<String>,
        /// The URL of the request that was answered, for errors.
        url: String,
    },
    /// The end: an output has been downloaded.
    Downloaded {
        /// The call.
        id: i64,
        /// How many bytes the file has.
        bytes: f64,
        /// The media type that the server states.
        content_type: Option<String>,
    },
    /// The end: a stream is open, for `nextChunk` and this call's id.
    Opened {
        /// The call.
        id: i64,
        /// The media type that the server states.
        content_type: Option<String>,
        /// The length of the output in bytes, if it is known.
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
        /// JSON documents, separated by U+001E.
        #[napi(ts_type = "string")]
        texts: Text,
    },
    /// The end: the stream has ended.
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
    /// The end: a source has produced nothing for too long.
    SourceIdle {
        /// The call.
        id: i64,
        /// The limit, in ms.
        limit_ms: f64,
    },
    /// The end: a call without a result.
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
        /// The outcome of the job's cancellation, if the job was canceled after the failure.
        canceled: Option<BindingCancelOutcome>,
    },
    /// The end: the call was aborted, and its request is closed.
    Aborted {
        /// The call.
        id: i64,
        /// The outcome of the job's cancellation, if the job was to be canceled.
        canceled: Option<BindingCancelOutcome>,
        /// Whether the server may have received its request: `no` or `maybe`.
        sent: String,
    },
    /// The job of a run has been submitted.
    Submitted {
        /// The call.
        id: i64,
        /// The job.
        job_identifier: String,
    },
    /// The job of an upload has been opened.
    JobOpened {
        /// The call.
        id: i64,
        /// The job.
        job_identifier: String,
    },
    /// A poll has returned the job.
    JobSeen {
        /// The call.
        id: i64,
        /// JSON.
        #[napi(ts_type = "string")]
        job: Text,
    },
    /// A transfer has made progress.
    Transferred {
        /// The call.
        id: i64,
        /// The current input of an upload.
        input: Option<BindingInput>,
        /// How many bytes have been transferred.
        loaded_bytes: f64,
        /// How many bytes there are, if that is known.
        total_bytes: Option<f64>,
    },
    /// The call requests the next chunk of a source, and continues after `feed`.
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
        /// The delay before the next attempt, in ms.
        delay_ms: f64,
    },
    /// The server has accepted a request of the call.
    Response {
        /// The call.
        id: i64,
        /// The HTTP status.
        status: u32,
        /// The identifier that the server gave the request.
        request_id: Option<String>,
    },
    /// The call begins to wait in the queue of its class of routes.
    Queue {
        /// The call.
        id: i64,
        /// Why: `pause`, `probe` or `rate`.
        reason: String,
        /// The expected delay, in ms.
        delay_ms: f64,
    },
    /// The list of ended jobs cannot be used, so that waits poll individually.
    Fallback {
        /// The call that reports it.
        id: i64,
        /// Why.
        reason: String,
    },
    /// A poll has found a job, or has failed.
    Poll {
        /// The call.
        id: i64,
        /// How many polls there were.
        polls: u32,
        /// The job's status, if it has one.
        #[napi(ts_type = "string")]
        status: Option<Text>,
        /// Why the poll has failed.
        error: Option<BindingError>,
        /// The delay before the next poll, in ms, if there is one.
        delay_ms: Option<f64>,
    },
}

/// A family of events of a call. In the queue, a newer event replaces an older one of its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    /// The progress of the call.
    Progress,
    /// The outcomes of its polls.
    Polls,
    /// The responses to its requests.
    Responses,
}

impl fmt::Debug for BindingEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BindingEvent of call {}", self.id())
    }
}

impl BindingEvent {
    /// Returns the number of the call.
    pub(crate) fn id(&self) -> i64 {
        match self {
            Self::Document { id, .. }
            | Self::Documents { id, .. }
            | Self::Page { id, .. }
            | Self::JobAndResult { id, .. }
            | Self::JobAndOutcome { id, .. }
            | Self::Ran { id, .. }
            | Self::Raw { id, .. }
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
            | Self::Submitted { id, .. }
            | Self::JobOpened { id, .. }
            | Self::Response { id, .. }
            | Self::JobSeen { id, .. }
            | Self::Transferred { id, .. }
            | Self::ChunkWanted { id, .. }
            | Self::Retry { id, .. }
            | Self::Queue { id, .. }
            | Self::Fallback { id, .. }
            | Self::Poll { id, .. } => *id,
        }
    }

    /// Returns the family of the event, if newer ones replace it.
    pub(crate) fn family(&self) -> Option<Family> {
        match self {
            Self::JobSeen { .. } | Self::Transferred { .. } => Some(Family::Progress),
            Self::Poll { .. } => Some(Family::Polls),
            Self::Response { .. } => Some(Family::Responses),
            _ => None,
        }
    }

    /// Returns the length of its texts of unbounded length, in bytes.
    pub(crate) fn text_length(&self) -> usize {
        match self {
            Self::Document { text, .. }
            | Self::Page { items: text, .. }
            | Self::Results { texts: text, .. }
            | Self::DataUri { uri: text, .. }
            | Self::JobSeen { job: text, .. } => length(text),
            Self::Documents { texts, .. } => texts.iter().map(length).sum(),
            Self::JobAndResult { job, result, .. } => length(job) + length(result),
            Self::JobAndOutcome { job, result, .. } => length(job) + result.as_ref().map_or(0, length),
            Self::Ran {
                job,
                results,
                failures,
                outputs,
                ..
            } => length(job) + length(results) + length(failures) + outputs.as_ref().map_or(0, length),
            Self::Raw { .. }
            | Self::Submitted { .. }
            | Self::JobOpened { .. }
            | Self::Response { .. }
            | Self::Contents { .. }
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
            | Self::Queue { .. }
            | Self::Fallback { .. }
            | Self::Poll { .. } => 0,
        }
    }

    /// Returns the failure that it reports, if it does.
    pub(crate) fn error(&self) -> Option<&BindingError> {
        match self {
            Self::Failed { error, .. } | Self::Retry { error, .. } => Some(error),
            Self::Poll { error, .. } => error.as_ref(),
            _ => None,
        }
    }

    /// Returns the end of a call that has failed.
    pub(crate) fn failed(id: u64, error: BindingError) -> Self {
        Self::Failed {
            id: id.cast_signed(),
            error,
            canceled: None,
        }
    }
}
