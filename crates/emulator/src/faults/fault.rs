//! The fault and the requests that it matches. Its effect is in `inject`.

use std::collections::BTreeMap;

use axum::http::Method;
use serde::{Deserialize, Serialize};

/// Makes requests under `/api` fail. Members at their defaults have no effect, so set only the ones that you need:
/// `Fault { path: Some("/api/results/*".into()), status: Some(503), ..Fault::default() }`.
///
/// Each request meets the first fault, in order of addition, that matches it and is not used up.
/// In JSON the members are in camel case, and unknown members are refused.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Fault {
    /// The method, in upper or lower case. `None` matches every method.
    pub method: Option<String>,
    /// The path in its percent-encoded form, without its query. Each `*` is for any text, slashes included, as in `/api/jobs/*` and
    /// `/api/jobs/*/close`. `None` matches every path.
    pub path: Option<String>,
    /// How many requests the fault applies to. `None`: all, until the faults are cleared.
    pub times: Option<u32>,
    /// How many matching requests pass first. They can meet later faults.
    pub skip: u32,
    /// How many matching requests may pass in a second, after those of `skip`; only the others meet the fault. The requests of one
    /// second may pass at once. With `status` 429, this is a rate limit.
    pub per_second: Option<u32>,
    /// How long the response is delayed, in milliseconds. The route itself runs at once.
    pub delay_ms: u64,
    /// The status, 200 to 599, to respond with instead of running the route.
    pub status: Option<u16>,
    /// Headers of that response. Its content type is `application/json` unless a header sets another.
    pub headers: BTreeMap<String, String>,
    /// The body of that response, sent unchanged.
    pub body: Option<String>,
    /// The failure of the connection.
    pub connection: Option<ConnectionFault>,
    /// For `Reset` and `Stall`: whether the route runs first, so that a job is created although its receipt never
    /// arrives.
    pub after: bool,
}

/// What a fault does to the connection of a request.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ConnectionFault {
    /// Closes it with RST before the first byte of the response.
    Reset,
    /// Never responds, and keeps it open until the client or the emulator closes it.
    Stall,
    /// Sends the head of the response with its full `Content-Length` and half of the body, rounded down, then closes it.
    /// A response without a body is sent whole before the connection closes.
    Cut,
}

impl Fault {
    /// Returns how many bytes its texts have.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [&self.method, &self.path, &self.body];
        let texts = texts.iter().filter_map(|text| text.as_ref()).map(String::len);
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len());
        texts.chain(headers).sum()
    }

    pub(super) fn matches(&self, method: &Method, path: &str) -> bool {
        let same_method = self
            .method
            .as_ref()
            .is_none_or(|name| name.eq_ignore_ascii_case(method.as_str()));
        let same_path = self.path.as_deref().is_none_or(|pattern| is_like(path, pattern));
        same_method && same_path
    }
}

/// Whether a path is like a pattern, in which each `*` is for any text.
fn is_like(path: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return path == pattern;
    };
    let (inner, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut left) = path.strip_prefix(start).and_then(|left| left.strip_suffix(end)) else {
        return false;
    };
    // The first place of each part is as good as any other, because anything may follow it.
    inner.split('*').all(|part| match left.split_once(part) {
        Some((_, after)) => {
            left = after;
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_exact_unless_it_has_a_star() {
        let exact = Fault {
            path: Some("/api/jobs".into()),
            ..Fault::default()
        };
        assert!(exact.matches(&Method::GET, "/api/jobs"));
        assert!(!exact.matches(&Method::GET, "/api/jobs/1"));
        let prefix = Fault {
            path: Some("/api/jobs/*".into()),
            ..Fault::default()
        };
        assert!(prefix.matches(&Method::GET, "/api/jobs/1"));
        assert!(!prefix.matches(&Method::GET, "/api/jobs"));
    }

    #[test]
    fn each_star_is_for_any_text() {
        for (pattern, like, unlike) in [
            ("*", &["", "/api", "/api/jobs"][..], &[][..]),
            (
                "/api/jobs/*/close",
                &["/api/jobs/1/close", "/api/jobs//close", "/api/jobs/1/2/close"],
                &["/api/jobs/close", "/api/jobs/1/close/"],
            ),
            (
                "/api/*/versions/*/run-process",
                &["/api/models/m/versions/1/run-process"],
                &["/api/models/m/versions/run-process"],
            ),
            ("*/close", &["/api/jobs/1/close", "/close"], &["/api/jobs/1/closed"]),
            ("/a*a", &["/aa", "/aba"], &["/a"]),
            ("/a*bc*c", &["/abcc", "/abcbcc"], &["/abc"]),
            ("/api/**", &["/api/", "/api/jobs"], &["/api"]),
        ] {
            for path in like {
                assert!(is_like(path, pattern), "{path} {pattern}");
            }
            for path in unlike {
                assert!(!is_like(path, pattern), "{path} {pattern}");
            }
        }
    }

    #[test]
    fn a_method_matches_in_either_case() {
        let fault = Fault {
            method: Some("delete".into()),
            ..Fault::default()
        };
        assert!(fault.matches(&Method::DELETE, "/api/jobs/1"));
        assert!(!fault.matches(&Method::GET, "/api/jobs/1"));
    }

    #[test]
    fn json_is_in_camel_case_and_unknown_members_are_refused() {
        let json =
            r#"{"method":"GET","path":"/api/*","times":1,"skip":2,"delayMs":3,"connection":"stall","after":true}"#;
        let fault: Fault = serde_json::from_str(json).unwrap();
        assert_eq!((fault.times, fault.skip, fault.delay_ms), (Some(1), 2, 3));
        assert_eq!((fault.connection, fault.after), (Some(ConnectionFault::Stall), true));
        let error = serde_json::from_str::<Fault>(r#"{"delay":3}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `delay`"), "{error}");
    }
}
