//! Turns a failure of the transport into an [`Error`] that says what broke, in which phase, and whether the server may
//! have seen the request.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, StatusCode, header::LOCATION};
use reqwest::Url;

use super::{
    attempt_state::AttemptState,
    causes::find,
    codes,
    diagnosis::{diagnose, is_before_tunnel},
    dial::BoxError,
    handover::State,
    proxy::Proxy,
    request::Request,
    rest::Rest,
    throttle::Refusal,
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
    /// The attempt ran on a pooled socket that broke before a byte of the answer arrived.
    pub(super) stale: bool,
}

impl From<Error> for FailedAttempt {
    fn from(error: Error) -> Self {
        Self { error, stale: false }
    }
}

/// What is known about an attempt when it fails.
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

    /// The proxy of the request.
    pub(super) fn proxy(&self) -> Option<&'a Proxy> {
        self.proxy
    }

    /// Whether the status comes from the proxy itself.
    pub(super) fn is_from_proxy(&self, status: StatusCode) -> bool {
        self.proxy.is_some() && status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
    }

    /// Where a redirect leads to, without what may be a secret.
    pub(super) fn location(&self, status: StatusCode, headers: &HeaderMap) -> Option<String> {
        let header = headers.get(LOCATION).filter(|_| status.is_redirection())?;
        let mut url = self.request.url.join(header.to_str().ok()?).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        // These fail for a URL that cannot have them.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Some(url.into())
    }

    /// The message for a status whose answer has none.
    pub(super) fn phrase(&self, status: StatusCode, location: Option<&str>) -> String {
        if let Some(proxy) = self.proxy.filter(|_| self.is_from_proxy(status)) {
            return requires_credentials(proxy);
        }
        let reason = status.canonical_reason().unwrap_or("without a reason");
        let code = status.as_u16();
        match location {
            Some(location) => {
                format!("the server answered {code} {reason}, which leads to {location}; redirects are not followed")
            }
            None if status.is_redirection() => {
                format!("the server answered {code} {reason}; redirects are not followed")
            }
            None => format!("the server answered {code} {reason}"),
        }
    }

    pub(super) fn call(&self) -> Call {
        let Request { method, job, .. } = self.request;
        Call {
            proxy: self.proxy.map(|proxy| proxy.place().to_owned()),
            ..Call::new(method.clone(), self.request.shown_url(), job.clone())
        }
    }

    /// Notes the error for a status before its body has been read.
    pub(super) fn refused(&self, error: Error) {
        self.attempt.refused(error);
    }

    pub(super) fn timeout(&self, limit: Duration) -> FailedAttempt {
        if let Some(refusal) = self.attempt.refusal() {
            return FailedAttempt::from(refusal);
        }
        // Withdraw first: that decides the phase.
        let sent = self.withdraw();
        FailedAttempt::from(Error::Timeout {
            limit,
            phase: self.attempt.phase(),
            sent,
            call: Box::new(self.call()),
        })
    }

    /// Withdraws the request. Returns whether the server may have seen it.
    pub(super) fn withdraw(&self) -> Sent {
        self.attempt.withdraw()
    }

    /// Whether a connection had claimed the request when it was withdrawn.
    pub(super) fn was_claimed(&self) -> bool {
        let hand_over = &self.attempt.hand_over;
        hand_over.state() == State::Withdrawn && hand_over.connection().is_some()
    }

    pub(super) fn is_connecting(&self) -> bool {
        self.attempt.is_connecting()
    }

    /// Notes that bytes of the answer arrived.
    pub(super) fn moved(&self) {
        self.attempt.moved();
    }

    /// The unsent rest of the request's body.
    pub(super) fn rest(&self) -> &'a Rest {
        &self.attempt.rest
    }

    /// Whether bytes went out or came in recently.
    pub(super) fn moves(&self) -> bool {
        self.attempt.moves()
    }

    /// Ends when no bytes of an upload have moved for this long. Never ends for another request.
    pub(super) async fn stalled(&self, clock: &dyn Clock, limit: Duration) {
        if !self.request.payload.is_chunk() {
            return std::future::pending().await;
        }
        self.attempt.stalled(clock, limit).await;
    }

    /// Whether the attempt has outlived `requestTimeout`, which ends for a chunk with the headers of the answer. If the
    /// headers refuse the chunk, the limit still holds: the rest is only the text of the error.
    pub(super) fn is_beyond_limit(&self) -> bool {
        self.request.payload.is_chunk() && self.attempt.phase() == Phase::Body && !self.attempt.is_refused()
    }

    pub(super) fn unreadable(&self, status: u16, fault: BodyFault, detail: String) -> FailedAttempt {
        FailedAttempt::from(Error::Response {
            status,
            fault,
            detail,
            sent: self.withdraw(),
            call: Box::new(self.call()),
        })
    }

    pub(super) fn wrong_length(&self, received: u64, whole: u64) -> Error {
        let place = place(&self.request.url);
        Error::Connection {
            fault: ConnectionFault::Cut,
            phase: self.attempt.phase(),
            sent: self.withdraw(),
            message: format!("the answer of {place} has {received} bytes instead of {whole}"),
            code: Some("ECONNRESET"),
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
        // The error has the URL already, so reqwest need not repeat it.
        let error = match error.downcast::<reqwest::Error>() {
            Ok(error) => error.without_url().into(),
            Err(error) => error,
        };
        let (fault, reason) = diagnose(phase, &*error);
        let code = codes::of(fault, &*error);
        let server = place(&self.request.url);
        // The connection to the proxy comes first. What breaks later is the connection to the server.
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
        // Before the tunnel, TLS is with the proxy; within it, with the server.
        let secured = if is_before_tunnel(&*error) || self.request.url.scheme() == "http" {
            &first
        } else {
            &whole
        };
        let message = match fault {
            ConnectionFault::Unresolved => format!("the host name of {first} could not be resolved: {reason}"),
            ConnectionFault::Refused => format!("{first} refused the connection: nothing listens there"),
            ConnectionFault::Unreachable => format!("{first} cannot be reached: {reason}"),
            ConnectionFault::ProxyCredentials => self.proxy.map_or(reason, requires_credentials),
            ConnectionFault::Tunnel => format!("{first} did not open a tunnel to {server}: {reason}"),
            ConnectionFault::Certificate => format!("the certificate of {secured} is not accepted: {reason}"),
            ConnectionFault::ClientCertificate => format!("{secured} requires a client certificate: {reason}"),
            ConnectionFault::Handshake | ConnectionFault::Incompatible => {
                format!("the TLS handshake with {secured} failed: {reason}")
            }
            ConnectionFault::Cut => format!("the connection to {whole} broke while {phase}: {reason}"),
            ConnectionFault::Malformed => format!("the answer of {whole} is not valid HTTP: {reason}"),
        };
        let may_be_stale = self.attempt.on_kept_alive_socket();
        let stale = fault == ConnectionFault::Cut && phase < Phase::Body && may_be_stale;
        FailedAttempt {
            error: Error::Connection {
                fault,
                phase,
                sent: self.withdraw(),
                message,
                code,
                source: Some(error),
                call: Box::new(self.call()),
            },
            stale,
        }
    }

    /// Returns the error for a request that was not sent, because the server refuses such requests.
    pub(super) fn not_sent(&self, refusal: Refusal) -> Error {
        Error::Status {
            status: refusal.status,
            message: "the server refuses requests of this kind for now, so this one was not sent".to_owned(),
            is_servers: false,
            body: None,
            request_id: None,
            retry_after: refusal.retry_after,
            call: Box::new(Call {
                attempts: 0,
                retryable: true,
                ..self.call()
            }),
        }
    }
}

fn requires_credentials(proxy: &Proxy) -> String {
    let place = proxy.place();
    let what = if proxy.has_credentials() {
        "credentials other than those it was given"
    } else {
        "credentials"
    };
    format!("the proxy {place} requires {what} (407 Proxy Authentication Required)")
}

fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
