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
    /// The call begins to wait in the queue of its class of routes, because the server refuses such requests, or did so lately.
    Queue {
        /// Why no such request is sent.
        reason: QueueReason,
        /// When the request is expected to be sent. Other calls may be refused before, so it may take longer.
        delay: Duration,
    },
    /// The server has accepted a request. A call may make several.
    Response {
        /// The status: 2xx, or that of a redirect that is followed.
        status: u16,
        /// The server's identifier of the request, if a header holds one.
        request_id: Option<&'a str>,
    },
    /// The server has opened the job of an upload. Its inputs follow, and any failure cancels the job.
    Opened {
        /// The job.
        job_identifier: &'a str,
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
    /// The list of ended jobs cannot be used, so that the waits of all clients on the transport poll individually for a while. One
    /// of their calls reports it, once for each reason.
    Fallback {
        /// Why.
        reason: &'a str,
    },
}

/// Why a call waits in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueReason {
    /// The server has refused such a request, and the pause that it asked for is not over.
    Pause,
    /// The pause is over, and one call finds out whether the server accepts such requests again.
    Probe,
    /// The server accepts such requests again, and the client sends no more of them than the server accepted lately.
    Rate,
}

impl QueueReason {
    /// Returns the reason as one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Probe => "probe",
            Self::Rate => "rate",
        }
    }
}

/// An observer, if there is one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed(pub(crate) Option<Arc<dyn Observer>>);

impl Observed {
    pub(crate) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn notify(&self, event: Event<'_>) {
        if let Some(observer) = &self.0 {
            observer.observe(&event);
        }
    }
}
