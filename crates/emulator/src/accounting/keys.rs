//! The routes about access keys. They omit the restricted key, which belongs to no user.

use axum::extract::State;
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::ledger::Ledger;
use crate::account::{ACCOUNT, PEOPLE, User};
use crate::auth::{Caller, Keys, Role};
use crate::error::{Error, Segments};
use crate::jobs::JobStore;
use crate::timestamp::basic_offset;

/// `GET /accounting/access-keys/user/{email}`.
pub(super) async fn of_user(
    State(jobs): State<JobStore>,
    State(keys): State<Keys>,
    State(ledger): State<Ledger>,
    Segments(email): Segments<String>,
) -> Result<Json<Vec<Value>>, Error> {
    let person = PEOPLE.iter().find(|person| email.eq_ignore_ascii_case(person.email));
    let person = person.ok_or_else(|| Error::not_found("the user does not exist"))?;
    let jobs = jobs.all();
    let keys = keys.callers().filter(|caller| caller.person() == person);
    let documents = keys.map(|caller| {
        let submitted = || jobs.iter().filter(|job| job.submitter.prefix == caller.prefix);
        let last_active = submitted().next_back().map(|job| basic_offset(job.created_at()));
        let is_project = caller.role == Role::Project;
        json!({
            "prefix": *caller.prefix,
            "name": "emulator",
            "description": format!("The key with the role {}", caller.role),
            "isDefault": true,
            "isHighPriority": false,
            "status": "Active",
            "createdAt": basic_offset(ledger.created_at),
            "lastActiveDateTime": last_active,
            "submittedJobs": submitted().count(),
            "retrieved": ledger.is_retrieved(&caller.prefix),
            "roles": [{ "identifier": caller.role.identifier() }],
            "labels": [],
            "keyType": if is_project { "system" } else { "user" },
            "account": { "identifier": ACCOUNT },
            "user": User::brief(person),
        })
    });
    Ok(Json(documents.collect()))
}

/// `POST /accounting/access-keys/{prefix}/hash`: returns the whole key, as a JSON string, the first time. Later requests get a
/// 400, and requests for the key of another user a 403.
pub(super) async fn full_key(
    State(keys): State<Keys>,
    State(ledger): State<Ledger>,
    Extension(caller): Extension<Caller>,
    Segments(prefix): Segments<String>,
) -> Result<Json<String>, Error> {
    let owner = keys.callers().find(|owner| *owner.prefix == *prefix);
    let (Some(owner), Some(key)) = (owner, keys.whole(&prefix)) else {
        return Err(Error::not_found("the access key does not exist"));
    };
    if owner.person() != caller.person() {
        return Err(Error::forbidden());
    }
    if !ledger.retrieve(&owner.prefix) {
        return Err(Error::bad_request("the access key has been retrieved already"));
    }
    Ok(Json(key.to_string()))
}
