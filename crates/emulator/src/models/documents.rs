//! The API's documents about models and their versions.

use serde_json::{Map, Value, json};

use super::description::Version;
use super::model::Model;
use super::tags::Tag;
use crate::timestamp::{basic_offset, extended_offset};

pub(super) fn summary(model: &dyn Model) -> Value {
    json!({
        "modelId": model.about().identifier,
        "latestVersion": latest(model),
        "versions": numbers(model),
    })
}

pub(super) fn model_document(model: &dyn Model) -> Value {
    let about = model.about();
    let mut document = common(model);
    document.insert("modelId".to_owned(), json!(about.identifier));
    document.insert("latestActiveVersion".to_owned(), json!(latest_active(model)));
    document.insert("versions".to_owned(), json!(numbers(model)));
    document.insert("snapshotImages".to_owned(), json!([]));
    document.insert("isExpired".to_owned(), json!(about.is_expired()));
    document.insert("createdByEmail".to_owned(), json!(about.created_by));
    document.insert("visibility".to_owned(), json!({ "scope": "ALL" }));
    let dates = [
        ("lastActiveDateTime", about.last_active_at),
        ("expirationDate", about.expires_at),
    ];
    for (name, at) in dates {
        if let Some(at) = at {
            document.insert(name.to_owned(), json!(basic_offset(at)));
        }
    }
    Value::Object(document)
}

/// Returns the document of a model in tags and related models.
pub(super) fn identified_document(model: &dyn Model) -> Value {
    let mut document = common(model);
    document.insert("identifier".to_owned(), json!(model.about().identifier));
    Value::Object(document)
}

/// Returns the document of a model in `GET /models/latest`.
pub(super) fn latest_document(model: &dyn Model) -> Value {
    let active: Vec<_> = model.versions().iter().filter(|version| version.is_active).collect();
    let mut document = common(model);
    let (oldest, newest) = (model.versions().first(), model.versions().last());
    for (name, value) in [
        ("identifier", json!(model.about().identifier)),
        ("longDescription", json!(newest.map(|version| version.description))),
        ("activeVersions", active.iter().map(|version| version.number).collect()),
        ("isAvailable", json!(!active.is_empty())),
        ("isExperimental", json!(false)),
        ("sourceType", json!("RAW")),
        (
            "creationDateTime",
            json!(oldest.map(|version| basic_offset(version.created_at))),
        ),
        (
            "updateDateTime",
            json!(newest.map(|version| extended_offset(version.created_at))),
        ),
    ] {
        document.insert(name.to_owned(), value);
    }
    Value::Object(document)
}

/// Returns the members that all documents of a model share.
fn common(model: &dyn Model) -> Map<String, Value> {
    let about = model.about();
    let features = about.features.iter().map(|feature| {
        json!({
            "identifier": feature.identifier,
            "name": feature.name,
            "description": feature.description,
        })
    });
    [
        ("name", json!(about.name)),
        ("author", json!(about.author)),
        ("description", json!(about.description)),
        ("permalink", json!(about.permalink)),
        ("latestVersion", json!(latest(model))),
        ("features", features.collect()),
        ("images", json!([])),
        ("tags", about.tags.iter().map(|tag| tag_document(tag)).collect()),
        ("isActive", json!(is_active(model))),
        ("isRecommended", json!(about.is_recommended)),
        ("isCommercial", json!(about.is_commercial)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

pub(super) fn tag_document(tag: &Tag) -> Value {
    json!({
        "identifier": tag.identifier,
        "name": tag.name,
        "dataType": tag.data_type,
        "isCategorical": true,
    })
}

pub(super) fn version_document(model: &dyn Model, version: &Version) -> Value {
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
        "isActive": version.is_active,
        "isAvailable": version.is_active,
        "longDescription": version.description,
        "technicalDetails": "",
        "sourceType": "RAW",
        "versionHistory": "",
        "status": if version.is_active { "active" } else { "inactive" },
        "performanceSummary": "",
        "model": model_document(model),
        "processing": {
            "minimumParallelCapacity": minimum_engines(model, version),
            "maximumParallelCapacity": 1,
        },
    })
}

/// Returns how many engines run at least: one for the newest active version.
pub(crate) fn minimum_engines(model: &dyn Model, version: &Version) -> u32 {
    u32::from(version.is_active && version.number == latest_active(model))
}

pub(super) fn is_active(model: &dyn Model) -> bool {
    model.versions().iter().any(|version| version.is_active)
}

/// Returns an empty text if no version is active.
fn latest_active(model: &dyn Model) -> &'static str {
    let active = model.versions().iter().rfind(|version| version.is_active);
    active.map_or("", |version| version.number)
}

pub(super) fn latest(model: &dyn Model) -> &'static str {
    model.versions().last().map_or("", |version| version.number)
}

fn numbers(model: &dyn Model) -> Vec<&'static str> {
    model.versions().iter().map(|version| version.number).collect()
}
