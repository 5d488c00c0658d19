//! Classifies what ends a TLS handshake. A reason that lies in the settings of the client or of the server lasts, and is
//! not worth another attempt.

use rustls::{AlertDescription, CertificateError, PeerIncompatible, PeerMisbehaved};

use super::algorithm;
use crate::error::ConnectionFault;

/// Returns what broke in the handshake, and the reason.
pub(super) fn diagnose(error: &rustls::Error) -> (ConnectionFault, String) {
    if let rustls::Error::InvalidCertificate(certificate) = error {
        return (ConnectionFault::Certificate, explain(certificate));
    }
    if is_about_client_certificate(error) {
        return (ConnectionFault::ClientCertificate, error.to_string());
    }
    if let Some(explanation) = incompatibility(error) {
        return (ConnectionFault::Incompatible, format!("{error}; {explanation}"));
    }
    let reason = match error {
        rustls::Error::InvalidMessage(_) => format!("the server does not speak TLS ({error})"),
        other => other.to_string(),
    };
    (ConnectionFault::Handshake, reason)
}

/// Explains why no handshake with these settings can succeed. The server offers the same versions, ciphers and
/// certificates to the next attempt.
///
/// Other alerts may come from a damaged connection or a failing server (`decode_error`, `internal_error`), so they are
/// worth another attempt. So is a response that is not TLS: a gateway may send it while its server is away.
fn incompatibility(error: &rustls::Error) -> Option<&'static str> {
    const VERSION: &str = "the server supports neither TLS 1.2 nor TLS 1.3";
    const UNOFFERED: &str = "the server uses an algorithm that is not supported";
    match error {
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::HandshakeFailure => Some(
                "the server may require a client certificate, or a TLS version, a cipher or a kind of certificate that is not \
                 supported, such as a P-521 key",
            ),
            AlertDescription::ProtocolVersion => Some(VERSION),
            AlertDescription::InsufficientSecurity => {
                Some("the server requires a cipher or a curve that is not supported")
            }
            AlertDescription::NoApplicationProtocol => Some("the server does not offer HTTP/1.1"),
            AlertDescription::UnrecognisedName => Some("the server has no certificate for this host name"),
            AlertDescription::MissingExtension | AlertDescription::UnsupportedExtension => {
                Some("the server requires other TLS extensions than the client has")
            }
            _ => None,
        },
        rustls::Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => Some(VERSION),
        rustls::Error::PeerIncompatible(_) => Some("the server requires what is not supported"),
        rustls::Error::PeerMisbehaved(
            PeerMisbehaved::SelectedUnofferedApplicationProtocol
            | PeerMisbehaved::SelectedUnofferedCipherSuite
            | PeerMisbehaved::SelectedUnofferedKxGroup
            | PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme,
        ) => Some(UNOFFERED),
        _ => None,
    }
}

/// Whether the server or the proxy refuses the client certificate, or its absence.
pub(super) fn is_about_client_certificate(error: &rustls::Error) -> bool {
    use AlertDescription::{
        AccessDenied, BadCertificate, CertificateExpired, CertificateRequired, CertificateRevoked, CertificateUnknown,
        UnknownCA, UnsupportedCertificate,
    };
    let rustls::Error::AlertReceived(alert) = error else {
        return false;
    };
    matches!(
        alert,
        AccessDenied
            | BadCertificate
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
