//! An open output. Resumes an interrupted download if the output is unchanged.

use std::{fmt, sync::Arc};

use bytes::{Bytes, BytesMut};
use http::StatusCode;

use super::{
    entity::Entity,
    progress::{DownloadProgress, Meter},
};
use crate::{
    client::Client,
    error::{BodyFault, Error, Result},
    observer::{Observed, Observer},
    transport::{Request, RetryState, Settings, Streamed},
};

/// An open output, read one chunk at a time. Dropping it closes its request. `Debug` does not show its URL, which may be signed.
pub struct Output {
    client: Client,
    settings: Settings,
    /// The request for the output.
    origin: Request,
    /// The request that `body` answers: `origin`, or the one that a redirect led to.
    request: Request,
    /// The status of the response with the whole output.
    status: StatusCode,
    body: Streamed,
    /// The offset of the body's next chunk in the output.
    at: u64,
    entity: Entity,
    /// How many bytes were returned to the caller.
    loaded: u64,
    /// The highest value of `loaded` so far. A download that always breaks at the same offset makes no progress, and ends.
    farthest: u64,
    retry_state: RetryState,
    ended: bool,
    meter: Meter,
}

/// An output in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contents {
    /// The status of the response.
    pub status: u16,
    /// The bytes.
    pub bytes: Bytes,
    /// The `Content-Type` of the response, if any.
    pub content_type: Option<String>,
    /// The URL of the request that was answered, after all redirects, for errors: without its query, which may be a signature.
    pub url: String,
}

/// A finished download.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// The number of bytes.
    pub bytes: u64,
    /// The `Content-Type` of the response, if any.
    pub content_type: Option<String>,
}

/// The next step of a download.
pub(super) enum Next {
    Chunk(Bytes),
    /// The download starts again; the caller drops the chunks so far.
    StartAgain,
    End,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Output({} bytes read)", self.loaded)
    }
}

impl Output {
    /// Creates an output from the response that `origin` led to.
    pub(super) fn new(
        client: Client,
        settings: Settings,
        origin: Request,
        (request, body): (Request, Streamed),
        retry_state: RetryState,
    ) -> Self {
        Self {
            client,
            settings,
            origin,
            request,
            at: 0,
            status: body.status(),
            entity: Entity::of(body.headers()),
            body,
            loaded: 0,
            farthest: 0,
            retry_state,
            ended: false,
            meter: Meter::default(),
        }
    }

    /// Returns the `Content-Type` of the response, if any.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.entity.content_type.as_deref()
    }

    /// Returns the size in bytes, if the server reports it.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.entity.length
    }

    /// Sets the observer of further retries, in place of the one in the options.
    pub fn observe(&mut self, observer: Arc<dyn Observer>) {
        self.settings.observed = Observed(Some(observer));
    }

    /// Returns the next chunk, or `None` at the end. If the connection breaks, the request is repeated, and the output continues
    /// after the last byte, if the server supports ranges and the output is unchanged.
    ///
    /// # Errors
    /// The failure that interrupted the output, if it cannot be resumed.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        match self.advance(false).await? {
            Next::Chunk(chunk) => Ok(Some(chunk)),
            Next::End => Ok(None),
            Next::StartAgain => Err(Error::Internal("a stream cannot start again".to_owned())),
        }
    }

    /// Returns the progress if a report is due: always at both ends, and at most 20 times a second in between.
    pub fn progress(&mut self) -> Option<DownloadProgress> {
        let clock = self.client.transport().clock();
        self.meter.read(clock, (self.loaded, self.entity.length), self.ended)
    }

    /// Returns the summary of a download that has ended.
    pub(super) fn into_downloaded(self) -> Downloaded {
        Downloaded {
            bytes: self.loaded,
            content_type: self.entity.content_type,
        }
    }

    /// Reads the whole output into memory.
    pub(super) async fn collect(mut self) -> Result<Contents> {
        let most = self.client.max_response_bytes();
        let announced = self.content_length().map(usize::try_from);
        let mut is_too_large = announced.is_some_and(|length| length.is_ok_and(|length| length > most));
        let mut whole = BytesMut::new();
        while !is_too_large {
            match self.advance(true).await? {
                Next::Chunk(chunk) => whole.extend_from_slice(&chunk),
                Next::StartAgain => whole.clear(),
                Next::End => break,
            }
            is_too_large = whole.len() > most;
        }
        if is_too_large {
            let too_large = self.body.unreadable(&self.request, BodyFault::TooLarge);
            return Err(self.retry_state.end(too_large));
        }
        Ok(Contents {
            status: self.status.as_u16(),
            bytes: whole.freeze(),
            content_type: self.entity.content_type,
            url: self.request.shown_url(),
        })
    }

    pub(super) async fn advance(&mut self, may_start_again: bool) -> Result<Next> {
        while !self.ended {
            let idle_timeout = self.settings.idle_timeout;
            let clock = self.client.transport().clock();
            let read = self.body.next(&self.request, clock, idle_timeout, None).await;
            let end = self.entity.length;
            let failure = match read {
                Ok(Some(mut chunk)) => {
                    let start = self.at;
                    self.at += chunk.len() as u64;
                    if let Some(whole) = end.filter(|&end| self.at > end) {
                        let too_long = self.body.wrong_length(&self.request, self.at, whole);
                        return Err(self.retry_state.end(too_long));
                    }
                    // A body that starts at 0 again repeats bytes that were returned before.
                    let known = usize::try_from(self.loaded.saturating_sub(start)).unwrap_or(usize::MAX);
                    let chunk = chunk.split_off(known.min(chunk.len()));
                    if chunk.is_empty() {
                        continue;
                    }
                    self.loaded += chunk.len() as u64;
                    return Ok(Next::Chunk(chunk));
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

    /// Opens an interrupted output again. Returns whether it had to start from the beginning.
    async fn resume(&mut self, failure: Error, may_start_again: bool) -> Result<bool> {
        let Self {
            settings, retry_state, ..
        } = self;
        if self.loaded > self.farthest {
            self.farthest = self.loaded;
            retry_state.made_progress(settings);
        }
        let rest = self.entity.rest().map(|validator| (validator, self.loaded));
        if rest.is_none() && !may_start_again {
            return Err(retry_state.end(failure));
        }
        self.client
            .transport()
            .wait_for_retry(retry_state, settings, failure)
            .await?;
        match self.client.fetch(&self.origin, rest, settings, retry_state).await {
            Ok((request, body)) => match self.entity.judge(&body, rest.map(|(_, at)| at)) {
                Some(at) => {
                    (self.request, self.body, self.at) = (request, body, at);
                    return Ok(false);
                }
                None if !may_start_again => return Err(retry_state.last_error()),
                None if self.entity.can_be_replaced_by(&body) => {
                    self.begin_anew(request, body);
                    return Ok(true);
                }
                None => {}
            },
            // The output has become shorter.
            Err(Error::Status { status: 416, .. }) if may_start_again && rest.is_some() => {}
            Err(Error::Status { status: 416, .. }) => return Err(retry_state.last_error()),
            Err(error) => return Err(error),
        }
        let (request, body) = self.client.fetch_whole(&self.origin, settings, retry_state).await?;
        self.begin_anew(request, body);
        Ok(true)
    }

    fn begin_anew(&mut self, request: Request, body: Streamed) {
        self.entity = Entity::of(body.headers());
        self.status = body.status();
        (self.request, self.body) = (request, body);
        (self.at, self.loaded) = (0, 0);
    }
}
