//! Serves an application on sockets of the emulator's own.

mod accept;
mod socket;

pub(crate) use self::accept::accept;
pub(crate) use self::socket::{ConnectionCount, SocketHandle};
