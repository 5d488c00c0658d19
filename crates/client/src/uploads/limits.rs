//! The server's limits of uploads.

use serde::Deserialize;
use serde_json::Value;

use super::size;
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

const ROUTE: &str = "/jobs/features";

impl Client {
    /// Returns the limits of uploads: `GET /jobs/features`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_features(&self, options: &RequestOptions) -> Result<Document> {
        let members = &["inputChunkMaximumSize", "maximumInputChunks", "maximumInputsPerJob"];
        self.read_with(ROUTE, members, options).await
    }

    /// Reads the limits for an upload. One without a limit is as good as none.
    pub(super) async fn limits(&self, options: &RequestOptions) -> Result<Limits> {
        Ok(limits(&self.read(ROUTE, options).await?))
    }
}

/// The limits of uploads: `GET /jobs/features`.
pub(super) struct Limits {
    /// Bytes of a chunk.
    pub(super) chunk: u64,
    /// Chunks of an input.
    pub(super) chunks: Option<u64>,
    /// Inputs of a job.
    pub(super) inputs: Option<u64>,
}

/// Reads the limits. Numbers may come as text. A value that cannot be read sets no limit.
fn limits(features: &Document) -> Limits {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Features {
        input_chunk_maximum_size: Value,
        maximum_input_chunks: Value,
        maximum_inputs_per_job: Value,
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let count = |value: &Value| text(value).trim().parse().ok().filter(|&count: &u64| count > 0);
    let features: Features = features.parse().unwrap_or_default();
    Limits {
        chunk: size::bytes(&text(&features.input_chunk_maximum_size)).unwrap_or(size::DEFAULT_CHUNK),
        chunks: count(&features.maximum_input_chunks),
        inputs: count(&features.maximum_inputs_per_job),
    }
}
