//! Reads a response to its end, within the limits, and separates answers from errors.

use std::time::{Duration, SystemTime};

use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{CONTENT_TYPE, DATE, RETRY_AFTER},
};

use super::{
    coding::{Broken, Decoded},
    excerpt,
    failure::{FailedAttempt, FailureContext},
    link,
    mask::Mask,
    raw::RawResponse,
    request::{Expect, Format, Request},
    retry, shape,
    stream::Streamed,
};
use crate::{
    blocking,
    clock::Clock,
    document::{self, Document, without_mark},
    error::{BodyFault, Error, Result},
};

/// How many bytes of the body of an error are kept.
const ERROR_BODY: usize = 64 * 1024;

/// How many bytes are reserved for a body before it arrives. A longer one must arrive first.
const RESERVED: usize = 64 * 1024;

const MASK_MARGIN: usize = 8 * 1024;

/// How many bytes are kept of a body that the caller does not need.
const IGNORED_BODY: usize = 64 * 1024;

/// How many bytes of a message of the server are shown.
const ERROR_MESSAGE: usize = 1024;

const REQUEST_IDS: [HeaderName; 2] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-correlation-id"),
];

/// An answer.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Read to its end.
    Document {
        /// The body.
        document: Document,
        /// Whether the headers link to a next page.
        links_to_next: bool,
    },
    /// Read to its end, with everything that a caller who made the request may want to see.
    Raw(Box<RawResponse>),
    /// Left for the caller to read.
    Stream(Box<Streamed>),
}

pub(super) struct Reader<'a, M> {
    /// Makes the mask for the secrets of the request. Only a refusal needs it.
    pub(super) mask: M,
    pub(super) context: FailureContext<'a>,
    pub(super) limit: usize,
    pub(super) clock: &'a dyn Clock,
    /// How long a body may take that the caller does not need.
    pub(super) patience: Duration,
}

impl<M: Fn() -> Mask> Reader<'_, M> {
    pub(super) async fn read(&self, response: reqwest::Response, request: &Request) -> Result<Answer, FailedAttempt> {
        let status = response.status();
        let mut body = Decoded::new(response);
        if !status.is_success() {
            return Err(self.refusal(status, body).await.into());
        }
        let unreadable = |fault| self.context.unreadable(status.as_u16(), fault, String::new());
        let media_type = header(body.response().headers(), &CONTENT_TYPE).map(str::to_owned);
        let oversized = |begun: &[u8]| match request.expect {
            Expect::Raw(Format::Bytes) => BodyFault::TooLarge,
            expect => shape::oversized(begun, media_type.as_deref(), expect),
        };
        if body.length().is_some_and(|length| length > self.limit as u64) {
            return Err(self
                .something_else(status, oversized(&[]), media_type.as_deref(), &[])
                .await);
        }
        let links_to_next = link::has_next(body.response().headers());
        let mut bytes = Vec::new();
        let is_acknowledgement = request.expect == Expect::Acknowledgement;
        let end = if is_acknowledgement {
            // The server has accepted the request, however long the rest of its answer takes.
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
            End::TooLarge => {
                let beginning = beginning(&bytes);
                return Err(self
                    .something_else(status, oversized(&bytes), media_type.as_deref(), beginning)
                    .await);
            }
            End::Broken(Broken::Content(fault)) => return Err(unreadable(fault)),
            End::Broken(Broken::Connection(error)) => return Err(self.context.broken(error)),
        }
        if is_acknowledgement {
            let is_whole = matches!(end, End::Whole) && bytes.len() < IGNORED_BODY;
            if let Err(fault) = shape::acknowledge(&bytes, is_whole, request.job.as_deref()) {
                let beginning = beginning(&bytes);
                return Err(self
                    .something_else(status, fault, media_type.as_deref(), beginning)
                    .await);
            }
            return Ok(Answer::Document {
                document: Document::default(),
                links_to_next,
            });
        }
        // Kept for the message, unless the body claims to be JSON.
        let is_json = media_type
            .as_deref()
            .is_some_and(|media_type| media_type.contains("json"));
        let kept = if is_json {
            Vec::new()
        } else {
            beginning(&bytes).to_vec()
        };
        let raw = |body: &Decoded, bytes: Vec<u8>| {
            Answer::Raw(Box::new(RawResponse {
                status: status.as_u16(),
                headers: body.response().headers().clone(),
                body: bytes.into(),
            }))
        };
        if request.expect == Expect::Raw(Format::Bytes) {
            return Ok(raw(&body, bytes));
        }
        match (check(bytes, request).await, request.expect) {
            (Ok(document), Expect::Raw(_)) => Ok(raw(&body, String::from(document).into_bytes())),
            (Ok(document), _) => Ok(Answer::Document {
                document,
                links_to_next,
            }),
            (Err(fault), _) => Err(self.something_else(status, fault, media_type.as_deref(), &kept).await),
        }
    }

    /// Returns the error for a body that is something else. If it is not JSON, the message shows what it is, without secrets.
    async fn something_else(
        &self,
        status: StatusCode,
        fault: BodyFault,
        media_type: Option<&str>,
        beginning: &[u8],
    ) -> FailedAttempt {
        let detail = if fault == BodyFault::NotJson {
            let mask = (self.mask)().ready().await;
            let beginning = String::from_utf8_lossy(beginning).into_owned();
            let masked = mask.work_on(beginning.len(), true, beginning, |mask, text| {
                mask.apply_to_cut(&text).into_owned()
            });
            excerpt::describe(
                media_type.map(|media_type| shown(&mask, media_type)).as_deref(),
                &masked.await.unwrap_or_default(),
            )
        } else {
            String::new()
        };
        self.context.unreadable(status.as_u16(), fault, detail)
    }

    /// Returns the error for a status outside 2xx. A body that is cut or too long loses only its end: the status is
    /// known.
    async fn refusal(&self, status: StatusCode, mut body: Decoded) -> Error {
        let headers = body.response().headers().clone();
        let refusal = |message, is_servers, body, request_id| Error::Status {
            status: status.as_u16(),
            message,
            is_servers,
            body,
            request_id,
            retry_after: header(&headers, &RETRY_AFTER).and_then(|value| retry::retry_after(value, sent_at(&headers))),
            call: Box::new(self.context.call()),
        };
        let without_body = |id| {
            self.context
                .refused(refusal(self.context.phrase(status, None), false, None, id));
        };
        // Replaces the timeout if there are many secrets, or if the body stalls.
        without_body(None);
        let mask = (self.mask)().ready().await;
        let id = request_id(&headers).map(|id| shown(&mask, id));
        without_body(id.clone());
        let mut bytes = Vec::new();
        // Slightly more than is kept, so that a secret at the end of the kept part is complete and is masked.
        let limit = ERROR_BODY + MASK_MARGIN;
        let end = self.collect(&mut body, &mut bytes, usize::MAX, limit).await;
        let is_cut = !matches!(end, End::Whole);
        let text = mask.work_on(bytes.len(), is_cut, (bytes, is_cut), |mask, (bytes, is_cut)| {
            ErrorText::read(mask, &bytes, is_cut)
        });
        let text = text.await.unwrap_or_default();
        let message = text.message.filter(|_| !self.context.is_from_proxy(status));
        let is_servers = message.is_some();
        let message = message.unwrap_or_else(|| {
            let location = self
                .context
                .location(status, &headers)
                .map(|location| shown(&mask, &location));
            self.context.phrase(status, location.as_deref())
        });
        refusal(message, is_servers, text.body, id)
    }

    /// Reads a body until it ends, breaks, or exceeds the limit. Keeps no more than the first `kept` bytes.
    async fn collect(&self, body: &mut Decoded, bytes: &mut Vec<u8>, kept: usize, limit: usize) -> End {
        let length = body.length().and_then(|length| length.try_into().ok());
        bytes.reserve(length.unwrap_or(0).min(limit).min(RESERVED));
        let mut received = 0_usize;
        loop {
            match self.context.rest().while_held(self.clock, body.next()).await {
                Ok(Some(chunk)) => {
                    received = received.saturating_add(chunk.len());
                    let room = kept.saturating_sub(bytes.len()).min(chunk.len());
                    bytes.extend_from_slice(chunk.get(..room).unwrap_or_default());
                }
                Ok(None) => return End::Whole,
                Err(broken) => return End::Broken(broken),
            }
            self.context.moved();
            if received > limit {
                return End::TooLarge;
            }
        }
    }
}

