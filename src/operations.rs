//! Which call of the client an operation is, and what happens when it is cancelled on the way.

use std::pin::pin;

use bytes::Bytes;
use modzy_client::{
    CancelOutcome, Client, Document, EmbeddedJob, EmbeddedValue, Error, FileJob, JdbcJob, RequestOptions, Result,
    S3Job, Sources, TextJob, Upload,
};
use napi_derive::napi;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    calls::{Abort, Call},
    config::BindingCallOptions,
    sources::{self, NamedSource, Origin},
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
    /// `GET /results/{job}`.
    GetResult,
}

/// How a call ended.
pub(crate) enum Outcome {
    /// By itself.
    Settled(Result<Document>),
    /// With an error, for which its job was cancelled.
    Failed(Error, CancelOutcome),
    /// Cancelled, perhaps with its job.
    Aborted(Option<CancelOutcome>),
}

/// Makes the call.
pub(crate) async fn run(
    client: &Client,
    operation: BindingOperation,
    argument: String,
    bytes: Vec<Bytes>,
    options: &BindingCallOptions,
    call: &Call,
    on_progress: impl FnMut(&Document),
) -> Result<Outcome> {
    let abort = &call.abort;
    let request = &options.request()?.nothing_sent_after(abort.token.clone());
    Ok(match operation {
        BindingOperation::GetJob => settle(abort, client.get_job(&argument, request)).await,
        BindingOperation::CancelJob => settle(abort, client.cancel_job(&argument, request)).await,
        BindingOperation::CancelAbandoned => Outcome::Aborted(Some(client.cancel_abandoned(&argument, request).await)),
        BindingOperation::CloseJob => settle(abort, client.close_job(&argument, request)).await,
        BindingOperation::GetFeatures => settle(abort, client.get_features(request)).await,
        BindingOperation::GetResult => settle(abort, client.get_result(&argument, request)).await,
        BindingOperation::SubmitJob => submit(client, abort, request, client.submit_job(argument, request)).await,
        BindingOperation::SubmitJobText => {
            let job: TextJob<Box<RawValue>> = read(&argument)?;
            submit(client, abort, request, client.submit_job_text(&job, request)).await
        }
        BindingOperation::SubmitJobEmbedded => {
            let job = embedded(read(&argument)?, &bytes)?;
            submit(client, abort, request, client.submit_job_embedded(&job, request)).await
        }
        BindingOperation::SubmitJobAwsS3 => {
            let job: S3Job<Box<RawValue>> = read(&argument)?;
            submit(client, abort, request, client.submit_job_aws_s3(&job, request)).await
        }
        BindingOperation::SubmitJobJdbc => {
            let job: JdbcJob = read(&argument)?;
            submit(client, abort, request, client.submit_job_jdbc(&job, request)).await
        }
        BindingOperation::SubmitJobFiles => {
            let job = upload(read(&argument)?, call);
            // On the heap, as the calls that are many, reads and waits, would hold room for it.
            let upload = Box::pin(client.submit_job_files(job, request, &abort.token));
            let Upload { result, cancelled } = upload.await;
            match (result, cancelled) {
                (Err(Error::GivenUp), cancelled) => Outcome::Aborted(cancelled),
                (Err(error), Some(cancelled)) => Outcome::Failed(error, cancelled),
                (result, _) => Outcome::Settled(result),
            }
        }
        BindingOperation::AppendInput => settle(abort, Box::pin(append(client, read(&argument)?, call, request))).await,
        BindingOperation::BlockUntilComplete => {
            let options = options.wait()?;
            let waited = settle(abort, client.block_until_complete(&argument, &options, on_progress)).await;
            match waited {
                Outcome::Aborted(_) if abort.cancels_job() => {
                    Outcome::Aborted(Some(client.cancel_abandoned(&argument, request).await))
                }
                other => other,
            }
        }
    })
}

/// Reads an argument that the face has made. What cannot be read in it is what the user put there.
fn read<T: DeserializeOwned>(argument: &str) -> Result<T> {
    serde_json::from_str(argument).map_err(|_| Error::Argument {
        name: "sources",
        reason: "cannot be serialized to JSON".to_owned(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmbeddedArgument {
    model_id: String,
    version: String,
    sources: Sources<EmbeddedLeaf>,
    media_type: Option<String>,
    explain: Option<bool>,
    timeout: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum EmbeddedLeaf {
    DataUri(String),
    Bytes(usize),
}

/// The job, with the bytes that came along in their places.
fn embedded(argument: EmbeddedArgument, bytes: &[Bytes]) -> Result<EmbeddedJob> {
    let media_type = argument.media_type.unwrap_or_default();
    let value = |leaf| match leaf {
        EmbeddedLeaf::DataUri(uri) => Ok(EmbeddedValue::DataUri(uri)),
        EmbeddedLeaf::Bytes(number) => Ok(EmbeddedValue::Bytes {
            media_type: media_type.clone(),
            data: bytes
                .get(number)
                .cloned()
                .ok_or_else(|| Error::Internal("an embedded input did not come along".to_owned()))?,
        }),
    };
    let mut sources = Sources::default();
    for (key, parts) in argument.sources {
        let parts = parts.into_iter().map(|(name, leaf)| Ok((name, value(leaf)?)));
        sources.insert(key, parts.collect::<Result<_>>()?);
    }
    Ok(EmbeddedJob {
        model_id: argument.model_id,
        version: argument.version,
        sources,
        explain: argument.explain,
        timeout: argument.timeout,
    })
}

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

fn upload(argument: UploadArgument, call: &Call) -> FileJob {
    FileJob {
        model_id: argument.model_id,
        version: argument.version,
        sources: sources::sources(argument.sources, call),
        explain: argument.explain,
        timeout: argument.timeout,
        chunk_size: argument.chunk_size,
    }
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

async fn append(client: &Client, argument: AppendArgument, call: &Call, request: &RequestOptions) -> Result<Document> {
    let AppendArgument {
        job_id,
        input_key,
        input_name,
        chunk_size,
        origin,
    } = argument;
    let source = sources::source(origin, call, &mut 0);
    client
        .append_input(&job_id, &input_key, &input_name, source, chunk_size, request)
        .await?;
    Ok(Document::default())
}

/// Makes a call unless it is cancelled. Leaving the call closes its request.
async fn settle(abort: &Abort, call: impl Future<Output = Result<Document>>) -> Outcome {
    tokio::select! {
        biased;
        () = abort.token.cancelled() => Outcome::Aborted(None),
        result = call => Outcome::Settled(result),
    }
}

/// The same for a submit, whose job may have to be cancelled in its turn.
async fn submit(
    client: &Client,
    abort: &Abort,
    request: &RequestOptions,
    call: impl Future<Output = Result<Document>>,
) -> Outcome {
    let mut call = pin!(call);
    match settle(abort, &mut call).await {
        Outcome::Aborted(_) if abort.cancels_job() => {
            Outcome::Aborted(Some(client.cancel_submitted(call, request).await))
        }
        other => other,
    }
}
