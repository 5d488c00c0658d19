//! Uploads: files as the inputs of a new job, and inputs that are appended to a job one by one.

use modzy_client::{Document, Error, FileJob, JobInput, Upload};
use serde::Deserialize;

use super::sources::{self, NamedSource, Origin};
use crate::calls::{BoxFuture, Call, Context, Outcome, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UploadArgument {
    model_id: String,
    version: String,
    sources: Vec<NamedSource>,
    explain: Option<bool>,
    timeout: Option<u64>,
    chunk_size: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppendArgument {
    job_id: String,
    input_key: String,
    input_name: String,
    chunk_size: Option<u64>,
    #[serde(flatten)]
    origin: Origin,
}

/// Handles an abort by itself, since the job may have to be canceled wherever the upload fails.
pub(super) fn submit_job_files<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Outcome> {
    Box::pin(async move {
        let call = context.call;
        let job = upload(context.parse_argument()?, call);
        let on_progress = context.upload_listener();
        let Upload { result, cancelled, .. } = context
            .client
            .submit_job_files(job, &context.request, &call.abort.token, on_progress)
            .await;
        Ok(match (result, cancelled) {
            (Err(Error::GivenUp), cancelled) => Outcome::Aborted(cancelled),
            (Err(error), Some(cancelled)) => Outcome::Failed(error, cancelled),
            (result, _) => Outcome::Settled(result.map(Value::from)),
        })
    })
}

pub(super) fn append_input<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(async move {
        let AppendArgument {
            job_id,
            input_key,
            input_name,
            chunk_size,
            origin,
        } = context.parse_argument()?;
        let source = sources::source(origin, context.call, &mut 0);
        let mut input = JobInput::new(job_id, input_key, input_name, source);
        input.chunk_size = chunk_size;
        let on_progress = context.upload_listener();
        context
            .client
            .append_input(input, &context.request, on_progress)
            .await?;
        Ok(Document::default())
    })
}

pub(super) fn close_job<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.close_job(context.argument, &context.request))
}

pub(super) fn get_features<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_features(&context.request))
}

pub(super) fn source_idle<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let limit = context.client.source_idle(&context.request).await;
        Ok(limit.as_millis().to_string().into())
    })
}

fn upload(argument: UploadArgument, call: &Call) -> FileJob {
    let sources = sources::sources(argument.sources, call);
    let mut job = FileJob::new(argument.model_id, argument.version, sources);
    job.explain = argument.explain;
    job.timeout = argument.timeout;
    job.chunk_size = argument.chunk_size;
    job
}
