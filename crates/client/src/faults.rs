//! The structured parts of an error: what broke, how far the attempt had come, and whether the server may have seen the request.

use std::{fmt, io};

/// Whether the server may have seen a failed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// No byte of its body left this process. It is safe to send it again.
    No,
    /// Some or all of it may have arrived, and the server may have acted on it.
    Maybe,
}

/// Why a failed request that might have been sent again was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GaveUp {
    /// The call had no retries left.
    Retries,
    /// The transport had no retries left for any call: [`ClientBuilder::retry_budget`](crate::ClientBuilder::retry_budget).
    Budget,
    /// A limit of the call would have passed before the next attempt, or had passed: its deadline, the outage that it rides out, or
    /// the longest pause that a call waits for.
    Limit,
}

impl GaveUp {
    /// Returns the reason as the public API spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retries => "retries",
            Self::Budget => "budget",
            Self::Limit => "limit",
        }
    }
}

/// How far an attempt had come when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum Phase {
    /// In the name look-up.
    Dns,
    /// Opening the TCP connection.
    Connect,
    /// In the TLS handshake.
    Tls,
    /// Writing the request.
    Send,
    /// Waiting for the response headers.
    Headers,
    /// Reading the response body.
    Body,
}

impl Phase {
    /// Returns the phase as the public API spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Send => "send",
            Self::Headers => "headers",
            Self::Body => "body",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "looking up the host name",
            Self::Connect => "connecting",
            Self::Tls => "negotiating TLS",
            Self::Send => "sending the request",
            Self::Headers => "waiting for response headers",
            Self::Body => "reading the response body",
        })
    }
}

/// What is wrong with an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputFault {
    /// The file does not exist.
    Missing,
    /// It has no bytes. Servers drop such an input silently.
    Empty,
    /// The file has changed since it was measured, or a source has another size than announced.
    Changed,
    /// It cannot be read, or is not a file.
    Unusable,
    /// It exceeds a limit of the server or of the caller.
    Limit,
    /// The source returned no byte within the idle timeout.
    Timeout,
}

impl InputFault {
    /// Returns the fault as the public API spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Changed => "changed",
            Self::Unusable => "unusable",
            Self::Limit => "limit",
            Self::Timeout => "timeout",
        }
    }
}

/// What is wrong with a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JournalFault {
    /// It cannot be opened, locked, read or written, or belongs to another server or key.
    Unusable,
    /// Another batch uses it.
    InUse,
    /// Its content has changed since it was written, or it is not a journal.
    Damaged,
    /// Whether the server has accepted a job is unknown. The job was not submitted again.
    Unknown,
}

impl JournalFault {
    /// Returns the fault as the public API spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unusable => "unusable",
            Self::InUse => "inUse",
            Self::Damaged => "damaged",
            Self::Unknown => "unknown",
        }
    }
}

/// What went wrong with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionFault {
    /// The host's name has no address. Worth another attempt.
    Unresolved,
    /// Nothing listens at the port. Worth another attempt.
    Refused,
    /// The host cannot be reached. Worth another attempt.
    Unreachable,
    /// The server's certificate does not verify. Never worth another attempt.
    Certificate,
    /// The server requires a client certificate, or rejects the one that it received. Never worth another attempt.
    ClientCertificate,
    /// The client and the server have no TLS version, cipher suite, curve or kind of certificate in common. Never worth
    /// another attempt.
    Incompatible,
    /// The TLS handshake failed for another reason. Worth another attempt.
    Handshake,
    /// The proxy requires credentials, or rejects those that it received. Never worth another attempt.
    ProxyCredentials,
    /// The proxy opened no tunnel to the server for another reason. Worth another attempt.
    Tunnel,
    /// The connection was closed or reset. Worth another attempt where the request may be repeated.
    Cut,
    /// The response is not HTTP. Worth another attempt where the request may be repeated.
    Malformed,
}

impl ConnectionFault {
    /// Whether every attempt fails in the same way until the settings of the client, the server or the proxy change.
    pub(crate) fn is_lasting(self) -> bool {
        matches!(
            self,
            Self::Certificate | Self::ClientCertificate | Self::Incompatible | Self::ProxyCredentials
        )
    }
}

