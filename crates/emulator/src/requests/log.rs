//! The log of requests under `/api`, each with its outcome.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::{HeaderMap, Method, StatusCode, Uri};
use jiff::Timestamp;

use super::entries::Entries;
use super::entry::{Extra, RecordedRequest, RecordedResponse, RequestState};
use super::heads::{job_in, readable};
use crate::changes::Changes;
use crate::faults::Fault;

/// How many bytes it keeps of one body.
const MAX_BODY: usize = 64 << 10;
/// How many bytes a fault may have to be kept with the requests that met it.
const MAX_FAULT: usize = 16 << 10;

/// The newest requests, oldest first.
#[derive(Clone)]
pub(crate) struct RequestLog {
    started: Instant,
    started_at: Timestamp,
    /// Whether it keeps what only the page shows.
    is_detailed: bool,
    entries: Arc<Mutex<Entries>>,
}

impl RequestLog {
    pub(crate) fn new(is_detailed: bool) -> Self {
        Self {
            started: Instant::now(),
            started_at: Timestamp::now(),
            is_detailed,
            entries: Arc::default(),
        }
    }

    /// Returns the point in time that the times of requests count from, in milliseconds since 1970.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a double has room for a fraction of today's milliseconds"
    )]
    pub(crate) fn started_at_ms(&self) -> f64 {
        self.started_at.as_microsecond() as f64 / 1000.0
    }

    pub(super) fn is_detailed(&self) -> bool {
        self.is_detailed
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.entries()
            .requests
            .iter()
            .map(|entry| entry.request.clone())
            .collect()
    }

    /// Returns the requests among the newest `count` that changed after the change `since`, oldest first. `None` if none did.
    pub(crate) fn changes<T>(
        &self,
        since: u64,
        count: usize,
        show: impl Fn(usize, &RecordedRequest, &Extra) -> T,
    ) -> Option<Changes<T>> {
        let entries = self.entries();
        if entries.changes == since {
            return None;
        }
        let total = entries.first + entries.requests.len();
        let skipped = entries.requests.len().saturating_sub(count);
        let newest = entries.requests.iter().enumerate().skip(skipped);
        Some(Changes {
            last: entries.changes,
            first: Some(entries.first),
            total,
            rows: newest
                .filter(|(_, entry)| entry.changed > since)
                .map(|(index, entry)| show(entries.first + index, &entry.request, &entry.extra))
                .collect(),
        })
    }

    /// Returns the newest requests that a condition selects, at most `count`, oldest first.
    pub(crate) fn select<T>(
        &self,
        count: usize,
        is_selected: impl Fn(usize, &RecordedRequest, &Extra) -> bool,
        show: impl Fn(usize, &RecordedRequest, &Extra) -> T,
    ) -> Vec<T> {
        let entries = self.entries();
        let numbered = entries
            .requests
            .iter()
            .enumerate()
            .map(|(index, entry)| (entries.first + index, entry));
        let selected = numbered
            .rev()
            .filter(|(number, entry)| is_selected(*number, &entry.request, &entry.extra));
        let mut shown: Vec<T> = selected
            .take(count)
            .map(|(number, entry)| show(number, &entry.request, &entry.extra))
            .collect();
        shown.reverse();
        shown
    }

    /// Returns the request with this number.
    pub(crate) fn get(&self, number: usize) -> Option<(RecordedRequest, Extra)> {
        let entries = self.entries();
        let entry = entries.requests.get(number.checked_sub(entries.first)?)?;
        Some((entry.request.clone(), entry.extra.clone()))
    }

    pub(crate) fn clear(&self) {
        self.entries().clear();
    }

    /// Adds a request that came on a connection, and returns its number.
    pub(super) fn open(&self, method: &Method, uri: &Uri, headers: &HeaderMap, connection: u64) -> usize {
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
        let extra = Extra {
            connection,
            job: job_in(&request.path).filter(|_| self.is_detailed),
            ..Extra::default()
        };
        let mut entries = self.entries();
        // Under the lock, so that the order of the log is the order of its times.
        request.received_at_ms = self.now_ms();
        entries.add(request, extra)
    }

    pub(super) fn set_body(&self, number: usize, body: &[u8]) {
        let kept = body.get(..MAX_BODY).unwrap_or(body);
        let text = String::from_utf8_lossy(kept).into_owned();
        let hash = self.is_detailed.then(|| hash(body));
        self.entries().change(number, |entry| {
            entry.request.body = text;
            entry.request.body_bytes = body.len();
            entry.extra.body_hash = hash;
        });
    }

    pub(super) fn set_answered(&self, number: usize, status: StatusCode, headers: &HeaderMap) {
        let response = self.is_detailed.then(|| RecordedResponse {
            headers: readable(headers),
            ..RecordedResponse::default()
        });
        self.entries().change(number, |entry| {
            entry.request.status = Some(status.as_u16());
            entry.request.state = RequestState::Answered;
            entry.extra.response = response;
        });
    }

    /// Adds the end of a response: the first bytes of its body, its size, and whether it ended early.
    pub(super) fn set_response_end(&self, number: usize, body: Vec<u8>, body_bytes: u64, is_cut: bool) {
        let now = self.now_ms();
        self.entries().change(number, |entry| {
            entry.extra.duration_ms = Some(now - entry.request.received_at_ms);
            if let Some(response) = &mut entry.extra.response {
                response.body = body;
                response.body_bytes = Some(body_bytes);
                response.is_cut = is_cut;
            }
        });
    }

    pub(super) fn set_aborted(&self, number: usize) {
        let now = self.now_ms();
        self.entries().change(number, |entry| {
            entry.request.state = RequestState::Aborted;
            entry.extra.duration_ms = Some(now - entry.request.received_at_ms);
        });
    }

    pub(super) fn set_fault_met(&self, number: usize, fault: &Arc<Fault>) {
        let kept = self.is_detailed && fault.bytes() <= MAX_FAULT;
        self.entries().change(number, |entry| {
            entry.extra.met_fault = true;
            entry.extra.fault = kept.then(|| Arc::clone(fault));
        });
    }

    pub(super) fn set_job(&self, number: usize, job: &str) {
        self.entries()
            .change(number, |entry| entry.extra.job = Some(job.to_owned()));
    }

    fn now_ms(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1000.0
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::super::entries::{MAX_BODY_BYTES, MAX_HEAD_BYTES, MAX_REQUESTS};
    use super::*;

    fn open(log: &RequestLog, path: &'static str) -> usize {
        log.open(&Method::GET, &Uri::from_static(path), &HeaderMap::new(), 1)
    }

    #[test]
    fn the_newest_requests_are_kept() {
        let log = RequestLog::new(false);
        let first = open(&log, "/api/first");
        for _ in 0..MAX_REQUESTS {
            open(&log, "/api/later");
        }
        let all = log.all();
        assert_eq!(all.len(), MAX_REQUESTS);
        assert_eq!(all[0].path, "/api/later");
        log.set_answered(first, StatusCode::OK, &HeaderMap::new());
        assert!(log.all().iter().all(|request| request.state == RequestState::Open));
    }

    #[test]
    fn the_bodies_are_bounded_one_by_one_and_together() {
        let log = RequestLog::new(false);
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
        let log = RequestLog::new(false);
        let mut headers = HeaderMap::new();
        headers.insert("x-large", "x".repeat(400_000).parse().unwrap());
        for _ in 0..1000 {
            log.open(&Method::GET, &Uri::from_static("/api/jobs"), &headers, 1);
        }
        assert_eq!(log.all().len(), MAX_HEAD_BYTES / 400_000);
    }

    #[test]
    fn a_cleared_request_is_not_confused_with_a_later_one() {
        let log = RequestLog::new(false);
        let cleared = open(&log, "/api/first");
        log.clear();
        let later = open(&log, "/api/second");
        log.set_aborted(cleared);
        assert_eq!(log.all()[0].state, RequestState::Open);
        log.set_answered(later, StatusCode::ACCEPTED, &HeaderMap::new());
        assert_eq!(log.all()[0].status, Some(202));
    }
}
