//! Authentication: the keys, their roles, and the check of each request.

mod keys;
mod require_key;
mod role;

pub(crate) use self::keys::{Caller, Keys};
pub(crate) use self::require_key::require_key;
pub use self::role::Role;
