//! Digests of settings that have `Hash`, for comparisons of secrets and of large files without keeping them.

use std::hash::Hasher;

use ring::digest::{Context, SHA256, SHA256_OUTPUT_LEN};

/// The length of a digest.
pub(super) const LENGTH: usize = SHA256_OUTPUT_LEN;

/// Returns the digest of what a function hashes.
pub(super) fn digest(hash: impl FnOnce(&mut Digest)) -> [u8; LENGTH] {
    let mut state = Digest(Context::new(&SHA256));
    hash(&mut state);
    let mut digest = [0; LENGTH];
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
