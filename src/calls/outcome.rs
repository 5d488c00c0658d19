//! The result of a call, and the event that reports it.

use std::time::Duration;

use bytes::Bytes;
use modzy_client::{Contents, Document, Downloaded, JobAndOutcome, JobAndResult, Page, RawResponse, RunResult};

use super::{
    events::BindingEvent,
    members::{double, text},
};

/// The result of a call.
pub(crate) enum Value {
    /// JSON, or nothing if the response had no body.
    Document(Document),
    /// JSON that is made here.
    Json(String),
    /// Several documents of JSON.
    Documents(Vec<Document>),
    /// A page of a list.
    Page(Page),
    /// A finished job, and its results.
    JobAndResult(JobAndResult),
    /// A finished job and, if it completed, its results, or why they cannot be read.
    JobAndOutcome(JobAndOutcome),
    /// A job that has been run, and its results.
    Ran(RunResult),
    /// A response of any kind.
    Raw(RawResponse),
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

impl From<JobAndOutcome> for Value {
    fn from(both: JobAndOutcome) -> Self {
        Self::JobAndOutcome(both)
    }
}

impl From<RunResult> for Value {
    fn from(ran: RunResult) -> Self {
        Self::Ran(ran)
    }
}

impl From<RawResponse> for Value {
    fn from(response: RawResponse) -> Self {
        Self::Raw(response)
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
            Self::Json(json) => BindingEvent::Document { id, text: text(json) },
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
            Self::JobAndOutcome(both) => {
                let (result, error) = match both.result {
                    Some(Ok(result)) => (Some(text(result.into())), None),
                    Some(Err(error)) => (None, Some((&error).into())),
                    None => (None, None),
                };
                BindingEvent::JobAndOutcome {
                    id,
                    job: text(both.job.into()),
                    result,
                    error,
                }
            }
            Self::Ran(ran) => BindingEvent::Ran {
                id,
                job: text(ran.job.into()),
                results: text(ran.results.into()),
                failures: text(ran.failures.into()),
                outputs: ran.outputs.map(|outputs| text(outputs.into())),
            },
            Self::Raw(response) => BindingEvent::Raw {
                id,
                status: response.status.into(),
                headers: headers(&response),
                body: Vec::from(response.body).into(),
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

/// Returns names and values in turn. Values may hold any bytes, and are read as Latin-1, as everywhere in Node.js.
fn headers(response: &RawResponse) -> Vec<String> {
    let latin1 = |value: &[u8]| value.iter().copied().map(char::from).collect();
    let each = response.headers.iter();
    each.flat_map(|(name, value)| [name.to_string(), latin1(value.as_bytes())])
        .collect()
}
