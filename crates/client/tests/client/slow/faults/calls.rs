//! The classes of requests, each with a call that makes such a request.

use bytes::Bytes;
use modzy_client::{Client, Document, Error, FileSource, JobInput, OutputRef, WaitOptions};

use super::expected::{MAX_OUTAGE, POLL_INTERVAL};
use crate::support::{folder::Folder, options};

/// The body of a submit.
pub(super) const SUBMIT: &str = r#"{"model":{"identifier":"ed542963de","version":"1.0.1"},"input":{"type":"text","sources":{"key":{"input.txt":"What a lovely day!"}}}}"#;

/// A class of requests: requests that repeat alike, and whose responses are read alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Read,
    Poll,
    Results,
    Delete,
    Submit,
    Chunk,
    Close,
    Output,
    Stream,
}

impl Class {
    pub(super) const ALL: [Self; 9] = [
        Self::Read,
        Self::Poll,
        Self::Results,
        Self::Delete,
        Self::Submit,
        Self::Chunk,
        Self::Close,
        Self::Output,
        Self::Stream,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Poll => "poll",
            Self::Results => "results",
            Self::Delete => "cancel",
            Self::Submit => "submit",
            Self::Chunk => "chunk",
            Self::Close => "close",
            Self::Output => "output",
            Self::Stream => "download",
        }
    }

    pub(super) fn is_post(self) -> bool {
        matches!(self, Self::Submit | Self::Chunk | Self::Close)
    }

    /// Whether its responses are bytes of an output.
    pub(super) fn is_of_outputs(self) -> bool {
        matches!(self, Self::Output | Self::Stream)
    }

    /// Returns the method and the path of its request.
    pub(super) fn line(self) -> &'static str {
        match self {
            Self::Read | Self::Poll => "GET /api/jobs/j",
            Self::Results => "GET /api/results/j",
            Self::Delete => "DELETE /api/jobs/j",
            Self::Submit => "POST /api/jobs",
            Self::Chunk => "POST /api/jobs/j/key/input.txt",
            Self::Close => "POST /api/jobs/j/close",
            Self::Output | Self::Stream => "GET /api/results/j/datasource/key/output/results.json",
        }
    }

    /// Returns the body of a good response.
    pub(super) fn good(self) -> &'static str {
        match self {
            Self::Read | Self::Submit | Self::Close => r#"{"jobIdentifier":"j","status":"SUBMITTED"}"#,
            Self::Poll => r#"{"jobIdentifier":"j","status":"COMPLETED"}"#,
            Self::Results => r#"{"jobIdentifier":"j","finished":true,"results":{}}"#,
            Self::Delete => r#"{"jobIdentifier":"j","status":"CANCELED"}"#,
            Self::Chunk => "{}                                        ",
            Self::Output | Self::Stream => "0123456789 are the digits of this output.",
        }
    }

    /// Makes the call, for this job if the class has one, and returns the result as text.
    pub(super) async fn call(self, client: &Client, job_id: &str) -> Result<String, Error> {
        let options = options();
        let text = |document: Document| document.as_str().to_owned();
        match self {
            Self::Read => client.get_job(job_id, &options).await.map(text),
            Self::Poll => {
                let wait = WaitOptions::default()
                    .poll_interval(POLL_INTERVAL)
                    .max_outage(MAX_OUTAGE);
                client.block_until_complete(job_id, &wait, |_| {}).await.map(text)
            }
            Self::Results => client.get_result(job_id, &options).await.map(text),
            Self::Delete => client.cancel_job(job_id, &options).await.map(text),
            Self::Submit => client.submit_job(SUBMIT, &options).await.map(text),
            Self::Close => client.close_job(job_id, &options).await.map(text),
            Self::Chunk => {
                let source = FileSource::Bytes(Bytes::from_static(b"What a lovely day!"));
                let input = JobInput::new(job_id, "key", "input.txt", source);
                let appended = client.append_input(input, &options, |_| {}).await;
                appended.map(|()| self.good().to_owned())
            }
            Self::Output => {
                let contents = client.get_output_contents(&output(job_id), &options).await?;
                Ok(String::from_utf8_lossy(&contents.bytes).into_owned())
            }
            Self::Stream => {
                let folder = Folder::new();
                let downloaded = client
                    .download_output(&output(job_id), &folder.place(), &options, |_| {})
                    .await;
                match downloaded {
                    Ok(_) => Ok(String::from_utf8_lossy(&std::fs::read(folder.place()).unwrap()).into_owned()),
                    Err(error) => {
                        assert!(folder.files().is_empty(), "the failed download left a file");
                        Err(error)
                    }
                }
            }
        }
    }
}

fn output(job_id: &str) -> OutputRef {
    OutputRef::Named {
        job_id: job_id.to_owned(),
        input_key: "key".to_owned(),
        output_name: "results.json".to_owned(),
    }
}
