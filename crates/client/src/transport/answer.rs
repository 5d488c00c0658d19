//! Reads an answer to its end, within the limits, and tells good ones from the others.

use std::time::{Duration, SystemTime};

use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{CONTENT_TYPE, DATE, RETRY_AFTER},
};
use serde::Deserialize;

use super::{
    coding::{Broken, Decoded},
    failure::{FailedAttempt, FailureContext},
    link,
    mask::Mask,
    request::{Expect, Request},
    retry, shape,
    stream::Streamed,
};
use crate::{
    blocking,
    clock::Clock,
    document::{Document, without_mark},
    error::{BodyFault, Error, Result},
};

/// How much of an error's body is kept.
const ERROR_BODY: usize = 64 * 1024;

/// How much memory a body is given before it comes. Who announces more has to send it.
const RESERVED: usize = 64 * 1024;

const MASK_MARGIN: usize = 8 * 1024;

/// How much is kept of a body of which nobody needs anything.
const IGNORED_BODY: usize = 64 * 1024;

/// How much of a server's message is repeated.
const ERROR_MESSAGE: usize = 1024;

const REQUEST_IDS: [HeaderName; 2] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-correlation-id"),
];

/// What came.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Read whole.
    Document {
        /// Its body.
        document: Document,
        /// Whether its headers link to a next page.
        links_to_next: bool,
    },
    /// To be read by the caller.
    Stream(Box<Streamed>),
}

pub(super) struct Reader<'a, M> {
    /// Makes the mask of a request's secrets, which only refusals need.
    pub(super) mask: M,
    pub(super) context: FailureContext<'a>,
    pub(super) limit: usize,
    pub(super) clock: &'a dyn Clock,
    /// How long a body may come of which nobody needs anything.
    pub(super) patience: Duration,
}

impl<M: Fn() -> Mask> Reader<'_, M> {
    pub(super) async fn read(&self, response: reqwest::Response, request: &Request) -> Result<Answer, FailedAttempt> {
        let status = response.status();
        let mut body = Decoded::new(response);
        if !status.is_success() {
            return Err(self.refusal(status, body).await.into());
        }
        let unreadable = |fault| self.context.unreadable(status.as_u16(), fault);
        let media_type = header(body.response().headers(), &CONTENT_TYPE).map(str::to_owned);
        let too_large = |begun: &[u8]| unreadable(shape::oversized(begun, media_type.as_deref(), request.expect));
        if body.length().is_some_and(|length| length > self.limit as u64) {
            return Err(too_large(&[]));
        }
        let links_to_next = link::has_next(body.response().headers());
        let mut bytes = Vec::new();
        let is_acknowledgement = request.expect == Expect::Acknowledgement;
        let end = if is_acknowledgement {
            // What has been taken is taken, however long the rest of the answer makes us wait.
            tokio::select! {
                biased;
                end = self.collect(&mut body, &mut bytes, IGNORED_BODY, self.limit) => end,
                () = self.clock.deadline(self.patience) => End::Unread,
            }
        } else {
            self.collect(&mut body, &mut bytes, usize::MAX, self.limit).await
        };
        match end {
            End::Whole | End::Unread => {}
            End::TooLarge => return Err(too_large(&bytes)),
            End::Broken(Broken::Content(fault)) => return Err(unreadable(fault)),
            End::Broken(Broken::Connection(error)) => return Err(self.context.broken(error)),
        }
        if is_acknowledgement {
            let is_whole = matches!(end, End::Whole) && bytes.len() < IGNORED_BODY;
            shape::acknowledge(&bytes, is_whole, request.job.as_deref()).map_err(unreadable)?;
            return Ok(Answer::Document {
                document: Document::default(),
                links_to_next,
            });
        }
        let document = check(bytes, request).await.map_err(unreadable)?;
        Ok(Answer::Document {
            document,
            links_to_next,
        })
    }

    /// The error for a status outside 2xx. A body that is cut or too long costs nothing but its rest: the status is known.
    async fn refusal(&self, status: StatusCode, mut body: Decoded) -> Error {
        let headers = body.response().headers().clone();
        let refusal = |message, body, request_id| Error::Status {
            status: status.as_u16(),
            message,
            body,
            request_id,
            retry_after: header(&headers, &RETRY_AFTER).and_then(|value| retry::retry_after(value, sent_at(&headers))),
            call: Box::new(self.context.call()),
        };
        let without_body = |id| self.context.refused(refusal(self.context.phrase(status), None, id));
        // Stands in for the timeout where there are many secrets, or the body stalls.
        without_body(None);
        let mask = (self.mask)().ready().await;
        let id = request_id(&headers).map(|id| shown(&mask, id));
        without_body(id.clone());
        let mut bytes = Vec::new();
        // A little more than is kept, so that a secret at the end of what is kept is whole, and masked.
        let limit = ERROR_BODY + MASK_MARGIN;
        let end = self.collect(&mut body, &mut bytes, usize::MAX, limit).await;
        let is_cut = !matches!(end, End::Whole);
        let text = mask.work_on(bytes.len(), (bytes, is_cut), |mask, (bytes, is_cut)| {
            ErrorText::read(mask, &bytes, is_cut)
        });
        let text = text.await.unwrap_or_default();
        let message = text.message.filter(|_| !self.context.is_the_proxys(status));
        refusal(message.unwrap_or_else(|| self.context.phrase(status)), text.body, id)
    }

    /// Reads a body until it ends, breaks, or has grown past the limit. What comes after so many bytes is not kept.
    async fn collect(&self, body: &mut Decoded, bytes: &mut Vec<u8>, kept: usize, limit: usize) -> End {
        let length = body.length().and_then(|length| length.try_into().ok());
        bytes.reserve(length.unwrap_or(0).min(limit).min(RESERVED));
        let mut came = 0_usize;
        loop {
            match self.context.rest().while_held(self.clock, body.next()).await {
                Ok(Some(piece)) => {
                    came = came.saturating_add(piece.len());
                    let room = kept.saturating_sub(bytes.len()).min(piece.len());
                    bytes.extend_from_slice(piece.get(..room).unwrap_or_default());
                }
                Ok(None) => return End::Whole,
                Err(broken) => return End::Broken(broken),
            }
            self.context.moved();
            if came > limit {
                return End::TooLarge;
            }
        }
    }
}

