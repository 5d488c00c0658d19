//! S3 jobs: inputs that the server fetches from buckets, as objects or as folders.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::fetched::{FetchedJob, FetchedJobBuilder, Origin, Parts, not_blank, required};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

/// A job whose inputs are objects in S3, to be submitted with [`Client::submit_job_aws_s3`] or
/// [`Client::submit_job_aws_s3_folder`]. `Debug` hides the secret key.
pub type S3Job<S> = FetchedJob<S3Objects<S>>;

/// Builds an [`S3Job`]. `Debug` hides the secret key.
pub type S3JobBuilder<S> = FetchedJobBuilder<S3Parts<S>>;

/// Objects in S3.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct S3Objects<S> {
    /// The access key's identifier.
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: SecretString,
    /// The region of the buckets, such as `us-east-1`.
    pub region: String,
    /// The objects (`{bucket, key}`), by input key and by the name of the model's input.
    pub sources: S,
}

/// The parts of [`S3Objects`].
#[derive(Debug, Clone)]
pub struct S3Parts<S> {
    access_key: Option<(String, SecretString)>,
    region: Option<String>,
    sources: S,
}

impl<S> S3Job<S> {
    /// Returns a builder for a job with objects for a version of a model, without explanation and time limit.
    pub fn builder(model_id: impl Into<String>, version: impl Into<String>, sources: S) -> S3JobBuilder<S> {
        let parts = S3Parts {
            access_key: None,
            region: None,
            sources,
        };
        FetchedJobBuilder::new(model_id, version, parts)
    }
}

impl<S> S3JobBuilder<S> {
    /// Sets the access key: its identifier, and its secret. Required.
    pub fn access_key(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.with(|parts| parts.access_key = Some((id.into(), secret.into().into())))
    }

    /// Sets the region of the buckets, such as `us-east-1`. Required.
    pub fn region(self, region: impl Into<String>) -> Self {
        self.with(|parts| parts.region = Some(region.into()))
    }
}

impl<S> Parts for S3Parts<S> {
    type Origin = S3Objects<S>;

    fn complete(self) -> Result<S3Objects<S>> {
        let (access_key_id, secret_access_key) = required("access_key", self.access_key)?;
        let region = required("region", self.region)?;
        not_blank([
            ("access_key_id", &access_key_id),
            ("secret_access_key", secret_access_key.expose_secret()),
            ("region", &region),
        ])?;
        Ok(S3Objects {
            access_key_id,
            secret_access_key,
            region,
            sources: self.sources,
        })
    }
}

impl<S: Serialize> Origin for S3Objects<S> {
    type Sources = S;

    fn details(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Details<'a> {
            #[serde(rename = "accessKeyID")]
            access_key_id: &'a str,
            #[serde(rename = "secretAccessKey")]
            secret_access_key: &'a str,
            region: &'a str,
        }
        Details {
            access_key_id: &self.access_key_id,
            secret_access_key: self.secret_access_key.expose_secret(),
            region: &self.region,
        }
    }

    fn sources(&self) -> Option<&S> {
        Some(&self.sources)
    }
}

impl Client {
    /// Submits objects in S3 to a model: `POST /jobs` with an input of type `aws-s3`. Returns the receipt.
    ///
    /// # Errors
    /// As [`Client::submit_job_text`]. None of them shows the secret key.
    pub async fn submit_job_aws_s3<S: Serialize>(&self, job: &S3Job<S>, options: &RequestOptions) -> Result<Document> {
        self.submit_fetched("aws-s3", job, options).await
    }

    /// Submits folders in S3 to a model: `POST /jobs` with an input of type `aws-s3-folder`. The `key` of each object names a
    /// folder. Returns the receipt.
    ///
    /// # Errors
    /// As [`Client::submit_job_aws_s3`]. [`Error::Argument`](crate::Error::Argument) with the key of a journal in the options, because the
    /// server replaces the keys of the inputs by those of the files.
    pub async fn submit_job_aws_s3_folder<S: Serialize>(
        &self,
        job: &S3Job<S>,
        options: &RequestOptions,
    ) -> Result<Document> {
        self.submit_fetched("aws-s3-folder", job, options).await
    }
}
