//! Which call of the client an operation is, and what happens when it is cancelled on the way.

use std::{
    pin::{Pin, pin},
    sync::LazyLock,
};

use bytes::Bytes;
use modzy_client::{
    CancelOutcome, Client, Contents, Document, Error, JdbcJob, RequestOptions, Result, S3Job, TextJob, Upload,
    WaitOptions, path_to_data_uri,
};
use napi_derive::napi;
use serde_json::value::RawValue;

use crate::{
    arguments::{FileArgument, InputArgument, NameArgument, VersionArgument, append, embedded, read, upload},
    calls::{Abort, Call},
    config::BindingCallOptions,
    observer::CallObserver,
    outputs, results,
};

/// A call of the client. The argument of `start` is the job's identifier, but for the submits, where it is JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[napi(string_enum = "camelCase")]
pub enum BindingOperation {
    /// `GET /jobs/{job}`.
    GetJob,
    /// `DELETE /jobs/{job}`.
    CancelJob,
    /// `DELETE /jobs/{job}` within five seconds, for a job whose receipt came after it was given up.
    CancelAbandoned,
    /// `POST /jobs`. The argument is the body.
    SubmitJob,
    /// `POST /jobs`. The argument is `{modelId, version, sources, explain?, timeout?}`.
    SubmitJobText,
    /// `POST /jobs`. The argument is `{modelId, version, sources, mediaType?, explain?, timeout?}`, where a value is a data
    /// URI, or the number of one of the byte arrays that come along.
    SubmitJobEmbedded,
    /// `POST /jobs`. The argument is `{modelId, version, accessKeyID, secretAccessKey, region, sources, explain?, timeout?}`.
    SubmitJobAwsS3,
    /// `POST /jobs`. The argument is `{modelId, version, url, username, password, driver, query, explain?, timeout?}`.
    SubmitJobJdbc,
    /// `POST /jobs`, the chunks, and `POST /jobs/{job}/close`. The argument is `{modelId, version, sources: [{inputKey,
    /// inputName, path? | size?}], explain?, timeout?, chunkSize?}`.
    SubmitJobFiles,
    /// `POST /jobs/{job}/{input}/{modelInput}`. The argument is `{jobId, inputKey, inputName, path? | size?, chunkSize?}`.
    AppendInput,
    /// `POST /jobs/{job}/close`.
    CloseJob,
    /// `GET /jobs/features`.
    GetFeatures,
    /// `GET /jobs/{job}` until the job is final.
    BlockUntilComplete,
    /// `GET /jobs/{job}` until the job is final, then `GET /results/{job}`. The result is `{job, result}`.
    BlockUntilResult,
    /// `GET /jobs/history`. The argument is the filter.
    GetJobHistory,
    /// The same; the result is `{items, next}`.
    GetJobHistoryPage,
    /// `GET /jobs/{job}` for each. The argument is an array of identifiers.
    GetJobs,
    /// `GET /resources/processing/engines`.
    GetProcessingEngineStatus,
    /// `GET /results/{job}`.
    GetResult,
    /// `GET /results/{job}/datasource/{input}`. The argument is `{jobId, inputKey}`.
    GetInputResult,
    /// `GET /results/{job}/datasource/{input}/output/{output}`. The argument is `{jobId, inputKey, outputName}` or `{url}`,
    /// the result bytes, and their content type as text.
    GetOutputContents,
    /// The same, to a file. The argument is `{output, file}`, the result `{bytes, contentType}`.
    DownloadOutput,
    /// The same, to be read piece by piece. The argument is the output, the result `{opened, contentType, contentLength}`,
    /// where `opened` is for `pullOutput`. Until that has brought the end or a failure, `cancel` closes it by the same number.
    OpenOutput,
    /// The next piece of an open output; nothing at its end.
    PullOutput,
    /// `GET /results/{job}`, to be read as it arrives. The result is `{opened}`, which is for `pullResults` as that of
    /// `openOutput` is for `pullOutput`.
    OpenResults,
    /// The next inputs of open results, each as `{inputKey, status, outputs, error?, metadata}`, with a U+001E between two;
    /// nothing at their end.
    PullResults,
    /// `GET /models`. The argument is the filter.
    GetModels,
    /// The same; the result is `{items, next}`.
    GetModelsPage,
    /// `GET /models/latest`.
    GetActiveModels,
    /// `GET /models/{model}`.
    GetModel,
    /// `GET /models`, and `GET /models/{model}` for each that is found. The argument is `{name, activeOnly}`.
    GetModelByName,
    /// `GET /models/{model}/related-models`.
    GetRelatedModels,
    /// `GET /models/{model}/versions`.
    GetModelVersions,
    /// `GET /models/{model}/versions/{version}`. The argument is `{modelId, version}`, as of the samples.
    GetModelVersion,
    /// `GET /models/{model}/versions/{version}/sample-input`.
    GetModelVersionInputSample,
    /// `GET /models/{model}/versions/{version}/sample-output`.
    GetModelVersionOutputSample,
    /// `GET /models/tags`.
    GetAllTags,
    /// `GET /models/tags/{tag,tag…}`. The argument is an array of identifiers.
    GetTagsAndModels,
    /// `GET /accounting/access-keys/user/{email}`.
    GetApiKeys,
    /// `POST /accounting/access-keys/{prefix}/hash`.
    GetKeyBody,
    /// A file as a data URI; sends nothing. The argument is `{path, mimeType}`, the result text.
    PathToDataUrl,
}

