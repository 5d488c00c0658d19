//! The arguments and the result of an upload.

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
    /// The sources, by input key and by the name of the model's input.
    pub sources: Sources<FileSource>,
    /// Whether to explain the results, if the model supports that.
    pub explain: Option<bool>,
    /// The time limit of the job on the server, in milliseconds. `None`: no limit.
    pub timeout: Option<u64>,
    /// The largest chunk, in bytes. The server's limit applies as well.
    pub chunk_size: Option<u64>,
}

/// The result of an upload.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Upload {
    /// The receipt of the closed job, or what ended the upload: [`Error::Aborted`] if it was aborted.
    pub result: Result<Document>,
    /// The outcome of canceling the open job, if a job was opened and the upload failed or was aborted.
    pub canceled: Option<CancelOutcome>,
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
    /// The source of its bytes.
    pub source: FileSource,
    /// The largest chunk, in bytes. `None`: 1 MiB, because the server's limit is not read.
    pub chunk_size: Option<u64>,
}

impl FileJob {
    /// Creates a job for a version of a model, without explanation and time limit, in chunks of the server's size.
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
    /// Creates an input for an open job, in chunks of 1 MiB.
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
    pub(super) fn aborted(canceled: Option<CancelOutcome>) -> Self {
        Self {
            result: Err(Error::Aborted),
            canceled,
        }
    }
}

impl From<Error> for Upload {
    fn from(error: Error) -> Self {
        Self {
            result: Err(error),
            canceled: None,
        }
    }
}
