//! What comes of a call.

use bytes::Bytes;
use modzy_client::{CancelOutcome, Contents, Document, Error, Result};

/// What a call brings.
pub(crate) enum Value {
    /// JSON, or nothing.
    Document(Document),
    /// Bytes of whatever kind.
    Bytes(Bytes),
    /// The same, and what they are.
    Contents(Contents),
    /// Text that is no JSON.
    Text(String),
}

impl From<Document> for Value {
    fn from(document: Document) -> Self {
        Self::Document(document)
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Contents> for Value {
    fn from(contents: Contents) -> Self {
        Self::Contents(contents)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// How a call ended.
pub(crate) enum Outcome {
    /// By itself.
    Settled(Result<Value>),
    /// With an error, for which its job was cancelled.
    Failed(Error, CancelOutcome),
    /// Cancelled, perhaps with its job.
    Aborted(Option<CancelOutcome>),
}

impl Outcome {
    pub(crate) fn settled<T: Into<Value>>(result: Result<T>) -> Self {
        Self::Settled(result.map(Into::into))
    }
}
