//! The classes of requests, each with a call that stands for it.

use bytes::Bytes;
use modzy_client::{Client, Document, Error, FileSource, JobInput, OutputRef};

use crate::support::{folder::Folder, options};

/// The body of a submit.
pub(super) const SUBMIT: &str = r#"{"model":{"identifier":"ed542963de","version":"1.0.1"},"input":{"type":"text","sources":{"key":{"input.txt":"What a lovely day!"}}}}"#;

/// What repeating a request does, and what is read of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Read,
    Delete,
    Submit,
    Chunk,
    Close,
    Stream,
}

impl Class {
    pub(super) const ALL: [Self; 6] = [
        Self::Read,
        Self::Delete,
        Self::Submit,
        Self::Chunk,
        Self::Close,
        Self::Stream,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Delete => "delete",
            Self::Submit => "submit",
            Self::Chunk => "chunk",
            Self::Close => "close",
            Self::Stream => "download",
        }
    }

    pub(super) fn is_post(self) -> bool {
        matches!(self, Self::Submit | Self::Chunk | Self::Close)
    }

    /// The method and the path of its request.
    pub(super) fn line(self) -> &'static str {
        match self {
            Self::Read => "GET /api/jobs/j",
            Self::Delete => "DELETE /api/jobs/j",
            Self::Submit => "POST /api/jobs",
            Self::Chunk => "POST /api/jobs/j/key/input.txt",
            Self::Close => "POST /api/jobs/j/close",
            Self::Stream => "GET /api/results/j/datasource/key/output/results.json",
        }
    }

    /// The body of a good answer.
    pub(super) fn good(self) -> &'static str {
        match self {
            Self::Read | Self::Submit | Self::Close => r#"{"jobIdentifier":"j","status":"SUBMITTED"}"#,
            Self::Delete => r#"{"jobIdentifier":"j","status":"CANCELED"}"#,
            Self::Chunk => "{}                                        ",
            Self::Stream => "0123456789 are the digits of this output.",
        }
    }

    /// Makes the call, for this job where it is about one, and answers with what it brings.
    pub(super) async fn call(self, client: &Client, job_id: &str) -> Result<String, Error> {
        let options = options();
        let text = |document: Document| document.as_str().to_owned();
        match self {
            Self::Read => client.get_job(job_id, &options).await.map(text),
            Self::Delete => client.cancel_job(job_id, &options).await.map(text),
            Self::Submit => client.submit_job(SUBMIT, &options).await.map(text),
            Self::Close => client.close_job(job_id, &options).await.map(text),
            Self::Chunk => {
                let source = FileSource::Bytes(Bytes::from_static(b"What a lovely day!"));
                let input = JobInput::new(job_id, "key", "input.txt", source);
                let appended = client.append_input(input, &options, |_| {}).await;
                appended.map(|()| self.good().to_owned())
            }
            Self::Stream => {
                let output = OutputRef::Named {
                    job_id: job_id.to_owned(),
                    input_key: "key".to_owned(),
                    output_name: "results.json".to_owned(),
                };
                let folder = Folder::new();
                let downloaded = client.download_output(&output, &folder.place(), &options, |_| {}).await;
                match downloaded {
                    Ok(_) => Ok(String::from_utf8_lossy(&std::fs::read(folder.place()).unwrap()).into_owned()),
                    Err(error) => {
                        assert!(folder.files().is_empty(), "half a download was left");
                        Err(error)
                    }
                }
            }
        }
    }
}
