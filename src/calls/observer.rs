//! The retries and polls of a call as events, for logs and traces.

use std::sync::Arc;

use modzy_client::{Event, Observer};

use super::{
    events::{BindingCompletion, BindingEvent},
    guard::Call,
    queue::Topic,
    registry::Calls,
};
use crate::options::{BindingCallOptions, BindingObservation};

/// Tells of one call, as long as it is under way.
#[derive(Debug)]
pub(crate) struct CallObserver {
    calls: Arc<Calls>,
    id: u64,
    observation: BindingObservation,
}

impl CallObserver {
    /// The observer of a call, if anybody listens.
    pub(crate) fn of(call: &Call, options: &BindingCallOptions) -> Option<Arc<Self>> {
        let observation = options.observe?;
        Some(Arc::new(Self {
            calls: Arc::clone(&call.calls),
            id: call.id,
            observation,
        }))
    }
}

impl Observer for CallObserver {
    fn observe(&self, event: &Event<'_>) {
        if !self.calls.is_live(self.id) {
            return;
        }
        let events = &self.calls.events;
        match *event {
            // Few, as retries are.
            Event::Retry { attempt, delay, error } => {
                let retry = BindingCompletion::new(self.id, BindingEvent::Retry);
                events.push(retry.with_error(error).with_number(attempt).with_delay(Some(delay)));
            }
            Event::Poll { polls, answer, delay } => {
                let poll = BindingCompletion::new(self.id, BindingEvent::Poll);
                let poll = poll.with_number(polls).with_delay(delay);
                match answer {
                    Ok(job) if self.observation == BindingObservation::All => {
                        let status = job.string_member("status");
                        let topic = Topic::Job(status.clone());
                        events.push_over(poll.with_text(status), topic);
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let topic = Topic::Failure(error.status(), error.phase());
                        events.push_over(poll.with_error(error), topic);
                    }
                }
            }
            // What the client tells beside them is nothing that is listened to here.
            _ => {}
        }
    }
}
