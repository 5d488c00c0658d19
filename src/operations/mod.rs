//! Which function an operation is, and what an abort of its call means for it. What the function does is left to the file of
//! its resource.

mod accounting;
mod data_urls;
mod engines;
mod filters;
mod jobs;
mod models;
mod operation;
mod outputs;
mod results;
mod sources;
mod submits;
mod tags;
mod uploads;

use bytes::Bytes;
use modzy_client::{Client, Document, Error, Result};

pub(crate) use self::operation::BindingOperation;
use self::operation::BindingOperation as Op;
use crate::{
    calls::{BoxFuture, Call, Context, NO_OPTIONS, Outcome, Value, WaitContext, unless_aborted},
    options::BindingCallOptions,
};

/// A function that starts an operation, by what an abort of the call means for it.
enum Handler {
    /// Can be left at any moment: it only reads, or nobody has to know whether it arrived.
    Read(for<'a> fn(&'a Context<'_>) -> BoxFuture<'a, Document>),
    /// The same, where the answer is bytes or text.
    ReadValue(for<'a> fn(&'a Context<'_>) -> BoxFuture<'a, Value>),
    /// Submits a job, which may have to be canceled in its turn.
    Submit(for<'a> fn(&'a Context<'_>) -> Result<BoxFuture<'a, Document>>),
    /// Waits for a job, which may have to be canceled when the wait is aborted.
    Wait(for<'a> fn(&'a WaitContext<'_>) -> BoxFuture<'a, Value>),
    /// Runs to its end, and handles an abort by itself.
    Own(for<'a> fn(&'a Context<'_>) -> BoxFuture<'a, Outcome>),
}

/// The function of each operation.
fn handler(operation: Op) -> Handler {
    match operation {
        Op::GetJob => Handler::Read(jobs::get_job),
        Op::CancelJob => Handler::Read(jobs::cancel_job),
        Op::CancelAbandoned => Handler::Own(jobs::cancel_abandoned),
        Op::SubmitJob => Handler::Submit(submits::submit_job),
        Op::SubmitJobText => Handler::Submit(submits::submit_job_text),
        Op::SubmitJobEmbedded => Handler::Submit(submits::submit_job_embedded),
        Op::SubmitJobAwsS3 => Handler::Submit(submits::submit_job_aws_s3),
        Op::SubmitJobJdbc => Handler::Submit(submits::submit_job_jdbc),
        Op::SubmitJobFiles => Handler::Own(uploads::submit_job_files),
        Op::AppendInput => Handler::Read(uploads::append_input),
        Op::CloseJob => Handler::Read(uploads::close_job),
        Op::GetFeatures => Handler::Read(uploads::get_features),
        Op::BlockUntilComplete => Handler::Wait(jobs::block_until_complete),
        Op::BlockUntilResult => Handler::Wait(results::block_until_result),
        Op::GetJobHistory => Handler::Read(jobs::get_job_history),
        Op::GetJobHistoryPage => Handler::ReadValue(jobs::get_job_history_page),
        Op::GetJobs => Handler::ReadValue(jobs::get_jobs),
        Op::GetProcessingEngineStatus => Handler::Read(engines::get_processing_engine_status),
        Op::GetResult => Handler::Read(results::get_result),
        Op::GetInputResult => Handler::Read(results::get_input_result),
        Op::GetOutputContents => Handler::ReadValue(outputs::get_output_contents),
        Op::DownloadOutput => Handler::ReadValue(outputs::download_output),
        Op::OpenOutput => Handler::ReadValue(outputs::open_output),
        Op::PullOutput => Handler::ReadValue(outputs::pull_output),
        Op::OpenResults => Handler::ReadValue(results::open_results),
        Op::PullResults => Handler::ReadValue(results::pull_results),
        Op::GetModels => Handler::Read(models::get_models),
        Op::GetModelsPage => Handler::ReadValue(models::get_models_page),
        Op::GetActiveModels => Handler::Read(models::get_active_models),
        Op::GetModel => Handler::Read(models::get_model),
        Op::GetModelByName => Handler::Read(models::get_model_by_name),
        Op::GetRelatedModels => Handler::Read(models::get_related_models),
        Op::GetModelVersions => Handler::Read(models::get_model_versions),
        Op::GetModelVersion => Handler::Read(models::get_model_version),
        Op::GetModelVersionInputSample => Handler::Read(models::get_model_version_input_sample),
        Op::GetModelVersionOutputSample => Handler::Read(models::get_model_version_output_sample),
        Op::GetAllTags => Handler::Read(tags::get_all_tags),
        Op::GetTagsAndModels => Handler::Read(tags::get_tags_and_models),
        Op::GetApiKeys => Handler::Read(accounting::get_api_keys),
        Op::GetKeyBody => Handler::Read(accounting::get_key_body),
        Op::Grace => Handler::Read(jobs::grace),
        Op::SourceIdle => Handler::ReadValue(uploads::source_idle),
        Op::PathToDataUrl => Handler::ReadValue(data_urls::path_to_data_url),
    }
}

