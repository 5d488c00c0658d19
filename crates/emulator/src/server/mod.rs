//! Serves the routes on sockets of the emulator's own.

mod accept;
mod socket;

pub(crate) use self::accept::{Shared, accept, router};
pub(crate) use self::socket::SocketHandle;
