//! The routes that return models and their versions. `results` has `sample-output`.

use axum::extract::{FromRef, State};
use axum::http::HeaderMap;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::catalog::{MODELS, find, find_version};
use super::documents::{
    identified_document, is_active, latest_document, model_document, summary, tag_document, version_document,
};
use super::search;
use super::tags::Tag;
use crate::base_url::BaseUrl;
use crate::error::{Error, Segments};
use crate::query::Parameters;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    BaseUrl: FromRef<S>,
{
    Router::new()
        .route("/models", get(list))
        .route("/models/latest", get(latest))
        .route("/models/tags", get(tags))
        .route("/models/tags/{tags}", get(tagged))
        .route("/models/{model}/related-models", get(related))
        .route("/models/{model}", get(details))
        .route("/models/{model}/versions", get(versions))
        .route("/models/{model}/versions/{version}", get(version))
        .route("/models/{model}/versions/{version}/sample-input", get(sample_input))
}

async fn list(State(base_url): State<BaseUrl>, parameters: Parameters) -> Result<(HeaderMap, Json<Vec<Value>>), Error> {
    let models = search::search(&parameters)?;
    let (headers, models) = parameters.page(models, &base_url)?;
    Ok((headers, Json(models.into_iter().map(summary).collect())))
}

async fn latest() -> Json<Vec<Value>> {
    let active = MODELS.iter().filter(|model| is_active(**model));
    Json(active.map(|model| latest_document(*model)).collect())
}

/// Returns the models that share a tag with this one.
async fn related(Segments(model): Segments<String>) -> Result<Json<Vec<Value>>, Error> {
    let about = find(&model)?.about();
    let related = MODELS.iter().filter(|other| {
        let other = other.about();
        let shares = |tag: &Tag| {
            other
                .tags
                .iter()
                .any(|tag_of_other| tag_of_other.identifier == tag.identifier)
        };
        other.identifier != about.identifier && about.tags.iter().any(|tag| shares(tag))
    });
    Ok(Json(related.map(|model| identified_document(*model)).collect()))
}

async fn tags() -> Json<Vec<Value>> {
    Json(all_tags().into_iter().map(tag_document).collect())
}

/// Returns the tags with these identifiers, joined by commas, and the models with one of them. Unknown tags are left out.
async fn tagged(Segments(identifiers): Segments<String>) -> Json<Value> {
    let identifiers: Vec<_> = identifiers.split(',').collect();
    let is_asked = |tag: &Tag| identifiers.contains(&tag.identifier);
    let tags = all_tags().into_iter().filter(|tag| is_asked(tag)).map(tag_document);
    let models = MODELS
        .iter()
        .filter(|model| model.about().tags.iter().any(|tag| is_asked(tag)))
        .map(|model| identified_document(*model));
    Json(json!({ "tags": tags.collect::<Vec<_>>(), "models": models.collect::<Vec<_>>() }))
}

/// Returns the tags of all models, in the order of their first occurrence.
fn all_tags() -> Vec<&'static Tag> {
    let tags = MODELS.iter().flat_map(|model| model.about().tags);
    let unique: IndexMap<_, _> = tags.map(|tag| (tag.identifier, *tag)).collect();
    unique.into_values().collect()
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
        .map(|(name, bytes)| {
            let value = if is_textual {
                String::from_utf8_lossy(bytes).into_owned()
            } else {
                format!("data:application/octet-stream;base64,{}", STANDARD.encode(bytes))
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
