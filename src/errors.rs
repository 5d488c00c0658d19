//! Failures as plain data. JavaScript creates the public errors from them, because it knows the caller's lines.

#![expect(
    unreachable_pub,
    reason = "napi takes public enums alone, and what they are made of is as public"
)]

use std::{error::Error as StdError, fmt::Write as _};

use modzy_client::{Call, Error, Sent};
use napi_derive::napi;

use crate::names::{in_javascript, message_of};

/// A failed call. Its `kind` decides the public error class.
#[derive(Debug, Clone)]
#[napi(discriminant = "kind", discriminant_case = "camelCase", object_from_js = false)]
pub enum BindingError {
    /// An invalid argument.
    Argument {
        /// One sentence, without secrets, as in all other kinds.
        message: String,
        /// The parameter or option.
        name: String,
        /// What is wrong with it, to follow the name in a message.
        reason: String,
    },
    /// An input of a job that cannot be used.
    Input {
        /// One sentence.
        message: String,
        /// The fault of the input, which becomes the error's code.
        fault: String,
        /// Its key.
        input_key: String,
        /// The name of the model's input.
        input_name: String,
        /// The message of the system.
        cause: Option<String>,
    },
    /// A file that cannot be written.
    File {
        /// One sentence.
        message: String,
        /// The message of the system.
        cause: String,
    },
    /// The journal of a batch that cannot be used, or does not know what became of a job.
    Journal {
        /// One sentence.
        message: String,
        /// The fault: `unusable`, `inUse`, `damaged` or `unknown`.
        fault: String,
        /// The file.
        path: String,
        /// The key of the job, if the fault is about one.
        input_key: Option<String>,
        /// The message of the system, or of the request that failed.
        cause: Option<String>,
    },
    /// A status outside 2xx.
    Status {
        /// One sentence.
        message: String,
        /// The HTTP status.
        status: u32,
        /// Whether the message is the server's.
        is_servers: bool,
        /// The body of the response.
        body: Option<String>,
        /// The identifier that the server gave the request.
        request_id: Option<String>,
        /// The delay that the server requested, in ms.
        retry_after_ms: Option<f64>,
        /// `no`, if the server did not act on the request.
        sent: Option<String>,
        /// The request.
        request: BindingRequest,
    },
    /// A successful response that cannot be read.
    Response {
        /// One sentence.
        message: String,
        /// The HTTP status.
        status: u32,
        /// `no` or `maybe`.
        sent: String,
        /// The request.
        request: BindingRequest,
    },
    /// A response that cannot be handed to JavaScript.
    Unreadable {
        /// One sentence.
        message: String,
    },
    /// No connection, or one that failed.
    Connection {
        /// One sentence.
        message: String,
        /// The phase in which the last attempt failed.
        phase: String,
        /// `no` or `maybe`.
        sent: String,
        /// The message of the transport.
        cause: Option<String>,
        /// The name that Node.js has for the failure.
        code: Option<String>,
        /// The request.
        request: BindingRequest,
    },
    /// A time limit of a request.
    Timeout {
        /// One sentence.
        message: String,
        /// The phase in which the last attempt failed.
        phase: String,
        /// `no` or `maybe`.
        sent: String,
        /// The name that Node.js has for the failure.
        code: Option<String>,
        /// The request.
        request: BindingRequest,
    },
    /// The time limit of a wait.
    WaitTimeout {
        /// One sentence.
        message: String,
        /// The job.
        job_identifier: String,
        /// The job of the last successful poll, as JSON.
        job: Option<String>,
        /// Whether the same call may be repeated.
        retryable: bool,
    },
    /// A job that has failed, or an input of it.
    JobFailed {
        /// One sentence, or the server's message.
        message: String,
        /// The job.
        job_identifier: String,
        /// The same, as JSON.
        job: String,
    },
    /// A step that the server takes failed.
    Step {
        /// One sentence.
        message: String,
        /// The name of the step.
        step: String,
        /// The model.
        model_id: Option<String>,
        /// What the server says about the cause.
        technical_information: Option<String>,
        /// The HTTP status, if the server refused the step.
        status: Option<u32>,
        /// The failure of the step's request, if there was one. A list, because a kind cannot contain itself.
        cause: Vec<BindingError>,
        /// Whether the step may be taken again.
        retryable: bool,
    },
    /// The system refused a resource, such as a thread or a descriptor.
    System {
        /// One sentence.
        message: String,
        /// The message of the system.
        cause: String,
    },
    /// A defect of this library, or a call that was aborted.
    Internal {
        /// One sentence.
        message: String,
    },
}

/// The request behind a failure.
#[derive(Debug, Clone)]
#[napi(object, object_from_js = false)]
pub struct BindingRequest {
    /// Its URL.
    pub url: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// The job that the call was about.
    pub job_identifier: Option<String>,
    /// Whether the same call may be repeated.
    pub retryable: bool,
    /// Why no further attempt followed: `retries`, `budget` or `limit`.
    pub gave_up: Option<String>,
}

