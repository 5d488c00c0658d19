//! The routes that show results, those of a model's own sample included. Single outputs are left to `output`.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::documents::{InputResult, JobResults, processed};
use super::{generated, output};
use crate::base_url::BaseUrl;
use crate::error::{Error, Segments};
use crate::jobs::{Job, JobStore};
use crate::models::{find, find_version};

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    BaseUrl: FromRef<S>,
    JobStore: FromRef<S>,
{
    Router::new()
        .route("/results/{job}", get(results))
        .route("/results/{job}/datasource/{input}", get(result))
        .route("/results/{job}/datasource/{input}/output/{output}", get(output::output))
        .route("/results/{job}/{input}/{output}", get(output::output))
        .route("/models/{model}/versions/{version}/sample-output", get(sample_output))
}

/// Outputs of this size together, in bytes, are not held in memory.
const LARGE: u64 = 64 << 10;

async fn results(
    State(jobs): State<JobStore>,
    State(base_url): State<BaseUrl>,
    Segments(id): Segments<String>,
) -> Result<Response, Error> {
    let job = jobs.get(&id)?;
    let results = JobResults::of(&job, &base_url).await?;
    let made = results.made();
    Ok(answer(results, made))
}

/// Answers with JSON, of which so many bytes are yet to be made.
fn answer(value: impl Serialize + Send + 'static, made: u64) -> Response {
    if made < LARGE {
        return Json(value).into_response();
    }
    ([(CONTENT_TYPE, "application/json")], generated::json(value)).into_response()
}

async fn result(
    State(jobs): State<JobStore>,
    State(base_url): State<BaseUrl>,
    Segments((id, key)): Segments<(String, String)>,
) -> Result<Response, Error> {
    let job = jobs.get(&id)?;
    let (index, outcome) = processed(&job, &key).await?;
    let result = InputResult::of(&job, index, outcome, &base_url);
    let made = result.made();
    Ok(answer(result, made))
}

/// Runs the model on its sample, so that the document is true.
async fn sample_output(
    State(base_url): State<BaseUrl>,
    Segments((model, version)): Segments<(String, String)>,
) -> Result<Json<JobResults>, Error> {
    let model = find(&model)?;
    let version = find_version(model, &version)?;
    let job = Arc::new(Job::sample(model, version)?);
    Ok(Json(JobResults::of(&job, &base_url).await?))
}
