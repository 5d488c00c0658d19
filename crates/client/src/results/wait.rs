//! The wait for results: for the job, and then for `GET /results/{job}`.

use crate::{
    client::Client,
    document::Document,
    error::Result,
    jobs::{WaitOptions, observed},
    transport::{Expect, Request, Shape},
    waiter::{self, EndedEarly, Polled, Schedule},
};

/// A final job and its results.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobAndResult {
    /// The job, as the server sent it.
    pub job: Document,
    /// Its results, as the server sent them.
    pub result: Document,
}

/// The job.
impl AsRef<Document> for JobAndResult {
    fn as_ref(&self) -> &Document {
        &self.job
    }
}

impl Client {
    /// Waits as [`Client::block_until_complete`] does, then reads the results: `GET /results/{job}`. Repeats the read while the
    /// results do not exist yet, and through outages. The wait's limit applies to both parts together.
    ///
    /// # Errors
    /// As [`Client::block_until_complete`]. If the job of an [`Error::WaitTimeout`] is final, only the results
    /// were missing.
    ///
    /// [`Error::WaitTimeout`]: crate::Error::WaitTimeout
    pub async fn block_until_result(
        &self,
        job_id: &str,
        options: &WaitOptions,
        on_progress: impl FnMut(&Document),
    ) -> Result<JobAndResult> {
        let clock = self.transport().clock();
        let started = clock.now();
        let job = self.block_until_complete(job_id, options, on_progress).await?;
        let spent = clock.now() - started;
        let schedule = Schedule {
            wait_timeout: options.schedule.wait_timeout.map(|limit| limit.saturating_sub(spent)),
            ..options.schedule
        };
        let request = || {
            Ok(Request {
                expect: Expect::Body(Shape::Results),
                ..self.results_request(job_id)?
            })
        };
        let poll = async |failing_since| {
            let read = self.poll(request, options, failing_since).await;
            read.map_or_else(|error| self.judge_failure(error), Polled::Done)
        };
        let look = observed(&options.request.observed, |_| {});
        match waiter::wait(clock, self.transport().random(), schedule, poll, look).await {
            Ok(result) => Ok(JobAndResult { job, result }),
            Err(EndedEarly::Failed(error)) => Err(error),
            Err(EndedEarly::TimedOut(_)) => Err(self.wait_timeout(job_id, Some(job), options)),
        }
    }
}
