//! TLS: whom to trust, and a session store that also notes the beginning of a handshake. Verification has no off switch.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, NamedGroup, RootCertStore,
    client::{
        ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue,
    },
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use super::progress;
use crate::error::{Error, Phase, Result};

/// Sessions kept for resumption, as many as rustls keeps by default.
const SESSIONS: usize = 256;

/// Where trusted certificates come from, beside the system's store and Mozilla's list.
#[derive(Debug, Clone, Default)]
pub(crate) struct RootSources {
    /// A PEM file that is trusted as well. Ignored where it cannot be read.
    pub(crate) extra_ca_file: Option<PathBuf>,
}

/// Trusts the system's store, Mozilla's list (slim container images have no store), and the extra file.
pub(super) fn config(sources: &RootSources) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    // A certificate of the system's that cannot be read is as good as absent: the others still serve.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    // An unreadable file adds nothing, as with NODE_EXTRA_CA_CERTS, where Node itself warns.
    if let Some(certificates) = sources
        .extra_ca_file
        .as_ref()
        .and_then(|file| CertificateDer::pem_file_iter(file).ok())
    {
        roots.add_parsable_certificates(certificates.flatten());
    }
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Internal(format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::store(Arc::new(WatchedSessions(ClientSessionMemoryCache::new(SESSIONS))));
    Ok(config)
}

/// rustls asks for the key exchange to begin with as it writes its first message, which makes this the one place that
/// sees the TCP connection done and the handshake begin.
#[derive(Debug)]
struct WatchedSessions(ClientSessionMemoryCache);

impl ClientSessionStore for WatchedSessions {
    fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
        progress::entered(Phase::Tls);
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
