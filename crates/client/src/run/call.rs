//! A run: submits, waits, reads the results, and decides whether the job has failed.

use super::{
    job::{RunJob, SINGLE},
    options::{Failures, RunOptions},
};
use crate::{
    blocking,
    client::Client,
    document::Document,
    error::{BodyFault, Call, Error, Result, Sent},
    jobs::{Abort, CancelOutcome, Ended, JobOfCall, Stage},
    results::{ByInput, without_reason},
    uploads::UploadProgress,
};

/// Results of this length are read on another thread.
const LONG: usize = 1024 * 1024;

/// A job that has completed, and what came of its inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunResult {
    /// The job, as the server sent it.
    pub job: Document,
    /// The inputs that succeeded, by their keys, without the level that old servers add. Always an object.
    pub results: Document,
    /// The inputs that failed, by their keys. Always an object.
    pub failures: Document,
    /// The outputs of a single input, by the names that the model gave them. `None` for several inputs, and if it failed.
    pub outputs: Option<Document>,
}

/// The job.
impl AsRef<Document> for RunResult {
    fn as_ref(&self) -> &Document {
        &self.job
    }
}

/// How a run or a submit ended.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct RunOutcome<T> {
    /// The result, or what ended the call: [`Error::Aborted`] if it was aborted.
    pub result: Result<T>,
    /// The outcome of canceling the job, if it was to be canceled.
    pub canceled: Option<CancelOutcome>,
    /// The job, once it has been submitted.
    pub job_identifier: Option<String>,
    /// Whether the server may have accepted the job of a call that was aborted.
    pub sent: Sent,
}

impl<T> RunOutcome<T> {
    pub(super) fn of(result: Result<T>) -> Self {
        Self {
            result,
            canceled: None,
            job_identifier: None,
            sent: Sent::Maybe,
        }
    }

    /// Creates the outcome of an aborted call. The outcome of the cancellation decides what is known of the job.
    pub(super) fn aborted(canceled: Option<CancelOutcome>, sent: Option<Sent>) -> Self {
        Self {
            result: Err(Error::Aborted),
            job_identifier: canceled.as_ref().and_then(|canceled| canceled.job_identifier.clone()),
            sent: canceled
                .as_ref()
                .map(CancelOutcome::sent)
                .or(sent)
                .unwrap_or(Sent::Maybe),
            canceled,
        }
    }
}

impl<T> From<Error> for RunOutcome<T> {
    fn from(error: Error) -> Self {
        Self::of(Err(error))
    }
}

/// Receives what happens during a run. Every method does nothing by default.
#[expect(unused_variables, reason = "the names are for those who implement the methods")]
pub trait RunListener {
    /// An upload has made progress.
    fn uploaded(&mut self, progress: &UploadProgress<'_>) {}

    /// The job has been submitted.
    fn submitted(&mut self, job_identifier: &str) {}

    /// A poll has returned the job.
    fn polled(&mut self, job: &Document) {}
}

/// Receives nothing.
impl RunListener for () {}

impl Client {
    /// Submits inputs to a model ([`Client::submit`]), waits for the job ([`Client::block_until_complete`]) and reads its results.
    ///
    /// An abort cancels the job if it says so, and always while inputs are being uploaded. A job that is final is not canceled.
    ///
    /// # Errors
    /// In the outcome: those of its parts, and [`Error::JobFailed`] if the job ends with another status than `COMPLETED`. A job can
    /// complete although inputs have failed: see [`RunOptions::failures`]. A single input without a result has failed. No error after
    /// the submit [is retryable](Error::is_retryable), because the same call would submit another job.
    pub async fn run(
        &self,
        job: RunJob,
        options: &RunOptions,
        abort: &Abort,
        listener: &mut (impl RunListener + Send),
    ) -> RunOutcome<RunResult> {
        let is_single = job.is_single();
        let rejects = match options.failures {
            Some(failures) => failures == Failures::Reject,
            None => is_single,
        };
        let request = options.wait.request_options();
        let submit = Box::pin(self.submit(job, request, abort, |progress| listener.uploaded(progress)));
        let submitted = submit.await;
        let receipt = match submitted.result {
            Ok(receipt) => receipt,
            Err(error) => {
                return RunOutcome {
                    result: Err(error),
                    canceled: submitted.canceled,
                    job_identifier: submitted.job_identifier,
                    sent: submitted.sent,
                };
            }
        };
        let Some(job_id) = receipt.string_member("jobIdentifier") else {
            return Error::Internal("the receipt names no job".to_owned()).into();
        };
        drop(receipt);
        listener.submitted(&job_id);
        let outcome = Box::pin(self.finish_run(&job_id, is_single, rejects, options, abort, listener)).await;
        RunOutcome {
            job_identifier: Some(job_id),
            result: outcome.result.map_err(Error::after_change),
            ..outcome
        }
    }

