//! TLS: the client certificate, and a session store that also notes the beginning of a handshake. `trust` checks the
//! certificates of servers.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use rustls::{
    ClientConfig, InconsistentKeys, NamedGroup,
    client::{
        ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue,
    },
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
    sign::{CertifiedKey, SingleCertAndKey},
};

use super::{attempt_state, dial, pem, trust::RootSources};
use crate::error::{Error, Phase, Result};

/// The number of sessions kept for resumption: the default of rustls.
const SESSIONS: usize = 256;

/// A client certificate with its chain and its key. `Debug` shows none of them.
#[derive(Clone)]
pub(crate) struct Identity(Arc<CertifiedKey>);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

/// The key belongs to the first certificate, so equal certificates have equal keys.
impl Hash for Identity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.cert.hash(state);
    }
}

impl Identity {
    /// Reads a certificate, optionally followed by its chain, and its key. No error shows any of the key.
    pub(crate) fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self> {
        let refuse_key = |reason: &str| Error::argument("key", reason);
        let chain = certificates(certificate)?;
        let key = pem::private_key(key).ok_or_else(|| {
            refuse_key(if is_encrypted(key) {
                "is encrypted; it must be given decrypted"
            } else {
                "holds no private key in PEM"
            })
        })?;
        let key = ring::default_provider()
            .key_provider
            .load_private_key(key)
            .map_err(|_| {
                refuse_key("holds a private key that cannot be used; RSA (from 2048 to 4096 bits), ECDSA (P-256, P-384) and Ed25519 can")
            })?;
        let identity = CertifiedKey::new(chain, key);
        match identity.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(_) => return Err(refuse_key("is not the key of the certificate")),
        }
        Ok(Self(Arc::new(identity)))
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    const NAME: &str = "certificate";
    let read: Result<Vec<_>, _> = pem::certificates(pem).into_iter().collect();
    let found = read.map_err(|fault| Error::argument(NAME, fault.to_string()))?;
    if found.is_empty() {
        return Err(Error::argument(NAME, "holds no certificate in PEM"));
    }
    Ok(found)
}

fn is_encrypted(key: &[u8]) -> bool {
    let text = String::from_utf8_lossy(key);
    text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")
}

pub(super) fn config(sources: &RootSources, identity: Option<&Identity>) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let verifier = sources.verifier(&provider)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Internal(format!("TLS cannot be set up: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match identity {
        Some(Identity(key)) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(key)))),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::store(Arc::new(WatchedSessions(ClientSessionMemoryCache::new(SESSIONS))));
    Ok(config)
}

/// Notes the beginning of a handshake: rustls calls `kx_hint` for its first message, so the TCP connection is open by
/// then. No other hook sees that moment (see `assumptions`).
#[derive(Debug)]
struct WatchedSessions(ClientSessionMemoryCache);

impl ClientSessionStore for WatchedSessions {
    fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
        attempt_state::entered(Phase::Tls);
        dial::reached();
        self.0.kx_hint(server)
    }

    fn set_kx_hint(&self, server: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(server, group);
    }

    fn set_tls12_session(&self, server: ServerName<'static>, session: Tls12ClientSessionValue) {
        self.0.set_tls12_session(server, session);
    }

    fn tls12_session(&self, server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.0.tls12_session(server)
    }

    fn remove_tls12_session(&self, server: &ServerName<'static>) {
        self.0.remove_tls12_session(server);
    }

    fn insert_tls13_ticket(&self, server: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        self.0.insert_tls13_ticket(server, ticket);
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(server)
    }
}
