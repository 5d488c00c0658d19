//! Azure jobs: inputs that the server fetches from containers.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::fetched::{FetchedJob, FetchedJobBuilder, Origin, Parts, not_blank, required};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

/// A job whose inputs are files in Azure Blob Storage, to be submitted with [`Client::submit_job_azure_blob`]. `Debug` hides the
/// key.
pub type AzureJob<S> = FetchedJob<AzureBlobs<S>>;

/// Builds an [`AzureJob`]. `Debug` hides the key.
pub type AzureJobBuilder<S> = FetchedJobBuilder<AzureParts<S>>;

/// Files in Azure Blob Storage.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AzureBlobs<S> {
    /// The storage account.
    pub storage_account: String,
    /// The account's key.
    pub storage_account_key: SecretString,
    /// The files (`{container, filePath}`), by input key and by the name of the model's input.
    pub sources: S,
}

/// The parts of [`AzureBlobs`].
#[derive(Debug, Clone)]
pub struct AzureParts<S> {
    account: Option<(String, SecretString)>,
    sources: S,
}

impl<S> AzureJob<S> {
    /// Returns a builder for a job with files for a version of a model, without explanation and time limit.
    pub fn builder(model_id: impl Into<String>, version: impl Into<String>, sources: S) -> AzureJobBuilder<S> {
        FetchedJobBuilder::new(model_id, version, AzureParts { account: None, sources })
    }
}

impl<S> AzureJobBuilder<S> {
    /// Sets the storage account: its name, and its key. Required.
    pub fn account(self, name: impl Into<String>, key: impl Into<String>) -> Self {
        self.with(|parts| parts.account = Some((name.into(), key.into().into())))
    }
}

impl<S> Parts for AzureParts<S> {
    type Origin = AzureBlobs<S>;

    fn complete(self) -> Result<AzureBlobs<S>> {
        let (storage_account, storage_account_key) = required("account", self.account)?;
        not_blank([
            ("storage_account", &storage_account),
            ("storage_account_key", storage_account_key.expose_secret()),
        ])?;
        Ok(AzureBlobs {
            storage_account,
            storage_account_key,
            sources: self.sources,
        })
    }
}

impl<S: Serialize> Origin for AzureBlobs<S> {
    type Sources = S;

    fn details(&self) -> impl Serialize {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Details<'a> {
            storage_account: &'a str,
            storage_account_key: &'a str,
        }
        Details {
            storage_account: &self.storage_account,
            storage_account_key: self.storage_account_key.expose_secret(),
        }
    }

    fn sources(&self) -> Option<&S> {
        Some(&self.sources)
    }
}

impl Client {
    /// Submits files in Azure Blob Storage to a model: `POST /jobs` with an input of type `azureblob`. Returns the receipt.
    ///
    /// # Errors
    /// As [`Client::submit_job_text`]. None of them shows the key.
    pub async fn submit_job_azure_blob<S: Serialize>(
        &self,
        job: &AzureJob<S>,
        options: &RequestOptions,
    ) -> Result<Document> {
        self.submit_fetched("azureblob", job, options).await
    }
}
