//! The lists of versions: those of one model in short, and those of all models with details.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::catalog::Catalog;
use super::documents::version_document;
use super::record::{ModelRecord, VersionRecord, numbers};
use crate::base_url::BaseUrl;
use crate::deployment::Pace;
use crate::error::{Error, Segments};
use crate::query::{Order, Parameters};

type Entry = (Arc<ModelRecord>, Arc<VersionRecord>);

const ORDERS: &[(&str, Order<Entry>)] = &[
    ("version", |(_, a), (_, b)| numbers(&a.number).cmp(numbers(&b.number))),
    ("createdAt", |(_, a), (_, b)| a.created_at.cmp(&b.created_at)),
    ("updatedAt", |(_, a), (_, b)| a.updated_at.cmp(&b.updated_at)),
    ("createdBy", |(a, _), (b, _)| a.created_by.cmp(&b.created_by)),
    ("status", |(_, a), (_, b)| a.status.cmp(&b.status)),
    ("isActive", |(_, a), (_, b)| a.is_active().cmp(&b.is_active())),
    ("isAvailable", |(_, a), (_, b)| a.is_active().cmp(&b.is_active())),
    ("model.modelId", |(a, _), (b, _)| a.identifier.cmp(&b.identifier)),
    ("model.name", |(a, _), (b, _)| {
        a.name.to_lowercase().cmp(&b.name.to_lowercase())
    }),
    ("processing.minimumParallelCapacity", |(_, a), (_, b)| {
        a.attributes.processing.minimum.cmp(&b.attributes.processing.minimum)
    }),
];

/// `GET /models/{model}/versions`.
pub(super) async fn of_model(
    State(catalog): State<Catalog>,
    State(base_url): State<BaseUrl>,
    Segments(model): Segments<String>,
    parameters: Parameters,
) -> Result<(HeaderMap, Json<Vec<Value>>), Error> {
    let model = catalog.find(&model)?;
    let versions = search(&[model], &parameters)?;
    let (headers, versions) = parameters.page(versions, &base_url)?;
    let documents = versions.iter().map(|(_, version)| json!({ "version": version.number }));
    Ok((headers, Json(documents.collect())))
}

/// `GET /models/all/versions/all`.
pub(super) async fn of_all(
    State(catalog): State<Catalog>,
    State(base_url): State<BaseUrl>,
    State(pace): State<Pace>,
    parameters: Parameters,
) -> Result<(HeaderMap, Json<Vec<Value>>), Error> {
    let versions = search(&catalog.all(), &parameters)?;
    let (headers, versions) = parameters.page(versions, &base_url)?;
    let documents = versions
        .iter()
        .map(|(model, version)| version_document(model, version, &pace));
    Ok((headers, Json(documents.collect())))
}

/// Returns the versions that pass all filters, in the requested order.
fn search(models: &[Arc<ModelRecord>], parameters: &Parameters) -> Result<Vec<Entry>, Error> {
    let active = parameters.boolean("isActive")?;
    let available = parameters.boolean("isAvailable")?;
    let experimental = parameters.boolean("isExperimental")?;
    let created = parameters.time("createdAt")?;
    let updated = parameters.time("updatedAt")?;
    let versions = models.iter().flat_map(|model| {
        let versions = model.unordered().map(Arc::clone);
        versions.map(|version| (Arc::clone(model), version))
    });
    let passes = |(model, version): &Entry| {
        parameters.passes("version", |number| number == version.number)
            && parameters.passes("status", |status| status.eq_ignore_ascii_case(version.status.name()))
            && parameters.passes("model.modelId", |identifier| identifier == model.identifier)
            && parameters.passes_like("model.name", &model.name)
            && parameters.passes_like("createdBy", &model.created_by)
            && active.is_none_or(|active| active == version.is_active())
            && available.is_none_or(|available| available == version.is_active())
            && !experimental.unwrap_or(false)
            && created.is_none_or(|time| time.is(Some(version.created_at)))
            && updated.is_none_or(|time| time.is(Some(version.updated_at)))
    };
    let mut versions: Vec<_> = versions.filter(passes).collect();
    parameters.sort(&mut versions, None, ORDERS)?;
    Ok(versions)
}
