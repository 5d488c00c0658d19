//! Submits: `POST /jobs`, and the common part of the API's input types. Each type has its own file.

use bytes::Bytes;
use http::Method;
use serde::Serialize;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::{Call, Error, Result},
    transport::{Expect, Payload, Request, Shape},
};

impl Client {
    /// Submits a job: `POST /jobs` with a body that the caller made. Returns the receipt.
    ///
    /// A request that the server may have seen is never repeated. The version `latest` of the model is the latest active one, which
    /// takes one more request ([`Client::latest_version`]); the receipt says which one it was. The same holds for all submits.
    ///
    /// # Errors
    /// With `sent: Maybe` if the server may have accepted the job without returning a readable receipt.
    pub async fn submit_job(&self, body: impl Into<Bytes>, options: &RequestOptions) -> Result<Document> {
        let body = self.with_version(body.into(), options).await?;
        match &options.journal {
            Some(key) => Box::pin(key.submit(self, body, options)).await,
            None => self.post_job(body, options).await,
        }
    }

    /// Opens the job of an upload with inputs of these keys.
    pub(crate) async fn open_job<'k>(
        &self,
        body: impl Into<Bytes>,
        keys: impl Iterator<Item = &'k str>,
        options: &RequestOptions,
    ) -> Result<Document> {
        let body = self.with_version(body.into(), options).await?;
        match &options.journal {
            Some(key) => Box::pin(key.open(self, body, keys, options)).await,
            None => self.post_job(body, options).await,
        }
    }

    /// Sends a submit whose model has the number of its version.
    pub(crate) async fn post_job(&self, body: Bytes, options: &RequestOptions) -> Result<Document> {
        let request = Request {
            payload: Payload::Json(body),
            expect: Expect::Body(Shape::Receipt),
            ..self.request(Method::POST, "/jobs", None)
        };
        self.send(&request, options).await
    }

    pub(super) fn submit_call(&self) -> Call {
        Call::new(Method::POST, format!("{}/jobs", self.base_url().as_str()), None)
    }
}

/// The input of a job: its type, the members of the type, and the sources, if the type has them.
#[derive(Serialize)]
pub(super) struct Input<'a, D, S> {
    pub(super) r#type: &'static str,
    #[serde(flatten)]
    pub(super) details: D,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sources: Option<&'a S>,
}

/// The members of a type that has only sources.
#[derive(Serialize)]
pub(super) struct NoDetails {}

/// Returns the body of a submit. Without an input, the submit opens the job.
pub(crate) fn body<I: Serialize>(
    identifier: &str,
    version: &str,
    explain: Option<bool>,
    timeout: Option<u64>,
    input: Option<&I>,
) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Body<'a, I> {
        model: Model<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        explain: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        timeout: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        input: Option<&'a I>,
    }
    #[derive(Serialize)]
    struct Model<'a> {
        identifier: &'a str,
        version: &'a str,
    }
    let body = Body {
        model: Model { identifier, version },
        explain,
        timeout,
        input,
    };
    serde_json::to_vec(&body).map_err(|error| Error::argument("sources", format!("cannot be serialized: {error}")))
}
