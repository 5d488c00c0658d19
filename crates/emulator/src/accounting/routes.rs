//! The routes under `/accounting`.

use axum::extract::FromRef;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::keys;
use super::ledger::Ledger;
use crate::account::{TEAM, TEAM_NAME};
use crate::auth::Keys;
use crate::jobs::JobStore;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    JobStore: FromRef<S>,
    Keys: FromRef<S>,
    Ledger: FromRef<S>,
{
    Router::new()
        .route("/accounting/access-keys/user/{email}", get(keys::of_user))
        .route("/accounting/access-keys/{prefix}/hash", post(keys::full_key))
        .route("/accounting/teams", get(teams))
}

async fn teams() -> Json<Value> {
    Json(json!([{ "identifier": TEAM.identifier, "name": TEAM_NAME }]))
}
