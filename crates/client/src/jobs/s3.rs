//! S3 jobs: inputs that the server fetches from buckets.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::submits::{Input, body};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

/// A job whose inputs lie in S3, to be submitted with [`Client::submit_job_aws_s3`]. `Debug` hides the secret key.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct S3Job<S> {
    /// The model's identifier.
    pub model_id: String,
    /// The version's number.
    pub version: String,
    /// The access key's identifier.
    #[serde(rename = "accessKeyID")]
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: SecretString,
    /// Such as `us-east-1`.
    pub region: String,
    /// Input key → name of the model's input → `{bucket, key}`.
    pub sources: S,
    /// As in [`TextJob`](crate::TextJob).
    pub explain: Option<bool>,
    /// As in [`TextJob`](crate::TextJob).
    pub timeout: Option<u64>,
}

impl<S> S3Job<S> {
    /// Objects for a version of a model, without explanation and time limit.
    pub fn new(
        model_id: impl Into<String>,
        version: impl Into<String>,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
        region: impl Into<String>,
        sources: S,
    ) -> Self {
        Self {
            model_id: model_id.into(),
            version: version.into(),
            access_key_id: access_key_id.into(),
            secret_access_key: SecretString::from(secret_access_key.into()),
            region: region.into(),
            sources,
            explain: None,
            timeout: None,
        }
    }
}

impl Client {
    /// Submits objects in S3 to a model: `POST /jobs` with an input of type `aws-s3`. Answers with the receipt.
    ///
    /// # Errors
    /// As [`Client::submit_job_text`]. None of them shows the secret key.
    pub async fn submit_job_aws_s3<S: Serialize>(&self, job: &S3Job<S>, options: &RequestOptions) -> Result<Document> {
        #[derive(Serialize)]
        struct Details<'a> {
            #[serde(rename = "accessKeyID")]
            access_key_id: &'a str,
            #[serde(rename = "secretAccessKey")]
            secret_access_key: &'a str,
            region: &'a str,
        }
        let input = Input {
            r#type: "aws-s3",
            details: Details {
                access_key_id: &job.access_key_id,
                secret_access_key: job.secret_access_key.expose_secret(),
                region: &job.region,
            },
            sources: Some(&job.sources),
        };
        let body = body(&job.model_id, &job.version, job.explain, job.timeout, Some(&input))?;
        self.submit_job(body, options).await
    }
}
