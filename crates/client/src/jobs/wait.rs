//! Jobs: `GET /jobs/{job}`, `DELETE /jobs/{job}`, and waiting for one.

use std::time::Duration;

use http::Method;

use crate::{
    client::{Client, RequestOptions},
    clock::FOR_EVER,
    document::Document,
    endpoint::segment,
    error::{BodyFault, Call, Error, Phase, Result, Sent},
    observer::{Event, Observed},
    transport::{Expect, Request, Settings},
    waiter::{self, GivenUp, Look, Polled, Schedule},
};

/// What a cancellation, or the receipt of a submit that was given up, may take.
const GRACE: Duration = Duration::from_secs(5);

/// A wait must not become a loop without a pause.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// Whether a job with this status has come to its end. `SUBMITTED`, `IN_PROGRESS`, `PENDING` and `OPEN` have not; a status
/// that nobody knows counts as an end, as it does in Modzy's own SDKs.
#[must_use]
pub fn is_final_status(status: &str) -> bool {
    !matches!(status, "SUBMITTED" | "IN_PROGRESS" | "PENDING" | "OPEN")
}

/// How a wait goes about it.
#[derive(Debug, Clone)]
#[must_use]
pub struct WaitOptions {
    pub(crate) schedule: Schedule,
    pub(crate) request: RequestOptions,
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self {
            schedule: Schedule {
                poll_interval: Duration::from_secs(2),
                wait_timeout: None,
                max_outage: Duration::from_mins(5),
            },
            request: RequestOptions::default(),
        }
    }
}

impl WaitOptions {
    /// The pause between an answer and the next poll, give or take 2.5 %; at least 1 ms. In an outage it is the least, as
    /// 100 ms are, whatever the server asks for; the last poll before the wait gives up may come sooner. 2 s.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.schedule.poll_interval = interval.clamp(SHORTEST_INTERVAL, FOR_EVER);
        self
    }

    /// How long the wait may take from its first poll. It never cancels the job. None.
    pub fn wait_timeout(mut self, limit: Duration) -> Self {
        self.schedule.wait_timeout = Some(limit.min(FOR_EVER));
        self
    }

    /// How long an unbroken failure is ridden out. 5 min.
    pub fn max_outage(mut self, limit: Duration) -> Self {
        self.schedule.max_outage = limit;
        self
    }

    /// The settings of each poll. Its retries mean nothing here: a poll is one attempt.
    pub fn request(mut self, options: RequestOptions) -> Self {
        self.request = options;
        self
    }

    /// The settings of each poll, for what else is asked about the job.
    pub fn request_options(&self) -> &RequestOptions {
        &self.request
    }
}

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
    /// Reads a job: `GET /jobs/{job}`.
    ///
    /// # Errors
    /// `Status` 404 for a job that does not exist, or does not exist yet.
    pub async fn get_job(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        self.send(&self.job_request(Method::GET, "jobId", job_id)?, options)
            .await
    }

    /// Cancels a job: `DELETE /jobs/{job}`. Answers with the job.
    ///
    /// # Errors
    /// `Status` as the server answers, for instance for a job that is final already.
    pub async fn cancel_job(&self, job_id: &str, options: &RequestOptions) -> Result<Document> {
        let started = self.transport().clock().now();
        let cancelled = self
            .send(&self.job_request(Method::DELETE, "jobId", job_id)?, options)
            .await;
        match cancelled {
            // An earlier attempt may have cancelled the job and lost its answer: then this is what the second finds.
            Err(Error::Status {
                status: 400..=499,
                ref call,
                ..
            }) if call.attempts > 1 => {
                let mut options = options.clone();
                let spent = self.transport().clock().now() - started;
                options.total = options.total.map(|total| total.saturating_sub(spent));
                let job = self.get_job(job_id, &options).await;
                job.ok()
                    .filter(|job| job.string_member("status").as_deref() == Some("CANCELED"))
                    .map_or(cancelled, Ok)
            }
            other => other,
        }
    }

    /// Waits until a job has come to its end, whatever that is, and answers with the job. Polls `GET /jobs/{job}`, at once
    /// and then at each interval, and rides out outages. `on_progress` sees every job that a poll brings, the last included.
    ///
    /// # Errors
    /// [`Error::WaitTimeout`] when the wait's limit passes; else the failure that ended the wait: an outage longer than
    /// allowed, a 404 that stood for four seconds, another refusal, a certificate that does not verify, a client certificate that
    /// the server refuses, credentials that the proxy refuses.
    pub async fn block_until_complete(
        &self,
        job_id: &str,
        options: &WaitOptions,
        on_progress: impl FnMut(&Document),
    ) -> Result<Document> {
        let transport = self.transport();
        let request = || self.job_request(Method::GET, "job", job_id);
        let poll = || async { judge(self.poll(request, &options.request).await) };
        let waited = waiter::wait(
            transport.clock(),
            transport.random(),
            options.schedule,
            poll,
            observed(&options.request.observed, on_progress),
        )
        .await;
        waited.map_err(|given_up| match given_up {
            GivenUp::Failed(error) => error,
            GivenUp::TimedOut(job) => self.wait_timeout(job_id, job, options),
        })
    }

    /// The error for a wait whose limit passed, perhaps before a poll could refuse a key in the place of the identifier.
    pub(crate) fn wait_timeout(&self, job_id: &str, job: Option<Document>, options: &WaitOptions) -> Error {
        Error::WaitTimeout {
            job_identifier: self.without_key(job_id).into_owned(),
            job,
            limit: options.schedule.wait_timeout.unwrap_or_default(),
        }
    }

    /// Makes a single attempt at what a wait looks for. Its request is made when its turn has come, and on the heap: of
    /// thousands of waits nearly all pause or queue, and hold next to nothing meanwhile.
    pub(crate) async fn poll(
        &self,
        request: impl Fn() -> Result<Request>,
        options: &RequestOptions,
    ) -> Result<Document> {
        let _turn = self.transport().turn_to_poll().await?;
        Box::pin(async {
            let request = Request {
                expect: Expect::Object,
                ..request()?
            };
            let settings = Settings {
                retries: 0,
                ..self.settings(options)
            };
            self.send_with(&request, &settings).await
        })
        .await
    }

    /// Cancels a job that its owner has given up, within five seconds in all. The options are those of the call that was
    /// given up.
    pub async fn cancel_abandoned(&self, job_id: &str, options: &RequestOptions) -> CancelOutcome {
        let mut options = options.clone();
        options.nothing_sent_after = None;
        options.total = Some(GRACE);
        CancelOutcome {
            job_identifier: Some(job_id.to_owned()),
            result: self.cancel_job(job_id, &options).await,
        }
    }

    /// Cancels the job of a submit that its owner has given up while it was under way: waits up to five seconds for the
    /// receipt, then cancels. The submit should have been made with [`RequestOptions::nothing_sent_after`], so that it is not
    /// sent only now.
    pub async fn cancel_submitted(
        &self,
        submit: impl Future<Output = Result<Document>>,
        options: &RequestOptions,
    ) -> CancelOutcome {
        let receipt = tokio::select! {
            biased;
            receipt = submit => receipt,
            () = self.transport().clock().deadline(GRACE) => Err(Error::Timeout {
                limit: GRACE,
                phase: Phase::Headers,
                sent: Sent::Maybe,
                call: Box::new(self.submit_call()),
            }),
        };
        match receipt.map(|receipt| receipt.string_member("jobIdentifier")) {
            Ok(Some(job_id)) => self.cancel_abandoned(&job_id, options).await,
            Ok(None) => CancelOutcome {
                job_identifier: None,
                result: Err(self.receipt_without_a_job()),
            },
            Err(error) => CancelOutcome {
                job_identifier: None,
                result: Err(error),
            },
        }
    }

    /// The error for a receipt that names no job although the server has accepted the request.
    pub(crate) fn receipt_without_a_job(&self) -> Error {
        Error::Response {
            // As the route answers.
            status: 202,
            fault: BodyFault::NoJob,
            sent: Sent::Maybe,
            call: Box::new(self.submit_call()),
        }
    }

    fn submit_call(&self) -> Call {
        Call::new(Method::POST, format!("{}/jobs", self.base_url().as_str()), None)
    }

    pub(crate) fn job_request(&self, method: Method, argument: &'static str, job_id: &str) -> Result<Request> {
        let path = format!("/jobs/{}", segment(argument, job_id)?);
        Ok(self.request(method, &path, Some(job_id)))
    }
}

