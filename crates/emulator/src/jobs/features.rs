//! The limits of jobs. `GET /jobs/features` returns them; uploads and submits must keep them.

use std::io;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::size;
use crate::error::Error;
use crate::options::Options;

/// The limits of one emulator's jobs.
#[derive(Clone)]
pub(crate) struct Features(Arc<Limits>);

/// The response to `GET /jobs/features`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Limits {
    input_chunk_maximum_size: String,
    maximum_input_chunks: usize,
    maximum_inputs_per_job: usize,
    /// `input_chunk_maximum_size` in bytes.
    #[serde(skip)]
    chunk_bytes: usize,
}

impl Features {
    /// Takes the limits from the options. Fails with `InvalidInput` for a size that cannot be parsed and for a limit of 0.
    pub(crate) fn new(options: &Options) -> io::Result<Self> {
        let invalid = |message: &str| io::Error::new(io::ErrorKind::InvalidInput, message);
        let chunk_bytes = size::bytes(&options.chunk_size)
            .ok_or_else(|| invalid("chunk_size must be a size of at least one byte, such as 1Mi, 500K or 1048576"))?;
        if options.max_chunks == 0 {
            return Err(invalid("max_chunks must be at least 1"));
        }
        if options.max_inputs == 0 {
            return Err(invalid("max_inputs must be at least 1"));
        }
        Ok(Self(Arc::new(Limits {
            input_chunk_maximum_size: options.chunk_size.clone(),
            maximum_input_chunks: options.max_chunks,
            maximum_inputs_per_job: options.max_inputs,
            chunk_bytes,
        })))
    }

    /// Checks the number of a job's inputs.
    pub(super) fn check_inputs(&self, count: usize) -> Result<(), Error> {
        if count > self.0.maximum_inputs_per_job {
            return Err(Error::bad_request(format!(
                "a job has at most {} inputs",
                self.0.maximum_inputs_per_job
            )));
        }
        Ok(())
    }

    /// Checks the number of an input's chunks.
    pub(super) fn check_chunks(&self, count: usize) -> Result<(), Error> {
        if count > self.0.maximum_input_chunks {
            return Err(Error::bad_request(format!(
                "an input has at most {} chunks",
                self.0.maximum_input_chunks
            )));
        }
        Ok(())
    }

    /// Checks the size of a chunk.
    pub(super) fn check_chunk(&self, bytes: usize) -> Result<(), Error> {
        if bytes == 0 {
            return Err(Error::bad_request("the chunk is empty"));
        }
        if bytes > self.0.chunk_bytes {
            return Err(Error::bad_request(format!(
                "the chunk has {bytes} bytes, and at most {} are allowed",
                self.0.chunk_bytes
            )));
        }
        Ok(())
    }
}

pub(super) async fn features(State(features): State<Features>) -> Response {
    Json(&*features.0).into_response()
}
