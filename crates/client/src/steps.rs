//! Waits for steps that the server takes, such as the pull of an image. They poll as the waits for jobs do, which are in `jobs`, and
//! leave the schedule to `waiter`.

use std::{sync::Mutex, time::Duration};

use crate::{
    client::{Client, RequestOptions},
    clock::FOREVER,
    document::{Document, text_member},
    error::{Error, Result},
    jobs::WaitOptions,
    observer::Event,
    transport::Request,
    waiter::{self, EndedEarly, PollReport, Polled},
};

/// The options of a wait for a step.
#[derive(Debug, Clone)]
#[must_use]
pub struct StepOptions {
    wait: WaitOptions,
}

/// The progress of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepProgress<'a> {
    /// The name of the step.
    pub step: &'static str,
    /// From 0 to 100.
    pub percentage: u32,
    /// The model, once it has been created.
    pub model_id: Option<&'a str>,
}

impl<'a> StepProgress<'a> {
    /// Returns the progress of a step.
    #[must_use]
    pub fn new(step: &'static str, percentage: u32, model_id: Option<&'a str>) -> Self {
        Self {
            step,
            percentage,
            model_id,
        }
    }
}

impl Default for StepOptions {
    fn default() -> Self {
        Self {
            wait: WaitOptions::default().wait_timeout(Duration::from_mins(30)),
        }
    }
}

impl StepOptions {
    /// Sets the pause between a response and the next poll, as [`WaitOptions::poll_interval`] does. Default: 2 s.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.wait = self.wait.poll_interval(interval);
        self
    }

    /// Limits the wait for each step. Default: 30 min.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.wait = self.wait.wait_timeout(limit);
        self
    }

    /// Sets how long an outage is ridden out. Default: 5 min.
    pub fn max_outage(mut self, limit: Duration) -> Self {
        self.wait = self.wait.max_outage(limit);
        self
    }

    /// Sets the options of each request. A poll is one attempt, so `retries` has no effect on it.
    pub fn request(mut self, options: RequestOptions) -> Self {
        self.wait = self.wait.request(options);
        self
    }

    /// Returns the options of each request.
    pub fn request_options(&self) -> &RequestOptions {
        self.wait.request_options()
    }

    pub(crate) fn longest(&self) -> Duration {
        self.wait.schedule.wait_timeout.unwrap_or(FOREVER)
    }
}

impl Client {
    /// Polls until the server reports 100 %, and returns that response. Rides out outages. Calls `on_progress` with each new
    /// percentage. A response in which `failure` finds one ends the wait.
    ///
    /// # Errors
    /// [`Error::Step`] when the limit passes, with the last failure if the last poll failed, or when a 404 is repeated for four seconds;
    /// otherwise the failure that ended the wait: an outage longer than allowed, another refusal, or a failure of the step itself, whatever its status.
    pub(crate) async fn wait_for_step(
        &self,
        step: &'static str,
        request: impl Fn() -> Result<Request>,
        percentage: impl Fn(&Document) -> u32,
        failure: impl Fn(&Document) -> Option<Error>,
        options: &StepOptions,
        mut on_progress: impl FnMut(u32),
    ) -> Result<Document> {
        let transport = self.transport();
        let place = Mutex::default();
        let poll = async |failing_since| match self.poll(&request, &options.wait, failing_since, &place).await {
            Ok(answer) => match (failure(&answer), percentage(&answer)) {
                (Some(failure), _) => Polled::Refused(failure),
                (None, 100..) => Polled::Done(answer),
                (None, percentage) => Polled::Pending {
                    mark: percentage.into(),
                    answer,
                },
            },
            Err(error) if technical_information(&error).is_some() => Polled::Refused(error),
            Err(error) => self.judge_failure(error),
        };
        let observed = &options.request_options().observed;
        let (mut reported, mut failed) = (None, 0);
        let report = |PollReport { answer, delay }: PollReport<'_, Document>| match answer {
            Ok(answer) => {
                failed = 0;
                let now = Some(percentage(answer));
                if let Some(percentage) = now.filter(|_| reported != now) {
                    on_progress(percentage);
                }
                reported = now;
            }
            // The polls of jobs have events of their own, which name the job.
            Err(error) => {
                failed += 1;
                if let Some(delay) = delay {
                    let attempt = failed;
                    observed.notify(Event::Retry { attempt, delay, error });
                }
            }
        };
        let waited = waiter::wait(
            transport.clock(),
            transport.random(),
            options.wait.schedule,
            None,
            poll,
            report,
        )
        .await;
        waited.map_err(|ended| match ended {
            EndedEarly::Failed(error) if is_missing(&error) => missing(step, Box::new(error)),
            EndedEarly::Failed(error) => error,
            EndedEarly::TimedOut {
                failure: Some(error), ..
            } if is_missing(&error) => missing(step, error),
            EndedEarly::TimedOut { failure, .. } => Error::Step {
                step,
                reason: format!("was not complete after {} ms", options.longest().as_millis()),
                model_id: None,
                technical_information: None,
                source: failure,
            },
        })
    }
}

/// Whether the server knows no such step, which says nothing about the step itself.
fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Status { status: 404, .. }) && technical_information(error).is_none()
}

fn missing(step: &'static str, error: Box<Error>) -> Error {
    Error::Step {
        step,
        reason: format!("failed: {error}"),
        model_id: None,
        technical_information: None,
        source: Some(error),
    }
}

/// Returns what the server says about the cause of a step's failure: text, or the JSON of another value. A response that says it is
/// about the step, not about the request.
pub(crate) fn technical_information(error: &Error) -> Option<String> {
    match error {
        Error::Status { body: Some(body), .. } => text_member(body, "technicalInformation"),
        _ => None,
    }
}
