//! A response that the caller reads one chunk per call. Its headers have come, so the limits and retries of a request
//! are over, except for the time between two chunks.

use std::{pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode, header::LOCATION};
use tokio_util::sync::CancellationToken;

use super::{
    attempt_state::AttemptState,
    coding::{Broken, Decoded},
    failure::FailureContext,
    proxy::Proxy,
    request::{Expect, Request},
};
use crate::{
    clock::Clock,
    error::{BodyFault, Call, Error, Result},
};

/// Whether the caller reads this response: a success or, for bytes, a redirect.
pub(super) fn is_wanted(expect: Expect, response: &reqwest::Response) -> bool {
    let status = response.status();
    let moved = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) && response.headers().contains_key(LOCATION);
    match expect {
        Expect::Stream => status.is_success() || moved,
        Expect::ObjectStream => status.is_success(),
        _ => false,
    }
}

/// A response whose body is still open. Dropping it closes its connection.
#[derive(Debug)]
pub(crate) struct Streamed {
    body: Decoded,
    attempt: Arc<AttemptState>,
    /// The proxy of the request, for errors.
    proxy: Option<Proxy>,
}

impl Streamed {
    pub(super) fn new(response: reqwest::Response, attempt: Arc<AttemptState>, proxy: Option<Proxy>) -> Self {
        Self {
            body: Decoded::new(response),
            attempt,
            proxy,
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.body.response().status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.body.response().headers()
    }

    /// Returns the next chunk, which is not empty, or `None` at the end. `request` is the request of this response. The limit
    /// begins when `wanted` says so, if it is given.
    pub(crate) async fn next(
        &mut self,
        request: &Request,
        clock: &dyn Clock,
        idle_timeout: Duration,
        wanted: Option<&CancellationToken>,
    ) -> Result<Option<Bytes>> {
        let status = self.status().as_u16();
        let context = FailureContext::new(request, &self.attempt, self.proxy.as_ref());
        let idle = || clock.idle(idle_timeout);
        let mut idle: Pin<Box<dyn Future<Output = ()> + Send + '_>> = match wanted {
            None => idle(),
            Some(wanted) => Box::pin(wanted.cancelled().then(|()| idle())),
        };
        loop {
            let read = tokio::select! {
                biased;
                read = self.body.next() => read,
                () = &mut idle => return Err(context.timeout(idle_timeout).error),
            };
            match read {
                Ok(Some(chunk)) if chunk.is_empty() => {}
                Ok(chunk) => return Ok(chunk),
                Err(Broken::Content(fault)) => return Err(context.unreadable(status, fault, String::new()).error),
                Err(Broken::Connection(error)) => return Err(context.broken(error).error),
            }
        }
    }

    /// Returns the error for a body of another length than announced.
    pub(crate) fn wrong_length(&self, request: &Request, received: u64, whole: u64) -> Error {
        FailureContext::new(request, &self.attempt, self.proxy.as_ref()).wrong_length(received, whole)
    }

    /// Returns the description of the request, for errors.
    pub(crate) fn call(&self, request: &Request) -> Call {
        FailureContext::new(request, &self.attempt, self.proxy.as_ref()).call()
    }

    /// Returns the error for a body that is not what the request expects.
    pub(crate) fn unreadable(&self, request: &Request, fault: BodyFault) -> Error {
        let context = FailureContext::new(request, &self.attempt, self.proxy.as_ref());
        context.unreadable(self.status().as_u16(), fault, String::new()).error
    }
}
