//! Faults: requests that fail on purpose.

mod bucket;
mod cut;
mod fault;
mod inject;
mod list;
mod validate;

pub use self::fault::{ConnectionFault, Fault};
pub(crate) use self::inject::inject;
pub use self::list::InvalidFault;
pub(crate) use self::list::{FaultList, RemainingFault};
