//! The routes that show models and their versions.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::Query;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{About, MODELS, Model, Tag, Version, find, find_version};
use crate::error::{Error, Segments};
use crate::jobs::Job;
use crate::results::JobResults;
use crate::server::Shared;
use crate::timestamp::{basic_offset, extended_offset};

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
    let sources = version.sample.iter().copied().collect::<HashMap<_, _>>();
    Ok(Json(json!({
        "model": { "identifier": model.about().identifier, "version": version.number },
        "explain": false,
        "input": { "type": "text", "sources": { "sample": sources } },
    })))
}

/// Runs the model on its sample, so that the document is true.
async fn sample_output(Segments((model, version)): Segments<(String, String)>) -> Result<Json<JobResults>, Error> {
    let model = find(&model)?;
    let version = find_version(model, &version)?;
    let job = Arc::new(Job::sample(model, version)?);
    Ok(Json(JobResults::of(&job).await?))
}

fn summary(model: &dyn Model) -> Value {
    json!({
        "modelId": model.about().identifier,
        "latestVersion": latest(model),
        "versions": numbers(model),
    })
}

fn model_document(model: &dyn Model) -> Value {
    let About {
        identifier,
        name,
        author,
        description,
        permalink,
        tags,
    } = model.about();
    let last_changed = model.versions().last().map(|version| basic_offset(version.created_at));
    json!({
        "modelId": identifier,
        "latestVersion": latest(model),
        "latestActiveVersion": latest(model),
        "versions": numbers(model),
        "author": author,
        "name": name,
        "description": description,
        "permalink": permalink,
        "features": [],
        "isActive": true,
        "isRecommended": true,
        "isCommercial": false,
        "isExpired": false,
        "tags": tags.iter().map(tag_document).collect::<Vec<_>>(),
        "images": [],
        "snapshotImages": [],
        "lastActiveDateTime": last_changed,
        "visibility": { "scope": "ALL" },
    })
}

fn tag_document(tag: &Tag) -> Value {
    json!({
        "identifier": tag.identifier,
        "name": tag.name,
        "dataType": tag.data_type,
        "isCategorical": true,
    })
}

fn version_document(model: &dyn Model, version: &Version) -> Value {
    let inputs = version.inputs.iter().map(|input| {
        json!({
            "name": input.name,
            "acceptedMediaTypes": input.accepted_media_types,
            "maximumSize": input.maximum_size,
            "description": input.description,
        })
    });
    let outputs = version.outputs.iter().map(|output| {
        json!({
            "name": output.name,
            "mediaType": output.media_type,
            "maximumSize": output.maximum_size,
            "description": output.description,
        })
    });
    json!({
        "version": version.number,
        "createdAt": basic_offset(version.created_at),
        "updatedAt": extended_offset(version.created_at),
        "inputValidationSchema": "",
        "timeout": { "status": 60_000, "run": 60_000 },
        "requirement": { "gpuUnits": 0, "cpuAmount": "1", "memoryAmount": "512Mi" },
        "containerImage": {
            "uploadStatus": "IMAGE_UPLOAD_COMPLETE",
            "loadStatus": "CONTAINER_IMAGE_LOADED",
            "uploadPercentage": 100,
            "loadPercentage": 100,
            "containerImageSize": 0,
        },
        "inputs": inputs.collect::<Vec<_>>(),
        "outputs": outputs.collect::<Vec<_>>(),
        "statistics": [],
        "isActive": true,
        "isAvailable": true,
        "longDescription": version.description,
        "technicalDetails": "",
        "sourceType": "RAW",
        "versionHistory": "",
        "status": "active",
        "performanceSummary": "",
        "model": model_document(model),
        "processing": { "minimumParallelCapacity": 0, "maximumParallelCapacity": 1 },
    })
}

fn latest(model: &dyn Model) -> &'static str {
    model.versions().last().map_or("", |version| version.number)
}

fn numbers(model: &dyn Model) -> Vec<&'static str> {
    model.versions().iter().map(|version| version.number).collect()
}
