//! Serves the router on sockets that faults can reset.

mod accept;
mod socket;

pub(crate) use self::accept::accept;
pub(crate) use self::socket::{ConnectionCount, SocketHandle};
