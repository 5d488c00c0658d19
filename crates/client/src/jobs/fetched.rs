//! Jobs whose inputs the server fetches from a store or a database: what they have in common, how they are built and
//! submitted. Each kind of origin has its own file.

use serde::Serialize;

use super::submits::{Input, body};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::given,
    error::{Error, Result},
};

/// A job whose inputs the server fetches. `Debug` hides the secrets of the origin.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FetchedJob<O> {
    /// The model's identifier.
    pub model_id: String,
    /// The version's number.
    pub version: String,
    /// Where the server fetches the inputs, and with which credentials.
    pub origin: O,
    /// As in [`TextJob`](crate::TextJob).
    pub explain: Option<bool>,
    /// As in [`TextJob`](crate::TextJob).
    pub timeout: Option<u64>,
}

/// Builds a [`FetchedJob`]. `Debug` hides the secrets of the origin.
#[derive(Debug, Clone)]
#[must_use]
pub struct FetchedJobBuilder<P> {
    model_id: String,
    version: String,
    parts: P,
    explain: Option<bool>,
    timeout: Option<u64>,
}

/// An origin of inputs.
pub(super) trait Origin {
    /// The objects by input key and by the name of the model's input, if the type has them.
    type Sources: Serialize;

    /// Returns the members that the type has beside the sources.
    fn details(&self) -> impl Serialize;

    /// Returns the sources, if the type has them.
    fn sources(&self) -> Option<&Self::Sources>;
}

/// The parts of an origin that have been set so far.
pub trait Parts {
    /// The origin that they make up.
    type Origin;

    /// Returns the origin.
    ///
    /// # Errors
    /// [`Error::Argument`] if a required part is missing.
    fn complete(self) -> Result<Self::Origin>;
}

impl<P> FetchedJobBuilder<P> {
    pub(super) fn new(model_id: impl Into<String>, version: impl Into<String>, parts: P) -> Self {
        Self {
            model_id: model_id.into(),
            version: version.into(),
            parts,
            explain: None,
            timeout: None,
        }
    }

    /// Sets a part of the origin.
    pub(super) fn with(mut self, set: impl FnOnce(&mut P)) -> Self {
        set(&mut self.parts);
        self
    }

    /// As in [`TextJob`](crate::TextJob).
    pub fn explain(mut self, explain: impl Into<Option<bool>>) -> Self {
        self.explain = explain.into();
        self
    }

    /// As in [`TextJob`](crate::TextJob), in milliseconds.
    pub fn timeout(mut self, timeout: impl Into<Option<u64>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Builds the job.
    ///
    /// # Errors
    /// [`Error::Argument`] if a required value is missing or blank.
    pub fn build(self) -> Result<FetchedJob<P::Origin>>
    where
        P: Parts,
    {
        Ok(FetchedJob {
            model_id: self.model_id,
            version: self.version,
            origin: self.parts.complete()?,
            explain: self.explain,
            timeout: self.timeout,
        })
    }
}

/// Returns a part that an origin requires.
///
/// # Errors
/// If the part is missing.
pub(super) fn required<T>(name: &'static str, part: Option<T>) -> Result<T> {
    part.ok_or_else(|| Error::argument(name, "must be given"))
}

/// Refuses texts without which the server cannot reach an origin.
///
/// # Errors
/// If one of them is blank.
pub(super) fn not_blank<const N: usize>(texts: [(&'static str, &str); N]) -> Result<()> {
    texts
        .into_iter()
        .try_for_each(|(name, text)| given(name, text).map(drop))
}

impl Client {
    /// Submits a job with an input of a type of the API.
    pub(super) async fn submit_fetched<O: Origin>(
        &self,
        r#type: &'static str,
        job: &FetchedJob<O>,
        options: &RequestOptions,
    ) -> Result<Document> {
        let input = Input {
            r#type,
            details: job.origin.details(),
            sources: job.origin.sources(),
        };
        let body = body(&job.model_id, &job.version, job.explain, job.timeout, Some(&input))?;
        self.submit_body(body, options).await
    }
}
