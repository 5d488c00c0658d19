//! An output that is open: it is read on where it was interrupted, as long as it is still the same.

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

/// An output that is being read. Dropping it closes its request. `Debug` does not show its URL, which may be signed.
pub struct Output {
    client: Client,
    settings: Settings,
    /// What was asked for.
    origin: Request,
    /// What `body` is the answer to: the same, or where it led to.
    request: Request,
    /// With which the whole was answered.
    status: StatusCode,
    body: Streamed,
    /// Where in the output the next piece of the body belongs.
    at: u64,
    entity: Entity,
    /// How many bytes were handed out.
    loaded: u64,
    /// How many there ever were, so that a download which always breaks at the same place comes to an end.
    farthest: u64,
    retry_state: RetryState,
    ended: bool,
    meter: Meter,
}

/// Bytes in memory, and what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contents {
    /// The status with which they came.
    pub status: u16,
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

/// What comes next.
pub(super) enum Next {
    Piece(Bytes),
    /// All that came before is void.
    StartAgain,
    End,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Output({} bytes read)", self.loaded)
    }
}

impl Output {
    /// What was found where `origin` led to.
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

    /// What came of it, once it has ended.
    pub(super) fn into_downloaded(self) -> Downloaded {
        Downloaded {
            bytes: self.loaded,
            content_type: self.entity.content_type,
        }
    }

    /// All of it, in memory.
    pub(super) async fn collect(mut self) -> Result<Contents> {
        let most = self.client.transport().max_response_bytes();
        let announced = self.content_length().map(usize::try_from);
        let mut is_too_large = announced.is_some_and(|length| length.is_ok_and(|length| length > most));
        let mut whole = BytesMut::new();
        while !is_too_large {
            match self.advance(true).await? {
                Next::Piece(piece) => whole.extend_from_slice(&piece),
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
        })
    }

    pub(super) async fn advance(&mut self, may_start_again: bool) -> Result<Next> {
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
                        return Err(self.retry_state.end(too_long));
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
