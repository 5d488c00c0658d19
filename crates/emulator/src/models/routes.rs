//! The routes that show models and their versions.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::documents::{model_document, summary, version_document};
use super::{MODELS, find, find_version};
use crate::error::{Error, Segments};
use crate::jobs::Job;
use crate::results::JobResults;
use crate::server::Shared;

/// How many models a page has when the query does not say.
const DEFAULT_PER_PAGE: usize = 10;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/models", get(list))
        .route("/models/{model}", get(details))
        .route("/models/{model}/versions", get(versions))
        .route("/models/{model}/versions/{version}", get(version))
        .route("/models/{model}/versions/{version}/sample-input", get(sample_input))
        .route("/models/{model}/versions/{version}/sample-output", get(sample_output))
}

async fn list(Query(query): Query<HashMap<String, String>>) -> Result<Json<Vec<Value>>, Error> {
    let per_page = match number(&query, "per-page")? {
        Some(0) => return Err(Error::bad_request("per-page must be at least 1")),
        per_page => per_page.unwrap_or(DEFAULT_PER_PAGE),
    };
    // The first page is 1; the reference also says 0.
    let page = number(&query, "page")?.unwrap_or(1).saturating_sub(1);
    let models = MODELS.iter().skip(page.saturating_mul(per_page)).take(per_page);
    Ok(Json(models.map(|model| summary(*model)).collect()))
}

fn number(query: &HashMap<String, String>, name: &str) -> Result<Option<usize>, Error> {
    let Some(text) = query.get(name) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(Error::bad_request(format!("{name} must be a whole number"))),
    }
}

async fn details(Segments(model): Segments<String>) -> Result<Json<Value>, Error> {
    Ok(Json(model_document(find(&model)?)))
}

async fn versions(Segments(model): Segments<String>) -> Result<Json<Vec<Value>>, Error> {
    let versions = find(&model)?.versions().iter();
    Ok(Json(
        versions.map(|version| json!({ "version": version.number })).collect(),
    ))
}

async fn version(Segments((model, version)): Segments<(String, String)>) -> Result<Json<Value>, Error> {
    let model = find(&model)?;
    Ok(Json(version_document(model, find_version(model, &version)?)))
}

async fn sample_input(Segments((model, version)): Segments<(String, String)>) -> Result<Json<Value>, Error> {
    let model = find(&model)?;
    let version = find_version(model, &version)?;
    let is_textual = version.is_textual();
    let sources: IndexMap<_, _> = version
        .sample
        .iter()
        .map(|(name, text)| {
            let value = if is_textual {
                (*text).to_owned()
            } else {
                format!("data:application/octet-stream;base64,{}", STANDARD.encode(text))
            };
            (*name, value)
        })
        .collect();
    Ok(Json(json!({
        "model": { "identifier": model.about().identifier, "version": version.number },
        "explain": false,
        "input": {
            "type": if is_textual { "text" } else { "embedded" },
            "sources": { "sample": sources },
        },
    })))
}

/// Runs the model on its sample, so that the document is true.
async fn sample_output(
    State(shared): State<Arc<Shared>>,
    Segments((model, version)): Segments<(String, String)>,
) -> Result<Json<JobResults>, Error> {
    let model = find(&model)?;
    let version = find_version(model, &version)?;
    let job = Arc::new(Job::sample(model, version)?);
    Ok(Json(JobResults::of(&job, &shared.base_url).await?))
}
