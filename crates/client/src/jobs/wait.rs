//! The wait for a job: its options, and what each response of `GET /jobs/{job}` means. Leaves the schedule to `waiter`.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    mem,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::Method;

use super::{
    cancel::Cancellation,
    status::{Stage, is_final_status},
};
use crate::{
    client::{Client, RequestOptions},
    clock::FOREVER,
    document::Document,
    ended::Polling,
    error::{BodyFault, Error, Result},
    observer::{Event, Observed},
    transport::{Caller, Class, Expect, Patience, Place, Request, RouteClass, Settings, Shape, refusal},
    waiter::{self, EndedEarly, PollReport, Polled, Schedule},
};

/// The least poll interval, so that a wait never loops without a pause.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// The options of a wait.
#[derive(Debug, Clone)]
#[must_use]
pub struct WaitOptions {
    pub(crate) schedule: Schedule,
    pub(crate) polling: Option<Polling>,
    pub(crate) request: RequestOptions,
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self {
            schedule: Schedule {
                poll_interval: Duration::from_secs(2),
                max_poll_interval: Duration::ZERO,
                wait_timeout: None,
                max_outage: Duration::from_mins(5),
            },
            polling: None,
            request: RequestOptions::default(),
        }
    }
}

impl WaitOptions {
    /// Sets the pause between a response and the next poll, which varies by up to 2.5 %; at least 1 ms. During an outage no pause
    /// is shorter than this or than 100 ms, whatever the server requests; only the last poll before a limit passes may come
    /// sooner. Default: 2 s.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.schedule.poll_interval = interval.clamp(SHORTEST_INTERVAL, FOREVER);
        self
    }

    /// Lets the interval grow while the status does not change: by half after each poll, up to this value. A change of the status
    /// resets it. A pause that has grown varies by up to half, so that waits that start together spread, and never exceeds this
    /// value. Has no effect unless it is longer than [`WaitOptions::poll_interval`]. Default: the interval does not grow.
    pub fn max_poll_interval(mut self, interval: Duration) -> Self {
        self.schedule.max_poll_interval = interval.min(FOREVER);
        self
    }

    /// Sets [`ClientBuilder::polling`](crate::ClientBuilder::polling), for this wait. A list shows only the end of a job, so a wait that
    /// is to see every change of it polls individually.
    pub fn polling(mut self, polling: Polling) -> Self {
        self.polling = Some(polling);
        self
    }

    /// Limits the time of the wait, from its first poll. The limit never cancels the job. Default: no limit.
    pub fn wait_timeout(mut self, limit: Duration) -> Self {
        self.schedule.wait_timeout = Some(limit.min(FOREVER));
        self
    }

    /// Sets how long an outage is ridden out. Default: 5 min.
    pub fn max_outage(mut self, limit: Duration) -> Self {
        self.schedule.max_outage = limit;
        self
    }

    /// Returns how long an outage is ridden out.
    #[must_use]
    pub fn longest_outage(&self) -> Duration {
        self.schedule.max_outage
    }

    /// Sets the options of each poll. A poll is one attempt, so `retries` has no effect.
    pub fn request(mut self, options: RequestOptions) -> Self {
        self.request = options;
        self
    }

    /// Returns the options of each poll, for other requests about the job.
    pub fn request_options(&self) -> &RequestOptions {
        &self.request
    }
}

impl Client {
    /// Waits until a job has a final status, and returns the job. Polls `GET /jobs/{job}` at once and then at each interval, and
    /// rides out outages. A 2xx whose body is not the job with a status counts as an outage. Calls `on_progress` with every job
    /// that a poll returns, including the last.
    ///
    /// # Errors
    /// [`Error::WaitTimeout`] when the wait's limit passes; otherwise the failure that ended the wait: an outage longer than
    /// allowed, a 404 that was repeated for four seconds, another refusal, a certificate that does not verify, a client certificate
    /// that the server refuses, credentials that the proxy refuses. [`Error::Argument`] if the options have a key of a journal that
    /// knows another job by it.
    pub async fn block_until_complete(
        &self,
        job_id: &str,
        options: &WaitOptions,
        on_progress: impl FnMut(&Document),
    ) -> Result<Document> {
        if let Some(key) = &options.request.journal {
            key.check_job(job_id)?;
        }
        let transport = self.transport();
        let request = || {
            Ok(Request {
                expect: Expect::Body(Shape::JobWithStatus),
                ..self.job_request(Method::GET, job_id)?
            })
        };
        let place = Mutex::default();
        let registration = self.registration(job_id, options);
        let mut is_first = registration.is_some();
        let poll = |failing_since: Option<Instant>| {
            // The time for which the first poll waits for its permit counts if the server refuses all polls meanwhile.
            let first_since = mem::take(&mut is_first).then(|| transport.clock().now());
            let place = &place;
            async move {
                let permit = if first_since.is_some() {
                    transport.first_poll_permit().await.map(Some)
                } else {
                    Ok(None)
                };
                let polled = match permit {
                    Ok(_permit) => self.poll(request, options, failing_since.or(first_since), place).await,
                    Err(error) => Err(error),
                };
                polled.map_or_else(|error| self.judge_failure(error), judge)
            }
        };
        let waited = waiter::wait(
            transport.clock(),
            transport.random(),
            options.schedule,
            registration.as_ref(),
            poll,
            observed(&options.request.observed, on_progress),
        )
        .await;
        let job = waited.map_err(|ended| match ended {
            EndedEarly::Failed(error) => error,
            EndedEarly::TimedOut { seen: job, .. } => self.wait_timeout(job_id, job, options),
        })?;
        // An unknown status ends the wait, but perhaps not the job: the next run asks again.
        let has_ended = matches!(Stage::of_job(&job), Some(Stage::Ended | Stage::Canceled));
        if let Some(key) = options.request.journal.as_ref().filter(|_| has_ended) {
            // On the heap, because few of thousands of waits end at the same time.
            Box::pin(key.ended(&job)).await?;
        }
        Ok(job)
    }