    /// Waits for the job of a run, and reads its results.
    async fn finish_run(
        &self,
        job_id: &str,
        is_single: bool,
        rejects: bool,
        options: &RunOptions,
        abort: &Abort,
        listener: &mut (impl RunListener + Send),
    ) -> RunOutcome<RunResult> {
        let started = self.transport().clock().now();
        let request = options.wait.request_options();
        let wait = Box::pin(self.block_until_complete(job_id, &options.wait, |job| listener.polled(job)));
        let job = match self
            .unless_aborted(wait, JobOfCall::Known(job_id), abort, request)
            .await
        {
            Ended::Settled(Ok(job)) => job,
            Ended::Settled(Err(error)) => return error.into(),
            Ended::Aborted(canceled) => return RunOutcome::aborted(canceled, None),
        };
        if !Stage::is_completed(&job) {
            let status = job.string_member("status").unwrap_or_default();
            let message = format!("job {} ended with the status {status}", self.without_key(job_id));
            return failed(job_id, job, message).into();
        }
        let read = Box::pin(self.results_of(job_id, &job, &options.wait, started));
        let results = match abort.unless_aborted(read).await {
            Some(Ok(results)) => results,
            Some(Err(error)) => return error.into(),
            None => {
                // Nothing is left to cancel.
                let canceled = abort.cancels_job().then(|| CancelOutcome {
                    job_identifier: Some(job_id.to_owned()),
                    result: Ok(job),
                });
                return RunOutcome::aborted(canceled, None);
            }
        };
        RunOutcome::of(match by_input(results).await {
            Ok(by_input) => self.judged(job_id, job, by_input, is_single, rejects),
            Err(fault) => Err(self.unreadable(job_id, fault)),
        })
    }

    /// Decides whether the inputs of a completed job have failed.
    fn judged(&self, job_id: &str, job: Document, found: ByInput, is_single: bool, rejects: bool) -> Result<RunResult> {
        let first = found.inputs.iter().find_map(|input| match &input.outcome {
            Err(message) => Some((&input.key, message)),
            Ok(_) => None,
        });
        if rejects && let Some((key, message)) = first {
            let message = match message {
                Some(message) => self.without_key(message).into_owned(),
                None => without_reason(key),
            };
            return Err(failed(job_id, job, message));
        }
        let outputs = found.inputs.into_iter().find(|input| is_single && input.key == SINGLE);
        let outputs = outputs.and_then(|input| input.outcome.ok());
        if is_single && rejects && outputs.is_none() {
            let message = "the job completed without a result for its input".to_owned();
            return Err(failed(job_id, job, message));
        }
        Ok(RunResult {
            job,
            results: found.results,
            failures: found.failures,
            outputs,
        })
    }

    fn unreadable(&self, job_id: &str, fault: BodyFault) -> Error {
        let url = format!("{}/results/{job_id}", self.base_url().as_str());
        Error::Response {
            status: 200,
            fault,
            detail: String::new(),
            sent: Sent::Maybe,
            call: Box::new(Call::new(http::Method::GET, url, Some(job_id.to_owned()))),
        }
    }
}

fn failed(job_id: &str, job: Document, message: String) -> Error {
    Error::JobFailed {
        job_identifier: job_id.to_owned(),
        job,
        message,
    }
}

async fn by_input(results: Document) -> Result<ByInput, BodyFault> {
    if results.as_str().len() < LONG {
        return ByInput::read(&results);
    }
    let read = blocking::compute(move || ByInput::read(&results)).await;
    read.unwrap_or(Err(BodyFault::NoResults))
}
