//! The routes to submit, read and cancel jobs, and to upload their inputs. `history` has the lists of jobs.

use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use bytes::Bytes;

use super::documents::{Details, Receipt};
use super::features::{self, Features};
use super::sources::Sources;
use super::store::JobStore;
use super::submission::Submission;
use super::{chunk, history};
use crate::auth::Caller;
use crate::base_url::BaseUrl;
use crate::error::{Error, Segments};
use crate::member::Members;
use crate::models::Catalog;
use crate::options::HistoryOptions;
use crate::requests::Recorded;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    BaseUrl: FromRef<S>,
    Features: FromRef<S>,
    HistoryOptions: FromRef<S>,
    Catalog: FromRef<S>,
    JobStore: FromRef<S>,
{
    Router::new()
        .route("/jobs", post(submit).get(history::list))
        .route("/jobs/features", get(features::features))
        .route("/jobs/history", get(history::history))
        .route("/jobs/{job}", get(details).delete(cancel))
        .route("/jobs/{job}/close", post(close))
        .route("/jobs/{job}/{input}/{modelInput}", post(append))
}

async fn submit(
    recorded: Option<Extension<Recorded>>,
    State(jobs): State<JobStore>,
    State(features): State<Features>,
    State(catalog): State<Catalog>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<(StatusCode, Json<Receipt>), Error> {
    let submission = Submission::parse(&body)?;
    features.check_inputs(submission.sources.as_ref().map_or(0, Sources::count))?;
    let job = jobs.add(submission, &catalog, caller)?;
    if let Some(Extension(recorded)) = recorded {
        recorded.made(&job.id);
    }
    Ok((StatusCode::ACCEPTED, Json(Receipt::of(&job))))
}

async fn details(State(jobs): State<JobStore>, Segments(id): Segments<String>) -> Result<Json<Details>, Error> {
    let job = jobs.get(&id)?;
    Ok(Json(Details::of(&job).await?))
}

/// Cancels a job that has not ended. A job that has ended keeps its status, and the response is a 400.
async fn cancel(
    State(jobs): State<JobStore>,
    Segments(id): Segments<String>,
) -> Result<(StatusCode, Json<Details>), Error> {
    let job = jobs.get(&id)?;
    jobs.cancel(&job)?;
    Ok((StatusCode::ACCEPTED, Json(Details::of(&job).await?)))
}

/// `POST /jobs/{job}/{input}/{modelInput}`: appends the chunk of the part `input`.
async fn append(
    State(jobs): State<JobStore>,
    State(features): State<Features>,
    Segments((id, key, name)): Segments<(String, String, String)>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<StatusCode, Error> {
    let job = jobs.accepted(&id)?;
    job.open_upload()?;
    let multipart =
        multipart.map_err(|_| Error::bad_request("the body must be multipart/form-data with a boundary"))?;
    let chunk = chunk::read(multipart).await?;
    jobs.make_room_for(chunk.len())?;
    job.append(&features, key, name, &chunk)?;
    Ok(StatusCode::ACCEPTED)
}

/// `POST /jobs/{job}/close`. The body may be empty or a JSON object.
async fn close(
    State(jobs): State<JobStore>,
    Segments(id): Segments<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Receipt>), Error> {
    if !body.is_empty() {
        Members::of_body(&body)?;
    }
    let job = jobs.accepted(&id)?;
    jobs.close(&job)?;
    Ok((StatusCode::ACCEPTED, Json(Receipt::of(&job))))
}