/// What a call brings.
pub(crate) enum Value {
    /// JSON, or nothing.
    Document(Document),
    /// Bytes of whatever kind.
    Bytes(Bytes),
    /// The same, and what they are.
    Contents(Contents),
    /// Text that is no JSON.
    Text(String),
}

impl From<Document> for Value {
    fn from(document: Document) -> Self {
        Self::Document(document)
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Contents> for Value {
    fn from(contents: Contents) -> Self {
        Self::Contents(contents)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// How a call ended.
pub(crate) enum Outcome {
    /// By itself.
    Settled(Result<Value>),
    /// With an error, for which its job was cancelled.
    Failed(Error, CancelOutcome),
    /// Cancelled, perhaps with its job.
    Aborted(Option<CancelOutcome>),
}

impl Outcome {
    fn settled<T: Into<Value>>(result: Result<T>) -> Self {
        Self::Settled(result.map(Into::into))
    }
}

/// Most calls are made without, and take no room for them.
static NO_OPTIONS: LazyLock<BindingCallOptions> = LazyLock::new(BindingCallOptions::default);

/// A call of the client. On the heap, so that what is there ten thousand times, a wait, holds no room for the others.
type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Makes the call.
pub(crate) async fn run(
    client: &Client,
    operation: BindingOperation,
    argument: &str,
    bytes: &[Bytes],
    given: Option<Box<BindingCallOptions>>,
    call: &Call,
) -> Result<Outcome> {
    let options = given.as_deref().unwrap_or(&NO_OPTIONS);
    match operation {
        BindingOperation::BlockUntilComplete => {
            let on_progress = call.job_listener(options);
            let options = &options.wait(&requests(options, call)?)?;
            // Read, and not to be kept for as long as the job takes.
            drop(given);
            let waiting = client.block_until_complete(argument, options, on_progress);
            Ok(wait(client, call, argument, options, Box::pin(waiting)).await)
        }
        BindingOperation::BlockUntilResult => {
            let on_progress = call.job_listener(options);
            let options = &options.wait(&requests(options, call)?)?;
            drop(given);
            let waiting = client.block_until_result(argument, options, on_progress);
            Ok(wait(client, call, argument, options, Box::pin(waiting)).await)
        }
        operation => Box::pin(ask(client, operation, argument, bytes, options, call)).await,
    }
}

/// The settings of the call's requests.
fn requests(options: &BindingCallOptions, call: &Call) -> Result<RequestOptions> {
    let request = options.request()?.nothing_sent_after(call.abort.token.clone());
    Ok(match CallObserver::of(call, options) {
        Some(observer) => request.observer(observer),
        None => request,
    })
}

/// Makes a call that is no wait.
async fn ask(
    client: &Client,
    operation: BindingOperation,
    argument: &str,
    bytes: &[Bytes],
    options: &BindingCallOptions,
    call: &Call,
) -> Result<Outcome> {
    let request = &requests(options, call)?;
    match operation {
        BindingOperation::CancelAbandoned => {
            let cancelling = Box::pin(client.cancel_abandoned(argument, request));
            Ok(Outcome::Aborted(Some(cancelling.await)))
        }
        operation if operation.submits() => {
            Box::pin(submits(client, operation, argument, bytes, request, call, options)).await
        }
        operation => {
            let reading = pin!(reads(client, operation, argument, request, call, options));
            let read = unless_cancelled(&call.abort, reading).await;
            Ok(read.map_or(Outcome::Aborted(None), Outcome::settled))
        }
    }
}

/// Makes a call that submits a job.
async fn submits(
    client: &Client,
    operation: BindingOperation,
    argument: &str,
    bytes: &[Bytes],
    request: &RequestOptions,
    call: &Call,
    options: &BindingCallOptions,
) -> Result<Outcome> {
    let abort = &call.abort;
    Ok(match operation {
        BindingOperation::SubmitJobText => {
            let job: TextJob<Box<RawValue>> = read(argument)?;
            submit(client, abort, request, Box::pin(client.submit_job_text(&job, request))).await
        }
        BindingOperation::SubmitJobEmbedded => {
            let job = embedded(read(argument)?, bytes)?;
            submit(
                client,
                abort,
                request,
                Box::pin(client.submit_job_embedded(&job, request)),
            )
            .await
        }
        BindingOperation::SubmitJobAwsS3 => {
            let job: S3Job<Box<RawValue>> = read(argument)?;
            submit(
                client,
                abort,
                request,
                Box::pin(client.submit_job_aws_s3(&job, request)),
            )
            .await
        }
        BindingOperation::SubmitJobJdbc => {
            let job: JdbcJob = read(argument)?;
            submit(client, abort, request, Box::pin(client.submit_job_jdbc(&job, request))).await
        }
        BindingOperation::SubmitJobFiles => {
            let job = upload(read(argument)?, call);
            let Upload { result, cancelled, .. } = client
                .submit_job_files(job, request, &abort.token, call.upload_listener(options))
                .await;
            match (result, cancelled) {
                (Err(Error::GivenUp), cancelled) => Outcome::Aborted(cancelled),
                (Err(error), Some(cancelled)) => Outcome::Failed(error, cancelled),
                (result, _) => Outcome::Settled(result.map(Value::from)),
            }
        }
        _ => {
            submit(
                client,
                abort,
                request,
                Box::pin(client.submit_job(argument.to_owned(), request)),
            )
            .await
        }
    })
}

/// Makes a call that can be left at any moment.
async fn reads(
    client: &Client,
    operation: BindingOperation,
    argument: &str,
    request: &RequestOptions,
    call: &Call,
    options: &BindingCallOptions,
) -> Result<Value> {
    use BindingOperation as Op;

    // The large ones on the heap: room for them would be made for every small one.
    let document = match operation {
        Op::GetOutputContents => return Box::pin(outputs::contents(client, read(argument)?, request)).await,
        Op::DownloadOutput => {
            return Box::pin(outputs::download(client, read(argument)?, request, call, options)).await;
        }
        Op::OpenOutput => return Box::pin(outputs::open(client, read(argument)?, request, call, options)).await,
        Op::PullOutput => return Box::pin(outputs::pull(read(argument)?, call, options)).await,
        Op::OpenResults => return Box::pin(results::open(client, argument, request, call, options)).await,
        Op::PullResults => return Box::pin(results::pull(read(argument)?, call, options)).await,
        Op::PathToDataUrl => {
            let FileArgument { path, mime_type } = read(argument)?;
            let reading = tokio::task::spawn_blocking(move || path_to_data_uri(path.as_ref(), &mime_type));
            let read = reading.await.map_err(|error| Error::Internal(error.to_string()))?;
            return Ok(read?.into());
        }
        Op::GetJob => client.get_job(argument, request).await,
        Op::CancelJob => client.cancel_job(argument, request).await,
        Op::AppendInput => {
            Box::pin(append(
                client,
                read(argument)?,
                call,
                request,
                call.upload_listener(options),
            ))
            .await
        }
        Op::CloseJob => client.close_job(argument, request).await,
        Op::GetFeatures => client.get_features(request).await,
        Op::GetJobHistory => client.get_job_history(&read(argument)?, request).await,
        Op::GetJobHistoryPage => client.get_job_history_page(&read(argument)?, request).await,
        Op::GetJobs => client.get_jobs(&read::<Vec<String>>(argument)?, request).await,
        Op::GetProcessingEngineStatus => client.get_processing_engine_status(request).await,
        Op::GetResult => client.get_result(argument, request).await,
        Op::GetInputResult => {
            let InputArgument { job_id, input_key } = read(argument)?;
            client.get_input_result(&job_id, &input_key, request).await
        }
        Op::GetModels => client.get_models(&read(argument)?, request).await,
        Op::GetModelsPage => client.get_models_page(&read(argument)?, request).await,
        Op::GetActiveModels => client.get_active_models(request).await,
        Op::GetModel => client.get_model(argument, request).await,
        Op::GetModelByName => {
            let NameArgument { name, active_only } = read(argument)?;
            client.get_model_by_name(&name, active_only, request).await
        }
        Op::GetRelatedModels => client.get_related_models(argument, request).await,
        Op::GetModelVersions => client.get_model_versions(argument, request).await,
        Op::GetModelVersion => {
            let VersionArgument { model_id, version } = read(argument)?;
            client.get_model_version(&model_id, &version, request).await
        }
        Op::GetModelVersionInputSample => {
            let VersionArgument { model_id, version } = read(argument)?;
            client
                .get_model_version_input_sample(&model_id, &version, request)
                .await
        }
        Op::GetModelVersionOutputSample => {
            let VersionArgument { model_id, version } = read(argument)?;
            client
                .get_model_version_output_sample(&model_id, &version, request)
                .await
        }
        Op::GetAllTags => client.get_all_tags(request).await,
        Op::GetTagsAndModels => {
            client
                .get_tags_and_models(&read::<Vec<String>>(argument)?, request)
                .await
        }
        Op::GetApiKeys => client.get_api_keys(argument, request).await,
        Op::GetKeyBody => client.get_key_body(argument, request).await,
        Op::CancelAbandoned
        | Op::BlockUntilComplete
        | Op::BlockUntilResult
        | Op::SubmitJob
        | Op::SubmitJobText
        | Op::SubmitJobEmbedded
        | Op::SubmitJobAwsS3
        | Op::SubmitJobJdbc
        | Op::SubmitJobFiles => Err(Error::Internal("the operation is no read".to_owned())),
    };
    document.map(Value::from)
}

impl BindingOperation {
    /// Whether it makes a job.
    fn submits(self) -> bool {
        matches!(
            self,
            Self::SubmitJob
                | Self::SubmitJobText
                | Self::SubmitJobEmbedded
                | Self::SubmitJobAwsS3
                | Self::SubmitJobJdbc
                | Self::SubmitJobFiles
        )
    }
}

/// Waits for a job, which may have to be cancelled when the wait is.
async fn wait(
    client: &Client,
    call: &Call,
    job_id: &str,
    options: &WaitOptions,
    waiting: Work<'_, Document>,
) -> Outcome {
    let Some(waited) = unless_cancelled(&call.abort, waiting).await else {
        return Outcome::Aborted(if call.abort.cancels_job() {
            let cancelling = Box::pin(client.cancel_abandoned(job_id, options.request_options()));
            Some(cancelling.await)
        } else {
            None
        });
    };
    Outcome::settled(waited)
}

/// Submits a job, which may have to be cancelled in its turn.
async fn submit(
    client: &Client,
    abort: &Abort,
    request: &RequestOptions,
    mut submitting: Work<'_, Document>,
) -> Outcome {
    let Some(submitted) = unless_cancelled(abort, &mut submitting).await else {
        return Outcome::Aborted(if abort.cancels_job() {
            Some(client.cancel_submitted(submitting, request).await)
        } else {
            None
        });
    };
    Outcome::settled(submitted)
}

/// Makes a call unless it is cancelled first. Leaving the call closes its request.
async fn unless_cancelled<F: Future + Unpin>(abort: &Abort, call: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        () = abort.token.cancelled() => None,
        output = call => Some(output),
    }
}
