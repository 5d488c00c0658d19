//! The calls that submit a job, and what happens to that when they are cancelled.

use modzy_client::{Document, Error, JdbcJob, S3Job, TextJob, Upload};
use serde_json::value::RawValue;

use super::{
    Asked, BindingOperation, Work,
    arguments::{embedded, read, upload},
    unless_aborted,
};
use crate::calls::{Outcome, Value};

/// Makes a call that submits a job.
pub(crate) async fn submits(operation: BindingOperation, asked: &Asked<'_>) -> modzy_client::Result<Outcome> {
    let Asked {
        client,
        argument,
        bytes,
        request,
        call,
        options,
    } = *asked;
    Ok(match operation {
        BindingOperation::SubmitJobText => {
            let job: TextJob<Box<RawValue>> = read(argument)?;
            submit(asked, Box::pin(client.submit_job_text(&job, request))).await
        }
        BindingOperation::SubmitJobEmbedded => {
            let job = embedded(read(argument)?, bytes)?;
            submit(asked, Box::pin(client.submit_job_embedded(&job, request))).await
        }
        BindingOperation::SubmitJobAwsS3 => {
            let job: S3Job<Box<RawValue>> = read(argument)?;
            submit(asked, Box::pin(client.submit_job_aws_s3(&job, request))).await
        }
        BindingOperation::SubmitJobJdbc => {
            let job: JdbcJob = read(argument)?;
            submit(asked, Box::pin(client.submit_job_jdbc(&job, request))).await
        }
        BindingOperation::SubmitJobFiles => {
            let job = upload(read(argument)?, call);
            let Upload { result, cancelled, .. } = client
                .submit_job_files(job, request, &call.abort.token, call.upload_listener(options))
                .await;
            match (result, cancelled) {
                (Err(Error::GivenUp), cancelled) => Outcome::Aborted(cancelled),
                (Err(error), Some(cancelled)) => Outcome::Failed(error, cancelled),
                (result, _) => Outcome::Settled(result.map(Value::from)),
            }
        }
        _ => submit(asked, Box::pin(client.submit_job(argument.to_owned(), request))).await,
    })
}

/// Submits a job, which may have to be cancelled in its turn.
async fn submit(asked: &Asked<'_>, mut submitting: Work<'_, Document>) -> Outcome {
    let abort = &asked.call.abort;
    let Some(submitted) = unless_aborted(abort, &mut submitting).await else {
        return Outcome::Aborted(if abort.cancels_job() {
            Some(asked.client.cancel_submitted(submitting, asked.request).await)
        } else {
            None
        });
    };
    Outcome::settled(submitted)
}
