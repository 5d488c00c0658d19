//! Routes for those who drive the emulator from another process: faults, the request log, connections.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde::Serialize;

use crate::error::Error;
use crate::requests::RecordedRequest;
use crate::server::Shared;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/faults", post(add_fault).delete(clear_faults))
        .route("/control/requests", get(requests).delete(clear_requests))
        .route("/control/connections", get(connections))
}

async fn add_fault(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<StatusCode, Error> {
    let fault =
        serde_json::from_slice(&body).map_err(|error| Error::bad_request(format!("the body is no fault: {error}")))?;
    match shared.faults.add(fault) {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(invalid) => Err(Error::bad_request(invalid.to_string())),
    }
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.faults.clear();
    StatusCode::NO_CONTENT
}

async fn requests(State(shared): State<Arc<Shared>>) -> Json<Vec<RecordedRequest>> {
    Json(shared.requests.all())
}

async fn clear_requests(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.requests.clear();
    StatusCode::NO_CONTENT
}

#[derive(Serialize)]
struct Connections {
    open: usize,
}

/// The connections but for the one that asks.
async fn connections(State(shared): State<Arc<Shared>>) -> Json<Connections> {
    let open = shared.open_connections.load(Ordering::Relaxed);
    Json(Connections {
        open: open.saturating_sub(1),
    })
}