    /// Returns the error for a wait whose limit passed. Hides an API key that was passed as the identifier: perhaps no poll has
    /// refused it yet.
    pub(crate) fn wait_timeout(&self, job_id: &str, job: Option<Document>, options: &WaitOptions) -> Error {
        Error::WaitTimeout {
            job_identifier: self.without_key(job_id).into_owned(),
            job,
            limit: options.schedule.wait_timeout.unwrap_or_default(),
            is_retryable: true,
        }
    }

    /// Makes one attempt at the request of a wait, on the heap: nearly all of thousands of waits are paused or queued, and hold almost
    /// no memory meanwhile. `place` is that of the wait, whose polls follow each other.
    pub(crate) fn poll(
        &self,
        request: impl Fn() -> Result<Request>,
        options: &WaitOptions,
        failing_since: Option<Instant>,
        place: &Mutex<Place>,
    ) -> Pin<Box<impl Future<Output = Result<Document>>>> {
        Box::pin(self.poll_as(RouteClass::Poll, request, options, failing_since, place))
    }

    /// As [`Client::poll`], in the queue of a class. Builds the request when its turn has come.
    pub(crate) async fn poll_as(
        &self,
        class: RouteClass,
        request: impl Fn() -> Result<Request>,
        options: &WaitOptions,
        failing_since: Option<Instant>,
        place: &Mutex<Place>,
    ) -> Result<Document> {
        let transport = self.transport();
        let caller = Caller {
            route: Some(class),
            patience: Patience::Outage {
                since: failing_since.unwrap_or_else(|| transport.clock().now()),
                limit: options.schedule.max_outage,
            },
            until: options.request.cancellation.map(Cancellation::until),
            nothing_sent_after: options.request.nothing_sent_after.as_ref(),
            not_submitted_after: None,
            observed: &options.request.observed,
        };
        let mut mine = *kept(place);
        let turn = transport.turn(&caller, &mut mine).await;
        let polled = Box::pin(async {
            let request = Request {
                route: Some(class),
                ..request()?
            };
            let settings = Settings {
                retries: 0,
                ..self.settings(&options.request)
            };
            let polled = self.send_in_turn(turn, &mut mine, &request, &settings).await;
            polled.map_err(|mut error| {
                // The wait decides what follows.
                if let Some(call) = error.call_mut() {
                    call.gave_up = None;
                }
                error
            })
        })
        .await;
        mine.leave();
        *kept(place) = mine;
        polled
    }

    /// Decides what the failure of a poll means to a wait, for a job or for its results.
    pub(crate) fn judge_failure(&self, error: Error) -> Polled<Document> {
        let Some(refusal) = refusal(Class::Read, &error) else {
            return judge_failure(error);
        };
        Polled::Busy {
            retry_after: refusal.retry_after,
            last_good: self.transport().throttle.line(RouteClass::Poll).last_good(),
            error,
        }
    }
}

fn kept(place: &Mutex<Place>) -> MutexGuard<'_, Place> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reports a wait's responses to its caller, and the result of every poll to its observer.
pub(crate) fn observed(
    observer: &Observed,
    mut on_answer: impl FnMut(&Document),
) -> impl FnMut(PollReport<'_, Document>) {
    let mut polls: u32 = 0;
    move |PollReport { answer, delay }| {
        polls = polls.saturating_add(1);
        if let Ok(answer) = answer {
            on_answer(answer);
        }
        observer.notify(Event::Poll { polls, answer, delay });
    }
}

/// Decides what a job means to a wait.
fn judge(job: Document) -> Polled<Document> {
    let status = job.string_member("status").unwrap_or_default();
    if is_final_status(&status) {
        Polled::Done(job)
    } else {
        let mut hasher = DefaultHasher::new();
        status.hash(&mut hasher);
        Polled::Pending {
            answer: job,
            mark: hasher.finish(),
        }
    }
}

/// Decides what the failure of a poll means to a wait if the server does not refuse all polls.
fn judge_failure(error: Error) -> Polled<Document> {
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
        // Such a response says nothing about the job.
        Error::Response { fault, .. } if *fault != BodyFault::TooLarge => Polled::Outage {
            error,
            retry_after,
            began,
        },
        Error::Status { status: 404, .. } => Polled::Doubtful(error),
        // Includes a body that is too large, which a further poll would not change.
        _ => Polled::Refused(error),
    }
}
