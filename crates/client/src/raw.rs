//! Requests to any route below the root, for routes that have no method. They have the retries, limits, errors and secrecy of all
//! other requests.

use std::fmt;

use bytes::Bytes;
use http::Method;

use crate::{
    client::{Client, RequestOptions},
    endpoint::{LONGEST_URL, encoded, too_long},
    error::{Error, Result},
    transport::{Expect, Format, Payload, RawResponse, Request},
};

/// A request to any route, for [`Client::raw_request`].
#[derive(Clone)]
#[non_exhaustive]
pub struct RawRequest {
    /// The method. A `GET` and a `DELETE` are repeated like reads, and everything else like submits.
    pub method: Method,
    /// The path below the root of the API, such as `/jobs/history`. It begins with one slash, and may have a query.
    pub path: String,
    /// Further parameters of the query, which are encoded.
    pub query: Vec<(String, String)>,
    /// The body, as JSON.
    pub body: Option<Bytes>,
    /// Whether the response is bytes of any kind, instead of JSON.
    pub takes_bytes: bool,
}

impl RawRequest {
    /// Creates a request without a query and a body, whose response is JSON.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            takes_bytes: false,
        }
    }
}

/// Shows neither the query nor the body, which may hold credentials.
impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "RawRequest({} {path})", self.method)
    }
}

impl Client {
    /// Sends a request to any route below the root.
    ///
    /// # Errors
    /// [`Error::Argument`], before anything is sent, for a path that does not stay below the root; otherwise as the methods for
    /// known routes.
    pub async fn raw_request(&self, request: &RawRequest, options: &RequestOptions) -> Result<RawResponse> {
        check(&request.path)?;
        let mut path = request.path.clone();
        for (name, value) in &request.query {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str(&encoded(name));
            path.push('=');
            path.push_str(&encoded(value));
            if path.len() > LONGEST_URL {
                return Err(too_long("query", path.len()));
            }
        }
        if request.method == Method::GET && request.body.is_some() {
            return Err(Error::argument("body", "cannot be sent with GET"));
        }
        let format = if request.takes_bytes {
            Format::Bytes
        } else {
            Format::Json
        };
        let sent = Request {
            expect: Expect::Raw(format),
            payload: request.body.clone().map_or(Payload::Empty, Payload::Json),
            ..self.request(request.method.clone(), &path, None)
        };
        let base = self.base_url();
        let root = format!("{}/", base.as_str());
        if !base.is_origin_of(&sent.url) || !sent.url.as_str().starts_with(&root) {
            return Err(Error::argument("path", "must stay below the root of the API"));
        }
        self.send_raw(&sent, options).await
    }
}

/// Checks that a path stays below the root, however it is parsed.
fn check(path: &str) -> Result<()> {
    let refuse = |reason: &str| Err(Error::argument("path", reason));
    if path.len() > LONGEST_URL {
        return Err(too_long("path", path.len()));
    }
    if !path.starts_with('/') {
        return refuse(
            r#"must begin with a slash, as in "/jobs/history": it is a path below the root of the API, not a URL"#,
        );
    }
    // URL parsers drop some of these, and read a backslash as a slash.
    if path.contains(|letter: char| letter.is_control() || matches!(letter, '\\' | '#')) {
        return refuse("must not contain backslashes, control characters or a fragment: encode them");
    }
    let segments = path.split('?').next().unwrap_or_default();
    if segments.contains("//") {
        return refuse("must not have empty segments (//)");
    }
    let is_dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    if segments.split('/').any(is_dots) {
        return refuse(r#"must not have the segments "." and "..""#);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_the_root() {
        for path in [
            "/",
            "/jobs",
            "/jobs/history?page=1&x=..//",
            "/a/..b/.c/%2e%2ea",
            "/a b/ü",
            "/models/",
        ] {
            assert!(check(path).is_ok(), "{path}");
        }
        for path in [
            "",
            "jobs",
            "https://evil.example/jobs",
            "//evil.example/jobs",
            "/jobs//history",
            "/..",
            "/jobs/../../x",
            "/jobs/./x",
            "/jobs/%2e%2E/x",
            "/jobs/.%2e",
            "/\\evil.example",
            "/jobs/..\\x",
            "/jobs#x",
            "/.\t./x",
            "/\n/evil.example",
            "/a\0b",
        ] {
            let message = check(path).unwrap_err().to_string();
            assert!(message.starts_with("path must "), "{path}: {message}");
        }
    }
}
