//! Reports the retries, queues, polls and fallbacks of a call as events, for logs and traces, and the job that an upload opens.

use std::sync::Arc;

use modzy_client::{Event, Observer};

use super::{
    events::BindingEvent,
    guard::Call,
    members::{millis, text},
    queue::Topic,
    registry::Calls,
};
use crate::options::{BindingCallOptions, BindingObservation};

/// Reports the retries and polls of one call while it is pending.
#[derive(Debug)]
pub(crate) struct CallObserver {
    calls: Arc<Calls>,
    id: u64,
    observation: Option<BindingObservation>,
    responses: bool,
    opened: bool,
}

impl CallObserver {
    /// Returns the observer of a call, if JavaScript has requested one.
    pub(crate) fn of(call: &Call, options: &BindingCallOptions) -> Option<Arc<Self>> {
        let (observation, responses) = (options.observe, options.observe_responses.unwrap_or_default());
        let opened = options.opened.unwrap_or_default();
        if observation.is_none() && !responses && !opened {
            return None;
        }
        Some(Arc::new(Self {
            calls: Arc::clone(&call.calls),
            id: call.id,
            observation,
            responses,
            opened,
        }))
    }
}

impl Observer for CallObserver {
    fn observe(&self, event: &Event<'_>) {
        if !self.calls.is_live(self.id) {
            return;
        }
        let id = self.id.cast_signed();
        if let Event::Response { status, request_id } = *event {
            if self.responses {
                let response = BindingEvent::Response {
                    id,
                    status: status.into(),
                    request_id: request_id.map(str::to_owned),
                };
                self.calls.report_over(response, Topic::Response);
            }
            return;
        }
        if let Event::Opened { job_identifier } = *event {
            if self.opened {
                self.calls.report(BindingEvent::JobOpened {
                    id,
                    job_identifier: job_identifier.to_owned(),
                });
            }
            return;
        }
        let Some(observation) = self.observation else {
            return;
        };
        match *event {
            // Retries and queues are few, so each is kept.
            Event::Retry { attempt, delay, error } => self.calls.report(BindingEvent::Retry {
                id,
                attempt,
                error: error.into(),
                delay_ms: millis(delay),
            }),
            Event::Queue { reason, delay } => self.calls.report(BindingEvent::Queue {
                id,
                reason: reason.as_str().to_owned(),
                delay_ms: millis(delay),
            }),
            Event::Poll { polls, answer, delay } => {
                let delay_ms = delay.map(millis);
                let (status, error, topic) = match answer {
                    Ok(job) if observation == BindingObservation::All => {
                        let status = job.string_member("status");
                        (status.clone().map(text), None, Topic::Job(status))
                    }
                    Ok(_) => return,
                    Err(error) => {
                        let topic = Topic::Failure(error.status(), error.phase());
                        (None, Some(error.into()), topic)
                    }
                };
                let poll = BindingEvent::Poll {
                    id,
                    polls,
                    status,
                    error,
                    delay_ms,
                };
                self.calls.report_over(poll, topic);
            }
            Event::Fallback { reason } => self.calls.report(BindingEvent::Fallback {
                id,
                reason: reason.to_owned(),
            }),
            // The client may report other events, which are ignored.
            _ => {}
        }
    }
}
