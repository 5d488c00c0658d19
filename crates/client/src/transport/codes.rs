//! The names that POSIX has for the failures of the network, and OpenSSL for the faults of certificates: programs in other
//! languages know both. They follow from the types of the errors, not from their texts.

use std::{error::Error as StdError, io};

use rustls::CertificateError;

use super::{
    causes::{all, find},
    trust::Untrusted,
};
use crate::error::ConnectionFault;

/// Returns the name of what broke.
pub(super) fn of(fault: ConnectionFault, error: &(dyn StdError + 'static)) -> Option<&'static str> {
    let of_system = || all::<io::Error>(error).find_map(of_io);
    match fault {
        ConnectionFault::Unresolved => Some("ENOTFOUND"),
        ConnectionFault::Refused => Some("ECONNREFUSED"),
        ConnectionFault::Unreachable => of_system(),
        ConnectionFault::Certificate => match find::<rustls::Error>(error) {
            Some(rustls::Error::InvalidCertificate(certificate)) => of_certificate(certificate),
            _ => None,
        },
        ConnectionFault::Handshake => of_system().or(Some("EPROTO")),
        ConnectionFault::ClientCertificate | ConnectionFault::Incompatible => Some("EPROTO"),
        ConnectionFault::Cut => of_system().or(Some("ECONNRESET")),
        ConnectionFault::Tunnel | ConnectionFault::ProxyCredentials | ConnectionFault::Malformed => None,
    }
}

fn of_io(error: &io::Error) -> Option<&'static str> {
    Some(match error.kind() {
        io::ErrorKind::AddrInUse => "EADDRINUSE",
        io::ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL",
        io::ErrorKind::BrokenPipe => "EPIPE",
        io::ErrorKind::ConnectionAborted => "ECONNABORTED",
        io::ErrorKind::ConnectionRefused => "ECONNREFUSED",
        io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => "ECONNRESET",
        io::ErrorKind::HostUnreachable => "EHOSTUNREACH",
        io::ErrorKind::NetworkDown => "ENETDOWN",
        io::ErrorKind::NetworkUnreachable => "ENETUNREACH",
        io::ErrorKind::PermissionDenied => "EACCES",
        io::ErrorKind::TimedOut => "ETIMEDOUT",
        _ => match error.raw_os_error() {
            Some(23) if cfg!(unix) => "ENFILE",
            Some(24) if cfg!(unix) => "EMFILE",
            _ => return None,
        },
    })
}

fn of_certificate(error: &CertificateError) -> Option<&'static str> {
    use CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
        NotValidYetContext, Other, Revoked, UnknownIssuer,
    };
    Some(match error {
        Expired | ExpiredContext { .. } => "CERT_HAS_EXPIRED",
        NotValidYet | NotValidYetContext { .. } => "CERT_NOT_YET_VALID",
        NotValidForName | NotValidForNameContext { .. } => "ERR_TLS_CERT_ALTNAME_INVALID",
        UnknownIssuer => "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        Revoked => "CERT_REVOKED",
        BadSignature => "CERT_SIGNATURE_FAILURE",
        Other(other) => match other.0.downcast_ref::<Untrusted>()? {
            Untrusted::SelfSigned | Untrusted::SelfSignedAuthority => "DEPTH_ZERO_SELF_SIGNED_CERT",
            Untrusted::SelfSignedInChain => "SELF_SIGNED_CERT_IN_CHAIN",
            Untrusted::WithoutIssuer => "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        },
        _ => return None,
    })
}
