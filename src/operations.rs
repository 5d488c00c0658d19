//! Which call of the client an operation is, and what happens when it is cancelled on the way.

use std::pin::pin;

use modzy_client::{CancelOutcome, Client, Document, Error, RequestOptions, Result, TextJob};
use napi_derive::napi;
use serde_json::value::RawValue;

use crate::{calls::Abort, config::BindingCallOptions};

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
    /// `GET /jobs/{job}` until the job is final.
    BlockUntilComplete,
    /// `GET /results/{job}`.
    GetResult,
}

/// How a call ended.
pub(crate) enum Outcome {
    /// By itself.
    Settled(Result<Document>),
    /// Cancelled.
    Aborted,
    /// Cancelled, and its job as well.
    JobCancelled(CancelOutcome),
}

/// Makes the call.
pub(crate) async fn run(
    client: &Client,
    operation: BindingOperation,
    argument: String,
    options: &BindingCallOptions,
    abort: &Abort,
    on_progress: impl FnMut(&Document),
) -> Result<Outcome> {
    let request = &options.request()?.nothing_sent_after(abort.token.clone());
    Ok(match operation {
        BindingOperation::GetJob => settle(abort, client.get_job(&argument, request)).await,
        BindingOperation::CancelJob => settle(abort, client.cancel_job(&argument, request)).await,
        BindingOperation::CancelAbandoned => Outcome::JobCancelled(client.cancel_abandoned(&argument, request).await),
        BindingOperation::GetResult => settle(abort, client.get_result(&argument, request)).await,
        BindingOperation::SubmitJob => submit(client, abort, request, client.submit_job(argument, request)).await,
        BindingOperation::SubmitJobText => {
            let job: TextJob<Box<RawValue>> = serde_json::from_str(&argument).map_err(|_| Error::Argument {
                name: "sources",
                reason: "cannot be serialized to JSON".to_owned(),
            })?;
            submit(client, abort, request, client.submit_job_text(&job, request)).await
        }
        BindingOperation::BlockUntilComplete => {
            let options = options.wait()?;
            let waited = settle(abort, client.block_until_complete(&argument, &options, on_progress)).await;
            match waited {
                Outcome::Aborted if abort.cancels_job() => {
                    Outcome::JobCancelled(client.cancel_abandoned(&argument, request).await)
                }
                other => other,
            }
        }
    })
}

/// Makes a call unless it is cancelled. Leaving the call closes its request.
async fn settle(abort: &Abort, call: impl Future<Output = Result<Document>>) -> Outcome {
    tokio::select! {
        biased;
        () = abort.token.cancelled() => Outcome::Aborted,
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
        Outcome::Aborted if abort.cancels_job() => Outcome::JobCancelled(client.cancel_submitted(call, request).await),
        other => other,
    }
}
