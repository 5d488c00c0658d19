//! StorageGRID jobs: inputs that the server fetches from buckets of a store with the interface of S3.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use url::Url;

use super::fetched::{FetchedJob, FetchedJobBuilder, Origin, Parts, not_blank, required};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::{Error, Result},
};

/// A job whose inputs are objects in NetApp StorageGRID, to be submitted with [`Client::submit_job_storage_grid`]. `Debug` hides
/// the secret key, and the endpoint, which may hold a password.
pub type StorageGridJob<S> = FetchedJob<StorageGridObjects<S>>;

/// Builds a [`StorageGridJob`]. `Debug` hides the secret key and the endpoint.
pub type StorageGridJobBuilder<S> = FetchedJobBuilder<StorageGridParts<S>>;

/// Objects in NetApp StorageGRID.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StorageGridObjects<S> {
    /// The access key's identifier.
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: SecretString,
    /// The address of the store, with its scheme, such as `https://grid.example.com:8082`.
    pub endpoint: SecretString,
    /// The objects (`{bucket, key}`), by input key and by the name of the model's input.
    pub sources: S,
}

/// The parts of [`StorageGridObjects`].
#[derive(Debug, Clone)]
pub struct StorageGridParts<S> {
    access_key: Option<(String, SecretString)>,
    endpoint: Option<SecretString>,
    sources: S,
}

impl<S> StorageGridJob<S> {
    /// Returns a builder for a job with objects for a version of a model, without explanation and time limit.
    pub fn builder(model_id: impl Into<String>, version: impl Into<String>, sources: S) -> StorageGridJobBuilder<S> {
        let parts = StorageGridParts {
            access_key: None,
            endpoint: None,
            sources,
        };
        FetchedJobBuilder::new(model_id, version, parts)
    }
}

impl<S> StorageGridJobBuilder<S> {
    /// Sets the access key: its identifier, and its secret. Required.
    pub fn access_key(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.with(|parts| parts.access_key = Some((id.into(), secret.into().into())))
    }

    /// Sets the address of the store, with its scheme, such as `https://grid.example.com:8082`. Required. Sent unchanged.
    pub fn endpoint(self, endpoint: impl Into<String>) -> Self {
        self.with(|parts| parts.endpoint = Some(endpoint.into().into()))
    }
}

impl<S> Parts for StorageGridParts<S> {
    type Origin = StorageGridObjects<S>;

    fn complete(self) -> Result<StorageGridObjects<S>> {
        let (access_key_id, secret_access_key) = required("access_key", self.access_key)?;
        not_blank([
            ("access_key_id", &access_key_id),
            ("secret_access_key", secret_access_key.expose_secret()),
        ])?;
        let endpoint = required("endpoint", self.endpoint)?;
        check(endpoint.expose_secret())?;
        Ok(StorageGridObjects {
            access_key_id,
            secret_access_key,
            endpoint,
            sources: self.sources,
        })
    }
}

/// Refuses an endpoint that the server could not use. It does not guess a scheme: one is encrypted, the other is not. `host:port`
/// parses as a URL too, whose scheme is the host.
fn check(endpoint: &str) -> Result<()> {
    // A parser drops spaces, but the server gets the endpoint unchanged.
    let has_scheme = ["https://", "http://"].iter().any(|scheme| {
        let start = endpoint.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let is_whole = !endpoint.ends_with(|end: char| end.is_ascii_whitespace());
    if has_scheme && is_whole && Url::parse(endpoint).is_ok_and(|url| url.has_host()) {
        Ok(())
    } else {
        Err(Error::argument(
            "endpoint",
            "must be a URL that begins with https:// or http://",
        ))
    }
}

impl<S: Serialize> Origin for StorageGridObjects<S> {
    type Sources = S;

    fn details(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Details<'a> {
            #[serde(rename = "accessKeyID")]
            access_key_id: &'a str,
            #[serde(rename = "secretAccessKey")]
            secret_access_key: &'a str,
            endpoint: &'a str,
        }
        Details {
            access_key_id: &self.access_key_id,
            secret_access_key: self.secret_access_key.expose_secret(),
            endpoint: self.endpoint.expose_secret(),
        }
    }

    fn sources(&self) -> Option<&S> {
        Some(&self.sources)
    }
}

impl Client {
    /// Submits objects in NetApp StorageGRID to a model: `POST /jobs` with an input of type `storage-grid`. Returns the receipt.
    /// The client does not connect to the store.
    ///
    /// # Errors
    /// As [`Client::submit_job_text`]. None of them shows the secret key or the endpoint.
    pub async fn submit_job_storage_grid<S: Serialize>(
        &self,
        job: &StorageGridJob<S>,
        options: &RequestOptions,
    ) -> Result<Document> {
        self.submit_fetched("storage-grid", job, options).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(endpoint: &str) -> Result<StorageGridJob<()>> {
        StorageGridJob::builder("m", "v", ())
            .access_key("i", "s")
            .endpoint(endpoint)
            .build()
    }

    #[test]
    fn an_endpoint_without_a_scheme_is_refused_by_name() {
        for endpoint in [
            "",
            "grid.example.com",
            "grid.example.com:8082",
            "//grid.example.com",
            "localhost:9000",
            "10.0.0.1:443",
            "s3://bucket",
            "https:grid.example.com",
            "https://",
            " https://grid.example.com",
            "https://grid.example.com\n",
        ] {
            let refused = job(endpoint).unwrap_err().to_string();
            assert_eq!(
                refused, "endpoint must be a URL that begins with https:// or http://",
                "{endpoint}"
            );
        }
    }

    #[test]
    fn an_endpoint_is_kept_to_the_letter() {
        for endpoint in [
            "https://grid.example.com:8082",
            "HTTP://Grid.example/a//b?",
            "https://[::1]:1",
        ] {
            assert_eq!(job(endpoint).unwrap().origin.endpoint.expose_secret(), endpoint);
        }
    }
}
