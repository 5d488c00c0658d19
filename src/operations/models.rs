//! Models, their versions and samples.

use modzy_client::Document;
use serde::Deserialize;

use super::filters::ModelsArgument;
use crate::calls::{BoxFuture, Context, Value, joined};

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

pub(super) fn get_models<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(async move {
        let filter = context.parse_argument::<ModelsArgument>()?.into();
        context.client.get_models(&filter, &context.request).await
    })
}

pub(super) fn get_models_page<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let filter = context.parse_argument::<ModelsArgument>()?.into();
        joined::page(&context.client.get_models_page(&filter, &context.request).await?)
    })
}

pub(super) fn get_active_models<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_active_models(&context.request))
}

pub(super) fn get_model<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_model(context.argument, &context.request))
}

pub(super) fn get_model_by_name<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(async move {
        let NameArgument { name, active_only } = context.parse_argument()?;
        context
            .client
            .get_model_by_name(&name, active_only, &context.request)
            .await
    })
}

pub(super) fn get_related_models<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_related_models(context.argument, &context.request))
}

pub(super) fn get_model_versions<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_model_versions(context.argument, &context.request))
}

pub(super) fn get_model_version<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(async move {
        let VersionArgument { model_id, version } = context.parse_argument()?;
        context
            .client
            .get_model_version(&model_id, &version, &context.request)
            .await
    })
}

pub(super) fn get_model_version_input_sample<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(async move {
        let VersionArgument { model_id, version } = context.parse_argument()?;
        context
            .client
            .get_model_version_input_sample(&model_id, &version, &context.request)
            .await
    })
}

pub(super) fn get_model_version_output_sample<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(async move {
        let VersionArgument { model_id, version } = context.parse_argument()?;
        context
            .client
            .get_model_version_output_sample(&model_id, &version, &context.request)
            .await
    })
}
