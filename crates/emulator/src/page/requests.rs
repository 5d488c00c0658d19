//! Requests as the page shows them: rows of a list, and one with its headers and bodies. Secrets are masked.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use super::mask::{Mark, Mask};
use crate::auth::Keys;
use crate::error::{Error, Segments};
use crate::faults::Fault;
use crate::requests::{Extra, RecordedRequest, RecordedResponse, RequestLog, RequestState};

/// How many bytes of a path or a query a row shows.
const SHOWN: usize = 500;

/// How far apart two attempts of one submit may be, in milliseconds.
const ATTEMPTS_MS: f64 = 180_000.0;

/// A request in a list.
#[derive(Serialize)]
pub(super) struct Row {
    n: usize,
    method: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    status: Option<u16>,
    state: RequestState,
    /// When it arrived, in milliseconds since 1970.
    at: f64,
    /// How long it took, in milliseconds.
    ms: Option<f64>,
    /// The bytes of its body, and of the response's.
    sent: usize,
    received: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cut: bool,
    connection: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fault: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<String>,
    /// The same for attempts with the same body.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

impl Row {
    pub(super) fn of(mask: &Mask, started_at: f64, number: usize, request: &RecordedRequest, extra: &Extra) -> Self {
        let response = extra.response.as_ref();
        Self {
            n: number,
            method: request.method.clone(),
            path: start(mask, &request.path),
            query: request.query.as_deref().map(|query| start(mask, query)),
            status: request.status,
            state: request.state,
            at: started_at + request.received_at_ms,
            ms: extra.duration_ms,
            sent: request.body_bytes,
            received: response.and_then(|response| response.body_bytes),
            cut: response.is_some_and(|response| response.is_cut),
            connection: extra.connection,
            fault: extra.met_fault,
            job: extra.job.clone(),
            body: extra
                .body_hash
                .filter(|_| request.body_bytes > 0)
                .map(|hash| format!("{hash:x}")),
        }
    }
}

/// Returns the start of a long text.
fn start(mask: &Mask, text: &str) -> String {
    match text.get(..text.floor_char_boundary(SHOWN)) {
        Some(start) if start.len() < text.len() => mask.start(start),
        _ => mask.text(text),
    }
}

/// Returns the newest requests about a job, oldest first: attempts to submit it, and those with it in their path.
pub(super) fn about(log: &RequestLog, mask: &Mask, job: &str, count: usize) -> Vec<Row> {
    let made = log.select(
        1,
        |_, request, extra| is_submit(request) && extra.job.as_deref() == Some(job),
        |number, request, extra| (number, request.received_at_ms, extra.body_hash),
    );
    // The failed attempts are those with the same body since the last submit that made another job of it.
    let attempts = made.first().map(|(made, at, hash)| {
        let is_same = move |number: usize, request: &RecordedRequest, extra: &Extra| {
            number < *made
                && is_submit(request)
                && extra.body_hash == *hash
                && at - request.received_at_ms < ATTEMPTS_MS
        };
        let others = log.select(
            1,
            |number, request, extra| is_same(number, request, extra) && extra.job.is_some(),
            |number, _, _| number,
        );
        (is_same, others.first().copied())
    });
    log.select(
        count,
        |number, request, extra| {
            extra.job.as_deref() == Some(job)
                || attempts.as_ref().is_some_and(|(is_same, other)| {
                    is_same(number, request, extra) && other.is_none_or(|other| number > other)
                })
        },
        |number, request, extra| Row::of(mask, log.started_at_ms(), number, request, extra),
    )
}

/// A request with its headers and its body, and the response to it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Details {
    row: Row,
    headers: BTreeMap<String, String>,
    body: String,
    response: Option<Response>,
    /// The fault that it met.
    fault: Option<Fault>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    headers: BTreeMap<String, String>,
    body: String,
    /// Why the body is not the one that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    differs: Option<Difference>,
}

/// How a shown body differs from the one that was sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Difference {
    /// It is only the start.
    Start,
    /// Its bytes are not text.
    Bytes,
    /// It has secrets.
    Masked,
}

impl Response {
    fn of(mask: &Mask, response: &RecordedResponse) -> Self {
        let is_start = response.body_bytes.is_some_and(|all| all > response.body.len() as u64);
        let text = String::from_utf8_lossy(&response.body);
        let body = if is_start { mask.start(&text) } else { mask.text(&text) };
        let differs = match text {
            _ if is_start => Some(Difference::Start),
            Cow::Owned(_) => Some(Difference::Bytes),
            Cow::Borrowed(text) => (text != body).then_some(Difference::Masked),
        };
        Self {
            headers: mask.headers(&response.headers),
            body,
            differs,
        }
    }
}

/// `GET /page/requests/{number}`.
pub(super) async fn details(
    State(log): State<RequestLog>,
    State(keys): State<Keys>,
    Segments(number): Segments<usize>,
) -> Result<Json<Details>, Error> {
    let (request, extra) = log
        .get(number)
        .ok_or_else(|| Error::not_found(format!("the log does not contain the request {number}")))?;
    let started_at = log.started_at_ms();
    let details = masked(move || Details::of(&Mask::new(&keys), started_at, number, &request, &extra));
    Ok(Json(details.await?))
}

impl Details {
    fn of(mask: &Mask, started_at: f64, number: usize, request: &RecordedRequest, extra: &Extra) -> Self {
        let mut row = Row::of(mask, started_at, number, request, extra);
        row.path = mask.text(&request.path);
        row.query = request.query.as_deref().map(|query| mask.text(query));
        Self {
            row,
            headers: mask.headers(&request.headers),
            body: if request.body_bytes > request.body.len() {
                mask.start(&request.body)
            } else {
                mask.text(&request.body)
            },
            response: extra.response.as_ref().map(|response| Response::of(mask, response)),
            fault: extra.fault.as_deref().cloned(),
        }
    }
}

/// Masks texts that may be large, so that other requests do not wait for it.
async fn masked<T: Send + 'static>(mask: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(mask)
        .await
        .map_err(|_| Error::new(StatusCode::INTERNAL_SERVER_ERROR, "the request cannot be shown"))
}

/// The body of the submit that made a job, as a program can send it.
#[derive(Serialize)]
pub(super) struct Submit {
    /// With a mark in place of each secret.
    body: String,
    secrets: Vec<Mark>,
}

/// `GET /page/jobs/{job}/submit`: null unless the log has the whole body.
pub(super) async fn submit(
    State(log): State<RequestLog>,
    State(keys): State<Keys>,
    Segments(id): Segments<String>,
) -> Result<Json<Option<Submit>>, Error> {
    let made = log.select(
        1,
        |_, request, extra| is_submit(request) && extra.job.as_deref() == Some(&id),
        |_, request, _| (request.body.len() == request.body_bytes).then(|| request.body.clone()),
    );
    let Some(body) = made.into_iter().next().flatten() else {
        return Ok(Json(None));
    };
    let (body, secrets) = masked(move || Mask::new(&keys).submit(&body)).await?;
    Ok(Json(Some(Submit { body, secrets })))
}

fn is_submit(request: &RecordedRequest) -> bool {
    request.method == "POST" && request.path == "/api/jobs"
}
