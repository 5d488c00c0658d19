//! Results: the JSON that a job brings, whole, of one input, or input by input as it arrives, and the wait for it. Outputs as
//! bytes are left to `outputs`.

mod ahead;
mod by_input;
mod get;
mod input;
mod metadata;
mod outputs_of;
mod scan;
mod stream;
mod wait;

pub use self::{
    ahead::ReadAhead,
    outputs_of::{NoOutputs, outputs_of},
    stream::ResultStream,
    wait::{JobAndOutcome, JobAndResult},
};
pub(crate) use self::{by_input::ByInput, outputs_of::without_reason};
#[cfg(any(fuzzing, test))]
pub(crate) use self::{
    input::read,
    scan::{Found, Section, scan},
};
