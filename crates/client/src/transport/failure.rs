//! Turns what the transport reports into an [`Error`] that says what broke, how far the attempt had come, and whether the
//! server can have seen the request.

use std::{error::Error as StdError, io, sync::Arc, time::Duration};

use http::{StatusCode, Uri};
use hyper_util::client::legacy::connect::{HttpConnector, proxy::Tunnel};
use reqwest::Url;
use rustls::{AlertDescription, CertificateError};
use tower_service::Service;

use super::{Proxy, Request, progress::Progress};
use crate::{
    clock::Clock,
    error::{BodyFault, Call, ConnectionFault, Error, Phase, Sent},
};

/// Why a proxy opened no tunnel. hyper-util names the type nowhere else.
type TunnelError = <Tunnel<HttpConnector> as Service<Uri>>::Error;

/// A failed attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) error: Error,
    /// It ran on a socket that was kept alive, and that broke before a byte of the answer came.
    pub(super) stale: bool,
}

impl From<Error> for Attempt {
    fn from(error: Error) -> Self {
        Self { error, stale: false }
    }
}

/// What an error is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account<'a> {
    request: &'a Request,
    progress: &'a Arc<Progress>,
    proxy: Option<&'a Proxy>,
}

impl<'a> Account<'a> {
    pub(super) fn new(request: &'a Request, progress: &'a Arc<Progress>, proxy: Option<&'a Proxy>) -> Self {
        Self {
            request,
            progress,
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
        self.progress.refused(error);
    }

    pub(super) fn timeout(&self, limit: Duration) -> Attempt {
        if let Some(refusal) = self.progress.refusal() {
            return Attempt::from(refusal);
        }
        // First what was sent, which decides how far the attempt had come.
        let sent = self.withdraw();
        Attempt::from(Error::Timeout {
            limit,
            phase: self.progress.phase(),
            sent,
            call: Box::new(self.call()),
        })
    }

    /// Whether the server can have seen the request, which from now on it will not, if it has not.
    pub(super) fn withdraw(&self) -> Sent {
        self.progress.withdraw()
    }

    pub(super) fn is_connecting(&self) -> bool {
        self.progress.is_connecting()
    }

    /// Notes that a piece of the answer came in.
    pub(super) fn moved(&self) {
        self.progress.moved();
    }

    /// Ends when nothing of an upload has moved for so long; never of another request.
    pub(super) async fn stalled(&self, clock: &dyn Clock, limit: Duration) {
        if !self.request.payload.is_chunk() {
            return std::future::pending().await;
        }
        self.progress.stalled(clock, limit).await;
    }

    /// Whether the limit for the whole request has ended before the answer: that of a chunk does with the headers, unless they
    /// refuse it, so that nothing but an error is left to be told.
    pub(super) fn is_beyond_limit(&self) -> bool {
        self.request.payload.is_chunk() && self.progress.phase() == Phase::Body && !self.progress.is_refused()
    }

    pub(super) fn unreadable(&self, status: u16, fault: BodyFault) -> Attempt {
        Attempt::from(Error::Response {
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
            phase: self.progress.phase(),
            sent: self.withdraw(),
            message: format!("the answer of {place} has {came} bytes in place of {whole}"),
            source: None,
            call: Box::new(self.call()),
        }
    }

    pub(super) fn broken(&self, error: reqwest::Error) -> Attempt {
        let phase = self.progress.phase();
        // The URL stands in the error already, and reqwest's copy would repeat it.
        let error = error.without_url();
        let (fault, reason) = diagnose(phase, &error);
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
        let message = match fault {
            ConnectionFault::Unresolved => format!("the host name of {first} could not be resolved: {reason}"),
            ConnectionFault::Refused => format!("{first} refused the connection: nothing listens there"),
            ConnectionFault::Unreachable => format!("{first} cannot be reached: {reason}"),
            ConnectionFault::ProxyCredentials => self.proxy.map_or(reason, wants_credentials),
            ConnectionFault::Tunnel => format!("{first} opened no tunnel to {server}: {reason}"),
            ConnectionFault::Certificate => format!("the certificate of {whole} is not accepted: {reason}"),
            ConnectionFault::ClientCertificate => format!("{whole} wants a client certificate: {reason}"),
            ConnectionFault::Handshake => format!("the TLS handshake with {whole} failed: {reason}"),
            ConnectionFault::Cut => format!("the connection to {whole} broke {phase}: {reason}"),
            ConnectionFault::Malformed => format!("{whole} answers with something that is not HTTP: {reason}"),
        };
        let stale = fault == ConnectionFault::Cut && phase < Phase::Body && self.progress.on_kept_alive_socket();
        Attempt {
            error: Error::Connection {
                fault,
                phase,
                sent: self.withdraw(),
                message,
                source: Some(Box::new(error)),
                call: Box::new(self.call()),
            },
            stale,
        }
    }
}

/// Whether a body arrived, and what it unpacks to is what is broken.
pub(super) fn is_of_the_body(error: &reqwest::Error) -> bool {
    error.is_decode() && find::<hyper::Error>(error).is_none()
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

fn diagnose(phase: Phase, error: &reqwest::Error) -> (ConnectionFault, String) {
    let reason = root(error).to_string();
    match phase {
        Phase::Dns => (ConnectionFault::Unresolved, reason),
        Phase::Connect => match find::<TunnelError>(error) {
            Some(TunnelError::ProxyAuthRequired) => (ConnectionFault::ProxyCredentials, reason),
            Some(TunnelError::TunnelUnsuccessful) => (ConnectionFault::Tunnel, "it refused".to_owned()),
            Some(TunnelError::TunnelUnexpectedEof) => (ConnectionFault::Tunnel, "it closed the connection".to_owned()),
            Some(TunnelError::Io(_) | TunnelError::ProxyHeadersTooLong | TunnelError::MissingHost) => {
                (ConnectionFault::Tunnel, reason)
            }
            Some(TunnelError::ConnectFailed(_)) | None => match find::<io::Error>(error).map(io::Error::kind) {
                Some(io::ErrorKind::ConnectionRefused) => (ConnectionFault::Refused, reason),
                _ => (ConnectionFault::Unreachable, reason),
            },
        },
        Phase::Tls => match find::<rustls::Error>(error) {
            Some(rustls::Error::InvalidCertificate(certificate)) => {
                (ConnectionFault::Certificate, explain(certificate))
            }
            Some(rustls::Error::AlertReceived(alert)) if is_about_clients(*alert) => {
                (ConnectionFault::ClientCertificate, reason)
            }
            Some(rustls::Error::InvalidMessage(_)) => {
                let reason = format!("the server does not speak TLS ({reason})");
                (ConnectionFault::Handshake, reason)
            }
            _ => (ConnectionFault::Handshake, reason),
        },
        Phase::Send | Phase::Headers | Phase::Body => {
            // In TLS 1.3 the server judges the client's certificate after the handshake.
            if let Some(rustls::Error::AlertReceived(alert)) = find::<rustls::Error>(error)
                && is_about_clients(*alert)
            {
                (ConnectionFault::ClientCertificate, reason)
            } else if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
                (ConnectionFault::Malformed, reason)
            } else {
                (ConnectionFault::Cut, reason)
            }
        }
    }
}

/// Whether a server tells with this alert what it makes of the client's certificate.
fn is_about_clients(alert: AlertDescription) -> bool {
    use AlertDescription::{
        BadCertificate, CertificateExpired, CertificateRequired, CertificateRevoked, CertificateUnknown, UnknownCA,
        UnsupportedCertificate,
    };
    matches!(
        alert,
        BadCertificate
            | CertificateExpired
            | CertificateRequired
            | CertificateRevoked
            | CertificateUnknown
            | UnknownCA
            | UnsupportedCertificate
    )
}

fn explain(certificate: &CertificateError) -> String {
    use CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
        NotValidYetContext, Revoked, UnknownIssuer, UnsupportedSignatureAlgorithmContext,
        UnsupportedSignatureAlgorithmForPublicKeyContext,
    };
    match certificate {
        Expired | ExpiredContext { .. } => "it has expired".to_owned(),
        NotValidYet | NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        NotValidForName | NotValidForNameContext { .. } => "it was issued for another host name".to_owned(),
        UnknownIssuer => "its issuer is not trusted".to_owned(),
        Revoked => "it has been revoked".to_owned(),
        BadSignature
        | UnsupportedSignatureAlgorithmContext { .. }
        | UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => "its signature is not its issuer's".to_owned(),
        other => other.to_string(),
    }
}

/// The first error of a type in a chain of causes. `io::Error` hides what it wraps from `source`, so it is opened.
fn find<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

/// The cause at the bottom, which says most.
fn root<'e>(error: &'e (dyn StdError + 'static)) -> &'e (dyn StdError + 'static) {
    chain(error).last().unwrap_or(error)
}

fn chain<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as _),
        None => error.source(),
    })
}
