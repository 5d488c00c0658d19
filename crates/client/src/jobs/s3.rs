//! S3 jobs: inputs that the server fetches from buckets.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::submits::{Input, body, required};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

/// A job whose inputs are objects in S3, to be submitted with [`Client::submit_job_aws_s3`]. `Debug` hides the secret key.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct S3Job<S> {
    /// The model's identifier.
    pub model_id: String,
    /// The version's number.
    pub version: String,
    /// The access key's identifier.
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: SecretString,
    /// The region of the buckets, such as `us-east-1`.
    pub region: String,
    /// The objects (`{bucket, key}`), by input key and by the name of the model's input.
    pub sources: S,
    /// As in [`TextJob`](crate::TextJob).
    pub explain: Option<bool>,
    /// As in [`TextJob`](crate::TextJob).
    pub timeout: Option<u64>,
}

impl<S> S3Job<S> {
    /// Returns a builder for a job with objects for a version of a model, without explanation and time limit.
    pub fn builder(model_id: impl Into<String>, version: impl Into<String>, sources: S) -> S3JobBuilder<S> {
        S3JobBuilder {
            model_id: model_id.into(),
            version: version.into(),
            sources,
            access_key: None,
            region: None,
            explain: None,
            timeout: None,
        }
    }
}

/// Builds an [`S3Job`]. `Debug` hides the secret key.
#[derive(Debug, Clone)]
#[must_use]
pub struct S3JobBuilder<S> {
    model_id: String,
    version: String,
    sources: S,
    access_key: Option<(String, SecretString)>,
    region: Option<String>,
    explain: Option<bool>,
    timeout: Option<u64>,
}

impl<S> S3JobBuilder<S> {
    /// Sets the access key: its identifier, and its secret. Required.
    pub fn access_key(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.access_key = Some((id.into(), SecretString::from(secret.into())));
        self
    }

    /// Sets the region of the buckets, such as `us-east-1`. Required.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// As in [`TextJob`](crate::TextJob).
    pub fn explain(mut self, explain: bool) -> Self {
        self.explain = Some(explain);
        self
    }

    /// As in [`TextJob`](crate::TextJob), in milliseconds.
    pub fn timeout(mut self, timeout: u64) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Builds the job.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if a required value is missing.
    pub fn build(self) -> Result<S3Job<S>> {
        let (access_key_id, secret_access_key) = required("access_key", self.access_key)?;
        Ok(S3Job {
            model_id: self.model_id,
            version: self.version,
            access_key_id,
            secret_access_key,
            region: required("region", self.region)?,
            sources: self.sources,
            explain: self.explain,
            timeout: self.timeout,
        })
    }
}

impl Client {
    /// Submits objects in S3 to a model: `POST /jobs` with an input of type `aws-s3`. Returns the receipt.
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
