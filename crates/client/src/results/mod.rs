//! Results: the JSON that a job brings, whole, of one input, or input by input as it arrives, and the wait for it. Outputs as
//! bytes are left to `outputs`.

mod get;
mod input;
mod scan;
mod stream;
mod wait;

#[cfg(any(fuzzing, test))]
pub(crate) use self::{
    input::read,
    scan::{Found, Section, scan},
};
pub use self::{stream::ResultStream, wait::JobAndResult};