/// The text of an error from the server, without the secrets.
#[derive(Debug, Default)]
pub(crate) struct ErrorText {
    /// The message of the server, if the body has one.
    pub(crate) message: Option<String>,
    /// The whole body as text, unless it is empty.
    pub(crate) body: Option<String>,
}

impl ErrorText {
    /// Reads a body, which may be cut off.
    pub(crate) fn read(mask: &Mask, body: &[u8], is_cut: bool) -> Self {
        let body = String::from_utf8_lossy(without_mark(body));
        let body = if is_cut {
            mask.apply_to_cut(&body)
        } else {
            mask.apply(&body)
        };
        Self {
            // Masked again, because JSON can spell a secret in another way.
            message: server_message(&body).map(|message| cut(&mask.apply(&message), ERROR_MESSAGE).to_owned()),
            body: (!body.is_empty()).then(|| cut(&body, ERROR_BODY).to_owned()),
        }
    }
}

/// Checks that a body has the expected shape. A long one is checked on another thread.
async fn check(body: Vec<u8>, request: &Request) -> Result<Document, BodyFault> {
    const LONG: usize = 1024 * 1024;
    let expect = request.expect;
    if body.len() < LONG {
        return shape::read_about(body, expect, request.job.as_deref(), request.of_model.as_ref());
    }
    let (job, model) = (request.job.clone(), request.of_model.clone());
    let checked = blocking::compute(move || shape::read_about(body, expect, job.as_deref(), model.as_ref())).await;
    checked.unwrap_or(Err(BodyFault::NotJson))
}

enum End {
    Whole,
    /// The end did not arrive in time.
    Unread,
    TooLarge,
    Broken(Broken),
}

/// The time at which a response was sent, by the clock of the server if it sends a `Date`.
fn sent_at(headers: &HeaderMap) -> SystemTime {
    let date = header(headers, &DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    date.unwrap_or_else(SystemTime::now)
}

fn header<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Returns the ID that the server gave a request, if a header has one.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    REQUEST_IDS.iter().find_map(|name| header(headers, name))
}

/// Returns the beginning of a body that is searched for words to show.
fn beginning(body: &[u8]) -> &[u8] {
    body.get(..excerpt::SEARCHED).unwrap_or(body)
}

/// A text in the headers, without the secrets. It is short.
pub(super) fn shown(mask: &Mask, id: &str) -> String {
    mask.apply_to_beginning(id, ERROR_MESSAGE).into_owned()
}

/// The message in an error body of the API. Of several, the last counts, as in `JSON.parse`.
fn server_message(body: &str) -> Option<String> {
    let message = document::string_member(body, "message")?;
    let message = message.trim();
    (!message.is_empty()).then(|| message.to_owned())
}

/// Cuts a text to this many bytes, but not inside a character.
fn cut(text: &str, most: usize) -> &str {
    let end = text.floor_char_boundary(most);
    text.get(..end).unwrap_or(text)
}
