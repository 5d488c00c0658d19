//! The deployment of a model, and its steps one by one.

use modzy_client::{ContainerImage, DeployOptions, Document, ModelDescription, ModelSpec, Result, Sample, Step};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::calls::Context;

#[derive(Deserialize)]
struct DeployArgument {
    spec: ModelSpec,
    from: Option<Step>,
    until: Option<Step>,
    resume: Option<bool>,
}

#[derive(Deserialize)]
struct ModelArgument {
    name: String,
    version: String,
}

/// A version of a model. What a step needs beside it is another argument of the same text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VersionArgument {
    model_id: String,
    version: String,
}

#[derive(Deserialize)]
struct FileArgument {
    input: String,
    file: String,
}

#[derive(Deserialize)]
struct SampleArgument {
    sample: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdentifierArgument {
    model_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PictureArgument {
    model_id: String,
    file: String,
    description: Option<String>,
}

pub(super) async fn deploy_model(context: &Context<'_>) -> Result<Document> {
    let argument: DeployArgument = context.argument.parse()?;
    let mut options = DeployOptions::default().wait(context.steps()?);
    if let Some(step) = argument.from {
        options = options.from(step);
    }
    if let Some(step) = argument.until {
        options = options.until(step);
    }
    if argument.resume == Some(true) {
        options = options.resume();
    }
    context
        .client
        .deploy_model(&argument.spec, &options, context.reports.step_listener())
        .await
}

pub(super) async fn create_model(context: &Context<'_>) -> Result<Document> {
    let ModelArgument { name, version } = context.argument.parse()?;
    context.client.create_model(&name, &version, &context.request).await
}

pub(super) async fn create_model_version(context: &Context<'_>) -> Result<Document> {
    let of: VersionArgument = context.argument.parse()?;
    let request = &context.request;
    context
        .client
        .create_model_version(&of.model_id, &of.version, request)
        .await
}

pub(super) async fn describe_model(context: &Context<'_>) -> Result<Document> {
    let IdentifierArgument { model_id } = context.argument.parse()?;
    let description: ModelDescription = context.argument.parse()?;
    context
        .client
        .describe_model(&model_id, &description, &context.request)
        .await
}

pub(super) async fn pull_image(context: &Context<'_>) -> Result<()> {
    let of: VersionArgument = context.argument.parse()?;
    let image: ContainerImage = context.argument.parse()?;
    let steps = context.steps()?;
    context
        .client
        .pull_image(&of.model_id, &of.version, &image, &steps)
        .await
}

pub(super) async fn wait_for_image(context: &Context<'_>) -> Result<Document> {
    let of: VersionArgument = context.argument.parse()?;
    let (steps, mut report) = (
        context.steps()?,
        context.reports.percentage_listener("image", &of.model_id),
    );
    context
        .client
        .wait_for_image(&of.model_id, &of.version, &steps, &mut report)
        .await
}

pub(super) async fn load_model(context: &Context<'_>) -> Result<()> {
    let of: VersionArgument = context.argument.parse()?;
    let steps = context.steps()?;
    context.client.load_model(&of.model_id, &of.version, &steps).await
}

pub(super) async fn send_test_input(context: &Context<'_>) -> Result<()> {
    let of: VersionArgument = context.argument.parse()?;
    let FileArgument { input, file } = context.argument.parse()?;
    let sample = Sample::from_file(input, file).await?;
    let request = &context.request;
    context
        .client
        .send_test_input(&of.model_id, &of.version, &sample, request)
        .await
}

pub(super) async fn start_test(context: &Context<'_>) -> Result<()> {
    let of: VersionArgument = context.argument.parse()?;
    let request = &context.request;
    context.client.start_test(&of.model_id, &of.version, request).await
}

pub(super) async fn wait_for_test(context: &Context<'_>) -> Result<Document> {
    let of: VersionArgument = context.argument.parse()?;
    let (steps, mut report) = (
        context.steps()?,
        context.reports.percentage_listener("run", &of.model_id),
    );
    context
        .client
        .wait_for_test(&of.model_id, &of.version, &steps, &mut report)
        .await
}

pub(super) async fn set_input_sample(context: &Context<'_>) -> Result<()> {
    let of: VersionArgument = context.argument.parse()?;
    let SampleArgument { sample } = context.argument.parse()?;
    let request = &context.request;
    context
        .client
        .set_model_version_input_sample(&of.model_id, &of.version, &sample, request)
        .await
}

pub(super) async fn set_output_sample(context: &Context<'_>) -> Result<()> {
    let of: VersionArgument = context.argument.parse()?;
    let SampleArgument { sample } = context.argument.parse()?;
    let request = &context.request;
    context
        .client
        .set_model_version_output_sample(&of.model_id, &of.version, &sample, request)
        .await
}

pub(super) async fn send_picture(context: &Context<'_>) -> Result<()> {
    let PictureArgument {
        model_id,
        file,
        description,
    } = context.argument.parse()?;
    let picture = Sample::from_file("", file).await?;
    let description = description.as_deref().unwrap_or(&picture.name);
    context
        .client
        .send_picture(&model_id, &picture, description, &context.request)
        .await
}

pub(super) async fn activate_model_version(context: &Context<'_>) -> Result<Document> {
    let of: VersionArgument = context.argument.parse()?;
    let request = &context.request;
    context
        .client
        .activate_model_version(&of.model_id, &of.version, request)
        .await
}
