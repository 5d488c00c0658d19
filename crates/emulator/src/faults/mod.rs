//! Faults: which requests fail, and how.

mod cut;
mod inject;
mod list;
mod validate;

pub(crate) use self::inject::inject;
pub(crate) use self::list::FaultList;
pub use self::list::{ConnectionFault, Fault, InvalidFault};
