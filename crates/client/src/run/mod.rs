//! From a model and inputs to results, in one call: decides between texts and an upload, and what counts as a failure. Each step
//! is left to the module that makes it.

mod call;
mod job;
mod options;
mod submit;

pub use self::{
    call::{RunListener, RunOutcome, RunResult},
    job::{RunInputs, RunJob, RunSource},
    options::{Failures, RunOptions},
};
