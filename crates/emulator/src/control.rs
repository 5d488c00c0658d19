//! Routes that control the emulator from another process: faults, the request log, connections.

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Serialize;

use crate::error::Error;
use crate::faults::FaultList;
use crate::local_only::refuse_foreign;
use crate::requests::{RecordedRequest, RequestLog};
use crate::server::ConnectionCount;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    FaultList: FromRef<S>,
    RequestLog: FromRef<S>,
    ConnectionCount: FromRef<S>,
{
    Router::new()
        .route("/control/faults", post(add_fault).delete(clear_faults))
        .route("/control/requests", get(requests).delete(clear_requests))
        .route("/control/connections", get(connections))
        .layer(from_fn(refuse_foreign))
}

pub(crate) async fn add_fault(State(faults): State<FaultList>, body: Bytes) -> Result<StatusCode, Error> {
    let fault = serde_json::from_slice(&body)
        .map_err(|error| Error::bad_request(format!("the body is not a fault: {error}")))?;
    match faults.add(fault) {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(invalid) => Err(Error::bad_request(invalid.to_string())),
    }
}

pub(crate) async fn clear_faults(State(faults): State<FaultList>) -> StatusCode {
    faults.clear();
    StatusCode::NO_CONTENT
}

async fn requests(State(log): State<RequestLog>) -> Json<Vec<RecordedRequest>> {
    Json(log.all())
}

pub(crate) async fn clear_requests(State(log): State<RequestLog>) -> StatusCode {
    log.clear();
    StatusCode::NO_CONTENT
}

#[derive(Serialize)]
struct Connections {
    open: usize,
}

/// Counts the open connections, without that of this request.
async fn connections(State(open): State<ConnectionCount>) -> Json<Connections> {
    Json(Connections {
        open: open.get().saturating_sub(1),
    })
}
