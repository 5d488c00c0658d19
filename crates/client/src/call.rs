//! The request behind a failure, and the parts of messages about failures.

use std::time::Instant;

use http::Method;

use crate::faults::{GaveUp, Sent};

/// The request behind a failure.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The URL, without credentials. The query of an output's URL is left out, because it may hold a signature.
    pub url: String,
    /// Host and port of the request's proxy.
    pub proxy: Option<String>,
    /// The number of attempts.
    pub attempts: u32,
    /// The job that the call was about.
    pub job_identifier: Option<String>,
    /// Whether the same call may be made again: that is harmless, and may succeed.
    pub retryable: bool,
    /// Why no further attempt followed that could have helped. `None` if a further attempt would have been wrong.
    pub gave_up: Option<GaveUp>,
    /// Whether the server may have acted on an attempt before the last one.
    pub(crate) earlier_may_have_acted: bool,
    /// When the last attempt got its socket.
    pub(crate) began: Option<Instant>,
}

impl Call {
    pub(crate) fn new(method: Method, url: String, job_identifier: Option<String>) -> Self {
        Self {
            method,
            url,
            proxy: None,
            attempts: 1,
            job_identifier,
            retryable: false,
            gave_up: None,
            earlier_may_have_acted: false,
            began: None,
        }
    }
}

/// Names the proxy of a request, if it had one.
pub(crate) fn through(call: &Call) -> String {
    let proxy = call.proxy.as_ref();
    proxy.map_or_else(String::new, |proxy| format!(" (through the proxy {proxy})"))
}

/// Warns that the server may have accepted a request that is never repeated.
pub(crate) fn fate(sent: Sent, call: &Call) -> &'static str {
    if sent == Sent::Maybe && !matches!(call.method, Method::GET | Method::DELETE) {
        "; the server may have accepted the request, so it was not sent again"
    } else {
        ""
    }
}

/// Formats the names of an input.
pub(crate) fn names(input_key: &str, input_name: &str) -> String {
    if input_key.is_empty() {
        format!("{input_name:?}")
    } else {
        format!("{input_key:?}, {input_name:?}")
    }
}

/// Appends the cause of a failure.
pub(crate) fn because(source: Option<&(dyn std::error::Error + Send + Sync + 'static)>) -> String {
    source.map_or_else(String::new, |source| format!(": {source}"))
}
