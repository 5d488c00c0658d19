//! Classifies the errors of the HTTP client. `failure` writes the messages.

use std::error::Error as StdError;

use rustls::{AlertDescription, CertificateError};

use super::{
    algorithm,
    causes::{find, is_refusal, root},
    tunnel::{MAX_HEADERS, TunnelError},
};
use crate::error::{ConnectionFault, Phase};

/// Whether the connection to the proxy failed, before `CONNECT` was sent.
pub(super) fn is_before_tunnel(error: &(dyn StdError + 'static)) -> bool {
    matches!(find::<TunnelError>(error), Some(TunnelError::ToProxy(_)))
}

/// Returns what broke in this phase, and the reason.
pub(super) fn diagnose(phase: Phase, error: &(dyn StdError + 'static)) -> (ConnectionFault, String) {
    if let Some(refusal) = find::<TunnelError>(error).and_then(refused_tunnel) {
        return refusal;
    }
    let reason = root(error).to_string();
    match phase {
        Phase::Dns => (ConnectionFault::Unresolved, reason),
        Phase::Connect if is_refusal(error) => (ConnectionFault::Refused, reason),
        Phase::Connect => (ConnectionFault::Unreachable, reason),
        Phase::Tls => match find::<rustls::Error>(error) {
            Some(rustls::Error::InvalidCertificate(certificate)) => {
                (ConnectionFault::Certificate, explain(certificate))
            }
            Some(rustls::Error::AlertReceived(alert)) if is_about_clients(*alert) => {
                (ConnectionFault::ClientCertificate, reason)
            }
            Some(rustls::Error::AlertReceived(AlertDescription::HandshakeFailure)) => {
                let reason = format!(
                    "{reason}; the server may require a TLS version, a cipher or a kind of certificate that is not supported, such as \
                     a P-521 key"
                );
                (ConnectionFault::Handshake, reason)
            }
            Some(rustls::Error::InvalidMessage(_)) => {
                let reason = format!("the server does not speak TLS ({reason})");
                (ConnectionFault::Handshake, reason)
            }
            _ => (ConnectionFault::Handshake, reason),
        },
        Phase::Send | Phase::Headers | Phase::Body => {
            // In TLS 1.3, the server checks the client certificate after the handshake.
            if let Some(rustls::Error::AlertReceived(alert)) = find::<rustls::Error>(error)
                && is_about_clients(*alert)
            {
                (ConnectionFault::ClientCertificate, reason)
            } else if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse_too_large) {
                let reason = format!("it has more than {MAX_HEADERS} header fields, or more than 400 kB of them");
                (ConnectionFault::Malformed, reason)
            } else if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
                (ConnectionFault::Malformed, reason)
            } else {
                (ConnectionFault::Cut, reason)
            }
        }
    }
}

/// Returns how the proxy refused the tunnel, if it was reached. A proxy that is reached over TLS receives `CONNECT` in
/// the TLS phase.
fn refused_tunnel(error: &TunnelError) -> Option<(ConnectionFault, String)> {
    let fault = match error {
        TunnelError::ToProxy(_) => return None,
        TunnelError::Credentials => ConnectionFault::ProxyCredentials,
        _ => ConnectionFault::Tunnel,
    };
    Some((fault, error.to_string()))
}

/// Whether an alert is about the client certificate.
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
        NotValidYetContext, Other, Revoked, UnknownIssuer, UnsupportedSignatureAlgorithmContext,
        UnsupportedSignatureAlgorithmForPublicKeyContext,
    };
    match certificate {
        Expired | ExpiredContext { .. } => "it has expired".to_owned(),
        NotValidYet | NotValidYetContext { .. } => "it is not valid yet".to_owned(),
        NotValidForNameContext { presented, .. } if presented.is_empty() => {
            "it names no host (it has no subjectAltName)".to_owned()
        }
        NotValidForName | NotValidForNameContext { .. } => "it was issued for another host name".to_owned(),
        UnknownIssuer => "its issuer is not trusted".to_owned(),
        Revoked => "it has been revoked".to_owned(),
        BadSignature => "its signature is not its issuer's".to_owned(),
        UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id, ..
        } => {
            let signature = algorithm::name(signature_algorithm_id);
            format!("a signature with {signature} is not supported")
        }
        UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id,
            public_key_algorithm_id,
        } => {
            let signature = algorithm::name(signature_algorithm_id);
            let key = algorithm::name(public_key_algorithm_id);
            format!("a signature with {signature} by a key of {key} is not supported")
        }
        Other(other) => match other.0.downcast_ref() {
            Some(webpki::Error::CaUsedAsEndEntity) => {
                "it belongs to a certificate authority (CA:TRUE) and is not itself trusted".to_owned()
            }
            Some(webpki::Error::UnsupportedCertVersion) => {
                "its X.509 version is not supported; only version 3 is".to_owned()
            }
            _ => other.to_string(),
        },
        other => other.to_string(),
    }
}
