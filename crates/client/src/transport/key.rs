//! The settings that clients must have in common to share a transport, as one digest. `Debug` shows nothing of them.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use ring::digest::{Context, SHA256, SHA256_OUTPUT_LEN};

use super::config::Config;

/// Identifies the settings of a transport: the origin, the credentials, the proxies with their logins, the certificates, the connect
/// timeout, the number of sockets and the retry budget. Equal keys mean equal settings. A key is a digest that holds no secret, and is valid only
/// within one process.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TransportKey([u8; SHA256_OUTPUT_LEN]);

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

/// Returns the digest of what a function hashes.
pub(super) fn digest(hash: impl FnOnce(&mut Digest)) -> [u8; SHA256_OUTPUT_LEN] {
    let mut state = Digest(Context::new(&SHA256));
    hash(&mut state);
    let mut digest = [0; SHA256_OUTPUT_LEN];
    digest.copy_from_slice(state.0.finish().as_ref());
    digest
}

/// Feeds what is hashed to SHA-256. `Hash` separates the members of a value, so different values never have the same bytes.
pub(super) struct Digest(Context);

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Not used: 64 bits are too few for values that an attacker may choose.
    fn finish(&self) -> u64 {
        0
    }
}
