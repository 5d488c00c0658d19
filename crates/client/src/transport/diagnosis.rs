//! Classifies the errors of the HTTP client. `failure` writes the messages.

use std::error::Error as StdError;

use super::{
    causes::{find, is_refusal, root},
    handshake,
    tunnel::{MAX_HEADERS, TunnelError},
};
use crate::error::{ConnectionFault, Phase};

/// Whether the connection to the proxy failed, before it had opened a tunnel.
pub(super) fn is_before_tunnel(error: &(dyn StdError + 'static)) -> bool {
    find::<TunnelError>(error).is_some()
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
        Phase::Tls => find(error).map_or((ConnectionFault::Handshake, reason), handshake::diagnose),
        Phase::Send | Phase::Headers | Phase::Body => {
            // In TLS 1.3, the server checks the client certificate after the handshake.
            if find(error).is_some_and(handshake::is_about_client_certificate) {
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

/// Returns how the proxy refused the tunnel, if it was reached.
fn refused_tunnel(error: &TunnelError) -> Option<(ConnectionFault, String)> {
    let fault = match error {
        TunnelError::ToProxy(_) => return None,
        TunnelError::Credentials => ConnectionFault::ProxyCredentials,
        // In TLS 1.3, the proxy checks the client certificate after the handshake.
        TunnelError::Io(io) if find(io).is_some_and(handshake::is_about_client_certificate) => {
            ConnectionFault::ClientCertificate
        }
        _ => ConnectionFault::Tunnel,
    };
    Some((fault, error.to_string()))
}
