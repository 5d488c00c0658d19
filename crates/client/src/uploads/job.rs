//! What is uploaded, and how that ended.

use super::sources::FileSource;
use crate::{
    document::Document,
    error::{Error, Result},
    jobs::{CancelOutcome, Sources},
};

/// A job whose inputs are uploaded, to be submitted with [`Client::submit_job_files`](crate::Client::submit_job_files).
#[derive(Debug)]
#[non_exhaustive]
pub struct FileJob {
    /// The model's identifier.
    pub model_id: String,
    /// The version's number.
    pub version: String,
    /// Input key → name of the model's input → where it comes from.
    pub sources: Sources<FileSource>,
    /// Whether to explain the results, where the model can.
    pub explain: Option<bool>,
    /// After how many milliseconds the server gives the job up. `None`: never.
    pub timeout: Option<u64>,
    /// The largest chunk, in bytes, where that is less than the server's.
    pub chunk_size: Option<u64>,
}

/// How an upload ended.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Upload {
    /// The receipt of the closed job, or what ended the upload: [`Error::GivenUp`] where its token was cancelled.
    pub result: Result<Document>,
    /// How the cancellation of the open job went, where one was opened and the upload did not end well.
    pub cancelled: Option<CancelOutcome>,
}

/// An input for a job that is open already, to be sent with [`Client::append_input`](crate::Client::append_input).
#[derive(Debug)]
#[non_exhaustive]
pub struct JobInput {
    /// The open job.
    pub job_id: String,
    /// The key that the caller chooses.
    pub input_key: String,
    /// The name of the model's input.
    pub input_name: String,
    /// Where it comes from.
    pub source: FileSource,
    /// The largest chunk, in bytes. `None`: 1 MiB, as the server's largest is not asked for.
    pub chunk_size: Option<u64>,
}

impl FileJob {
    /// Inputs for a version of a model, without explanation and time limit, in chunks of the server's size.
    pub fn new(model_id: impl Into<String>, version: impl Into<String>, sources: Sources<FileSource>) -> Self {
        Self {
            model_id: model_id.into(),
            version: version.into(),
            sources,
            explain: None,
            timeout: None,
            chunk_size: None,
        }
    }
}

impl JobInput {
    /// An input for an open job, in chunks of 1 MiB.
    pub fn new(
        job_id: impl Into<String>,
        input_key: impl Into<String>,
        input_name: impl Into<String>,
        source: FileSource,
    ) -> Self {
        Self {
            job_id: job_id.into(),
            input_key: input_key.into(),
            input_name: input_name.into(),
            source,
            chunk_size: None,
        }
    }
}

impl Upload {
    pub(super) fn aborted(cancelled: Option<CancelOutcome>) -> Self {
        Self {
            result: Err(Error::GivenUp),
            cancelled,
        }
    }
}

impl From<Error> for Upload {
    fn from(error: Error) -> Self {
        Self {
            result: Err(error),
            cancelled: None,
        }
    }
}
