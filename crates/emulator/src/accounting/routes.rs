//! The routes about keys and teams. They omit the restricted key, which belongs to no user.

use std::sync::atomic::Ordering;

use axum::extract::{FromRef, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::ledger::Ledger;
use crate::account::{ACCOUNT, TEAM, TEAM_NAME, User};
use crate::auth::Keys;
use crate::error::{Error, Segments};
use crate::jobs::JobStore;
use crate::timestamp::basic_offset;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    JobStore: FromRef<S>,
    Keys: FromRef<S>,
    Ledger: FromRef<S>,
{
    Router::new()
        .route("/accounting/access-keys/user/{email}", get(keys_of_user))
        .route("/accounting/access-keys/{prefix}/hash", post(full_key))
        .route("/accounting/teams", get(teams))
}

async fn keys_of_user(
    State(jobs): State<JobStore>,
    State(keys): State<Keys>,
    State(ledger): State<Ledger>,
    Segments(email): Segments<String>,
) -> Result<Json<Vec<Value>>, Error> {
    let user = User::brief();
    if !email.eq_ignore_ascii_case(user.email()) {
        return Err(Error::not_found("the user does not exist"));
    }
    let jobs = jobs.all();
    let last_active = jobs.last().map(|job| basic_offset(job.created_at()));
    Ok(Json(vec![json!({
        "prefix": keys.prefix(),
        "name": "emulator",
        "description": "The key with all rights",
        "isDefault": true,
        "isHighPriority": false,
        "status": "Active",
        "createdAt": basic_offset(ledger.created_at),
        "lastActiveDateTime": last_active,
        "submittedJobs": jobs.len(),
        "retrieved": ledger.retrieved.load(Ordering::Relaxed),
        "roles": [],
        "labels": [],
        "keyType": "user",
        "account": { "identifier": ACCOUNT },
        "user": user,
    })]))
}

/// Returns the whole key, as a JSON string, the first time. Later requests get a 400.
async fn full_key(
    State(keys): State<Keys>,
    State(ledger): State<Ledger>,
    Segments(prefix): Segments<String>,
) -> Result<Json<String>, Error> {
    if prefix != keys.prefix() {
        return Err(Error::not_found("the access key does not exist"));
    }
    if ledger.retrieved.swap(true, Ordering::Relaxed) {
        return Err(Error::bad_request("the access key has been retrieved already"));
    }
    Ok(Json(keys.api_key.to_string()))
}

async fn teams() -> Json<Value> {
    let mut team = json!(TEAM);
    if let Some(team) = team.as_object_mut() {
        team.insert("name".to_owned(), json!(TEAM_NAME));
    }
    Json(json!([team]))
}
