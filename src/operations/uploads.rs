//! Uploads: a new job with files as its inputs, and inputs that are appended to an open job.

use modzy_client::{CancelOutcome, Client, Document, Error, FileJob, JobInput, Result, Sent, Upload};
use serde::Deserialize;

use super::{
    Given,
    sources::{self, NamedSource, Origin},
};
use crate::calls::{Call, Context, GivenJob, NO_OPTIONS, Value};

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

/// Submits a job with files as its inputs. It cancels the job after any failure, and therefore handles an abort itself.
pub(super) async fn submit_job_files(context: &Context<'_>, given: GivenJob<'_>) {
    let Context { client, call, .. } = *context;
    let job = match context.argument.parse() {
        Ok(argument) => upload(argument, call),
        Err(error) => return end(call.settle_with_job(client, given, Err::<Document, _>(error))).await,
    };
    let on_progress = context.reports.upload_listener();
    let Upload { result, canceled, .. } = client
        .submit_job_files(job, &context.request, &call.abort, on_progress)
        .await;
    match (result, canceled) {
        (Err(Error::Aborted), canceled) => {
            let sent = canceled.as_ref().map_or(Sent::No, CancelOutcome::sent);
            call.settle_aborted(canceled, sent);
        }
        (Err(error), Some(canceled)) => call.settle_canceled(&error, canceled),
        (result, _) => end(call.settle_with_job(client, given, result)).await,
    }
}

async fn end(lingering: Option<impl Future<Output = ()>>) {
    if let Some(lingering) = lingering {
        lingering.await;
    }
}

pub(super) async fn append_input(context: &Context<'_>) -> Result<()> {
    let AppendArgument {
        job_id,
        input_key,
        input_name,
        chunk_size,
        origin,
    } = context.argument.parse()?;
    let source = sources::source(origin, context.call, &mut 0);
    let mut input = JobInput::new(job_id, input_key, input_name, source);
    input.chunk_size = chunk_size;
    let on_progress = context.reports.upload_listener();
    context.client.append_input(input, &context.request, on_progress).await
}

pub(super) async fn close_job(context: &Context<'_>) -> Result<Document> {
    context.client.close_job(context.identifier(), &context.request).await
}

pub(super) async fn get_features(context: &Context<'_>) -> Result<Document> {
    context.client.get_features(&context.request).await
}

/// Ends after `idleTimeout`, for a source that JavaScript reads.
pub(crate) async fn source_idle(client: Client, given: Given, call: Call) {
    let options = given.as_deref().unwrap_or(&NO_OPTIONS);
    call.run(async {
        let limit = client.source_idle(&options.request()?).await;
        Ok(Value::SourceIdle(limit))
    })
    .await;
}

fn upload(argument: UploadArgument, call: &Call) -> FileJob {
    let sources = sources::sources(argument.sources, call);
    let mut job = FileJob::new(argument.model_id, argument.version, sources);
    job.explain = argument.explain;
    job.timeout = argument.timeout;
    job.chunk_size = argument.chunk_size;
    job
}
