//! Turns what the transport reports into an [`Error`] that says what broke, how far the attempt had come, and whether the
//! server can have seen the request.

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use reqwest::Url;

use super::{
    attempt_state::AttemptState,
    causes::find,
    diagnosis::{diagnose, is_before_tunnel},
    dial::BoxError,
    handover::State,
    proxy::Proxy,
    request::Request,
    rest::Rest,
};
use crate::{
    blocking::Refused,
    clock::Clock,
    error::{BodyFault, Call, ConnectionFault, Error, Phase, Sent},
};

/// A failed attempt.
#[derive(Debug)]
pub(super) struct FailedAttempt {
    pub(super) error: Error,
    /// It ran on a socket that was kept alive, and that broke before a byte of the answer came.
    pub(super) stale: bool,
}

impl From<Error> for FailedAttempt {
    fn from(error: Error) -> Self {
        Self { error, stale: false }
    }
}

/// What an error is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct FailureContext<'a> {
    request: &'a Request,
    attempt: &'a Arc<AttemptState>,
    proxy: Option<&'a Proxy>,
}

impl<'a> FailureContext<'a> {
    pub(super) fn new(request: &'a Request, attempt: &'a Arc<AttemptState>, proxy: Option<&'a Proxy>) -> Self {
        Self {
            request,
            attempt,
            proxy,
        }
    }

