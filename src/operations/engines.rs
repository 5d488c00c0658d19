//! The processing engines.

use modzy_client::{Document, EngineRange, Result};
use serde::Deserialize;

use crate::calls::Context;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RangeArgument {
    model_id: String,
    version: String,
    minimum: u32,
    maximum: u32,
    wait: Option<bool>,
}

pub(super) async fn get_processing_engine_status(context: &Context<'_>) -> Result<Document> {
    context.client.get_processing_engine_status(&context.request).await
}

pub(super) async fn get_processing_engine_details(context: &Context<'_>) -> Result<Document> {
    context.client.get_processing_engine_details(&context.request).await
}

pub(super) async fn get_minimum_engines(context: &Context<'_>) -> Result<Document> {
    context.client.get_minimum_engines(&context.request).await
}

pub(super) async fn get_hardware(context: &Context<'_>) -> Result<Document> {
    context.client.get_hardware(&context.request).await
}

pub(super) async fn wait_for_engines(context: &Context<'_>) -> Result<()> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Argument {
        model_id: String,
        version: String,
        minimum: u32,
    }
    let argument: Argument = context.argument.parse()?;
    wait(context, &argument.model_id, &argument.version, argument.minimum).await
}

async fn wait(context: &Context<'_>, model_id: &str, version: &str, minimum: u32) -> Result<()> {
    let (steps, listener) = (context.steps()?, context.reports.step_listener());
    context
        .client
        .wait_for_engines(model_id, version, minimum, &steps, listener)
        .await
}

pub(super) async fn update_processing_engines(context: &Context<'_>) -> Result<Document> {
    let RangeArgument {
        model_id,
        version,
        minimum,
        maximum,
        wait: is_awaited,
    } = context.argument.parse()?;
    let range = EngineRange { minimum, maximum };
    let changed = context
        .client
        .update_processing_engines(&model_id, &version, range, &context.request)
        .await?;
    if is_awaited == Some(true) {
        wait(context, &model_id, &version, minimum).await?;
    }
    Ok(changed)
}