/// Shows a wait's answers to its caller, and all that its polls find to whoever observes it.
pub(crate) fn observed(observer: &Observed, mut on_answer: impl FnMut(&Document)) -> impl FnMut(Look<'_, Document>) {
    let mut polls: u32 = 0;
    move |Look { answer, delay }| {
        polls = polls.saturating_add(1);
        if let Ok(answer) = answer {
            on_answer(answer);
        }
        observer.tell(Event::Poll { polls, answer, delay });
    }
}

/// What an answer, or its absence, means to a wait.
fn judge(polled: Result<Document>) -> Polled<Document> {
    match polled {
        Ok(job) => {
            let status = job.string_member("status");
            let is_final = status.is_none_or(|status| is_final_status(&status));
            if is_final {
                Polled::Done(job)
            } else {
                Polled::Pending(job)
            }
        }
        Err(error) => judge_failure(error),
    }
}

/// What the failure of a poll means to a wait, for a job or for its results.
pub(crate) fn judge_failure(error: Error) -> Polled<Document> {
    let retry_after = match error {
        Error::Status { retry_after, .. } => retry_after,
        _ => None,
    };
    let began = error.call().and_then(|call| call.began);
    match &error {
        Error::Status {
            status: 408 | 425 | 429 | 500..=599,
            ..
        }
        | Error::Timeout { .. }
        | Error::Response {
            fault: BodyFault::NotUnpacked,
            ..
        } => Polled::Outage {
            error,
            retry_after,
            began,
        },
        Error::Connection { fault, .. } if !fault.is_lasting() => Polled::Outage {
            error,
            retry_after,
            began,
        },
        Error::Response { fault, .. } if *fault != BodyFault::TooLarge => Polled::Doubtful(error),
        Error::Status { status: 404, .. } => Polled::Doubtful(error),
        // Among them a body that is too large, and would be as large again.
        _ => Polled::Refused(error),
    }
}
