//! Downloads of outputs: where they are and who may be asked for them. What belongs to different versions of an output is never
//! put together.

use std::path::Path;

use bytes::Bytes;
use http::{
    HeaderValue, Method, StatusCode,
    header::{ACCEPT_ENCODING, IF_RANGE, LOCATION, RANGE},
};
use url::Url;

use super::{
    entity::Validator,
    output::{Next, Output},
    partial::Partial,
};
use crate::{
    client::{Client, RequestOptions},
    endpoint::segment,
    error::{BodyFault, Error, Result},
    transport::{Attempts, Expect, Request, Settings, Streamed},
};

const MOST_REDIRECTS: usize = 5;

/// An output of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutputRef {
    /// By its names: `GET /results/{job}/datasource/{input}/output/{output}`.
    Named {
        /// The job.
        job_id: String,
        /// As the job was submitted with it.
        input_key: String,
        /// Such as `results.json`.
        output_name: String,
    },
    /// By its URL, as results have it in place of what is no JSON. Of the API's own origin, it is asked for with the
    /// credentials and the headers of the caller; of another, which must be `https`, without.
    Url(String),
}

/// How far a download has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadProgress {
    /// Bytes that have come. Less than before where the download had to start again.
    pub loaded_bytes: u64,
    /// All bytes, where they are known.
    pub total_bytes: Option<u64>,
}

/// Bytes in memory, and what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contents {
    /// The bytes.
    pub bytes: Bytes,
    /// What the server says they are.
    pub content_type: Option<String>,
}

/// A download that has come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// How many there are.
    pub bytes: u64,
    /// What the server says they are.
    pub content_type: Option<String>,
}

impl Client {
    /// Opens an output, to be read piece by piece. There is no limit on its size or on the whole time.
    ///
    /// # Errors
    /// `Status` 404 for an output that does not exist. [`Error::Argument`] for a URL that may not be asked.
    pub async fn open_output(&self, output: &OutputRef, options: &RequestOptions) -> Result<Output> {
        let settings = self.settings(options);
        let origin = self.output_request(output)?;
        let mut attempts = self.transport().attempts(&origin, &settings);
        let found = self.fetch_whole(&origin, &settings, &mut attempts).await?;
        Ok(Output::new(self.clone(), settings, origin, found, attempts))
    }

    /// Downloads an output to a file, which is there once it is whole: until then it is written beside its place, and whatever
    /// goes wrong, or where the future is dropped, nothing is left. A file that is there already is replaced.
    ///
    /// An interrupted download goes on where it was, if the server supports it and the output is still the same; else it
    /// starts again. `on_progress` hears of it once the headers have come and at the end, and at most 20 times a second between.
    ///
    /// # Errors
    /// As [`Client::open_output`], and [`Error::File`] for a file that cannot be written.
    pub async fn download_output(
        &self,
        output: &OutputRef,
        file: &Path,
        options: &RequestOptions,
        mut on_progress: impl FnMut(DownloadProgress),
    ) -> Result<Downloaded> {
        // Before anything is sent.
        self.output_request(output)?;
        let mut partial = Partial::create(file).await?;
        let mut output = self.open_output(output, options).await?;
        loop {
            if let Some(progress) = output.progress() {
                on_progress(progress);
            }
            match output.advance(true).await? {
                Next::Piece(piece) => partial.write(piece).await?,
                Next::StartAgain => partial.start_again().await?,
                Next::End => break,
            }
        }
        partial.finish().await?;
        if let Some(progress) = output.progress() {
            on_progress(progress);
        }
        Ok(output.into_downloaded())
    }

    pub(crate) fn output_request(&self, output: &OutputRef) -> Result<Request> {
        let mut request = match output {
            OutputRef::Named {
                job_id,
                input_key,
                output_name,
            } => {
                let job = segment("jobId", job_id)?;
                let input = segment("inputKey", input_key)?;
                let output = segment("outputName", output_name)?;
                let path = format!("/results/{job}/datasource/{input}/output/{output}");
                self.request(Method::GET, &path, Some(job_id))
            }
            OutputRef::Url(text) => {
                let refuse = |reason: &str| Error::argument("url", reason);
                let url =
                    Url::parse(text.trim()).map_err(|error| refuse(&format!("is not an absolute URL: {error}")))?;
                let foreign = !self.base_url().is_origin_of(&url);
                if foreign && url.scheme() != "https" {
                    return Err(refuse(
                        "must start with https:// where it leads away from the client's origin",
                    ));
                }
                if has_user(&url) {
                    return Err(refuse("must not hold a user or a password"));
                }
                Request {
                    url,
                    foreign,
                    ..self.request(Method::GET, "", None)
                }
            }
        };
        request.expect = Expect::Stream;
        let identity = HeaderValue::from_static("identity");
        request.headers.insert(ACCEPT_ENCODING, identity);
        Ok(request)
    }

    pub(super) async fn fetch_whole(
        &self,
        origin: &Request,
        settings: &Settings,
        attempts: &mut Attempts,
    ) -> Result<(Request, Streamed)> {
        let (request, body) = self.fetch(origin, None, settings, attempts).await?;
        if body.status() == StatusCode::PARTIAL_CONTENT {
            return Err(attempts.end(body.unreadable(&request, BodyFault::Partial)));
        }
        Ok((request, body))
    }

    /// Asks for an output, or for its rest, wherever that leads. Answers with the last request and what came.
    pub(super) async fn fetch(
        &self,
        origin: &Request,
        rest: Option<(&Validator, u64)>,
        settings: &Settings,
        attempts: &mut Attempts,
    ) -> Result<(Request, Streamed)> {
        let mut request = origin.clone();
        if let Some((validator, at)) = rest {
            let range = HeaderValue::try_from(format!("bytes={at}-"));
            let range = range.map_err(|error| Error::Internal(format!("a range that no header can carry: {error}")))?;
            request.headers.insert(RANGE, range);
            request.headers.insert(IF_RANGE, validator.1.clone());
        }
        let mut redirects = 0;
        loop {
            let body = self.send_for_stream(&request, settings, attempts).await?;
            if !body.status().is_redirection() {
                return Ok((request, body));
            }
            redirects += 1;
            request = self
                .follow(request, &body, redirects)
                .map_err(|refused| attempts.end(refused))?;
        }
    }

    /// Where an answer leads to, if that may be followed.
    fn follow(&self, request: Request, answer: &Streamed, redirects: usize) -> Result<Request> {
        let refuse = |reason: &str| Error::Status {
            status: answer.status().as_u16(),
            message: format!("the redirect is not followed: {reason}"),
            body: None,
            request_id: None,
            retry_after: None,
            call: Box::new(answer.call(&request)),
        };
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let url = location.and_then(|location| request.url.join(location).ok());
        let Some(url) = url else {
            return Err(refuse("it leads to no URL"));
        };
        let is_ours = self.base_url().is_origin_of(&url);
        if redirects > MOST_REDIRECTS {
            return Err(refuse("there were five before it"));
        }
        if url.scheme() != "https" && (!is_ours || request.url.scheme() == "https") {
            return Err(refuse("it leads to a place that is not https"));
        }
        if has_user(&url) {
            return Err(refuse("it leads to a URL with a user or a password"));
        }
        if self.transport().is_key_in(&url) {
            return Err(refuse("it leads to a URL with the client's own key or token"));
        }
        Ok(Request {
            url,
            // Who has been sent away comes back as a stranger: the way is another's choice.
            foreign: request.foreign || !is_ours,
            ..request
        })
    }
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}
