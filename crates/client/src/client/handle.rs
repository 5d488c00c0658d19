//! The client, and how its methods make and send their requests. Leaves its construction to `builder`.

use std::{borrow::Cow, sync::Arc, time::Duration};

use http::{HeaderMap, Method};

use super::options::RequestOptions;
use crate::{
    document::Document,
    ended::{ListReader, Polling},
    endpoint::BaseUrl,
    error::{BodyFault, Error, Result},
    transport::{
        Answer, Expect, NoTurn, Payload, Place, RawResponse, Request, RetryState, RouteClass, Settings, Shape,
        Streamed, Transport, Turn,
    },
};

/// A client of one Modzy server. Cheap to clone; clones share connections, limits and all settings. Clients with settings of their
/// own share connections by [`ClientBuilder::transport`](crate::ClientBuilder::transport).
///
/// Every method returns a future that does nothing until it is polled, and closes its request when it is dropped. The futures
/// need a Tokio runtime with time and I/O enabled.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    base: BaseUrl,
    defaults: Settings,
    polling: Polling,
    transport: Arc<Transport>,
    warnings: Vec<String>,
}

impl Client {
    pub(super) fn from_parts(
        base: BaseUrl,
        defaults: Settings,
        polling: Polling,
        transport: Arc<Transport>,
        warnings: Vec<String>,
    ) -> Self {
        let inner = Inner {
            base,
            defaults,
            polling,
            transport,
            warnings,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Returns the root of this client's routes.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.inner.base
    }

    /// Returns which settings were ignored, and why: see [`ClientBuilder::extra_ca_file`](crate::ClientBuilder::extra_ca_file).
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.inner.warnings
    }

    /// Returns a text of the caller as a log may show it: its first kilobyte, with stars in place of the client's own key or token,
    /// which the caller may have passed as an identifier. The cost does not grow with the text.
    #[must_use]
    pub fn without_key<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.inner.transport.without_key(text)
    }

    /// Returns the connections of this client, which others can share: see
    /// [`ClientBuilder::transport`](crate::ClientBuilder::transport).
    #[must_use]
    pub fn transport(&self) -> &Arc<Transport> {
        &self.inner.transport
    }

    pub(crate) fn polling(&self) -> Polling {
        self.inner.polling
    }

    /// Returns what the requests for the list of ended jobs are made with.
    pub(crate) fn list_reader(&self) -> ListReader {
        let Settings {
            headers,
            user_agent,
            request_timeout,
            max_response_bytes,
            ..
        } = &self.inner.defaults;
        ListReader {
            base_url: self.base_url().as_str().to_owned(),
            headers: headers.clone(),
            user_agent: user_agent.clone(),
            request_timeout: *request_timeout,
            max_response_bytes: *max_response_bytes,
        }
    }

    pub(crate) fn max_response_bytes(&self) -> usize {
        self.inner.defaults.max_response_bytes
    }

    /// Creates a request about a job, for a path below the API's root.
    pub(crate) fn request(&self, method: Method, path: &str, job: Option<&str>) -> Request {
        let route = Some(match method {
            Method::GET => RouteClass::Read,
            Method::DELETE => RouteClass::Delete,
            _ => RouteClass::Submit,
        });
        Request {
            method,
            route,
            url: self.inner.base.route(path),
            payload: Payload::Empty,
            expect: Expect::BodyOrNothing(Shape::Object),
            job: job.map(str::to_owned),
            of_model: None,
            headers: HeaderMap::new(),
            foreign: false,
            follows: false,
            is_looked_for: false,
        }
    }

    pub(crate) async fn send(&self, request: &Request, options: &RequestOptions) -> Result<Document> {
        self.send_with(request, &self.settings(options)).await
    }

    /// The same with prepared settings, such as those of a wait's polls.
    pub(crate) async fn send_with(&self, request: &Request, settings: &Settings) -> Result<Document> {
        match self.execute(request, settings).await? {
            Answer::Document { document, .. } => Ok(document),
            Answer::Raw(_) | Answer::Stream(_) => Err(unexpected()),
        }
    }

    /// The same for a poll, whose turn the wait has taken already.
    pub(crate) async fn send_in_turn(
        &self,
        turn: Result<Turn<'_>, NoTurn>,
        place: &mut Place,
        request: &Request,
        settings: &Settings,
    ) -> Result<Document> {
        let transport = self.transport();
        let mut retry_state = RetryState::new(request, settings);
        let turn = turn.map_err(|none| transport.error_without_turn(none, request, &mut retry_state))?;
        let answer = transport.execute_with(Some(turn), place, request, settings, &mut retry_state);
        match answer.await? {
            Answer::Document { document, .. } => Ok(document),
            Answer::Raw(_) | Answer::Stream(_) => Err(unexpected()),
        }
    }

    /// Sends a request for a part of a list, and returns also whether the response's headers link to a next page.
    pub(crate) async fn send_for_page(&self, request: &Request, options: &RequestOptions) -> Result<(Document, bool)> {
        match self.execute(request, &self.settings(options)).await? {
            Answer::Document {
                document,
                links_to_next,
            } => Ok((document, links_to_next)),
            Answer::Raw(_) | Answer::Stream(_) => Err(unexpected()),
        }
    }

    /// The same for a request that expects a stream. Its attempts count in the retry state of the reader.
    pub(crate) async fn send_for_stream(
        &self,
        request: &Request,
        settings: &Settings,
        retry_state: &mut RetryState,
    ) -> Result<Streamed> {
        match self.transport().execute(request, settings, retry_state).await? {
            Answer::Stream(body) => Ok(*body),
            Answer::Document { .. } | Answer::Raw(_) => Err(unexpected()),
        }
    }

    /// The same for a request whose caller may want to see everything about the response.
    pub(crate) async fn send_raw(&self, request: &Request, options: &RequestOptions) -> Result<RawResponse> {
        match self.execute(request, &self.settings(options)).await? {
            Answer::Raw(response) => Ok(*response),
            Answer::Document { .. } | Answer::Stream(_) => Err(unexpected()),
        }
    }

    async fn execute(&self, request: &Request, settings: &Settings) -> Result<Answer> {
        let transport = self.transport();
        let mut retry_state = RetryState::new(request, settings);
        let answer = transport.execute(request, settings, &mut retry_state).await;
        answer.map_err(|error| self.with_advice(error))
    }

    /// Adds to an error what the settings may have to do with it.
    fn with_advice(&self, mut error: Error) -> Error {
        let advice = match &error {
            Error::Status { status: 401 | 403, .. } => self.transport().auth().doubt().map(str::to_owned),
            Error::Status {
                status: 300..=399 | 404,
                ..
            }
            | Error::Response {
                fault: BodyFault::NotJson,
                ..
            } => self.inner.base.doubt(),
            _ => None,
        };
        if let Some(advice) = advice {
            error.advise(&advice);
        }
        error
    }

    /// Waits until a source outside of the client has returned nothing for `idle_timeout`, and returns that limit.
    pub async fn source_idle(&self, options: &RequestOptions) -> Duration {
        let limit = self.settings(options).idle_timeout;
        self.transport().clock().idle(limit).await;
        limit
    }

    pub(crate) fn settings(&self, options: &RequestOptions) -> Settings {
        options.over(&self.inner.defaults)
    }
}

fn unexpected() -> Error {
    Error::Internal("an answer of another kind than was asked for".to_owned())
}
