//! The settings that clients must have in common to share a transport, as one digest. `Debug` shows nothing of them.

use std::{fmt, hash::Hash};

use super::{
    config::Config,
    digest::{LENGTH, digest},
};

/// Identifies the settings of a transport: the origin, the credentials, the proxies with their logins, the certificates, the connect
/// timeout, the number of sockets and the retry budget. Equal keys mean equal settings. A key is a digest that holds no secret, and is valid only
/// within one process.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TransportKey([u8; LENGTH]);

impl fmt::Debug for TransportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransportKey")
    }
}

impl TransportKey {
    /// The clock, the source of randomness and the resolver are left out, because they cannot be compared.
    pub(crate) fn of(config: &Config) -> Self {
        let Config { route, .. } = config;
        Self(digest(|state| {
            config.origin.hash(state);
            config.auth.hash_into(state);
            route.proxies.hash(state);
            route.roots.hash(state);
            route.identity.hash(state);
            config.connect_timeout.hash(state);
            config.max_sockets.hash(state);
            config.retry_budget.hash(state);
        }))
    }
}