    /// The proxy that the request takes.
    pub(super) fn proxy(&self) -> Option<&'a Proxy> {
        self.proxy
    }

    /// Whether the status is what the proxy says for itself.
    pub(super) fn is_the_proxys(&self, status: StatusCode) -> bool {
        self.proxy.is_some() && status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
    }

    /// The words for a status that comes without any.
    pub(super) fn phrase(&self, status: StatusCode) -> String {
        if let Some(proxy) = self.proxy.filter(|_| self.is_the_proxys(status)) {
            return wants_credentials(proxy);
        }
        let reason = status.canonical_reason().unwrap_or("without a reason");
        let code = status.as_u16();
        if status.is_redirection() {
            format!("the server answered {code} {reason}; redirects are not followed")
        } else {
            format!("the server answered {code} {reason}")
        }
    }

    pub(super) fn call(&self) -> Call {
        let Request { method, job, .. } = self.request;
        Call {
            proxy: self.proxy.map(|proxy| proxy.place().to_owned()),
            ..Call::new(method.clone(), self.request.shown_url(), job.clone())
        }
    }

    /// Notes the error for a status that is known while its body is not.
    pub(super) fn refused(&self, error: Error) {
        self.attempt.refused(error);
    }

    pub(super) fn timeout(&self, limit: Duration) -> FailedAttempt {
        if let Some(refusal) = self.attempt.refusal() {
            return FailedAttempt::from(refusal);
        }
        // First what was sent, which decides how far the attempt had come.
        let sent = self.withdraw();
        FailedAttempt::from(Error::Timeout {
            limit,
            phase: self.attempt.phase(),
            sent,
            call: Box::new(self.call()),
        })
    }

    /// Whether the server can have seen the request, which from now on it will not, if it has not.
    pub(super) fn withdraw(&self) -> Sent {
        self.attempt.withdraw()
    }

    /// Whether a connection had asked for the request when that was withdrawn.
    pub(super) fn was_claimed(&self) -> bool {
        let hand_over = &self.attempt.hand_over;
        hand_over.state() == State::Withdrawn && hand_over.connection().is_some()
    }

    pub(super) fn is_connecting(&self) -> bool {
        self.attempt.is_connecting()
    }

    /// Notes that a piece of the answer came in.
    pub(super) fn moved(&self) {
        self.attempt.moved();
    }

    /// The rest of the request's body.
    pub(super) fn rest(&self) -> &'a Rest {
        &self.attempt.rest
    }

    /// Whether a piece has gone out or come in of late.
    pub(super) fn moves(&self) -> bool {
        self.attempt.moves()
    }

    /// Ends when nothing of an upload has moved for so long; never of another request.
    pub(super) async fn stalled(&self, clock: &dyn Clock, limit: Duration) {
        if !self.request.payload.is_chunk() {
            return std::future::pending().await;
        }
        self.attempt.stalled(clock, limit).await;
    }

    /// Whether the limit for the whole request has ended before the answer: that of a chunk does with the headers, unless they
    /// refuse it, so that nothing but an error is left to be told.
    pub(super) fn is_beyond_limit(&self) -> bool {
        self.request.payload.is_chunk() && self.attempt.phase() == Phase::Body && !self.attempt.is_refused()
    }

    pub(super) fn unreadable(&self, status: u16, fault: BodyFault) -> FailedAttempt {
        FailedAttempt::from(Error::Response {
            status,
            fault,
            sent: self.withdraw(),
            call: Box::new(self.call()),
        })
    }

    pub(super) fn wrong_length(&self, came: u64, whole: u64) -> Error {
        let place = place(&self.request.url);
        Error::Connection {
            fault: ConnectionFault::Cut,
            phase: self.attempt.phase(),
            sent: self.withdraw(),
            message: format!("the answer of {place} has {came} bytes in place of {whole}"),
            source: None,
            call: Box::new(self.call()),
        }
    }

    pub(super) fn broken(&self, error: impl Into<BoxError>) -> FailedAttempt {
        let error = error.into();
        if let Some(refused) = find::<Refused>(&*error) {
            return FailedAttempt::from(refused.to_error());
        }
        let phase = self.attempt.phase();
        // The URL stands in the error already, and reqwest's copy would repeat it.
        let error = match error.downcast::<reqwest::Error>() {
            Ok(error) => error.without_url().into(),
            Err(error) => error,
        };
        let (fault, reason) = diagnose(phase, &*error);
        let server = place(&self.request.url);
        // A connection to the proxy comes first; what breaks later is the one to the server.
        let (first, whole) = match self.proxy {
            Some(proxy) => {
                let proxy = proxy.place();
                (
                    format!("the proxy {proxy}"),
                    format!("{server} (through the proxy {proxy})"),
                )
            }
            None => (server.clone(), server.clone()),
        };
        // Over TLS speak the proxy that is reached so, and the server behind its tunnel.
        let secured = if is_before_tunnel(&*error) || self.request.url.scheme() == "http" {
            &first
        } else {
            &whole
        };
        let message = match fault {
            ConnectionFault::Unresolved => format!("the host name of {first} could not be resolved: {reason}"),
            ConnectionFault::Refused => format!("{first} refused the connection: nothing listens there"),
            ConnectionFault::Unreachable => format!("{first} cannot be reached: {reason}"),
            ConnectionFault::ProxyCredentials => self.proxy.map_or(reason, wants_credentials),
            ConnectionFault::Tunnel => format!("{first} opened no tunnel to {server}: {reason}"),
            ConnectionFault::Certificate => format!("the certificate of {secured} is not accepted: {reason}"),
            ConnectionFault::ClientCertificate => format!("{secured} wants a client certificate: {reason}"),
            ConnectionFault::Handshake => format!("the TLS handshake with {secured} failed: {reason}"),
            ConnectionFault::Cut => format!("the connection to {whole} broke {phase}: {reason}"),
            ConnectionFault::Malformed => format!("the answer of {whole} is not HTTP that can be read: {reason}"),
        };
        let may_be_stale = self.attempt.on_kept_alive_socket();
        let stale = fault == ConnectionFault::Cut && phase < Phase::Body && may_be_stale;
        FailedAttempt {
            error: Error::Connection {
                fault,
                phase,
                sent: self.withdraw(),
                message,
                source: Some(error),
                call: Box::new(self.call()),
            },
            stale,
        }
    }
}

fn wants_credentials(proxy: &Proxy) -> String {
    let place = proxy.place();
    let what = if proxy.has_credentials() {
        "other credentials than those it was given"
    } else {
        "credentials"
    };
    format!("the proxy {place} wants {what} (407 Proxy Authentication Required)")
}

fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
