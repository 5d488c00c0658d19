//! The wait for a job: how long, and what each answer of `GET /jobs/{job}` means to it. When to poll is left to the waiter.

use std::time::Duration;

use http::Method;

use super::status::is_final_status;
use crate::{
    client::{Client, RequestOptions},
    clock::FOREVER,
    document::Document,
    error::{BodyFault, Error, Result},
    observer::{Event, Observed},
    transport::{Expect, Request, Settings, Shape},
    waiter::{self, GivenUp, Look, Polled, Schedule},
};

/// A wait must not become a loop without a pause.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

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
        self.schedule.poll_interval = interval.clamp(SHORTEST_INTERVAL, FOREVER);
        self
    }

    /// How long the wait may take from its first poll. It never cancels the job. None.
    pub fn wait_timeout(mut self, limit: Duration) -> Self {
        self.schedule.wait_timeout = Some(limit.min(FOREVER));
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

impl Client {
    /// Waits until a job has come to its end, whatever that is, and answers with the job. Polls `GET /jobs/{job}`, at once
    /// and then at each interval, and rides out outages, as which counts every 2xx that is not the job with a status. `on_progress`
    /// sees every job that a poll brings, the last included.
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
        let request = || {
            Ok(Request {
                expect: Expect::Body(Shape::JobWithStatus),
                ..self.job_request(Method::GET, job_id)?
            })
        };
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
            let request = request()?;
            let settings = Settings {
                retries: 0,
                ..self.settings(options)
            };
            self.send_with(&request, &settings).await
        })
        .await
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
        observer.notify(Event::Poll { polls, answer, delay });
    }
}

/// What an answer, or its absence, means to a wait.
fn judge(polled: Result<Document>) -> Polled<Document> {
    match polled {
        Ok(job) => {
            if job
                .string_member("status")
                .is_some_and(|status| is_final_status(&status))
            {
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
        | Error::System { .. } => Polled::Outage {
            error,
            retry_after,
            began,
        },
        Error::Connection { fault, .. } if !fault.is_lasting() => Polled::Outage {
            error,
            retry_after,
            began,
        },
        // Whatever it is, it says nothing about the job.
        Error::Response { fault, .. } if *fault != BodyFault::TooLarge => Polled::Outage {
            error,
            retry_after,
            began,
        },
        Error::Status { status: 404, .. } => Polled::Doubtful(error),
        // Among them a body that is too large, and would be as large again.
        _ => Polled::Refused(error),
    }
}
