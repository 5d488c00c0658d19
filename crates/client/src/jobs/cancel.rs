//! Cancellation: `DELETE /jobs/{job}`, of a job whose caller asks for it and of one whose call was aborted. Which job that is
//! is left to `abort`.

use http::Method;

use super::status::Stage;
use crate::{
    client::{Client, RequestOptions},
    clock::GRACE,
    document::Document,
    error::{Error, Result},
};

/// How the cancellation of a given-up job went.
#[derive(Debug)]
#[non_exhaustive]
pub struct CancelOutcome {
    /// The job. `None` where the submit brought no receipt, so that nothing could be cancelled.
    pub job_identifier: Option<String>,
    /// The job as the server answered, or why the cancellation, or the submit before it, failed.
    pub result: Result<Document>,
}

impl Client {
    /// Cancels a job: `DELETE /jobs/{job}`. Answers with the job.
    ///
    /// # Errors
    /// `Status` as the server answers, for instance for a job that is final already.
    pub async fn cancel_job(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        let cancelled = self.send(&self.job_request(Method::DELETE, job_id)?, options).await;
        match cancelled {
            // An earlier attempt may have cancelled the job and lost its answer: then this is what the second finds.
            Err(Error::Status {
                status: 400..=499,
                ref call,
                ..
            }) if call.attempts > 1 => {
                let is_canceled = |stage| stage == Stage::Canceled;
                let job = self.job_at_stage(job_id, options, is_canceled).await;
                job.map_or(cancelled, Ok)
            }
            other => other,
        }
    }

    /// Cancels a job that its owner has given up, within five seconds in all. The options are those of the call that was
    /// given up.
    pub async fn cancel_abandoned(&self, job_id: &str, options: &RequestOptions) -> CancelOutcome {
        let mut options = options.clone();
        options.nothing_sent_after = None;
        let now = || self.transport().clock().now();
        let until = *options.until.get_or_insert_with(|| now() + GRACE);
        let mut result = self.cancel_job(job_id, &options).await;
        if let Err(Error::Timeout { limit, .. }) = &mut result
            && now() >= until
        {
            // However little of it its turn among others has left it.
            *limit = GRACE;
        }
        CancelOutcome {
            job_identifier: Some(job_id.to_owned()),
            result,
        }
    }

    /// Ends when the five seconds are over that a cancellation may take. For what has to end with it.
    pub async fn cancel_grace(&self) {
        self.transport().clock().deadline(GRACE).await;
    }
}
