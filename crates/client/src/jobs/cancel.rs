//! Cancellation: `DELETE /jobs/{job}`, of a job whose caller asks for it and of one whose caller has gone.

use http::Method;

use super::status::Stage;
use crate::{
    client::{Client, RequestOptions},
    clock::GRACE,
    document::Document,
    error::{Error, Phase, Result, Sent},
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

    /// Cancels the job of a submit that its owner has given up while it was under way: waits up to five seconds for the
    /// receipt, then cancels. The submit should have been made with [`RequestOptions::nothing_sent_after`], so that it is not
    /// sent only now.
    pub async fn cancel_submitted(
        &self,
        submit: impl Future<Output = Result<Document>>,
        options: &RequestOptions,
    ) -> CancelOutcome {
        let clock = self.transport().clock();
        let left = options.until.map(|until| until.saturating_duration_since(clock.now()));
        let receipt = tokio::select! {
            biased;
            receipt = submit => receipt,
            () = clock.deadline(left.unwrap_or(GRACE)) => Err(Error::Timeout {
                limit: GRACE,
                phase: Phase::Headers,
                sent: Sent::Maybe,
                call: Box::new(self.submit_call()),
            }),
        };
        match receipt.map(|receipt| receipt.string_member("jobIdentifier")) {
            Ok(Some(job_id)) => {
                // Which has five seconds of its own.
                let mut options = options.clone();
                options.until = None;
                self.cancel_abandoned(&job_id, &options).await
            }
            Ok(None) => CancelOutcome {
                job_identifier: None,
                result: Err(Error::Internal("the receipt names no job".to_owned())),
            },
            Err(error) => CancelOutcome {
                job_identifier: None,
                result: Err(error),
            },
        }
    }
}
