//! Embedded jobs: small inputs in the request itself, as data URIs.

use std::fmt;

use base64::{display::Base64Display, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::{Serialize, Serializer};

use super::{
    inputs::Sources,
    submits::{Input, NoDetails, body},
};
use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::Result,
};

/// A job with small inputs in the request itself, to be submitted with [`Client::submit_job_embedded`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EmbeddedJob {
    /// The model's identifier.
    pub model_id: String,
    /// The version's number.
    pub version: String,
    /// The values, by input key and by the name of the model's input.
    pub sources: Sources<EmbeddedValue>,
    /// As in [`TextJob`](crate::TextJob).
    pub explain: Option<bool>,
    /// As in [`TextJob`](crate::TextJob).
    pub timeout: Option<u64>,
}

/// A value of an [`EmbeddedJob`].
#[derive(Clone)]
#[non_exhaustive]
pub enum EmbeddedValue {
    /// A data URI, sent unchanged.
    DataUri(String),
    /// Bytes, sent as a data URI.
    Bytes {
        /// The media type, such as `image/png`.
        media_type: String,
        /// The bytes of the input.
        data: Bytes,
    },
}

impl EmbeddedJob {
    /// Creates a job with small inputs for a version of a model, without explanation and time limit.
    pub fn new(model_id: impl Into<String>, version: impl Into<String>, sources: Sources<EmbeddedValue>) -> Self {
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
    /// Submits small inputs to a model: `POST /jobs` with an input of type `embedded`. Returns the receipt. Servers are
    /// known to fail above 1 MB; see [`Client::submit_job_files`].
    ///
    /// # Errors
    /// As [`Client::submit_job`].
    pub async fn submit_job_embedded(&self, job: &EmbeddedJob, options: &RequestOptions) -> Result<Document> {
        let input = Input {
            r#type: "embedded",
            details: NoDetails {},
            sources: Some(&job.sources),
        };
        let body = body(&job.model_id, &job.version, job.explain, job.timeout, Some(&input))?;
        self.submit_body(body, options).await
    }
}

impl fmt::Debug for EmbeddedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DataUri(uri) => write!(f, "DataUri({} bytes)", uri.len()),
            Self::Bytes { media_type, data } => write!(f, "Bytes({media_type}, {} bytes)", data.len()),
        }
    }
}

impl Serialize for EmbeddedValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::DataUri(uri) => serializer.serialize_str(uri),
            Self::Bytes { media_type, data } => serializer.collect_str(&data_uri(media_type, data)),
        }
    }
}

/// `data:<media type>;base64,<data>`, written when it is formatted.
pub(crate) fn data_uri<'a>(media_type: &'a str, data: &'a [u8]) -> impl fmt::Display + 'a {
    struct DataUri<'a>(&'a str, Base64Display<'a, 'static, base64::engine::GeneralPurpose>);

    impl fmt::Display for DataUri<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "data:{};base64,{}", self.0, self.1)
        }
    }

    DataUri(media_type, Base64Display::new(data, &STANDARD))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_a_data_uri() {
        assert_eq!(
            data_uri("image/png", b"\0\xffa").to_string(),
            "data:image/png;base64,AP9h"
        );
        let value = EmbeddedValue::Bytes {
            media_type: "a\"b".to_owned(),
            data: Bytes::from_static(b"x"),
        };
        assert_eq!(serde_json::to_string(&value).unwrap(), r#""data:a\"b;base64,eA==""#);
    }
}
