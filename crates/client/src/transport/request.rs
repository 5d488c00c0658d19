//! What is asked for, and what a caller sets for it.

use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue, Method};
use reqwest::Url;
use tokio_util::sync::CancellationToken;

use super::{body::Payload, retry::Class};
use crate::observer::Observed;

/// A request that can be sent any number of times.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) payload: Payload,
    pub(crate) expect: Expect,
    /// The job that it is about, for errors.
    pub(crate) job: Option<String>,
    /// What it has beside, or in place of, the headers of the caller.
    pub(crate) headers: HeaderMap,
    /// It goes to another origin, which is given neither the credentials nor the headers of the caller.
    pub(crate) foreign: bool,
}

impl Request {
    pub(super) fn class(&self) -> Class {
        if matches!(self.method, Method::GET | Method::DELETE) {
            Class::Read
        } else {
            Class::Write
        }
    }

    /// The URL for errors. The query of an output's may be a signature, and so is left out.
    pub(crate) fn shown_url(&self) -> String {
        let mut url = self.url.clone();
        if self.foreign || self.expect == Expect::Stream {
            url.set_query(None);
        }
        url.into()
    }
}

/// What the body of a 2xx has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// A body of this shape.
    Body(Shape),
    /// The same or nothing.
    BodyOrNothing(Shape),
    /// JSON or nothing, as far as it comes in time. Nobody needs what it tells, as long as it is no error body, as of a gateway
    /// that never forwarded the request.
    Acknowledgement,
    /// Bytes of whatever kind, read by the caller as they come. What a redirect leads to is for the caller to decide.
    Stream,
    /// A JSON object, read by the caller as it comes.
    ObjectStream,
}

/// What a body is, by the class of its request. `shape` holds it to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An object that names a job: the one that the request is about, where it is about one.
    Receipt,
    /// The job that the request is about.
    Job,
    /// The same with a status.
    JobWithStatus,
    /// The results of the job that the request is about.
    Results,
    /// The result of one input: an object whose members the author of a model may have named.
    InputResult,
    /// An object that is no error body.
    Object,
    /// An array.
    Array,
    /// An answer that cannot be asked for again: JSON that is no error body, or text other than a page, which becomes a JSON string.
    Key,
    /// Any JSON, as the author of a model may have made it.
    Anything,
}

impl Expect {
    /// What the body has to be, and whether there may be none.
    pub(super) fn shape(self) -> (Shape, bool) {
        match self {
            Self::Body(shape) => (shape, false),
            Self::BodyOrNothing(shape) => (shape, true),
            Self::Acknowledgement | Self::Stream | Self::ObjectStream => (Shape::Anything, true),
        }
    }

    /// What the server is told.
    pub(super) fn media_types(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Stream => "*/*",
            _ => "application/json",
        })
    }
}

/// What a caller sets for one call.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// One attempt, from the grant of a socket to the last byte or, of a chunk that is not refused, to the headers of its
    /// answer.
    pub(crate) request_timeout: Duration,
    pub(crate) retries: u32,
    /// When all attempts are over, with the pauses and the waiting for sockets.
    pub(crate) until: Option<Instant>,
    /// Between two pieces of a streamed body, and of a chunk and its answer.
    pub(crate) idle_timeout: Duration,
    pub(crate) headers: HeaderMap,
    pub(crate) nothing_sent_after: Option<CancellationToken>,
    /// Who hears of retries and polls.
    pub(crate) observed: Observed,
}

impl Settings {
    /// Ends when nothing more is to be sent.
    pub(crate) async fn aborted(&self) {
        match &self.nothing_sent_after {
            Some(token) => token.cancelled().await,
            None => std::future::pending().await,
        }
    }
}
