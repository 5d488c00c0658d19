//! Submits: `POST /jobs`, and what the input types of the API share. Each type has a file of its own.

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
    /// Submits a job: `POST /jobs` with a body of the caller's making. Answers with the receipt.
    ///
    /// A request whose fate is unknown is never repeated.
    ///
    /// # Errors
    /// With `sent: Maybe` where the job may have been accepted although no readable receipt came.
    pub async fn submit_job(&self, body: impl Into<Bytes>, options: &RequestOptions) -> Result<Document> {
        let request = Request {
            payload: Payload::Json(body.into()),
            expect: Expect::Body(Shape::Receipt),
            ..self.request(Method::POST, "/jobs", None)
        };
        self.send(&request, options).await
    }

    pub(super) fn submit_call(&self) -> Call {
        Call::new(Method::POST, format!("{}/jobs", self.base_url().as_str()), None)
    }
}

/// The input of a job: its type, what belongs to the type, and the sources, where the type has them.
#[derive(Serialize)]
pub(super) struct Input<'a, D, S> {
    pub(super) r#type: &'static str,
    #[serde(flatten)]
    pub(super) details: D,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sources: Option<&'a S>,
}

/// What a builder needs.
///
/// # Errors
/// Where it was not given.
pub(super) fn required<T>(name: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::argument(name, "must be given"))
}

/// What belongs to a type that has its sources alone.
#[derive(Serialize)]
pub(super) struct NoDetails {}

/// The body of a submit. Without an input, the job is opened.
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
