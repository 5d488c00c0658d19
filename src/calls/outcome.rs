//! The result of a call, and the event that reports it.

use std::time::Duration;

use bytes::Bytes;
use modzy_client::{Contents, Document, Downloaded, JobAndResult, Page};

use super::{
    events::BindingEvent,
    members::{double, text},
};

/// The result of a call.
pub(crate) enum Value {
    /// JSON, or nothing if the response had no body.
    Document(Document),
    /// Several documents of JSON.
    Documents(Vec<Document>),
    /// A page of a list.
    Page(Page),
    /// A finished job, and its results.
    JobAndResult(JobAndResult),
    /// An output as a whole.
    Contents(Contents),
    /// An output has been downloaded.
    Downloaded(Downloaded),
    /// A stream is open.
    Opened {
        content_type: Option<String>,
        content_length: Option<u64>,
    },
    /// The next bytes of a stream.
    Chunk(Bytes),
    /// The next results of a stream.
    Results(String),
    /// A stream has ended.
    StreamEnded,
    /// A data URI.
    DataUri(String),
    /// A source has produced nothing for this long.
    SourceIdle(Duration),
    /// Nothing.
    Nothing,
}

impl From<Document> for Value {
    fn from(document: Document) -> Self {
        Self::Document(document)
    }
}

impl From<Vec<Document>> for Value {
    fn from(documents: Vec<Document>) -> Self {
        Self::Documents(documents)
    }
}

impl From<Page> for Value {
    fn from(page: Page) -> Self {
        Self::Page(page)
    }
}

impl From<JobAndResult> for Value {
    fn from(both: JobAndResult) -> Self {
        Self::JobAndResult(both)
    }
}

impl From<Contents> for Value {
    fn from(contents: Contents) -> Self {
        Self::Contents(contents)
    }
}

impl From<Downloaded> for Value {
    fn from(downloaded: Downloaded) -> Self {
        Self::Downloaded(downloaded)
    }
}

impl From<()> for Value {
    fn from((): ()) -> Self {
        Self::Nothing
    }
}

impl Value {
    /// Returns the event that ends a call with this result.
    pub(crate) fn event(self, id: u64) -> BindingEvent {
        let id = id.cast_signed();
        match self {
            Self::Document(document) => BindingEvent::Document {
                id,
                text: text(document.into()),
            },
            Self::Documents(documents) => BindingEvent::Documents {
                id,
                texts: documents.into_iter().map(|document| text(document.into())).collect(),
            },
            Self::Page(page) => BindingEvent::Page {
                id,
                items: text(page.items.into()),
                has_next: page.has_next,
            },
            Self::JobAndResult(both) => BindingEvent::JobAndResult {
                id,
                job: text(both.job.into()),
                result: text(both.result.into()),
            },
            Self::Contents(contents) => BindingEvent::Contents {
                id,
                bytes: Vec::from(contents.bytes).into(),
                status: contents.status.into(),
                content_type: contents.content_type,
                url: contents.url,
            },
            Self::Downloaded(downloaded) => BindingEvent::Downloaded {
                id,
                bytes: double(downloaded.bytes),
                content_type: downloaded.content_type,
            },
            Self::Opened {
                content_type,
                content_length,
            } => BindingEvent::Opened {
                id,
                content_type,
                content_length: content_length.map(double),
            },
            Self::Chunk(bytes) => BindingEvent::Chunk {
                id,
                bytes: Vec::from(bytes).into(),
            },
            Self::Results(texts) => BindingEvent::Results { id, texts: text(texts) },
            Self::StreamEnded => BindingEvent::StreamEnded { id },
            Self::DataUri(uri) => BindingEvent::DataUri { id, uri: text(uri) },
            Self::SourceIdle(limit) => BindingEvent::SourceIdle {
                id,
                limit_ms: limit.as_secs_f64() * 1000.0,
            },
            Self::Nothing => BindingEvent::Finished { id },
        }
    }
}
