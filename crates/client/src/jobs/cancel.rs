//! Cancels jobs: `DELETE /jobs/{job}`, at the caller's request or after an aborted call. Leaves it to `abort` to find the job of
//! an aborted call.

use std::time::{Duration, Instant};

use http::Method;

use super::status::Stage;
use crate::{
    client::{Client, RequestOptions},
    clock::{GRACE, suspended_during},
    document::Document,
    error::{Error, Result, Sent},
    transport::Request,
};

/// The time that the cancellation of a job may take.
pub const CANCEL_GRACE: Duration = GRACE;

/// How much earlier each cancellation ends than the one that was decided before it: the time to report one.
const TURN: Duration = Duration::from_micros(100);

/// The least that a cancellation is given.
const LEAST: Duration = Duration::from_secs(1);

/// The limits of cancellations that run at the same time.
///
/// A cancellation has five seconds. If thousands ended at that moment, the last report would come seconds later. Each that is
/// decided within five seconds of another therefore ends a little earlier, in the reverse order: the last one is the least likely
/// to get a socket in time.
#[derive(Debug, Default)]
pub struct CancelLimits {
    began: Option<Instant>,
    decided: u32,
}

impl CancelLimits {
    /// Returns the decision to cancel a further job now.
    pub fn next(&mut self, now: Instant) -> Cancellation {
        if self
            .began
            .is_none_or(|began| now.saturating_duration_since(began) >= GRACE)
        {
            (self.began, self.decided) = (Some(now), 0);
        }
        let limit = GRACE.saturating_sub(TURN.saturating_mul(self.decided)).max(LEAST);
        self.decided = self.decided.saturating_add(1);
        Cancellation { began: now, limit }
    }
}

/// The decision to cancel the job of a call.
#[derive(Debug, Clone, Copy)]
pub struct Cancellation {
    pub(crate) began: Instant,
    pub(crate) limit: Duration,
}

impl Cancellation {
    /// Creates a decision made at this time. The five seconds of the cancellation begin then, and not when it has its turn among
    /// thousands.
    #[must_use]
    pub fn at(began: Instant) -> Self {
        Self { began, limit: GRACE }
    }

    /// Returns when the cancellation ends.
    pub(crate) fn until(self) -> Instant {
        self.began + self.limit
    }
}

/// The outcome of canceling the job of an aborted or failed call.
#[derive(Debug)]
#[non_exhaustive]
pub struct CancelOutcome {
    /// The job. `None` if the submit returned no receipt, so that there was nothing to cancel.
    pub job_identifier: Option<String>,
    /// The job as the server returned it, or why the cancellation, or the submit before it, failed.
    pub result: Result<Document>,
}

impl CancelOutcome {
    /// Returns whether the server may have accepted the job of the call that was aborted.
    #[must_use]
    pub fn sent(&self) -> Sent {
        match &self.result {
            Err(Error::Aborted) if self.job_identifier.is_none() => Sent::No,
            Err(error) if self.job_identifier.is_none() => error.sent().unwrap_or(Sent::Maybe),
            _ => Sent::Maybe,
        }
    }
}

impl Client {
    /// Cancels a job: `DELETE /jobs/{job}`. Returns the job.
    ///
    /// # Errors
    /// [`Error::Status`] if the server refuses, for instance because the job is final already.
    pub async fn cancel_job(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        self.cancel_job_again(job_id, options, false).await
    }

    /// The same, perhaps after requests that may have canceled the job.
    async fn cancel_job_again(
        &self,
        job_id: &str,
        options: &RequestOptions,
        may_be_canceled: bool,
    ) -> Result<Document> {
        let request = Request {
            // A cancel must not wait behind others. Neither must the read that settles it.
            route: None,
            ..self.job_request(Method::DELETE, job_id)?
        };
        let canceled = self.send(&request, options).await;
        match canceled {
            // An earlier attempt may have canceled the job. The server then refuses the later one.
            Err(Error::Status {
                status: 400..=499,
                ref call,
                ..
            }) if may_be_canceled || call.earlier_may_have_acted => {
                let is_canceled = |stage| stage == Stage::Canceled;
                let job = self.job_at_stage(job_id, None, options, is_canceled).await;
                job.map_or(canceled, Ok)
            }
            other => other,
        }
    }

    /// Cancels the job of an aborted or failed call, within five seconds in all, during which the process runs. Takes the options of
    /// that call, but while the server refuses the cancellation (429, or 503 with `Retry-After`), sends it again for this time, however
    /// few its retries are.
    pub async fn cancel_aborted(&self, job_id: &str, options: &RequestOptions) -> CancelOutcome {
        let mut options = options.clone().patience(GRACE);
        options.nothing_sent_after = None;
        let now = || self.transport().clock().now();
        let cancellation = *options.cancellation.get_or_insert_with(|| Cancellation::at(now()));
        let (mut skipped, mut may_be_canceled) = (Duration::ZERO, false);
        let mut result = loop {
            let mut canceling = Box::pin(self.cancel_job_again(job_id, &options, may_be_canceled));
            let (result, suspended) = suspended_during(canceling.as_mut()).await;
            drop(canceling);
            skipped += suspended;
            match &result {
                Err(error) if !suspended.is_zero() && error.is_retryable() => may_be_canceled |= error.may_have_acted(),
                _ => break result,
            }
            options.cancellation = Some(Cancellation {
                limit: cancellation.limit + skipped,
                ..cancellation
            });
        };
        if let Err(Error::Timeout { limit, .. }) = &mut result
            && now() >= cancellation.until()
        {
            // Reports the whole limit, however much of it the request spent in the queue.
            *limit = cancellation.limit;
        }
        CancelOutcome {
            job_identifier: Some(job_id.to_owned()),
            result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_thousands_of_cancellations_the_last_ends_first_and_the_first_after_five_seconds() {
        let now = Instant::now();
        let mut limits = CancelLimits::default();
        let all: Vec<_> = (0..100_000).map(|_| limits.next(now).limit).collect();
        assert_eq!(all[0], GRACE);
        assert!(all.is_sorted_by(|earlier, later| earlier >= later));
        // The time to report those behind it.
        assert_eq!(all[9999], Duration::from_micros(4_000_100));
        assert_eq!(all[99_999], LEAST);
        assert!(limits.next(now + Duration::from_millis(4999)).limit < GRACE);
        assert_eq!(limits.next(now + GRACE).limit, GRACE);
    }
}
