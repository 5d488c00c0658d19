//! The wait for results: for the job, and then for `GET /results/{job}`.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::{
    client::Client,
    document::Document,
    error::Result,
    jobs::{Stage, WaitOptions, observed},
    transport::{Expect, Request, Shape},
    waiter::{self, EndedEarly, LAST_POLL, Polled, Schedule},
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

/// A final job and, if it completed, its results, or why they cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub struct JobAndOutcome {
    /// The job, as the server sent it.
    pub job: Document,
    /// Its results, as the server sent them. `None` if the job did not complete.
    pub result: Option<Result<Document>>,
}

/// The job.
impl AsRef<Document> for JobAndOutcome {
    fn as_ref(&self) -> &Document {
        &self.job
    }
}

/// The job.
impl AsRef<Document> for JobAndResult {
    fn as_ref(&self) -> &Document {
        &self.job
    }
}

impl Client {
    /// Waits as [`Client::block_until_complete`] does, then reads the results: `GET /results/{job}`. Repeats the read while the
    /// results do not exist yet or, after `COMPLETED`, say that they are not complete, and through outages. The wait's limit applies to both parts together.
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
        let started = self.transport().clock().now();
        let job = self.block_until_complete(job_id, options, on_progress).await?;
        let result = self.results_of(job_id, &job, options, started).await?;
        Ok(JobAndResult { job, result })
    }

    /// Waits as [`Client::block_until_complete`] does and, if the job completed, reads its results as
    /// [`Client::block_until_result`] does. A failure of that read is returned beside the job.
    ///
    /// # Errors
    /// As [`Client::block_until_complete`].
    pub async fn block_until_outcome(
        &self,
        job_id: &str,
        options: &WaitOptions,
        on_progress: impl FnMut(&Document),
    ) -> Result<JobAndOutcome> {
        let started = self.transport().clock().now();
        let job = self.block_until_complete(job_id, options, on_progress).await?;
        let result = if Stage::is_completed(&job) {
            Some(self.results_of(job_id, &job, options, started).await)
        } else {
            None
        };
        Ok(JobAndOutcome { job, result })
    }

    /// Reads the results of a final job, as the second part of a wait that has started at this time.
    pub(crate) async fn results_of(
        &self,
        job_id: &str,
        job: &Document,
        options: &WaitOptions,
        started: Instant,
    ) -> Result<Document> {
        let clock = self.transport().clock();
        let spent = clock.now() - started;
        let left = |limit: Duration| {
            let left = limit.saturating_sub(spent);
            // The limit passed in a suspension, and the last poll has found the job final.
            if left.is_zero() { LAST_POLL } else { left }
        };
        let schedule = Schedule {
            wait_timeout: options.schedule.wait_timeout.map(left),
            ..options.schedule
        };
        // The results of a job may appear input by input.
        let shape = if Stage::is_completed(job) {
            Shape::FinalResults
        } else {
            Shape::Results
        };
        let request = || {
            Ok(Request {
                expect: Expect::Body(shape),
                ..self.results_request(job_id)?
            })
        };
        let place = Mutex::default();
        let poll = async |failing_since| {
            let read = self.poll(request, options, failing_since, &place).await;
            read.map_or_else(|error| self.judge_failure(error), Polled::Done)
        };
        let look = observed(&options.request.observed, |_| {});
        let waited = waiter::wait(clock, self.transport().random(), schedule, None, poll, look).await;
        waited.map_err(|ended| match ended {
            EndedEarly::Failed(error) => error,
            EndedEarly::TimedOut { .. } => self.wait_timeout(job_id, Some(job.clone()), options),
        })
    }
}
