//! Who may call the API.

mod keys;
mod require_key;

pub(crate) use self::keys::Keys;
pub(crate) use self::require_key::require_key;
