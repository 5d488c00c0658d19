//! Authentication: the keys, and the check of each request.

mod keys;
mod require_key;

pub(crate) use self::keys::Keys;
pub(crate) use self::require_key::require_key;
