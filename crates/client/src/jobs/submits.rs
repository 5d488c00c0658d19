//! Submits: `POST /jobs`, and the common part of the API's input types. Each type has its own file.

use bytes::Bytes;
use http::Method;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    blocking,
    client::{Client, RequestOptions},
    document::{Document, string_member},
    endpoint::given,
    error::{Call, Error, Result},
    transport::{Expect, Payload, Request, Shape},
};

/// Bodies of at least this size are searched on another thread, so that other calls do not wait.
const LONG: usize = 64 * 1024;

impl Client {
    /// Submits a job: `POST /jobs` with a body that the caller made. Returns the receipt.
    ///
    /// A request that the server may have seen is never repeated. The version `latest` of the model is the latest active one, which
    /// takes one more request ([`Client::latest_version`]); the receipt says which one it was. The same holds for all submits.
    ///
    /// # Errors
    /// [`Error::Argument`] for an empty identifier, version, input key or name of an input, and for an empty name of an object in a
    /// store or of what contains it. With `sent: Maybe` if the server may have accepted the job without returning a readable receipt.
    pub async fn submit_job(&self, body: impl Into<Bytes>, options: &RequestOptions) -> Result<Document> {
        let names = ["model.identifier", "model.version", "input.sources"];
        self.submit_checked(body.into(), names, options).await
    }

    /// Submits a job with a [`body`].
    pub(super) async fn submit_body(&self, body: Vec<u8>, options: &RequestOptions) -> Result<Document> {
        self.submit_checked(body.into(), ["model_id", "version", "sources"], options)
            .await
    }

