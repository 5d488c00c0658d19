//! The log of requests under `/api`, each with its outcome.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde::Serialize;

/// How many requests the log keeps.
const MAX_REQUESTS: usize = 100_000;
/// How many bytes of bodies it keeps in total.
const MAX_BODY_BYTES: usize = 64 << 20;
/// How many bytes of heads it keeps in total: paths, queries and headers.
const MAX_HEAD_BYTES: usize = 64 << 20;
/// How many bytes it keeps of one body.
const MAX_BODY: usize = 64 << 10;

/// A request that the emulator received under `/api`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method, for instance `POST`.
    pub method: String,
    /// The path in its percent-encoded form, without its query.
    pub path: String,
    /// The query in its encoded form, without the `?`. `None` if there was no `?`.
    pub query: Option<String>,
    /// The headers by lower-case name. Values of a repeated header are joined by `, `. `authorization` keeps only its
    /// scheme, as `ApiKey ***`.
    pub headers: BTreeMap<String, String>,
    /// The first 64 KiB of the body as text. U+FFFD replaces bytes that are not UTF-8, so see `body_bytes` for the true
    /// size.
    pub body: String,
    /// The size of the whole body, in bytes. 0 until it has arrived.
    pub body_bytes: usize,
    /// When its head arrived, in milliseconds since the emulator started.
    pub received_at_ms: f64,
    /// The status of its response. `None` until then.
    pub status: Option<u16>,
    /// Its outcome.
    pub state: RequestState,
}

impl RecordedRequest {
    /// Returns how many bytes its method, path, query and headers have.
    fn head_bytes(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len());
        self.method.len() + self.path.len() + self.query.as_ref().map_or(0, String::len) + headers.sum::<usize>()
    }
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RequestState {
    /// It has no response yet.
    Open,
    /// Its response was passed to the connection.
    Answered,
    /// Its connection closed before the response: the client disconnected, or a fault reset it.
    Aborted,
}

/// The newest requests, oldest first.
#[derive(Clone)]
pub(crate) struct RequestLog {
    started: Instant,
    entries: Arc<Mutex<Entries>>,
}

#[derive(Default)]
struct Entries {
    requests: VecDeque<RecordedRequest>,
    /// The number of the first request that is still kept, counting from the start of the emulator.
    first: usize,
    body_bytes: usize,
    head_bytes: usize,
}

impl Default for RequestLog {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            entries: Arc::default(),
        }
    }
}

