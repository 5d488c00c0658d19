//! Reads each request whole, and records its outcome.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http_body::Body as _;

use super::log::RequestLog;
use crate::error::Error;

/// The largest request body, in bytes.
const MAX_REQUEST_BODY: usize = 64 << 20;

/// Records a request, its body and its response.
pub(crate) async fn record(
    State(log): State<RequestLog>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    let number = log.open(request.method(), &uri, request.headers());
    let mut entry = Entry {
        log: &log,
        number,
        answered: false,
    };
    let (head, body) = request.into_parts();
    let answer = match read(body).await {
        Ok(body) => {
            log.set_body(number, &body);
            next.run(Request::from_parts(head, Body::from(body))).await
        }
        Err(ReadError::TooLarge) => {
            Error::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 64 MiB").into_response()
        }
        // The client is gone and cannot read this response, so the request counts as aborted.
        Err(ReadError::Broken) => return Error::bad_request("the body broke off").into_response(),
    };
    entry.answered(answer.status());
    answer
}

/// A request in progress. Dropping this before the response records it as aborted.
struct Entry<'a> {
    log: &'a RequestLog,
    number: usize,
    answered: bool,
}

impl Entry<'_> {
    fn answered(&mut self, status: StatusCode) {
        self.log.set_answered(self.number, status);
        self.answered = true;
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.log.set_aborted(self.number);
        }
    }
}

enum ReadError {
    TooLarge,
    Broken,
}

/// Reads a body. A body that is too large is still read to its end, since a client that is still sending would otherwise
/// get a reset instead of the response.
async fn read(mut body: Body) -> Result<Bytes, ReadError> {
    let mut bytes = BytesMut::new();
    let mut too_large = false;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| ReadError::Broken)?.into_data() else {
            continue;
        };
        too_large |= bytes.len() + data.len() > MAX_REQUEST_BODY;
        if too_large {
            bytes = BytesMut::new();
        } else {
            bytes.extend_from_slice(&data);
        }
    }
    if too_large {
        Err(ReadError::TooLarge)
    } else {
        Ok(bytes.freeze())
    }
}
