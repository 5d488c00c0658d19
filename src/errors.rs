//! Failures as plain data. The errors that users see are made from them in JavaScript, where the callers' lines are known.

use std::{error::Error as StdError, fmt::Write as _};

use modzy_client::{Call, Error, Sent};
use napi_derive::napi;

/// Which error class to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[napi(string_enum = "camelCase")]
pub enum BindingErrorKind {
    /// A wrong argument, named by `argument`.
    Argument,
    /// An input of a job that cannot be used.
    Input,
    /// A file that cannot be written.
    File,
    /// A status outside 2xx.
    Status,
    /// A 2xx that cannot be read.
    Response,
    /// No connection, or one that broke.
    Connection,
    /// A time limit of a request.
    Timeout,
    /// The time limit of a wait.
    WaitTimeout,
    /// The system refused what a call needs.
    System,
    /// A defect of this library.
    Internal,
}

/// A failed call.
#[derive(Debug, Clone)]
#[napi(object, object_from_js = false)]
pub(crate) struct BindingError {
    /// Which error class to make.
    pub kind: BindingErrorKind,
    /// One sentence, without secrets.
    pub message: String,
    /// Whether the same call may be made again.
    pub retryable: bool,
    /// The HTTP status.
    pub status: Option<u32>,
    /// The body of the answer.
    pub body: Option<String>,
    /// The server's name for the request.
    pub request_id: Option<String>,
    /// What the server asked for, in ms.
    pub retry_after_ms: Option<f64>,
    /// The method and the URL of the request.
    pub method: Option<String>,
    /// The URL of the request.
    pub url: Option<String>,
    /// How many attempts were made.
    pub attempts: Option<u32>,
    /// How far the last attempt had come.
    pub phase: Option<String>,
    /// `no` or `maybe`.
    pub sent: Option<String>,
    /// The job that the call was about.
    pub job_identifier: Option<String>,
    /// What is wrong with an input.
    pub input_fault: Option<String>,
    /// The input's key.
    pub input_key: Option<String>,
    /// The name of the model's input.
    pub input_name: Option<String>,
    /// The job as it was last seen, as JSON.
    pub job: Option<String>,
    /// The transport's own account.
    pub cause: Option<String>,
}

impl BindingError {
    fn new(kind: BindingErrorKind, message: String) -> Self {
        Self {
            kind,
            message,
            retryable: false,
            status: None,
            body: None,
            request_id: None,
            retry_after_ms: None,
            method: None,
            url: None,
            attempts: None,
            phase: None,
            sent: None,
            job_identifier: None,
            input_fault: None,
            input_key: None,
            input_name: None,
            job: None,
            cause: None,
        }
    }

    /// A defect, with nothing but its message.
    pub(crate) fn internal(message: String) -> Self {
        Self::new(BindingErrorKind::Internal, message)
    }

    /// A response that came, and that nobody can read.
    pub(crate) fn unreadable(message: String) -> Self {
        Self {
            sent: Some("maybe".to_owned()),
            ..Self::new(BindingErrorKind::Response, message)
        }
    }

    /// The same without what may be of any length.
    pub(crate) fn without_texts(&self) -> Self {
        Self {
            body: None,
            job: None,
            ..self.clone()
        }
    }
}

impl From<&Error> for BindingError {
    fn from(error: &Error) -> Self {
        let mut made = Self::new(BindingErrorKind::Internal, error.to_string());
        made.retryable = error.is_retryable();
        made.status = error.status().map(u32::from);
        made.phase = error.phase().map(|phase| phase.as_str().to_owned());
        made.sent = error
            .sent()
            .map(|sent| if sent == Sent::No { "no" } else { "maybe" }.to_owned());
        if let Some(Call {
            method,
            url,
            attempts,
            job_identifier,
            ..
        }) = error.call()
        {
            made.method = Some(method.to_string());
            made.url = Some(url.clone());
            made.attempts = Some(*attempts);
            made.job_identifier.clone_from(job_identifier);
        }
        match error {
            Error::Argument { name, reason } => {
                made.kind = BindingErrorKind::Argument;
                made.message = format!("{} {reason}", in_javascript(name));
            }
            Error::Input {
                fault,
                input_key,
                input_name,
                source,
                ..
            } => {
                made.kind = BindingErrorKind::Input;
                made.input_fault = Some(fault.as_str().to_owned());
                made.input_key = Some(input_key.clone());
                made.input_name = Some(input_name.clone());
                made.cause = source.as_deref().map(|source| account(source));
            }
            Error::File { source, .. } => {
                made.kind = BindingErrorKind::File;
                made.cause = Some(account(source));
            }
            Error::Status {
                body,
                request_id,
                retry_after,
                ..
            } => {
                made.kind = BindingErrorKind::Status;
                made.body.clone_from(body);
                made.request_id.clone_from(request_id);
                made.retry_after_ms = retry_after.map(|pause| pause.as_secs_f64() * 1000.0);
            }
            Error::Response { .. } => made.kind = BindingErrorKind::Response,
            Error::Connection { source, .. } => {
                made.kind = BindingErrorKind::Connection;
                made.cause = source.as_deref().map(|source| account(source));
            }
            Error::Timeout { .. } => made.kind = BindingErrorKind::Timeout,
            Error::WaitTimeout {
                job_identifier, job, ..
            } => {
                made.kind = BindingErrorKind::WaitTimeout;
                made.job_identifier = Some(job_identifier.clone());
                made.job = job.clone().map(String::from);
            }
            Error::System { source, .. } => {
                made.kind = BindingErrorKind::System;
                made.cause = Some(account(&**source));
            }
            // What is left, now and later, is shown as a defect with its message.
            _ => {}
        }
        made
    }
}

/// A parameter or option of the client by the name that JavaScript knows it by. The settings that are converted here have it
/// already.
pub(crate) fn in_javascript(name: &str) -> String {
    match name {
        "base_url" => "baseURL".to_owned(),
        "job_ids" => "jobIdentifiers".to_owned(),
        "tag_ids" => "tagsId".to_owned(),
        _ => {
            let mut words = name.split('_');
            let mut camel = words.next().unwrap_or_default().to_owned();
            for word in words {
                let mut letters = word.chars();
                camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
                camel.push_str(letters.as_str());
            }
            camel
        }
    }
}

/// An error with all its causes, in one line.
fn account(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |&error| error.source()) {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {cause}");
    }
    text
}
