//! Models, their versions and samples.

use modzy_client::{Document, Page, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::filters::{ModelVersionsArgument, ModelsArgument};
use crate::calls::Context;

/// A model by its name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NameArgument {
    name: String,
    active_only: bool,
}

/// A version of a model.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VersionArgument {
    model_id: String,
    version: String,
}

/// Changes of a version.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EditArgument {
    model_id: String,
    version: String,
    changes: Map<String, Value>,
}

pub(super) async fn get_all_model_versions_page(context: &Context<'_>) -> Result<Page> {
    let filter = context.argument.parse::<ModelVersionsArgument>()?.into();
    context
        .client
        .get_all_model_versions_page(&filter, &context.request)
        .await
}

pub(super) async fn edit_model_version(context: &Context<'_>) -> Result<Document> {
    let EditArgument {
        model_id,
        version,
        changes,
    } = context.argument.parse()?;
    context
        .client
        .edit_model_version(&model_id, &version, &changes, &context.request)
        .await
}

pub(super) async fn get_models(context: &Context<'_>) -> Result<Document> {
    let filter = context.argument.parse::<ModelsArgument>()?.into();
    context.client.get_models(&filter, &context.request).await
}

pub(super) async fn get_models_page(context: &Context<'_>) -> Result<Page> {
    let filter = context.argument.parse::<ModelsArgument>()?.into();
    context.client.get_models_page(&filter, &context.request).await
}

pub(super) async fn get_active_models(context: &Context<'_>) -> Result<Document> {
    context.client.get_active_models(&context.request).await
}

pub(super) async fn get_model(context: &Context<'_>) -> Result<Document> {
    context.client.get_model(context.identifier(), &context.request).await
}

pub(super) async fn get_model_by_name(context: &Context<'_>) -> Result<Document> {
    let NameArgument { name, active_only } = context.argument.parse()?;
    context
        .client
        .get_model_by_name(&name, active_only, &context.request)
        .await
}

pub(super) async fn get_related_models(context: &Context<'_>) -> Result<Document> {
    context
        .client
        .get_related_models(context.identifier(), &context.request)
        .await
}

pub(super) async fn get_model_versions(context: &Context<'_>) -> Result<Document> {
    context
        .client
        .get_model_versions(context.identifier(), &context.request)
        .await
}

pub(super) async fn get_model_version(context: &Context<'_>) -> Result<Document> {
    let VersionArgument { model_id, version } = context.argument.parse()?;
    context
        .client
        .get_model_version(&model_id, &version, &context.request)
        .await
}

pub(super) async fn get_model_version_input_sample(context: &Context<'_>) -> Result<Document> {
    let VersionArgument { model_id, version } = context.argument.parse()?;
    context
        .client
        .get_model_version_input_sample(&model_id, &version, &context.request)
        .await
}

pub(super) async fn get_model_version_output_sample(context: &Context<'_>) -> Result<Document> {
    let VersionArgument { model_id, version } = context.argument.parse()?;
    context
        .client
        .get_model_version_output_sample(&model_id, &version, &context.request)
        .await
}
