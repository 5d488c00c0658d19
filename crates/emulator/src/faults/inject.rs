//! Applies a fault to a request.

use std::future::pending;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::cut::cut;
use super::fault::{ConnectionFault, Fault};
use super::list::FaultList;
use crate::requests::Recorded;
use crate::server::SocketHandle;

/// Runs the route, unless a fault matches.
pub(crate) async fn inject(
    State(faults): State<FaultList>,
    OriginalUri(uri): OriginalUri,
    Extension(socket): Extension<SocketHandle>,
    request: Request,
    next: Next,
) -> Response {
    let Some(fault) = faults.take(request.method(), uri.path()) else {
        return next.run(request).await;
    };
    if let Some(recorded) = request.extensions().get::<Recorded>() {
        recorded.met_fault(&fault);
    }
    let silent = matches!(fault.connection, Some(ConnectionFault::Reset | ConnectionFault::Stall));
    let answer = match fault.status {
        Some(status) => canned(status, &fault),
        // Never sent.
        None if silent && !fault.after => Response::default(),
        None => next.run(request).await,
    };
    tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    match fault.connection {
        None => answer,
        Some(ConnectionFault::Cut) => cut(answer, socket).await,
        Some(ConnectionFault::Stall) => pending().await,
        Some(ConnectionFault::Reset) => {
            socket.reset();
            pending().await
        }
    }
}

/// Builds the response that a fault describes. Parts that cannot be sent were refused when the fault was added.
fn canned(status: u16, fault: &Fault) -> Response {
    let mut answer = Response::default();
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    if let Some(body) = &fault.body {
        *answer.body_mut() = Body::from(body.clone());
        answer
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    for (name, value) in &fault.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}