    async fn submit_checked(
        &self,
        body: Bytes,
        names: [&'static str; 3],
        options: &RequestOptions,
    ) -> Result<Document> {
        let body = if body.len() < LONG {
            check(&body, names)?;
            body
        } else {
            blocking::compute(move || check(&body, names).map(|()| body)).await??
        };
        let body = self.with_version(body, options).await?;
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
        self.send(&self.submit_request(body), options).await
    }

    /// Does the same for a caller that looks for the job if the server may have accepted it: then it is not sent again.
    pub(crate) async fn post_job_once(&self, body: Bytes, options: &RequestOptions) -> Result<Document> {
        let request = Request {
            is_looked_for: true,
            ..self.submit_request(body)
        };
        self.send(&request, options).await
    }

    fn submit_request(&self, body: Bytes) -> Request {
        Request {
            payload: Payload::Json(body),
            expect: Expect::Body(Shape::Receipt),
            ..self.request(Method::POST, "/jobs", None)
        }
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
    given("model_id", identifier)?;
    given("version", version)?;
    let body = Body {
        model: Model { identifier, version },
        explain,
        timeout,
        input,
    };
    serde_json::to_vec(&body).map_err(|error| Error::argument("sources", format!("cannot be serialized: {error}")))
}

/// The members that name an object in a store.
const STORED: [&str; 4] = ["bucket", "container", "key", "filePath"];

/// The input type, in JSON, whose objects are folders: the name of one may be empty, because that of a whole bucket is.
const FOLDERS: &str = r#""aws-s3-folder""#;

/// Refuses a body in which the model, its version, an input, a part of an input or an object in a store has a blank name. Leaves all
/// other faults to the server. The names are those of the arguments.
fn check(body: &[u8], [model_id, version, sources]: [&'static str; 3]) -> Result<()> {
    #[derive(Deserialize)]
    struct Whole<'a> {
        model: Option<Named>,
        #[serde(borrow)]
        input: Option<Sourced<'a>>,
    }
    /// A body whose input has another form.
    #[derive(Deserialize)]
    struct WithoutInput {
        model: Option<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        identifier: Option<String>,
        version: Option<String>,
    }
    #[derive(Deserialize)]
    struct Sourced<'a> {
        #[serde(borrow)]
        r#type: Option<&'a RawValue>,
        #[serde(borrow)]
        sources: Option<IndexMap<String, IndexMap<String, &'a RawValue>>>,
    }
    let whole = serde_json::from_slice(body)
        .or_else(|_| serde_json::from_slice(body).map(|WithoutInput { model }| Whole { model, input: None }));
    let Ok(Whole { model, input }) = whole else {
        return Ok(());
    };
    if let Some(model) = model {
        for (name, text) in [(model_id, model.identifier), (version, model.version)] {
            text.map_or(Ok(()), |text| given(name, &text).map(drop))?;
        }
    }
    let blank = |what: &str| Err(Error::argument(sources, format!("must not have an empty {what}")));
    let Some(Sourced { r#type, sources }) = input else {
        return Ok(());
    };
    let are_folders = r#type.is_some_and(|r#type| r#type.get() == FOLDERS);
    let may_be_blank = |member: &str| member == "key" && are_folders;
    for (key, parts) in sources.unwrap_or_default() {
        if key.trim().is_empty() {
            return blank("input key");
        }
        for (name, source) in parts {
            if name.trim().is_empty() {
                return blank("name of an input");
            }
            // Other sources are texts, which may be long.
            let stored = if source.get().starts_with('{') {
                STORED.as_slice()
            } else {
                &[]
            };
            let is_blank =
                |member: &str| string_member(source.get(), member).is_some_and(|text| text.trim().is_empty());
            if let Some(member) = stored.iter().find(|member| !may_be_blank(member) && is_blank(member)) {
                return blank(member);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_with_a_blank_name_is_refused_and_other_faults_are_the_servers() {
        let names = ["model_id", "version", "sources"];
        for (body, fault) in [
            (
                r#"{"model":{"identifier":" ","version":"1"}}"#,
                "model_id must not be empty",
            ),
            (
                r#"{"model":{"identifier":"m","version":""}}"#,
                "version must not be empty",
            ),
            (
                r#"{"model":{"identifier":"","version":"1"},"input":{"sources":7}}"#,
                "model_id must not be empty",
            ),
            (
                r#"{"model":{},"input":{"sources":{"\u0020":{"a":1}}}}"#,
                "sources must not have an empty input key",
            ),
            (
                r#"{"input":{"sources":{"k":{"a":{"":1}},"l":{"":[]}}}}"#,
                "sources must not have an empty name of an input",
            ),
            (
                r#"{"input":{"type":"aws-s3","sources":{"k":{"a":{"bucket":" ","key":"k"}}}}}"#,
                "sources must not have an empty bucket",
            ),
            (
                r#"{"input":{"type":"storage-grid","sources":{"k":{"a":{"bucket":"b","key":"k"},"b":{"bucket":"b","key":""}}}}}"#,
                "sources must not have an empty key",
            ),
            (
                r#"{"input":{"type":"azureblob","sources":{"k":{"a":{"container":"\n","filePath":"f"}}}}}"#,
                "sources must not have an empty container",
            ),
            (
                r#"{"input":{"type":"azureblob","sources":{"k":{"a":{"container":"c","filePath":""}}}}}"#,
                "sources must not have an empty filePath",
            ),
            (
                r#"{"input":{"type":"aws-s3-folder","sources":{"k":{"a":{"bucket":"","key":""}}}}}"#,
                "sources must not have an empty bucket",
            ),
        ] {
            let refused = check(body.as_bytes(), names).unwrap_err();
            assert_eq!(refused.to_string(), fault, "{body}");
        }
        for body in [
            "",
            "[]",
            r#"{"model":"m"}"#,
            r#"{"model":{"identifier":7,"version":null}}"#,
            r#"{"model":{"identifier":"m","version":"1"},"input":{"sources":{"":7}}}"#,
            r#"{"model":{"identifier":"m","version":"1"},"input":{"type":"text","sources":{"k":{"a":{"":""}}}}}"#,
            r#"{"model":{"identifier":"m","version":"1"},"input":{"type":"text","sources":{"k":{"a":""}}}}"#,
            r#"{"input":{"type":"aws-s3-folder","sources":{"k":{"a":{"bucket":"b","key":""}}}}}"#,
            r#"{"input":{"type":"aws-s3","sources":{"k":{"a":{"bucket":7,"key":null}}}}}"#,
        ] {
            assert!(check(body.as_bytes(), names).is_ok(), "{body}");
        }
    }
}