/// What is wrong with the body of a 2xx.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyFault {
    /// It is larger than the client accepts. Never worth another attempt.
    #[error("is larger than max_response_bytes allows")]
    TooLarge,
    /// It is not UTF-8. Worth another attempt where the request may be repeated.
    #[error("is not valid UTF-8")]
    NotUtf8,
    /// It is not JSON, as when a gateway answers in HTML. Worth another attempt where the request may be repeated.
    #[error("is not JSON")]
    NotJson,
    /// It is JSON, but not the object that the route promises. Worth another attempt where the request may be repeated.
    #[error("is not a JSON object")]
    NotObject,
    /// It is JSON, but not the array that the route promises. Worth another attempt where the request may be repeated.
    #[error("is not a JSON array")]
    NotArray,
    /// It is JSON, but holds no results where the route promises them. Worth another attempt where the request may be repeated.
    #[error("holds something else where the results belong")]
    NoResults,
    /// It holds the results of a job that has completed, and says that the job has not finished. Worth another attempt.
    #[error("holds results that are not complete")]
    Unfinished,
    /// It is a job whose status is not a text, or is blank. Worth another attempt where the request may be repeated.
    #[error("has no status of the job")]
    NoStatus,
    /// It says nothing about the progress of a step, or its result is something else. Worth another attempt where the request may be
    /// repeated.
    #[error("is not the progress of a step")]
    NoProgress,
    /// It is an object without any of the members that the route promises. Worth another attempt where the request may be repeated.
    #[error("has none of the members that were asked for")]
    NoMember,
    /// It is about another job than the request. Worth another attempt where the request may be repeated.
    #[error("is about another job")]
    AnotherJob,
    /// It names no model, or no version, where it should. Worth another attempt where the request may be repeated.
    #[error("names no model")]
    NoModel,
    /// It is about another model or version than the request. Worth another attempt where the request may be repeated.
    #[error("is about another model or version")]
    AnotherModel,
    /// It is a list of null. Worth another attempt where the request may be repeated.
    #[error("is a list of null")]
    NoItem,
    /// It is a page of a list, and repeats those before it. The list cannot be read to its end.
    #[error("repeats the pages before it")]
    Repeated,
    /// It is an error body, although the status is that of a success. Worth another attempt where the request may be repeated.
    #[error("is a message in place of what was asked for")]
    Message,
    /// Its headers announce gzip, but it is not gzip, or it is truncated. Worth another attempt where the request may be repeated.
    #[error("cannot be unpacked")]
    NotUnpacked,
    /// It has a coding that the client does not decode, or two. Worth another attempt where the request may be repeated.
    #[error("has a Content-Encoding that is not supported: only gzip is, and only once")]
    UnknownCoding,
    /// It names no job where it should. Worth another attempt where the request may be repeated.
    #[error("names no job")]
    NoJob,
    /// It is partial content, although the whole was requested. Worth another attempt where the request may be repeated.
    #[error("is a partial response that was not requested")]
    Partial,
    /// Its status is a success that no output has, such as 202 or 204. Worth another attempt where the
    /// request may be repeated.
    #[error("is not the output")]
    NoOutput,
    /// It is empty, although the caller needs a body. Worth another attempt where the request may be repeated.
    #[error("has no body")]
    Missing,
}

/// Returns the limit that keeps the system from starting a thread, and what to do about it.
pub(crate) fn limit_of_threads(refusal: &io::Error) -> &'static str {
    match (refusal.kind(), refusal.raw_os_error()) {
        (io::ErrorKind::WouldBlock, _) => {
            "the limit on processes and threads is reached: raise it (ulimit -u, or the pids limit of the container)"
        }
        // ENFILE and EMFILE, which have no `ErrorKind`.
        (_, Some(23 | 24)) if cfg!(unix) => "the limit on open files is reached: raise it (ulimit -n)",
        _ => "the system refuses what a thread needs",
    }
}
