//! Submits of jobs whose inputs are part of the request, or are fetched by the server. Uploads are in `uploads.rs`.

use bytes::Bytes;
use modzy_client::{
    AzureJob, Document, EmbeddedJob, EmbeddedValue, Error, JdbcJob, Result, S3Job, Sources, StorageGridJob, TextJob,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::calls::Context;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TextArgument {
    model_id: String,
    version: String,
    sources: Box<RawValue>,
    explain: Option<bool>,
    timeout: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct S3Argument {
    model_id: String,
    version: String,
    #[serde(rename = "accessKeyID")]
    access_key_id: String,
    secret_access_key: String,
    region: String,
    sources: Box<RawValue>,
    explain: Option<bool>,
    timeout: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AzureArgument {
    model_id: String,
    version: String,
    storage_account: String,
    storage_account_key: String,
    sources: Box<RawValue>,
    explain: Option<bool>,
    timeout: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StorageGridArgument {
    model_id: String,
    version: String,
    #[serde(rename = "accessKeyID")]
    access_key_id: String,
    secret_access_key: String,
    endpoint: String,
    sources: Box<RawValue>,
    explain: Option<bool>,
    timeout: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JdbcArgument {
    model_id: String,
    version: String,
    url: String,
    username: String,
    password: String,
    driver: String,
    query: String,
    explain: Option<bool>,
    timeout: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmbeddedArgument {
    model_id: String,
    version: String,
    sources: Sources<EmbeddedLeaf>,
    /// The lengths of the inputs in each of the byte arrays.
    lengths: Vec<Vec<usize>>,
    media_type: Option<String>,
    explain: Option<bool>,
    timeout: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum EmbeddedLeaf {
    DataUri(String),
    /// The number of the input among those that are bytes.
    Bytes(usize),
}

pub(super) async fn submit_job(context: &Context<'_>) -> Result<Document> {
    let body = context.argument.text.clone();
    context.client.submit_job(body, &context.request).await
}

pub(super) async fn submit_job_text(context: &Context<'_>) -> Result<Document> {
    let job = text(context.argument.parse()?);
    context.client.submit_job_text(&job, &context.request).await
}

pub(super) async fn submit_job_embedded(context: &Context<'_>) -> Result<Document> {
    let job = embedded(context.argument.parse()?, &context.argument.bytes)?;
    context.client.submit_job_embedded(&job, &context.request).await
}

pub(super) async fn submit_job_aws_s3(context: &Context<'_>) -> Result<Document> {
    let job = s3(context.argument.parse()?)?;
    context.client.submit_job_aws_s3(&job, &context.request).await
}

pub(super) async fn submit_job_aws_s3_folder(context: &Context<'_>) -> Result<Document> {
    let job = s3(context.argument.parse()?)?;
    context.client.submit_job_aws_s3_folder(&job, &context.request).await
}

pub(super) async fn submit_job_azure_blob(context: &Context<'_>) -> Result<Document> {
    let job = azure(context.argument.parse()?)?;
    context.client.submit_job_azure_blob(&job, &context.request).await
}

pub(super) async fn submit_job_storage_grid(context: &Context<'_>) -> Result<Document> {
    let job = storage_grid(context.argument.parse()?)?;
    context.client.submit_job_storage_grid(&job, &context.request).await
}

pub(super) async fn submit_job_jdbc(context: &Context<'_>) -> Result<Document> {
    let job = jdbc(context.argument.parse()?)?;
    context.client.submit_job_jdbc(&job, &context.request).await
}

fn text(argument: TextArgument) -> TextJob<Box<RawValue>> {
    let mut job = TextJob::new(argument.model_id, argument.version, argument.sources);
    job.explain = argument.explain;
    job.timeout = argument.timeout;
    job
}

fn s3(argument: S3Argument) -> Result<S3Job<Box<RawValue>>> {
    S3Job::builder(argument.model_id, argument.version, argument.sources)
        .access_key(argument.access_key_id, argument.secret_access_key)
        .region(argument.region)
        .explain(argument.explain)
        .timeout(argument.timeout)
        .build()
}

fn azure(argument: AzureArgument) -> Result<AzureJob<Box<RawValue>>> {
    AzureJob::builder(argument.model_id, argument.version, argument.sources)
        .account(argument.storage_account, argument.storage_account_key)
        .explain(argument.explain)
        .timeout(argument.timeout)
        .build()
}

fn storage_grid(argument: StorageGridArgument) -> Result<StorageGridJob<Box<RawValue>>> {
    StorageGridJob::builder(argument.model_id, argument.version, argument.sources)
        .access_key(argument.access_key_id, argument.secret_access_key)
        .endpoint(argument.endpoint)
        .explain(argument.explain)
        .timeout(argument.timeout)
        .build()
}

fn jdbc(argument: JdbcArgument) -> Result<JdbcJob> {
    JdbcJob::builder(argument.model_id, argument.version)
        .url(argument.url)
        .credentials(argument.username, argument.password)
        .driver(argument.driver)
        .query(argument.query)
        .explain(argument.explain)
        .timeout(argument.timeout)
        .build()
}

/// Builds the job, and inserts the bytes that were passed separately.
fn embedded(argument: EmbeddedArgument, arrays: &[Bytes]) -> Result<EmbeddedJob> {
    let media_type = argument.media_type.unwrap_or_default();
    let inputs = inputs_in(arrays, &argument.lengths)?;
    let value = |leaf| match leaf {
        EmbeddedLeaf::DataUri(uri) => Ok(EmbeddedValue::DataUri(uri)),
        EmbeddedLeaf::Bytes(number) => Ok(EmbeddedValue::Bytes {
            media_type: media_type.clone(),
            data: inputs.get(number).cloned().ok_or_else(not_passed)?,
        }),
    };
    let mut sources = Sources::default();
    for (key, parts) in argument.sources {
        let parts = parts.into_iter().map(|(name, leaf)| Ok((name, value(leaf)?)));
        sources.insert(key, parts.collect::<Result<_>>()?);
    }
    let mut job = EmbeddedJob::new(argument.model_id, argument.version, sources);
    job.explain = argument.explain;
    job.timeout = argument.timeout;
    Ok(job)
}

/// Returns the bytes of each input. Short ones share an array.
fn inputs_in(arrays: &[Bytes], lengths: &[Vec<usize>]) -> Result<Vec<Bytes>> {
    let mut inputs = Vec::new();
    for (array, lengths) in arrays.iter().zip(lengths) {
        let mut rest = array.clone();
        for &length in lengths {
            if length > rest.len() {
                return Err(not_passed());
            }
            inputs.push(rest.split_to(length));
        }
    }
    Ok(inputs)
}

fn not_passed() -> Error {
    Error::Internal("the bytes of an embedded input were not passed".to_owned())
}
