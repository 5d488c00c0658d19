//! Who may call the API.

mod require_key;

pub(crate) use self::require_key::require_key;
