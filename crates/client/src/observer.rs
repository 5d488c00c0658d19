//! What a call tells while it is under way, for logs and traces. Decides nothing.

use std::{fmt::Debug, sync::Arc, time::Duration};

use crate::{document::Document, error::Error};

/// Hears of the events of a call: [`RequestOptions::observer`].
///
/// It is called on the thread that makes the call, between two steps of it, and so must not block.
///
/// [`RequestOptions::observer`]: crate::RequestOptions::observer
pub trait Observer: Debug + Send + Sync {
    /// An event. Its errors hold no secrets.
    fn observe(&self, event: &Event<'_>);
}

/// Something that has happened in a call that goes on.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An attempt has failed, and another follows.
    Retry {
        /// The attempt that failed; 1 for the first.
        attempt: u32,
        /// The pause before the next one. None for what the server had closed while it was idle.
        delay: Duration,
        /// Why it failed.
        error: &'a Error,
    },
    /// A wait has polled.
    Poll {
        /// The polls of this wait so far. Those for the results are counted anew.
        polls: u32,
        /// The job, or its results; or why the poll failed, which the wait may ride out.
        answer: Result<&'a Document, &'a Error>,
        /// The pause before the next poll; `None` after the last.
        delay: Option<Duration>,
    },
}

/// An observer, where there is one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed(pub(crate) Option<Arc<dyn Observer>>);

impl Observed {
    pub(crate) fn notify(&self, event: Event<'_>) {
        if let Some(observer) = &self.0 {
            observer.observe(&event);
        }
    }
}
