//! A request, and the settings of its call.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use reqwest::Url;
use tokio_util::sync::CancellationToken;

use super::{body::Payload, retry::Class, throttle::RouteClass};
use crate::observer::Observed;

/// A request that can be sent any number of times.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) payload: Payload,
    pub(crate) expect: Expect,
    /// The job of the request, for errors.
    pub(crate) job: Option<String>,
    /// The model that the answer has to be about.
    pub(crate) of_model: Option<OfModel>,
    /// The headers of the request itself, which add to the headers of the caller or replace them.
    pub(crate) headers: HeaderMap,
    /// The routes that the server limits together with this one. `None` for a request that waits for no other: a cancel, and a
    /// request to another server.
    pub(crate) route: Option<RouteClass>,
    /// Whether the request goes to another origin, which receives neither the credentials nor the headers of the
    /// caller.
    pub(crate) foreign: bool,
    /// Whether the server has just accepted a request like it: the chunk before.
    pub(crate) follows: bool,
    /// Whether the caller finds out what became of a request that the server may have accepted. Such a request is never repeated before.
    pub(crate) is_looked_for: bool,
}

impl Request {
    pub(super) fn class(&self) -> Class {
        Class::of(&self.method)
    }

    /// The class in whose line the request waits. A refusal of another server says nothing about this one.
    pub(super) fn line(&self) -> Option<RouteClass> {
        self.route.filter(|_| !self.foreign)
    }

    /// Returns the JSON with the secrets of the request, which no error may show: the body, and the query if it is the caller's.
    pub(super) fn texts_with_secrets(&self) -> Bytes {
        let body = self.payload.json();
        let is_callers = matches!(self.expect, Expect::Raw(_)) && self.url.query().is_some();
        if !is_callers {
            return body;
        }
        let query: Vec<_> = self
            .url
            .query_pairs()
            .map(|(name, value)| serde_json::json!({ name: value }).to_string())
            .collect();
        let mut texts = format!("[{},", query.join(",")).into_bytes();
        texts.extend_from_slice(&body);
        texts.push(b']');
        texts.into()
    }

    /// The URL for errors. No fragment is sent. The query of the URL of an output may be a signature, and that of a request of the
    /// caller's may hold credentials, so it is left out.
    pub(crate) fn shown_url(&self) -> String {
        let mut url = self.url.clone();
        url.set_fragment(None);
        if self.foreign || matches!(self.expect, Expect::Stream | Expect::Raw(_)) {
            url.set_query(None);
        }
        url.into()
    }
}

/// The model that an answer has to be about, and its version if the answer has to be about one.
#[derive(Debug, Clone)]
pub(crate) struct OfModel {
    pub(super) model: String,
    pub(super) version: Option<String>,
}

impl OfModel {
    pub(crate) fn model(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            version: None,
        }
    }

    pub(crate) fn version(model: &str, version: &str) -> Self {
        Self {
            version: Some(version.to_owned()),
            ..Self::model(model)
        }
    }
}

/// What the body of a 2xx must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// A body of this shape.
    Body(Shape),
    /// A body of this shape, or none.
    BodyOrNothing(Shape),
    /// JSON or nothing, as far as it arrives in time. The caller does not need its content, but an error body counts as
    /// a failure: it may come from a gateway that never forwarded the request.
    Acknowledgement,
    /// Bytes of any kind, which the caller reads as they arrive. The caller also decides whether to follow a redirect.
    Stream,
    /// A JSON object, which the caller reads as it arrives.
    ObjectStream,
    /// A body of any shape, with the status and the headers.
    Raw(Format),
}

/// The format of a body of any shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// JSON, or nothing.
    Json,
    /// Bytes of any kind.
    Bytes,
}

/// The shape of a body, which `shape` checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An object that names a job: the one of the request, if the request has one.
    Receipt,
    /// The job of the request.
    Job,
    /// The job of the request, with a status.
    JobWithStatus,
    /// The results of the job of the request.
    Results,
    /// The same, of a job that has completed: they do not say that it has not finished.
    FinalResults,
    /// The progress of a step: an object with a percentage.
    Progress,
    /// An object that is not an error body.
    Object,
    /// An object with one or more of these members.
    ObjectWith(&'static [&'static str]),
    /// A model that has been created: an object with its identifier.
    NewModel,
    /// An array whose items are not all null or error bodies.
    Array,
    /// An answer that the server gives only once: JSON that is not an error body, or text that is not an HTML page,
    /// which becomes a JSON string.
    Key,
    /// Any JSON: the author of a model chooses it.
    Anything,
}

impl Expect {
    /// The shape of the body, and whether the body may be empty.
    pub(super) fn shape(self) -> (Shape, bool) {
        match self {
            Self::Body(shape) => (shape, false),
            Self::BodyOrNothing(shape) => (shape, true),
            Self::Acknowledgement | Self::Stream | Self::ObjectStream | Self::Raw(_) => (Shape::Anything, true),
        }
    }

    /// The value of the `Accept` header.
    pub(super) fn media_types(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Stream | Self::Raw(Format::Bytes) => "*/*",
            _ => "application/json",
        })
    }
}

/// The settings of one call.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The limit of one attempt, from the grant of a socket permit to the last byte of the answer. For a chunk that the
    /// server accepts, it ends with the headers.
    pub(crate) request_timeout: Duration,
    pub(crate) retries: u32,
    /// How long a request that the server refuses is sent again, whatever `retries` is.
    pub(crate) patience: Option<Duration>,
    /// The deadline of all attempts, with their pauses and the wait for socket permits.
    pub(crate) until: Option<Instant>,
    /// The longest silence of a streamed body, and of a chunk and its answer.
    pub(crate) idle_timeout: Duration,
    pub(crate) headers: HeaderMap,
    /// The value of `User-Agent`, unless the headers have one.
    pub(crate) user_agent: HeaderValue,
    /// The most bytes of a decoded body.
    pub(crate) max_response_bytes: usize,
    pub(crate) nothing_sent_after: Option<CancellationToken>,
    /// The same for the request that submits a job.
    pub(crate) not_submitted_after: Option<CancellationToken>,
    /// The observer of retries and polls.
    pub(crate) observed: Observed,
}

impl Settings {
    /// Ends when the call must not send anything more.
    pub(crate) async fn aborted(&self) {
        fired(self.nothing_sent_after.as_ref()).await;
    }
}

/// Ends when a token is canceled, if there is one.
pub(super) async fn fired(token: Option<&CancellationToken>) {
    match token {
        Some(token) => token.cancelled().await,
        None => std::future::pending().await,
    }
}
