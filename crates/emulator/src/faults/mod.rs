//! Faults: requests that fail on purpose.

mod bucket;
mod cut;
mod fault;
mod inject;
mod list;
mod validate;

pub use self::fault::{ConnectionFault, Fault};
pub(crate) use self::inject::inject;
pub(crate) use self::list::FaultList;
pub use self::list::InvalidFault;