/// What a server tells with a status outside 2xx, without the secrets.
#[derive(Debug, Default)]
pub(crate) struct ErrorText {
    /// Its words, where the body has some.
    pub(crate) message: Option<String>,
    /// The whole as text, where there is any.
    pub(crate) body: Option<String>,
}

impl ErrorText {
    /// Reads a body, which may be cut.
    pub(crate) fn read(mask: &Mask, body: &[u8], is_cut: bool) -> Self {
        let body = String::from_utf8_lossy(without_mark(body));
        let body = if is_cut {
            mask.apply_to_cut(&body)
        } else {
            mask.apply(&body)
        };
        Self {
            // Masked again, because JSON may have spelled the secret in a way of its own.
            message: server_message(&body).map(|message| cut(&mask.apply(&message), ERROR_MESSAGE).to_owned()),
            body: (!body.is_empty()).then(|| cut(&body, ERROR_BODY).to_owned()),
        }
    }
}

/// Reads a body as what was asked for; a long one where that keeps nobody waiting.
async fn check(body: Vec<u8>, request: &Request) -> Result<Document, BodyFault> {
    const LONG: usize = 1024 * 1024;
    let expect = request.expect;
    if body.len() < LONG {
        return shape::read(body, expect, request.job.as_deref());
    }
    let job = request.job.clone();
    let checked = blocking::compute(move || shape::read(body, expect, job.as_deref())).await;
    checked.unwrap_or(Err(BodyFault::NotJson))
}

enum End {
    Whole,
    /// Its end was not waited for.
    Unread,
    TooLarge,
    Broken(Broken),
}

/// When an answer was sent, by the clock that its dates go by, which is the server's where it tells.
fn sent_at(headers: &HeaderMap) -> SystemTime {
    let date = header(headers, &DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    date.unwrap_or_else(SystemTime::now)
}

fn header<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn request_id(headers: &HeaderMap) -> Option<&str> {
    REQUEST_IDS.iter().find_map(|name| header(headers, name))
}

/// What the server calls a request, without the secrets. A name is not long.
fn shown(mask: &Mask, id: &str) -> String {
    mask.apply_to_beginning(id, ERROR_MESSAGE).into_owned()
}

/// The words of the API's error body.
fn server_message(body: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct ErrorBody {
        message: String,
    }

    let ErrorBody { message } = serde_json::from_str(body).ok()?;
    let message = message.trim();
    (!message.is_empty()).then(|| message.to_owned())
}

/// The text up to so many bytes, and not into the middle of a character.
fn cut(text: &str, most: usize) -> &str {
    let end = text.floor_char_boundary(most);
    text.get(..end).unwrap_or(text)
}
