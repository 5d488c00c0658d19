//! Which call of the client an operation is, and what happens when it is cancelled on the way.

mod arguments;
mod outputs;
mod reads;
mod results;
mod sources;
mod submits;

use std::{
    pin::{Pin, pin},
    sync::LazyLock,
};

use bytes::Bytes;
use modzy_client::{Client, Document, RequestOptions, Result, WaitOptions};
use napi_derive::napi;

use self::{reads::reads, submits::submits};
use crate::{
    calls::{Abort, Call, CallObserver, Outcome},
    options::BindingCallOptions,
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

/// Most calls are made without, and take no room for them.
static NO_OPTIONS: LazyLock<BindingCallOptions> = LazyLock::new(BindingCallOptions::default);

/// A call of the client. On the heap, so that what is there ten thousand times, a wait, holds no room for the others.
pub(crate) type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

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
        operation => {
            let request = &requests(options, call)?;
            let asked = Asked {
                client,
                argument,
                bytes,
                request,
                call,
                options,
            };
            Ok(Box::pin(ask(operation, asked)).await)
        }
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

/// What a call that is no wait is made of.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) client: &'a Client,
    pub(crate) argument: &'a str,
    pub(crate) bytes: &'a [Bytes],
    pub(crate) request: &'a RequestOptions,
    pub(crate) call: &'a Call,
    pub(crate) options: &'a BindingCallOptions,
}

/// Makes a call that is no wait.
async fn ask(operation: BindingOperation, asked: Asked<'_>) -> Outcome {
    match operation {
        BindingOperation::CancelAbandoned => {
            let cancelling = Box::pin(asked.client.cancel_abandoned(asked.argument, asked.request));
            Outcome::Aborted(Some(cancelling.await))
        }
        operation if operation.submits() => Box::pin(submits(operation, &asked))
            .await
            .unwrap_or_else(|error| Outcome::Settled(Err(error))),
        operation => {
            let reading = pin!(reads(operation, &asked));
            let read = unless_aborted(&asked.call.abort, reading).await;
            read.map_or(Outcome::Aborted(None), Outcome::settled)
        }
    }
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
    let Some(waited) = unless_aborted(&call.abort, waiting).await else {
        return Outcome::Aborted(if call.abort.cancels_job() {
            let cancelling = Box::pin(client.cancel_abandoned(job_id, options.request_options()));
            Some(cancelling.await)
        } else {
            None
        });
    };
    Outcome::settled(waited)
}

/// Makes a call unless it is aborted first. Leaving the call closes its request.
pub(crate) async fn unless_aborted<F: Future + Unpin>(abort: &Abort, call: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        () = abort.token.cancelled() => None,
        output = call => Some(output),
    }
}
