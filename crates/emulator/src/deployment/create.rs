//! Creates models and versions, and changes the description of models.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Pace;
use super::steps::Deployment;
use crate::account::Person;
use crate::auth::Caller;
use crate::engines::Scaling;
use crate::error::{Error, Segments};
use crate::json::with;
use crate::member::{Member, Members};
use crate::models::{
    Attributes, Catalog, Container, ModelRecord, Program, Samples, Tag, VersionRecord, VersionStatus, model_document,
    version_document,
};
use crate::usage::Usage;

/// `POST /models`: creates a model with its first version.
pub(super) async fn model(
    State(catalog): State<Catalog>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Error> {
    let body = Members::of_body(&body)?;
    let name = text(&body.required("name")?)?;
    let number = number(&body.required("version")?)?;
    let version = new_version(number, catalog.usage());
    let model = catalog.add(new_model(caller.person(), name, version, catalog.usage()))?;
    let identifier = ("identifier", json!(model.identifier));
    let document = with(model_document(&model), [identifier]);
    Ok((StatusCode::CREATED, Json(document)))
}

/// `POST /models/{model}/versions`: adds a version, which must be new.
pub(super) async fn version(
    State(catalog): State<Catalog>,
    State(pace): State<Pace>,
    Extension(caller): Extension<Caller>,
    Segments(identifier): Segments<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Error> {
    let number = number(&Members::of_body(&body)?.required("version")?)?;
    let model = catalog.change(&caller, &identifier, |model| {
        if model.versions.iter().any(|version| version.number == number) {
            return Err(Error::bad_request(format!("the version {number} already exists")));
        }
        model
            .versions
            .push(Arc::new(new_version(number.clone(), catalog.usage())));
        Ok(())
    })?;
    let (_, version) = catalog.find_version(&model.identifier, &number)?;
    let document = version_document(&model, &version, &pace);
    Ok((StatusCode::CREATED, Json(document)))
}

/// `PATCH /models/{model}`: changes the name, the description and the tags.
pub(super) async fn describe(
    State(catalog): State<Catalog>,
    Extension(caller): Extension<Caller>,
    Segments(identifier): Segments<String>,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let body = Members::of_body(&body)?;
    let name = body.optional("name").map(|name| text(&name)).transpose()?;
    let description = body.optional("description").map(|text| text.string()).transpose()?;
    let tags = body.optional("tags").map(|tags| tags.list("texts")).transpose()?;
    let tags: Option<Vec<Tag>> = tags.map(|tags: Vec<String>| {
        let known = catalog.tags();
        let tag = |text: &String| {
            let mut known = known.iter();
            let found = known.find(|tag| tag.identifier == text.as_str() || tag.name.eq_ignore_ascii_case(text));
            found.cloned().unwrap_or_else(|| Tag::of_user(text))
        };
        tags.iter().map(tag).collect()
    });
    let model = catalog.change(&caller, &identifier, |model| {
        model.name = name.unwrap_or_else(|| model.name.clone());
        model.description = description.unwrap_or_else(|| model.description.clone());
        model.tags = tags.unwrap_or_else(|| model.tags.clone());
        Ok(())
    })?;
    Ok(Json(model_document(&model)))
}

fn new_model(person: &Person, name: String, version: VersionRecord, usage: Usage) -> ModelRecord {
    let alphanumerics = "abcdefghijklmnopqrstuvwxyz0123456789".as_bytes();
    let identifier: String = (0..10)
        .filter_map(|_| fastrand::choice(alphanumerics))
        .map(|byte| char::from(*byte))
        .collect();
    let author = "Emulator";
    ModelRecord {
        permalink: format!("{identifier}-{}-{}", slug(author), slug(&name)),
        identifier,
        name,
        author: author.to_owned(),
        created_by: person.email.to_owned(),
        created_by_name: format!("{} {}", person.first_name, person.last_name),
        description: String::new(),
        tags: Vec::new(),
        features: &[],
        images: Vec::new(),
        is_recommended: false,
        is_commercial: false,
        last_active_at: None,
        expires_at: None,
        scope: "PRIVATE",
        versions: vec![Arc::new(version)],
        usage,
    }
}

fn new_version(number: String, usage: Usage) -> VersionRecord {
    let now = Timestamp::now();
    VersionRecord {
        number,
        created_at: now,
        updated_at: now,
        status: VersionStatus::Partial,
        attributes: Attributes::default(),
        samples: Samples::default(),
        program: Program::Container(Container::Echo),
        deployment: Deployment::default(),
        scaling: Scaling::at(0),
        usage,
    }
}

/// Returns a text in lower case, whose words are joined by hyphens.
fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

fn text(member: &Member<'_>) -> Result<String, Error> {
    let text = member.string()?;
    if text.trim().is_empty() {
        return Err(member.must_be("a text that is not empty"));
    }
    Ok(text)
}

/// Reads a semantic version.
fn number(member: &Member<'_>) -> Result<String, Error> {
    let text = member.string()?;
    let parts: Vec<_> = text.split('.').collect();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() != 3 || !parts.iter().all(|part| is_number(part)) {
        return Err(member.must_be("a version such as 1.0.0"));
    }
    Ok(text)
}