/// Runs an operation for a call.
pub(crate) async fn run(
    client: &Client,
    operation: Op,
    argument: &str,
    bytes: &[Bytes],
    given: Option<Box<BindingCallOptions>>,
    call: &Call,
) -> Result<Outcome> {
    let options = given.as_deref().unwrap_or(&NO_OPTIONS);
    match handler(operation) {
        Handler::Read(start) => {
            let context = Context::new(client, argument, bytes, options, call)?;
            Ok(read(call, start(&context)).await)
        }
        Handler::ReadValue(start) => {
            let context = Context::new(client, argument, bytes, options, call)?;
            Ok(read(call, start(&context)).await)
        }
        Handler::Submit(start) => {
            let context = Context::new(client, argument, bytes, options, call)?;
            // On a line of its own: within the one that awaits, `?` would reserve room for an error in the future.
            let submitting = start(&context)?;
            Ok(submit(&context, submitting).await)
        }
        Handler::Wait(start) => {
            let context = WaitContext::new(client, argument, options, call)?;
            // Read, and not to be kept for as long as the job takes.
            drop(given);
            Ok(wait(&context, start(&context)).await)
        }
        Handler::Own(start) => {
            let context = Context::new(client, argument, bytes, options, call)?;
            start(&context).await
        }
    }
}

/// Reads, unless the call is aborted first.
async fn read<T: Into<Value>>(call: &Call, reading: BoxFuture<'_, T>) -> Outcome {
    let read = unless_aborted(&call.abort, reading).await;
    read.map_or(Outcome::Aborted(None), Outcome::settled)
}

/// Submits a job, which may have to be canceled in its turn.
async fn submit(context: &Context<'_>, mut submitting: BoxFuture<'_, Document>) -> Outcome {
    let abort = &context.call.abort;
    let Some(submitted) = unless_aborted(abort, &mut submitting).await else {
        return Outcome::Aborted(if let Some(moment) = abort.cancels_job() {
            let request = context.request.clone().given_up_at(moment);
            let canceling = context.client.cancel_submitted(submitting, &request);
            Some(Box::pin(canceling).await)
        } else {
            None
        });
    };
    Outcome::settled(submitted)
}

/// Waits for a job, which may have to be canceled when the wait is aborted.
async fn wait(context: &WaitContext<'_>, waiting: BoxFuture<'_, Value>) -> Outcome {
    let abort = &context.call.abort;
    let Some(waited) = unless_aborted(abort, waiting).await else {
        return Outcome::Aborted(if let Some(moment) = abort.cancels_job() {
            let request = context.options.request_options().clone().given_up_at(moment);
            let canceling = context.client.cancel_abandoned(context.job_id, &request);
            Some(Box::pin(canceling).await)
        } else {
            None
        });
    };
    Outcome::settled(waited.map_err(as_of_wait))
}

/// The parameter that names a job is `job` in the waits of JavaScript, and `jobId` elsewhere.
fn as_of_wait(error: Error) -> Error {
    match error {
        Error::Argument { name: "job_id", reason } => Error::Argument { name: "job", reason },
        error => error,
    }
}
