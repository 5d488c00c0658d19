//! Text jobs: texts in the request itself.

use serde::Serialize;

use super::submits::{Input, NoDetails, body};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

/// A job for a model that reads text, to be submitted with [`Client::submit_job_text`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TextJob<S> {
    /// The model's identifier, such as `ed542963de`.
    pub model_id: String,
    /// The version's number, such as `1.0.1`.
    pub version: String,
    /// The texts, by input key and by the name of the model's input. Any type that serializes to two levels of objects.
    pub sources: S,
    /// Whether to explain the results, if the model supports that. `None`: the server decides, and does not by default.
    pub explain: Option<bool>,
    /// The time limit of the job on the server, in milliseconds, after which it is `TIMEDOUT`. `None`: no limit.
    pub timeout: Option<u64>,
}

impl<S> TextJob<S> {
    /// Creates a job with texts for a version of a model, without explanation and time limit.
    pub fn new(model_id: impl Into<String>, version: impl Into<String>, sources: S) -> Self {
        Self {
            model_id: model_id.into(),
            version: version.into(),
            sources,
            explain: None,
            timeout: None,
        }
    }
}

impl Client {
    /// Submits texts to a model: `POST /jobs` with an input of type `text`. Returns the receipt.
    ///
    /// # Errors
    /// As [`Client::submit_job`], and [`Error::Argument`](crate::Error::Argument) for sources that do not serialize.
    pub async fn submit_job_text<S: Serialize>(&self, job: &TextJob<S>, options: &RequestOptions) -> Result<Document> {
        let input = Input {
            r#type: "text",
            details: NoDetails {},
            sources: Some(&job.sources),
        };
        let body = body(&job.model_id, &job.version, job.explain, job.timeout, Some(&input))?;
        self.submit_body(body, options).await
    }
}
