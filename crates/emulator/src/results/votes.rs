//! The routes of votes on results.

use axum::extract::State;
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::documents::processed;
use crate::auth::Caller;
use crate::error::{Error, Segments};
use crate::jobs::{JobStore, Vote};

type Path = Segments<(String, String)>;

pub(super) async fn up(
    State(jobs): State<JobStore>,
    Extension(caller): Extension<Caller>,
    path: Path,
) -> Result<Json<Value>, Error> {
    cast(&jobs, &caller, path, Vote::Up).await
}

pub(super) async fn down(
    State(jobs): State<JobStore>,
    Extension(caller): Extension<Caller>,
    path: Path,
) -> Result<Json<Value>, Error> {
    cast(&jobs, &caller, path, Vote::Down).await
}

pub(super) async fn reset(
    State(jobs): State<JobStore>,
    Extension(caller): Extension<Caller>,
    path: Path,
) -> Result<Json<Value>, Error> {
    cast(&jobs, &caller, path, Vote::NoVotes).await
}

/// Returns the vote of the key.
pub(super) async fn read(
    State(jobs): State<JobStore>,
    Extension(caller): Extension<Caller>,
    Segments((id, key)): Path,
) -> Result<Json<Value>, Error> {
    let job = jobs.get(&id)?;
    let (index, _) = processed(&job, &key).await?;
    Ok(Json(json!({ "vote": job.votes.of(index, &caller.prefix) })))
}

async fn cast(jobs: &JobStore, caller: &Caller, Segments((id, key)): Path, vote: Vote) -> Result<Json<Value>, Error> {
    let job = jobs.get(&id)?;
    let (index, _) = processed(&job, &key).await?;
    job.votes.cast(index, &caller.prefix, vote);
    Ok(Json(json!({})))
}
