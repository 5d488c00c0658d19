//! The settings that clients must have in common to share a transport, as one digest. `Debug` shows nothing of them.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use ring::digest::{Context, SHA256, SHA256_OUTPUT_LEN};

use super::config::Config;

/// Identifies the settings of a transport: the origin, the credentials, the proxies with their logins, the certificates, the connect
/// timeout and the number of sockets. Equal keys mean equal settings. A key is a digest that holds no secret, and is valid only
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
        let mut digest = Digest(Context::new(&SHA256));
        let Config { route, .. } = config;
        config.origin.hash(&mut digest);
        config.auth.hash_into(&mut digest);
        route.proxies.hash(&mut digest);
        route.roots.hash(&mut digest);
        route.identity.hash(&mut digest);
        config.connect_timeout.hash(&mut digest);
        config.max_sockets.hash(&mut digest);
        let mut key = [0; SHA256_OUTPUT_LEN];
        key.copy_from_slice(digest.0.finish().as_ref());
        Self(key)
    }
}

/// Feeds what is hashed to SHA-256. `Hash` separates the members of a value, so different values never have the same bytes.
struct Digest(Context);

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Not used: 64 bits are too few for values that an attacker may choose.
    fn finish(&self) -> u64 {
        0
    }
}
