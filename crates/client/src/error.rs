//! The errors of calls, with all the structure that the layers above need: nothing parses their messages.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

pub use crate::call::Call;
pub use crate::faults::{BodyFault, ConnectionFault, GaveUp, InputFault, JournalFault, Phase, Sent};
use crate::{
    call::{because, fate, names, through},
    document::Document,
    faults::limit_of_threads,
};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A failed call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument or an option that cannot be used. Nothing was sent; repeating the call cannot help.
    #[error("{name} {reason}")]
    Argument {
        /// The parameter of the method or function, or the method of the builder: `job_id`, `max_sockets`.
        name: &'static str,
        /// What is wrong with it, to follow the name in a message.
        reason: String,
    },

    /// An input of an upload that cannot be used. If a job had been opened for it, the job was canceled.
    #[error("the input {} {reason}", names(.input_key, .input_name))]
    #[non_exhaustive]
    Input {
        /// What is wrong with it.
        fault: InputFault,
        /// The key that the caller chose. Empty for a file that belongs to no job yet.
        input_key: String,
        /// The name of the model's input.
        input_name: String,
        /// What is wrong with it, to follow the names in a message.
        reason: String,
        /// The error of the system.
        source: Option<Source>,
    },

    /// The file of a download cannot be written. Its part file has been removed.
    #[error("the file {} cannot be written: {source}", .path.display())]
    #[non_exhaustive]
    File {
        /// The file, as the caller named it.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },

    /// The journal of a batch cannot be used, or does not say what became of a job. See [`Client::open_journal`].
    ///
    /// [`Client::open_journal`]: crate::Client::open_journal
    #[error("the journal {} {reason}{}", .path.display(), because(.source.as_deref()))]
    #[non_exhaustive]
    Journal {
        /// The file, as the caller named it.
        path: PathBuf,
        /// What is wrong.
        fault: JournalFault,
        /// What is wrong and what to do about it, to follow the file in a message.
        reason: String,
        /// The key of the job, if the fault is about one.
        input_key: Option<String>,
        /// The error of the system, or of a request.
        source: Option<Source>,
    },

    /// The server answered with a status outside 2xx. Repeating it may help for 408, 425, 429 and 5xx.
    #[error("{message}")]
    #[non_exhaustive]
    Status {
        /// The status of the status line, whatever the body says.
        status: u16,
        /// The server's message (its first kilobyte) or, if it sent none, the status with its reason phrase.
        message: String,
        /// Whether the message is the server's.
        is_servers: bool,
        /// The body as text, the first 64 KiB.
        body: Option<String>,
        /// The server's identifier of this request, if a header holds one.
        request_id: Option<String>,
        /// How long the server asked to wait before the next attempt.
        retry_after: Option<Duration>,
        /// The request that failed.
        call: Box<Call>,
    },

    /// A 2xx whose body is not what the route promises: not JSON, not UTF-8, too large, missing, or something else.
    #[error("the answer {fault} (status {status}){detail}{}", fate(*.sent, .call))]
    #[non_exhaustive]
    Response {
        /// The status of the status line.
        status: u16,
        /// What is wrong with the body.
        fault: BodyFault,
        /// What came instead, and what to do about it, to follow the fault in a message. Empty if there is nothing to add.
        detail: String,
        /// `Maybe`: the server has answered, so it may have acted.
        sent: Sent,
        /// The request that failed.
        call: Box<Call>,
    },

    /// The connection failed, or broke before the response was complete.
    #[error("{message}{}", fate(*.sent, .call))]
    #[non_exhaustive]
    Connection {
        /// What went wrong.
        fault: ConnectionFault,
        /// How far the attempt had come.
        phase: Phase,
        /// Whether the server may have seen the request.
        sent: Sent,
        /// One sentence with the host and the reason.
        message: String,
        /// The name of the failure in POSIX, or of the certificate's fault in OpenSSL: `ECONNREFUSED`, `CERT_HAS_EXPIRED`.
        code: Option<&'static str>,
        /// The error of the transport.
        source: Option<Source>,
        /// The request that failed.
        call: Box<Call>,
    },

    /// A time limit passed.
    #[error("timed out after {} ms {phase}{}{}", .limit.as_millis(), through(.call), fate(*.sent, .call))]
    #[non_exhaustive]
    Timeout {
        /// The limit that passed.
        limit: Duration,
        /// How far the attempt had come.
        phase: Phase,
        /// Whether the server may have seen the request.
        sent: Sent,
        /// The request that failed.
        call: Box<Call>,
    },

    /// The time limit of a wait passed. The job goes on, and waiting again is safe.
    #[error("job {job_identifier} was not final after {} ms of waiting", .limit.as_millis())]
    #[non_exhaustive]
    WaitTimeout {
        /// The job.
        job_identifier: String,
        /// The job as the last poll returned it.
        job: Option<Document>,
        /// The limit that passed.
        limit: Duration,
        /// Whether the same call may be made again. One that has submitted the job would submit another.
        is_retryable: bool,
    },

    /// The job has ended without the results that were asked for: it was canceled, has failed or timed out, or an input of it has
    /// failed.
    #[error("{message}")]
    #[non_exhaustive]
    JobFailed {
        /// The job's identifier.
        job_identifier: String,
        /// The job as the last poll returned it.
        job: Document,
        /// The server's message for the input that failed (its first kilobyte), or what became of the job.
        message: String,
    },

    /// A step that the server takes failed, or was not complete within its limit. See [`Client::deploy_model`](crate::Client::deploy_model).
    #[error("the step {step} {reason}")]
    #[non_exhaustive]
    Step {
        /// The name of the step.
        step: &'static str,
        /// What is wrong with it, to follow the name in a message.
        reason: String,
        /// The model, if the step belongs to the deployment of one.
        model_id: Option<String>,
        /// What the server says about the cause, for the author of the model.
        technical_information: Option<String>,
        /// The failure of the step's request.
        source: Option<Box<Error>>,
    },

    /// The caller aborted the call before its request was sent. See [`RequestOptions::nothing_sent_after`].
    ///
    /// [`RequestOptions::nothing_sent_after`]: crate::RequestOptions::nothing_sent_after
    #[error("aborted before the request was sent")]
    Aborted,

    /// The system refuses a thread, or a resource of it. Nothing was sent, or the job of the upload was canceled. The same call may
    /// succeed later.
    #[error("the client cannot start its threads: {advice}")]
    #[non_exhaustive]
    System {
        /// The limit that was reached, and what to do about it.
        advice: &'static str,
        /// The error of the system.
        source: Arc<io::Error>,
    },

    /// A defect of this library, not of the caller or the server.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// Creates the error for a thread that the system refused.
    #[must_use]
    pub fn system(refusal: impl Into<Arc<io::Error>>) -> Self {
        let source = refusal.into();
        let advice = limit_of_threads(&source);
        Self::System { advice, source }
    }

    pub(crate) fn step(step: &'static str, reason: impl Into<String>) -> Self {
        Self::Step {
            step,
            reason: reason.into(),
            model_id: None,
            technical_information: None,
            source: None,
        }
    }

    pub(crate) fn argument(name: &'static str, reason: impl Into<String>) -> Self {
        Self::Argument {
            name,
            reason: reason.into(),
        }
    }

    /// Returns the request behind the failure, if there was one.
    #[must_use]
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::Status { call, .. }
            | Self::Response { call, .. }
            | Self::Connection { call, .. }
            | Self::Timeout { call, .. } => Some(call),
            Self::Argument { .. }
            | Self::Input { .. }
            | Self::File { .. }
            | Self::Journal { .. }
            | Self::WaitTimeout { .. }
            | Self::JobFailed { .. }
            | Self::Step { .. }
            | Self::Aborted
            | Self::System { .. }
            | Self::Internal(_) => None,
        }
    }

    /// Whether a request was not sent because the limit on open files is reached, that of the process or that of the system.
    pub(crate) fn is_out_of_descriptors(&self) -> bool {
        let code = match self {
            Self::Connection {
                sent: Sent::No, code, ..
            } => *code,
            _ => None,
        };
        matches!(code, Some("EMFILE" | "ENFILE"))
    }

    pub(crate) fn call_mut(&mut self) -> Option<&mut Call> {
        match self {
            Self::Status { call, .. }
            | Self::Response { call, .. }
            | Self::Connection { call, .. }
            | Self::Timeout { call, .. } => Some(call),
            Self::Argument { .. }
            | Self::Input { .. }
            | Self::File { .. }
            | Self::Journal { .. }
            | Self::WaitTimeout { .. }
            | Self::JobFailed { .. }
            | Self::Step { .. }
            | Self::Aborted
            | Self::System { .. }
            | Self::Internal(_) => None,
        }
    }

    /// Returns the HTTP status, if the server sent one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } | Self::Response { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Returns how far the attempt had come, if no complete response arrived.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        match self {
            Self::Connection { phase, .. } | Self::Timeout { phase, .. } => Some(*phase),
            _ => None,
        }
    }

    /// Returns whether the server may have acted on the request, if that is in doubt. A request that it refused with 429 counts as
    /// not sent.
    #[must_use]
    pub fn sent(&self) -> Option<Sent> {
        match self {
            Self::Response { sent, .. } | Self::Connection { sent, .. } | Self::Timeout { sent, .. } => Some(*sent),
            // The server did not look at it.
            Self::Status { status: 429, .. } => Some(Sent::No),
            _ => None,
        }
    }

    /// Returns whether the server may have acted on the attempt: a gateway may answer for a server that did.
    pub(crate) fn may_have_acted(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 500..=599),
            other => other.sent() == Some(Sent::Maybe),
        }
    }

    /// Notes why no further attempt followed.
    pub(crate) fn note_gave_up(&mut self, reason: GaveUp) {
        if let Some(call) = self.call_mut() {
            call.gave_up = Some(reason);
        }
    }

    /// Notes that the server may have seen an earlier attempt. A later attempt that was not sent does not change that.
    pub(crate) fn note_earlier_sent(&mut self) {
        if let Self::Connection { sent, .. } | Self::Timeout { sent, .. } = self {
            *sent = Sent::Maybe;
        }
    }

    /// Returns the name that POSIX has for a failure of the network, or OpenSSL for the fault of a certificate: `ECONNREFUSED`,
    /// `ENOTFOUND`, `ETIMEDOUT`, `CERT_HAS_EXPIRED`.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Connection { code, .. } => *code,
            Self::Timeout { .. } => Some("ETIMEDOUT"),
            _ => None,
        }
    }

    /// Notes that the request that the call is about was not sent: only one before it failed.
    pub(crate) fn note_not_sent(&mut self) {
        if let Self::Response { sent, .. } | Self::Connection { sent, .. } | Self::Timeout { sent, .. } = self {
            *sent = Sent::No;
        }
    }

    /// Returns the error of a call that had changed something on the server before it failed: the same call would do so again.
    pub(crate) fn after_change(mut self) -> Self {
        self.note_earlier_sent();
        let failed = match &mut self {
            Self::Step {
                source: Some(source), ..
            } => &mut **source,
            other => other,
        };
        if let Self::WaitTimeout { is_retryable, .. } = failed {
            *is_retryable = false;
        } else if let Some(call) = failed.call_mut() {
            call.retryable = false;
        }
        self
    }

    /// Adds advice to the message of an answer.
    pub(crate) fn advise(&mut self, advice: &str) {
        if let Self::Status { message: text, .. } | Self::Response { detail: text, .. } = self {
            text.push_str("; ");
            text.push_str(advice);
        }
    }

    /// Whether the same call may be made again: that is harmless, and may succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::WaitTimeout { is_retryable, .. } => *is_retryable,
            Self::System { .. } => true,
            Self::Step { source, .. } => source.as_ref().is_some_and(|source| source.is_retryable()),
            other => other.call().is_some_and(|call| call.retryable),
        }
    }
}
