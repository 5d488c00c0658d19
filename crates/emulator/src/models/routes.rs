//! The routes that return models and their versions. `results` has `sample-output`, and `deployment` what changes them.

use axum::extract::{FromRef, State};
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::catalog::Catalog;
use super::documents::{identified_document, latest_document, model_document, summary, tag_document, version_document};
use super::record::ModelRecord;
use super::tags::Tag;
use super::{search, versions};
use crate::base_url::BaseUrl;
use crate::deployment::Pace;
use crate::error::{Error, Segments};
use crate::query::Parameters;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    BaseUrl: FromRef<S>,
    Catalog: FromRef<S>,
    Pace: FromRef<S>,
{
    Router::new()
        .route("/models", get(list))
        .route("/models/latest", get(latest))
        .route("/models/all/versions/all", get(versions::of_all))
        .route("/models/tags", get(tags))
        .route("/models/tags/{tags}", get(tagged))
        .route("/models/{model}/related-models", get(related))
        .route("/models/{model}", get(details))
        .route("/models/{model}/versions", get(versions::of_model))
        .route("/models/{model}/versions/{version}", get(version))
        .route("/models/{model}/versions/{version}/sample-input", get(sample_input))
}

async fn list(
    State(catalog): State<Catalog>,
    State(base_url): State<BaseUrl>,
    parameters: Parameters,
) -> Result<(HeaderMap, Json<Vec<Value>>), Error> {
    let models = search::search(catalog.all(), &parameters)?;
    let (headers, models) = parameters.page(models, &base_url)?;
    Ok((headers, Json(models.iter().map(|model| summary(model)).collect())))
}

async fn latest(State(catalog): State<Catalog>) -> Json<Vec<Value>> {
    let models = catalog.all();
    let active = models.iter().filter(|model| model.is_active());
    Json(active.map(|model| latest_document(model)).collect())
}

/// Returns the models that share a tag with this one.
async fn related(State(catalog): State<Catalog>, Segments(model): Segments<String>) -> Result<Json<Vec<Value>>, Error> {
    let model = catalog.find(&model)?;
    let has = |other: &ModelRecord, tag: &Tag| other.tags.iter().any(|known| known.identifier == tag.identifier);
    let models = catalog.all();
    let related = models
        .iter()
        .filter(|other| other.identifier != model.identifier && model.tags.iter().any(|tag| has(other, tag)));
    Ok(Json(related.map(|model| identified_document(model)).collect()))
}

async fn tags(State(catalog): State<Catalog>) -> Json<Vec<Value>> {
    Json(catalog.tags().iter().map(tag_document).collect())
}

/// Returns the tags with these identifiers, joined by commas, and the models with one of them. Unknown tags are left out.
async fn tagged(State(catalog): State<Catalog>, Segments(identifiers): Segments<String>) -> Json<Value> {
    let identifiers: Vec<_> = identifiers.split(',').collect();
    let is_asked = |tag: &Tag| identifiers.contains(&&*tag.identifier);
    let tags = catalog.tags();
    let tags = tags.iter().filter(|tag| is_asked(tag)).map(tag_document);
    let models = catalog.all();
    let models = models
        .iter()
        .filter(|model| model.tags.iter().any(is_asked))
        .map(|model| identified_document(model));
    Json(json!({ "tags": tags.collect::<Vec<_>>(), "models": models.collect::<Vec<_>>() }))
}

async fn details(State(catalog): State<Catalog>, Segments(model): Segments<String>) -> Result<Json<Value>, Error> {
    Ok(Json(model_document(&*catalog.find(&model)?)))
}

async fn version(
    State(catalog): State<Catalog>,
    State(pace): State<Pace>,
    Segments((model, version)): Segments<(String, String)>,
) -> Result<Json<Value>, Error> {
    let (model, version) = catalog.find_version(&model, &version)?;
    Ok(Json(version_document(&model, &version, &pace)))
}

/// Returns the document that a deployment set, or one with the model's sample.
async fn sample_input(
    State(catalog): State<Catalog>,
    Segments((model, version)): Segments<(String, String)>,
) -> Result<Json<Value>, Error> {
    let (model, version) = catalog.find_version(&model, &version)?;
    if let Some(document) = &version.samples.input {
        return Ok(Json(document.clone()));
    }
    let sample = version.samples.values.as_ref();
    let sample = sample.ok_or_else(|| Error::not_found("the version has no sample input"))?;
    let is_textual = version.is_textual();
    let sources: IndexMap<_, _> = sample
        .iter()
        .map(|(name, bytes)| {
            let value = if is_textual {
                String::from_utf8_lossy(bytes).into_owned()
            } else {
                format!("data:application/octet-stream;base64,{}", STANDARD.encode(bytes))
            };
            (name, value)
        })
        .collect();
    Ok(Json(json!({
        "model": { "identifier": model.identifier, "version": version.number },
        "explain": false,
        "input": {
            "type": if is_textual { "text" } else { "embedded" },
            "sources": { "sample": sources },
        },
    })))
}
