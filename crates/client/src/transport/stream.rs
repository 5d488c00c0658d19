//! An answer whose body is read piece by piece: its head has come, and with it the end of all that is counted and limited for
//! a request, but for the time between two pieces.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::LOCATION};

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

/// Whether an answer is one for the caller to read: what was asked for or, of bytes, where it is.
pub(super) fn is_wanted(expect: Expect, response: &reqwest::Response) -> bool {
    let status = response.status();
    let moved = matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) && response.headers().contains_key(LOCATION);
    match expect {
        Expect::Stream => status.is_success() || moved,
        Expect::ObjectStream => status.is_success(),
        _ => false,
    }
}

/// The answer. Dropping it closes its connection.
#[derive(Debug)]
pub(crate) struct Streamed {
    body: Decoded,
    attempt: Arc<AttemptState>,
    /// By way of which it came, for errors.
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

    /// The next piece, which is not empty; `None` at the end. `request` is what this is the answer to.
    pub(crate) async fn next(
        &mut self,
        request: &Request,
        clock: &dyn Clock,
        idle_timeout: Duration,
    ) -> Result<Option<Bytes>> {
        let status = self.status().as_u16();
        let context = FailureContext::new(request, &self.attempt, self.proxy.as_ref());
        let mut idle = clock.idle(idle_timeout);
        loop {
            let read = tokio::select! {
                biased;
                read = self.body.next() => read,
                () = &mut idle => return Err(context.timeout(idle_timeout).error),
            };
            match read {
                Ok(Some(piece)) if piece.is_empty() => {}
                Ok(piece) => return Ok(piece),
                Err(Broken::Content(fault)) => return Err(context.unreadable(status, fault).error),
                Err(Broken::Connection(error)) => return Err(context.broken(error).error),
            }
        }
    }

    /// The error for a body that has ended, but not where it should.
    pub(crate) fn wrong_length(&self, request: &Request, came: u64, whole: u64) -> Error {
        FailureContext::new(request, &self.attempt, self.proxy.as_ref()).wrong_length(came, whole)
    }

    /// The request, for errors.
    pub(crate) fn call(&self, request: &Request) -> Call {
        FailureContext::new(request, &self.attempt, self.proxy.as_ref()).call()
    }

    /// The error for a body that is not what was asked for.
    pub(crate) fn unreadable(&self, request: &Request, fault: BodyFault) -> Error {
        let context = FailureContext::new(request, &self.attempt, self.proxy.as_ref());
        context.unreadable(self.status().as_u16(), fault).error
    }
}
