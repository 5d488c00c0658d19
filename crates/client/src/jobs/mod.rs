//! Jobs: how one is submitted in a single request, read, waited for, canceled and found again. Inputs of any size are left to
//! `uploads`, and what a job brings to `results`.

mod embedded;
mod history;
mod submits;
mod wait;

pub use self::{
    embedded::{EmbeddedJob, EmbeddedValue, path_to_data_uri},
    history::JobHistoryFilter,
    submits::{JdbcJob, S3Job, Sources, TextJob},
    wait::{CancelOutcome, WaitOptions, is_final_status},
};
pub(crate) use self::{
    submits::body,
    wait::{judge_failure, observed},
};
