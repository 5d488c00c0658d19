//! The routes under `/accounting`.

use axum::extract::FromRef;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use super::ledger::Ledger;
use super::{keys, people, projects};
use crate::account::{TEAM, TEAM_NAME};
use crate::auth::{Caller, Keys};
use crate::base_url::BaseUrl;
use crate::jobs::JobStore;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    BaseUrl: FromRef<S>,
    JobStore: FromRef<S>,
    Keys: FromRef<S>,
    Ledger: FromRef<S>,
{
    Router::new()
        .route("/accounting/access-keys/user/{email}", get(keys::of_user))
        .route("/accounting/access-keys/{prefix}/hash", post(keys::full_key))
        .route("/accounting/accounts", get(people::accounts))
        .route("/accounting/accounts/{account}", get(people::account))
        .route("/accounting/entitlements", get(entitlements))
        .route("/accounting/projects", get(projects::list))
        .route("/accounting/projects/{project}", get(projects::one))
        .route("/accounting/teams", get(teams))
        .route("/accounting/users", get(people::users))
        .route("/accounting/users/search", post(people::search))
}

/// What the key may do, as the SDK for Go asks: the only entitlement that is known says which route of the engines it takes. The real
/// service has removed this route.
async fn entitlements(Extension(caller): Extension<Caller>) -> Json<Value> {
    let scales = json!({
        "identifier": "CAN_PATCH_PROCESSING_MODEL_VERSION",
        "description": "Can change the engines of a version",
        "longDescription": "Can change the engines of any version of a model",
        "weight": 1,
    });
    let all: Vec<_> = caller.role.may_scale().then_some(scales).into_iter().collect();
    Json(json!(all))
}

async fn teams() -> Json<Value> {
    Json(json!([{ "identifier": TEAM.identifier, "name": TEAM_NAME }]))
}
