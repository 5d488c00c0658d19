//! The events that a call reports while it runs, for logs and traces. Decides nothing.

use std::{fmt::Debug, sync::Arc, time::Duration};

use crate::{document::Document, error::Error};

/// Receives the events of a call: [`RequestOptions::observer`].
///
/// It is called on the thread that runs the call, between two steps of the call, so it must not block.
///
/// [`RequestOptions::observer`]: crate::RequestOptions::observer
pub trait Observer: Debug + Send + Sync {
    /// Receives an event, whose errors contain no secrets.
    fn observe(&self, event: &Event<'_>);
}

/// Something that has happened during a call.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An attempt has failed, and another follows.
    Retry {
        /// The attempt that failed; 1 for the first.
        attempt: u32,
        /// The pause before the next attempt. Zero if the server had closed an idle socket.
        delay: Duration,
        /// Why it failed.
        error: &'a Error,
    },
    /// A wait has polled.
    Poll {
        /// The number of polls of this wait so far. Polls for the results are counted separately.
        polls: u32,
        /// The job or its results, or why the poll failed, which does not always end the wait.
        answer: Result<&'a Document, &'a Error>,
        /// The pause before the next poll; `None` after the last.
        delay: Option<Duration>,
    },
}

/// An observer, if there is one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed(pub(crate) Option<Arc<dyn Observer>>);

impl Observed {
    pub(crate) fn notify(&self, event: Event<'_>) {
        if let Some(observer) = &self.0 {
            observer.observe(&event);
        }
    }
}
