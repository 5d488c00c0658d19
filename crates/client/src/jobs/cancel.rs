//! Cancels jobs: `DELETE /jobs/{job}`, at the caller's request or after an aborted call. Leaves it to `abort` to find the job of
//! an aborted call.

use http::Method;

use super::status::Stage;
use crate::{
    client::{Client, RequestOptions},
    clock::GRACE,
    document::Document,
    error::{Error, Result},
};

/// The outcome of canceling the job of an aborted or failed call.
#[derive(Debug)]
#[non_exhaustive]
pub struct CancelOutcome {
    /// The job. `None` if the submit returned no receipt, so that there was nothing to cancel.
    pub job_identifier: Option<String>,
    /// The job as the server returned it, or why the cancellation, or the submit before it, failed.
    pub result: Result<Document>,
}

impl Client {
    /// Cancels a job: `DELETE /jobs/{job}`. Returns the job.
    ///
    /// # Errors
    /// [`Error::Status`] if the server refuses, for instance because the job is final already.
    pub async fn cancel_job(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        let canceled = self.send(&self.job_request(Method::DELETE, job_id)?, options).await;
        match canceled {
            // An earlier attempt may have canceled the job and lost its response. The server then refuses the later one.
            Err(Error::Status {
                status: 400..=499,
                ref call,
                ..
            }) if call.attempts > 1 => {
                let is_canceled = |stage| stage == Stage::Canceled;
                let job = self.job_at_stage(job_id, options, is_canceled).await;
                job.map_or(canceled, Ok)
            }
            other => other,
        }
    }

    /// Cancels the job of an aborted or failed call, within five seconds in all. Takes the options of that call.
    pub async fn cancel_aborted(&self, job_id: &str, options: &RequestOptions) -> CancelOutcome {
        let mut options = options.clone();
        options.nothing_sent_after = None;
        let now = || self.transport().clock().now();
        let until = *options.until.get_or_insert_with(|| now() + GRACE);
        let mut result = self.cancel_job(job_id, &options).await;
        if let Err(Error::Timeout { limit, .. }) = &mut result
            && now() >= until
        {
            // Reports the whole grace period, however much of it the request spent in the queue.
            *limit = GRACE;
        }
        CancelOutcome {
            job_identifier: Some(job_id.to_owned()),
            result,
        }
    }

    /// Waits until the five seconds that a cancellation may take are over.
    pub async fn cancel_grace(&self) {
        self.transport().clock().deadline(GRACE).await;
    }
}
