//! The API's documents about models and their versions.

use serde_json::{Map, Value, json};

use super::record::{ModelRecord, VersionRecord};
use super::tags::Tag;
use crate::deployment::Pace;
use crate::json::with;
use crate::timestamp::{basic_offset, extended_offset};

pub(super) fn summary(model: &ModelRecord) -> Value {
    json!({
        "modelId": model.identifier,
        "latestVersion": model.latest(),
        "versions": numbers(model),
    })
}

pub(crate) fn model_document(model: &ModelRecord) -> Value {
    let mut document = common(model);
    for (name, value) in [
        ("modelId", json!(model.identifier)),
        ("latestActiveVersion", json!(model.latest_active())),
        ("versions", json!(numbers(model))),
        ("snapshotImages", json!([])),
        ("isExpired", json!(model.is_expired())),
        ("createdByEmail", json!(model.created_by)),
        ("createdByFullName", json!(model.created_by_name)),
        ("visibility", json!({ "scope": model.scope })),
    ] {
        document.insert(name.to_owned(), value);
    }
    let dates = [
        ("lastActiveDateTime", model.last_active_at),
        ("expirationDate", model.expires_at),
    ];
    for (name, at) in dates {
        if let Some(at) = at {
            document.insert(name.to_owned(), json!(basic_offset(at)));
        }
    }
    Value::Object(document)
}

/// Returns the document of a model in tags and related models.
pub(super) fn identified_document(model: &ModelRecord) -> Value {
    let mut document = common(model);
    document.insert("identifier".to_owned(), json!(model.identifier));
    Value::Object(document)
}

/// Returns the document of a model in `GET /models/latest`.
pub(super) fn latest_document(model: &ModelRecord) -> Value {
    let active = model.unordered().filter(|version| version.is_active());
    let active: Vec<_> = active.map(|version| &version.number).collect();
    let mut document = common(model);
    let (oldest, newest) = (model.versions.first(), model.versions.last());
    for (name, value) in [
        ("identifier", json!(model.identifier)),
        (
            "longDescription",
            json!(newest.map(|version| &version.attributes.long_description)),
        ),
        ("activeVersions", json!(active)),
        ("isAvailable", json!(!active.is_empty())),
        ("isExperimental", json!(false)),
        ("sourceType", json!("RAW")),
        (
            "creationDateTime",
            json!(oldest.map(|version| basic_offset(version.created_at))),
        ),
        (
            "updateDateTime",
            json!(newest.map(|version| extended_offset(version.updated_at))),
        ),
    ] {
        document.insert(name.to_owned(), value);
    }
    Value::Object(document)
}

/// Returns the members that all documents of a model share.
fn common(model: &ModelRecord) -> Map<String, Value> {
    let features = model.features.iter().map(|feature| {
        json!({
            "identifier": feature.identifier,
            "name": feature.name,
            "description": feature.description,
        })
    });
    [
        ("name", json!(model.name)),
        ("author", json!(model.author)),
        ("description", json!(model.description)),
        ("permalink", json!(model.permalink)),
        ("latestVersion", json!(model.latest())),
        ("features", features.collect()),
        ("images", json!(model.images)),
        ("tags", model.tags.iter().map(tag_document).collect()),
        ("isActive", json!(model.is_active())),
        ("isRecommended", json!(model.is_recommended)),
        ("isCommercial", json!(model.is_commercial)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

pub(super) fn tag_document(tag: &Tag) -> Value {
    let document = json!({
        "identifier": tag.identifier,
        "name": tag.name,
        "dataType": tag.data_type,
        "isCategorical": !tag.is_user_created,
    });
    if tag.is_user_created {
        return with(document, [("isUserCreated", json!(true))]);
    }
    document
}

pub(crate) fn version_document(model: &ModelRecord, version: &VersionRecord, pace: &Pace) -> Value {
    let members = [
        ("version", json!(version.number)),
        ("createdAt", json!(basic_offset(version.created_at))),
        ("updatedAt", json!(extended_offset(version.updated_at))),
        ("createdBy", json!(model.created_by)),
        (
            "containerImage",
            version.deployment.container_image(&model.identifier, pace),
        ),
        ("isActive", json!(version.is_active())),
        ("isAvailable", json!(version.is_active())),
        ("isExperimental", json!(false)),
        ("sourceType", json!("RAW")),
        ("status", json!(version.status.name())),
        ("model", model_document(model)),
        ("originSidecar", json!(false)),
    ];
    with(json!(version.attributes), members)
}

fn numbers(model: &ModelRecord) -> Vec<&str> {
    model.unordered().map(|version| version.number.as_str()).collect()
}