impl RequestLog {
    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.entries().requests.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let mut entries = self.entries();
        entries.first += entries.requests.len();
        entries.requests.clear();
        entries.body_bytes = 0;
        entries.head_bytes = 0;
    }

    /// Adds a request, and returns its number.
    pub(super) fn open(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> usize {
        let mut request = RecordedRequest {
            method: method.to_string(),
            path: uri.path().to_owned(),
            query: uri.query().map(str::to_owned),
            headers: readable(headers),
            body: String::new(),
            body_bytes: 0,
            received_at_ms: 0.0,
            status: None,
            state: RequestState::Open,
        };
        let mut entries = self.entries();
        // Under the lock, so that the order of the log is the order of its times.
        request.received_at_ms = self.started.elapsed().as_secs_f64() * 1000.0;
        entries.head_bytes += request.head_bytes();
        entries.requests.push_back(request);
        entries.shrink();
        entries.first + entries.requests.len() - 1
    }

    pub(super) fn set_body(&self, number: usize, body: &[u8]) {
        let kept = body.get(..MAX_BODY).unwrap_or(body);
        let text = String::from_utf8_lossy(kept).into_owned();
        let mut entries = self.entries();
        let kept_bytes = text.len();
        if let Some(request) = entries.get(number) {
            request.body = text;
            request.body_bytes = body.len();
            entries.body_bytes += kept_bytes;
            entries.shrink();
        }
    }

    pub(super) fn set_answered(&self, number: usize, status: StatusCode) {
        if let Some(request) = self.entries().get(number) {
            request.status = Some(status.as_u16());
            request.state = RequestState::Answered;
        }
    }

    pub(super) fn set_aborted(&self, number: usize) {
        if let Some(request) = self.entries().get(number) {
            request.state = RequestState::Aborted;
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn get(&mut self, number: usize) -> Option<&mut RecordedRequest> {
        let index = number.checked_sub(self.first)?;
        self.requests.get_mut(index)
    }

    fn shrink(&mut self) {
        while self.requests.len() > MAX_REQUESTS || self.body_bytes > MAX_BODY_BYTES || self.head_bytes > MAX_HEAD_BYTES
        {
            let Some(oldest) = self.requests.pop_front() else {
                return;
            };
            self.first += 1;
            self.body_bytes -= oldest.body.len();
            self.head_bytes -= oldest.head_bytes();
        }
    }
}

fn readable(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut readable = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let text = if name == AUTHORIZATION {
            masked(value)
        } else {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        readable
            .entry(name.to_string())
            .and_modify(|values| {
                values.push_str(", ");
                values.push_str(&text);
            })
            .or_insert(text);
    }
    readable
}

fn masked(authorization: &HeaderValue) -> String {
    match authorization.to_str().ok().and_then(|value| value.split_once(' ')) {
        Some((scheme, _)) => format!("{scheme} ***"),
        None => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(log: &RequestLog, path: &'static str) -> usize {
        log.open(&Method::GET, &Uri::from_static(path), &HeaderMap::new())
    }

    #[test]
    fn the_newest_requests_are_kept() {
        let log = RequestLog::default();
        let first = open(&log, "/api/first");
        for _ in 0..MAX_REQUESTS {
            open(&log, "/api/later");
        }
        let all = log.all();
        assert_eq!(all.len(), MAX_REQUESTS);
        assert_eq!(all[0].path, "/api/later");
        log.set_answered(first, StatusCode::OK);
        assert!(log.all().iter().all(|request| request.state == RequestState::Open));
    }

    #[test]
    fn the_bodies_are_bounded_one_by_one_and_together() {
        let log = RequestLog::default();
        let large = vec![b'x'; MAX_BODY + 1];
        for _ in 0..=MAX_BODY_BYTES / MAX_BODY {
            let number = open(&log, "/api/jobs");
            log.set_body(number, &large);
        }
        let all = log.all();
        assert_eq!(all.len(), MAX_BODY_BYTES / MAX_BODY);
        assert!(all.iter().all(|request| request.body.len() == MAX_BODY));
    }

    #[test]
    fn the_heads_are_bounded_together() {
        let log = RequestLog::default();
        let mut headers = HeaderMap::new();
        headers.insert("x-large", "x".repeat(400_000).parse().unwrap());
        for _ in 0..1000 {
            log.open(&Method::GET, &Uri::from_static("/api/jobs"), &headers);
        }
        assert_eq!(log.all().len(), MAX_HEAD_BYTES / 400_000);
    }

    #[test]
    fn a_cleared_request_is_not_confused_with_a_later_one() {
        let log = RequestLog::default();
        let cleared = open(&log, "/api/first");
        log.clear();
        let later = open(&log, "/api/second");
        log.set_aborted(cleared);
        assert_eq!(log.all()[0].state, RequestState::Open);
        log.set_answered(later, StatusCode::ACCEPTED);
        assert_eq!(log.all()[0].status, Some(202));
    }

    #[test]
    fn an_authorization_without_a_scheme_is_masked_whole() {
        assert_eq!(masked(&HeaderValue::from_static("prefix.body")), "***");
        assert_eq!(masked(&HeaderValue::from_static("ApiKey prefix.body")), "ApiKey ***");
        assert_eq!(masked(&HeaderValue::from_bytes(b"ApiKey \xff").unwrap()), "***");
    }
}
