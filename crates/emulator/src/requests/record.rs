//! Reads each request whole, and records its outcome.

use std::future::poll_fn;
use std::pin::Pin;

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http_body::Body as _;

use super::log::RequestLog;
use super::recorded::Recorded;
use super::response::Watched;
use crate::error::Error;
use crate::server::SocketHandle;

/// The largest request body, in bytes.
const MAX_REQUEST_BODY: usize = 64 << 20;

/// Records a request, its body and its response. Routes and faults get a [`Recorded`] as an extension of the request.
pub(crate) async fn record(
    State(log): State<RequestLog>,
    OriginalUri(uri): OriginalUri,
    Extension(socket): Extension<SocketHandle>,
    request: Request,
    next: Next,
) -> Response {
    let number = log.open(request.method(), &uri, request.headers(), socket.number());
    let entry = Entry {
        recorded: Recorded::new(log, number),
        is_head: request.method() == Method::HEAD,
        is_answered: false,
    };
    let (mut head, body) = request.into_parts();
    let answer = match read(body).await {
        Ok(body) => {
            entry.recorded.set_body(&body);
            head.extensions.insert(entry.recorded.clone());
            next.run(Request::from_parts(head, Body::from(body))).await
        }
        Err(ReadError::TooLarge) => {
            Error::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 64 MiB").into_response()
        }
        // The client is gone and cannot read this response, so the request counts as aborted.
        Err(ReadError::Broken) => return Error::bad_request("the body broke off").into_response(),
    };
    entry.answered(answer)
}

/// A request in progress. Dropping this before the response records it as aborted.
struct Entry {
    recorded: Recorded,
    /// Whether the response ends with its headers.
    is_head: bool,
    is_answered: bool,
}

impl Entry {
    /// Records a response. Its body is recorded only for the page.
    fn answered(mut self, answer: Response) -> Response {
        self.is_answered = true;
        self.recorded.set_answered(&answer);
        if !self.recorded.is_detailed() {
            return answer;
        }
        let (recorded, is_head) = (self.recorded.clone(), self.is_head);
        answer.map(|body| Body::new(Watched::new(body, recorded, is_head)))
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if !self.is_answered {
            self.recorded.set_aborted();
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