impl BindingError {
    /// Returns a defect with a message.
    pub(crate) fn internal(message: String) -> Self {
        Self::Internal { message }
    }

    /// Returns the error for a response that cannot be handed to JavaScript.
    pub(crate) fn unreadable(message: String) -> Self {
        Self::Unreadable { message }
    }

    /// Returns a copy without texts of unbounded length.
    pub(crate) fn without_texts(&self) -> Self {
        let mut made = self.clone();
        match &mut made {
            Self::Status { body: text, .. } | Self::WaitTimeout { job: text, .. } => *text = None,
            Self::JobFailed { job, .. } => job.clear(),
            _ => {}
        }
        made
    }
}

impl From<&Call> for BindingRequest {
    fn from(call: &Call) -> Self {
        Self {
            url: call.url.clone(),
            attempts: call.attempts,
            job_identifier: call.job_identifier.clone(),
            retryable: call.retryable,
            gave_up: call.gave_up.map(|reason| reason.as_str().to_owned()),
        }
    }
}

impl From<&Error> for BindingError {
    #[expect(clippy::too_many_lines, reason = "each kind of error has an arm")]
    fn from(error: &Error) -> Self {
        let message = message_of(error);
        match error {
            Error::Argument { name, reason } => Self::Argument {
                message,
                name: in_javascript(name),
                reason: reason.clone(),
            },
            Error::Input {
                fault,
                input_key,
                input_name,
                source,
                ..
            } => Self::Input {
                message,
                fault: fault.as_str().to_owned(),
                input_key: input_key.clone(),
                input_name: input_name.clone(),
                cause: source.as_deref().map(|source| cause_chain(source)),
            },
            Error::File { source, .. } => Self::File {
                message,
                cause: cause_chain(source),
            },
            Error::Journal {
                path,
                fault,
                input_key,
                source,
                ..
            } => Self::Journal {
                message,
                fault: fault.as_str().to_owned(),
                path: path.display().to_string(),
                input_key: input_key.clone(),
                cause: source.as_deref().map(|source| cause_chain(source)),
            },
            Error::Status {
                status,
                is_servers,
                body,
                request_id,
                retry_after,
                call,
                ..
            } => Self::Status {
                message,
                status: (*status).into(),
                is_servers: *is_servers,
                body: body.clone(),
                request_id: request_id.clone(),
                retry_after_ms: retry_after.map(|pause| (pause.as_secs_f64() * 1000.0).ceil()),
                sent: error.sent().map(sent_text),
                request: (&**call).into(),
            },
            Error::Response { status, sent, call, .. } => Self::Response {
                message,
                status: (*status).into(),
                sent: sent_text(*sent),
                request: (&**call).into(),
            },
            Error::Connection {
                phase,
                sent,
                source,
                call,
                ..
            } => Self::Connection {
                message,
                phase: phase.as_str().to_owned(),
                sent: sent_text(*sent),
                cause: source.as_deref().map(|source| cause_chain(source)),
                code: error.code().map(str::to_owned),
                request: (&**call).into(),
            },
            Error::Timeout { phase, sent, call, .. } => Self::Timeout {
                message,
                phase: phase.as_str().to_owned(),
                sent: sent_text(*sent),
                code: error.code().map(str::to_owned),
                request: (&**call).into(),
            },
            Error::WaitTimeout {
                job_identifier, job, ..
            } => Self::WaitTimeout {
                message,
                job_identifier: job_identifier.clone(),
                job: job.clone().map(String::from),
                retryable: error.is_retryable(),
            },
            Error::JobFailed {
                job_identifier, job, ..
            } => Self::JobFailed {
                message,
                job_identifier: job_identifier.clone(),
                job: job.clone().into(),
            },
            Error::Step {
                step,
                model_id,
                technical_information,
                source,
                ..
            } => Self::Step {
                message,
                step: (*step).to_owned(),
                model_id: model_id.clone(),
                technical_information: technical_information.clone(),
                status: source.as_ref().and_then(|source| source.status()).map(Into::into),
                cause: source.as_deref().map(Into::into).into_iter().collect(),
                retryable: error.is_retryable(),
            },
            Error::System { source, .. } => Self::System {
                message,
                cause: cause_chain(&**source),
            },
            // All other errors, including those of later versions, become defects with their messages.
            _ => Self::Internal { message },
        }
    }
}

/// Returns the text for whether a request may have arrived.
pub(crate) fn sent_text(sent: Sent) -> String {
    if sent == Sent::No { "no" } else { "maybe" }.to_owned()
}

/// Returns an error with all its causes, in one line.
fn cause_chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |&error| error.source()) {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {cause}");
    }
    text
}
