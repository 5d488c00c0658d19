//! Downloads of outputs: where they are and who may be asked for them, and how one goes on that was interrupted. What belongs
//! to different versions of an output is never put together.

mod entity;
mod meter;

use std::{fmt, path::Path, sync::Arc};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderValue, Method, StatusCode,
    header::{ACCEPT_ENCODING, IF_RANGE, LOCATION, RANGE},
};
use url::Url;

use self::entity::{Entity, Validator};
pub(crate) use self::meter::Meter;
use crate::{
    client::{Client, RequestOptions},
    endpoint::segment,
    error::{BodyFault, Error, Result},
    observer::{Observed, Observer},
    partial::Partial,
    transport::{Attempts, Contents, Expect, Request, Settings, Streamed},
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

/// A download that has come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// How many there are.
    pub bytes: u64,
    /// What the server says they are.
    pub content_type: Option<String>,
}

/// An output that is being read. Dropping it closes its request. `Debug` does not show its URL, which may be signed.
pub struct Output {
    client: Client,
    settings: Settings,
    /// What was asked for.
    origin: Request,
    /// What `body` is the answer to: the same, or where it led to.
    request: Request,
    body: Streamed,
    /// Where in the output the next piece of the body belongs.
    at: u64,
    entity: Entity,
    /// How many bytes were handed out.
    loaded: u64,
    /// How many there ever were, so that a download which always breaks at the same place comes to an end.
    farthest: u64,
    attempts: Attempts,
    ended: bool,
    meter: Meter,
}

/// What comes next.
enum Next {
    Piece(Bytes),
    /// All that came before is void.
    StartAgain,
    End,
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
        let (request, body) = self.fetch_whole(&origin, &settings, &mut attempts).await?;
        Ok(Output {
            client: self.clone(),
            origin,
            request,
            at: 0,
            entity: Entity::of(body.headers()),
            loaded: 0,
            farthest: 0,
            attempts,
            ended: false,
            meter: Meter::default(),
            settings,
            body,
        })
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
        Ok(Downloaded {
            bytes: output.loaded,
            content_type: output.entity.content_type,
        })
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
                let url = Url::parse(text.trim()).map_err(|error| refuse(&format!("is no absolute URL: {error}")))?;
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

    async fn fetch_whole(
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
    async fn fetch(
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
        Ok(Request {
            url,
            // Who has been sent away comes back as a stranger: the way is another's choice.
            foreign: request.foreign || !is_ours,
            ..request
        })
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Output({} bytes read)", self.loaded)
    }
}

impl Output {
    /// What the server says that it is.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.entity.content_type.as_deref()
    }

    /// In bytes, where the server says so.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.entity.length
    }

    /// Who hears of its retries from now on, in place of whom the options named.
    pub fn observe(&mut self, observer: Arc<dyn Observer>) {
        self.settings.observed = Observed(Some(observer));
    }

    /// The next piece; `None` at the end. Where the connection breaks it is opened again, and the output goes on after the last
    /// byte, if the server supports that and the output is still the same.
    ///
    /// # Errors
    /// What interrupted it, where it cannot go on.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        match self.advance(false).await? {
            Next::Piece(piece) => Ok(Some(piece)),
            Next::End => Ok(None),
            Next::StartAgain => Err(Error::Internal("a stream cannot start again".to_owned())),
        }
    }

    /// How far it has come, if it is time to tell: at both ends always, and at most 20 times a second between.
    pub fn progress(&mut self) -> Option<DownloadProgress> {
        let clock = self.client.transport().clock();
        self.meter.read(clock, (self.loaded, self.entity.length), self.ended)
    }

    /// All of it, in memory.
    pub(crate) async fn collect(mut self) -> Result<Contents> {
        let most = self.client.transport().max_response_bytes();
        let mut whole = BytesMut::new();
        while let Some(piece) = self.next().await? {
            if whole.len() + piece.len() > most {
                let too_large = self.body.unreadable(&self.request, BodyFault::TooLarge);
                return Err(self.attempts.end(too_large));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(Contents {
            bytes: whole.freeze(),
            content_type: self.entity.content_type,
        })
    }

    async fn advance(&mut self, may_start_again: bool) -> Result<Next> {
        while !self.ended {
            let idle_timeout = self.settings.idle_timeout;
            let clock = self.client.transport().clock();
            let read = self.body.next(&self.request, clock, idle_timeout).await;
            let end = self.entity.length;
            let failure = match read {
                Ok(Some(mut piece)) => {
                    let start = self.at;
                    self.at += piece.len() as u64;
                    if let Some(whole) = end.filter(|&end| self.at > end) {
                        let too_long = self.body.wrong_length(&self.request, self.at, whole);
                        return Err(self.attempts.end(too_long));
                    }
                    // A body that had to begin anew repeats what was handed out before.
                    let known = usize::try_from(self.loaded.saturating_sub(start)).unwrap_or(usize::MAX);
                    let piece = piece.split_off(known.min(piece.len()));
                    if piece.is_empty() {
                        continue;
                    }
                    self.loaded += piece.len() as u64;
                    return Ok(Next::Piece(piece));
                }
                Ok(None) => {
                    let Some(whole) = end.filter(|&end| end != self.at) else {
                        self.ended = true;
                        break;
                    };
                    self.body.wrong_length(&self.request, self.at, whole)
                }
                Err(error) => error,
            };
            if self.resume(failure, may_start_again).await? {
                return Ok(Next::StartAgain);
            }
        }
        Ok(Next::End)
    }

    /// Opens an interrupted output again. Answers whether it had to start again.
    async fn resume(&mut self, failure: Error, may_start_again: bool) -> Result<bool> {
        let Self { settings, attempts, .. } = self;
        if self.loaded > self.farthest {
            self.farthest = self.loaded;
            attempts.came_further(settings);
        }
        let rest = self.entity.rest().map(|validator| (validator, self.loaded));
        if rest.is_none() && !may_start_again {
            return Err(attempts.end(failure));
        }
        self.client.transport().again(attempts, settings, failure).await?;
        match self.client.fetch(&self.origin, rest, settings, attempts).await {
            Ok((request, body)) => match self.entity.judge(&body, rest.map(|(_, at)| at)) {
                Some(at) => {
                    (self.request, self.body, self.at) = (request, body, at);
                    return Ok(false);
                }
                None if !may_start_again => return Err(attempts.given_up()),
                None if body.status() != StatusCode::PARTIAL_CONTENT => {
                    self.begin_anew(request, body);
                    return Ok(true);
                }
                None => {}
            },
            // The output has become shorter.
            Err(Error::Status { status: 416, .. }) if may_start_again && rest.is_some() => {}
            Err(Error::Status { status: 416, .. }) => return Err(attempts.given_up()),
            Err(error) => return Err(error),
        }
        let (request, body) = self.client.fetch_whole(&self.origin, settings, attempts).await?;
        self.begin_anew(request, body);
        Ok(true)
    }

    fn begin_anew(&mut self, request: Request, body: Streamed) {
        self.entity = Entity::of(body.headers());
        (self.request, self.body) = (request, body);
        (self.at, self.loaded) = (0, 0);
    }
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}
