//! Jobs: how one is submitted in a single request, read, waited for, canceled and found again. Inputs of any size are left to
//! `uploads`, and what a job brings to `results`.

mod abort;
mod azure;
mod cancel;
mod data_uri;
mod embedded;
mod fetched;
mod find;
mod get;
mod history;
mod inputs;
mod jdbc;
mod list;
mod listing;
mod s3;
mod scan;
mod status;
mod storage_grid;
mod submits;
mod text;
mod wait;

pub use self::{
    abort::{Abort, Ended, JobOfCall, fate_of_aborted},
    azure::{AzureBlobs, AzureJob, AzureJobBuilder},
    cancel::{CANCEL_GRACE, CancelLimits, CancelOutcome, Cancellation},
    data_uri::path_to_data_uri,
    embedded::{EmbeddedJob, EmbeddedValue},
    fetched::{FetchedJob, FetchedJobBuilder},
    find::JobSearch,
    history::JobHistoryFilter,
    inputs::Sources,
    jdbc::{JdbcJob, JdbcJobBuilder, JdbcQuery},
    list::JobFilter,
    s3::{S3Job, S3JobBuilder, S3Objects},
    status::is_final_status,
    storage_grid::{StorageGridJob, StorageGridJobBuilder, StorageGridObjects},
    text::TextJob,
    wait::WaitOptions,
};
pub(crate) use self::{
    inputs::InputNames,
    scan::{HistoryJob, Orders, Scanned, input_keys},
    status::Stage,
    submits::body,
    wait::observed,
};
