//! The body of a request: a payload that every attempt can open again, and the body made from it, which notes how far
//! the transport has come. `assumptions` lists how hyper handles the body.

use std::{
    collections::VecDeque,
    io, mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::HeaderValue;
use http_body::{Body, Frame, SizeHint};

pub(crate) use self::file::{FileRange, OpenFile};
use self::pacing::Pacing;
pub(super) use self::pacing::ProxiesPace;
use super::{
    attempt_state::{self, AttemptState},
    gate,
    handover::{Offer, SocketCheck},
};

mod file;
mod pacing;

/// A payload, from which each attempt makes a body.
#[derive(Debug, Clone)]
pub(crate) enum Payload {
    Empty,
    Json(Bytes),
    /// Data between a head and a tail, as a part of a form has them.
    Framed {
        content_type: HeaderValue,
        head: Bytes,
        data: Data,
        tail: Bytes,
    },
}

/// The data of a chunk.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    Bytes(Bytes),
    File(FileRange),
}

impl Data {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(range) => range.len(),
        }
    }
}

impl Payload {
    /// Whether it is a chunk of an upload, which may take any time while bytes move.
    pub(super) fn is_chunk(&self) -> bool {
        matches!(self, Self::Framed { .. })
    }

    /// The JSON body, which may contain credentials for other services.
    pub(super) fn json(&self) -> Bytes {
        match self {
            Self::Json(bytes) => bytes.clone(),
            Self::Empty | Self::Framed { .. } => Bytes::new(),
        }
    }

    pub(super) fn content_type(&self) -> Option<HeaderValue> {
        match self {
            Self::Empty => None,
            Self::Json(_) => Some(HeaderValue::from_static("application/json")),
            Self::Framed { content_type, .. } => Some(content_type.clone()),
        }
    }

    /// Its parts, one after the other. Those in memory that fit in a segment are one part, so that they are one write.
    fn parts(&self) -> Vec<Data> {
        match self {
            Self::Empty => vec![],
            Self::Json(bytes) => vec![Data::Bytes(bytes.clone())],
            Self::Framed { head, data, tail, .. } => match data {
                Data::Bytes(bytes) if fits_in_a_segment(head.len() + bytes.len() + tail.len()) => {
                    vec![Data::Bytes([&head[..], bytes, tail].concat().into())]
                }
                data => vec![Data::Bytes(head.clone()), data.clone(), Data::Bytes(tail.clone())],
            },
        }
    }

    /// Opens a new body for an attempt. If a proxy forwards it, it begins with a short block and this pause.
    pub(super) fn open(&self, attempt: Arc<AttemptState>, forwarded: Option<Duration>) -> reqwest::Body {
        let data = self.parts();
        let left: u64 = data.iter().map(Data::len).sum();
        attempt.rest.begin(left > 0);
        attempt.begins_body(is_one_write(&data));
        let segments = data.into_iter().map(Segment::from).collect();
        reqwest::Body::wrap(Tracked {
            segments,
            block: Bytes::new(),
            left,
            pacing: None,
            forwarded: forwarded.filter(|_| is_long(left)),
            check: SocketCheck::default(),
            offer: attempt.hand_over.offer(),
            attempt,
        })
    }
}

/// The length of a block, in bytes. hyper takes several blocks before the socket does, and drops each once the socket
/// has it. Small enough that a slow connection is seen to move, and that a server that does not read stalls the upload.
const BLOCK: usize = 64 * 1024;

/// The length of the first block of a long body that a proxy forwards, which a server that refuses the headers may not
/// read.
const FIRST_OF_FORWARDED: usize = 4 * 1024;

/// Whether a body of this length is written in several blocks, so that the server may refuse it meanwhile.
fn is_long(length: u64) -> bool {
    length > BLOCK as u64
}

/// A body up to this length goes out in the same segment as its head, and in one write, which the smallest buffers of a
/// system have room for.
const SEGMENT: usize = 1024;

fn fits_in_a_segment(length: usize) -> bool {
    length <= SEGMENT
}

/// Whether a body of these parts is written together with its head, so that a server cannot refuse it meanwhile. The
/// head does not wait for a part that has yet to be read.
fn is_one_write(parts: &[Data]) -> bool {
    match parts {
        [] => true,
        [Data::Bytes(bytes)] => fits_in_a_segment(bytes.len()),
        _ => false,
    }
}

/// A block that is being written.
struct Sending {
    block: Bytes,
    attempt: Arc<AttemptState>,
}

impl AsRef<[u8]> for Sending {
    fn as_ref(&self) -> &[u8] {
        &self.block
    }
}

impl Sending {
    fn new(block: Bytes, attempt: Arc<AttemptState>) -> Self {
        attempt.writes();
        Self { block, attempt }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.attempt.written();
    }
}

/// A part of a body that is being sent.
enum Segment {
    Bytes(Bytes),
    File(file::Reader),
}

impl From<Data> for Segment {
    fn from(data: Data) -> Self {
        match data {
            Data::Bytes(bytes) => Self::Bytes(bytes),
            Data::File(range) => Self::File(range.read()),
        }
    }
}

impl Segment {
    /// Returns the next block, which is empty at the end.
    fn poll_block(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        match self {
            Self::Bytes(bytes) => Poll::Ready(Ok(mem::take(bytes))),
            Self::File(reader) => reader.poll_block(cx),
        }
    }
}

/// A body that notes in the state of its attempt when the transport begins to read it, and when the transport has
/// written it.
struct Tracked {
    segments: VecDeque<Segment>,
    /// The bytes that the segments have provided, and that have not been taken.
    block: Bytes,
    /// How many bytes have not been taken.
    left: u64,
    /// What the next block must wait for; `None` before the first.
    pacing: Option<Pacing>,
    /// The pause after the first block of a long body that a proxy forwards.
    forwarded: Option<Duration>,
    check: SocketCheck,
    offer: Offer,
    attempt: Arc<AttemptState>,
}

impl Tracked {
    /// Ends when the connection has taken the request. Returns false if it must not have it.
    fn poll_hand_over(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.attempt.hand_over.is_taken(self.offer) {
            return Poll::Ready(true);
        }
        if !self.attempt.claim(self.offer) {
            return Poll::Ready(false);
        }
        if self.block.is_empty()
            && let Some(Segment::Bytes(bytes)) = self.segments.front_mut()
        {
            // Read before the check, so that the check is as late as possible.
            self.block = mem::take(bytes);
        }
        // A request with a body must never be repeated, so its socket is checked first.
        ready!(self.check.poll(cx));
        Poll::Ready(self.attempt.hand_over.take(self.offer))
    }

    /// Hands a request without a body to the current connection, at once or behind its gate. Returns false if it must
    /// not have it.
    fn hand_over_without_body(&self) -> bool {
        if self.attempt.read_check.is_of_repeatable() {
            return self.attempt.take(self.offer);
        }
        self.attempt.claim(self.offer) && (gate::close(&self.attempt, self.offer) || self.attempt.take(self.offer))
    }
}

impl Body for Tracked {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !ready!(self.poll_hand_over(cx)) {
            // The connection ends with this error before any of the request is flushed.
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        if !ready!(self.attempt.rest.poll(cx)) {
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        if let Some(pacing) = &mut self.pacing {
            ready!(pacing.poll(cx));
        }
        while self.block.is_empty() {
            let Some(segment) = self.segments.front_mut() else {
                return Poll::Ready(None);
            };
            self.block = ready!(segment.poll_block(cx))?;
            if self.block.is_empty() {
                self.segments.pop_front();
            }
        }
        let most = match self.pacing {
            None if self.forwarded.is_some() => FIRST_OF_FORWARDED,
            _ => BLOCK,
        };
        let length = self.block.len().min(most);
        let sending = Sending::new(self.block.split_to(length), Arc::clone(&self.attempt));
        self.left = self.left.saturating_sub(length as u64);
        match &mut self.pacing {
            None => self.pacing = Some(Pacing::begin(self.left, self.forwarded)),
            Some(pacing) => pacing.go_on(),
        }
        self.attempt.rest.sends(self.left > 0);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_owner(sending)))))
    }

    fn is_end_stream(&self) -> bool {
        // hyper does not poll an empty body, so this question from the task of the connection is the hand-over. The
        // check of the socket follows: `read_check` for a request that may be repeated, `gate` for any other.
        let is_taken = || self.attempt.hand_over.is_taken(self.offer) || self.hand_over_without_body();
        self.left == 0 && (attempt_state::in_request() || is_taken())
    }

    fn size_hint(&self) -> SizeHint {
        // An offer that is over reports at least one byte, so that hyper asks for it and is refused.
        let least = u64::from(self.attempt.hand_over.is_over(self.offer));
        SizeHint::with_exact(self.left.max(least))
    }
}

impl Drop for Tracked {
    /// The task of the connection drops a body once it is written, or at once if it is empty. A body that is dropped in
    /// the task of the request, or before it was claimed, was never handed over.
    fn drop(&mut self) {
        if !attempt_state::in_request() && self.attempt.hand_over.is_taken(self.offer) {
            self.attempt.dispatched();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::{Instant, sleep};

    use super::{super::handover::HandOver, *};
    use crate::{clock::SystemClock, error::Phase};

    #[tokio::test(start_paused = true)]
    async fn a_block_counts_as_moved_when_it_is_taken_and_when_it_is_written() {
        let attempt = AttemptState::new(Arc::default(), HandOver::new(Arc::default()));
        attempt.enter(Phase::Send);
        let bytes = Bytes::from(vec![7; 2 * BLOCK]);
        let mut body = Payload::Json(bytes).open(Arc::clone(&attempt), None);
        let mut taken = Vec::new();
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            taken.push(frame.unwrap().into_data().unwrap());
        }
        assert_eq!(taken.iter().map(Bytes::len).collect::<Vec<_>>(), [BLOCK, BLOCK]);
        let started = Instant::now();
        let write = async {
            for block in taken {
                sleep(Duration::from_millis(200)).await;
                drop(block);
            }
        };
        tokio::join!(write, attempt.stalled(&SystemClock, Duration::from_millis(300)));
        assert_eq!(started.elapsed().as_millis(), 700);
    }

    /// A body of a form with data of this length.
    fn form(length: usize) -> Payload {
        Payload::Framed {
            content_type: HeaderValue::from_static("multipart/form-data; boundary=b"),
            head: Bytes::from_static(b"--b\r\n\r\n"),
            data: Data::Bytes(vec![7; length].into()),
            tail: Bytes::from_static(b"\r\n--b--\r\n"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_body_is_one_write_even_if_it_has_parts() {
        let framing = form(0).parts()[0].len();
        let room = SEGMENT - usize::try_from(framing).unwrap();
        for (payload, is_one_write) in [
            (Payload::Empty, true),
            (Payload::Json(vec![7; SEGMENT].into()), true),
            (Payload::Json(vec![7; SEGMENT + 1].into()), false),
            (form(0), true),
            (form(room), true),
            (form(room + 1), false),
        ] {
            let attempt = AttemptState::new(Arc::default(), HandOver::new(Arc::default()));
            let mut body = payload.open(Arc::clone(&attempt), None);
            let mut blocks = 0;
            while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                drop(frame.unwrap());
                blocks += 1;
            }
            assert_eq!(attempt.is_one_write(), is_one_write, "{payload:?}");
            assert!(!is_one_write || blocks <= 1, "{payload:?}: {blocks}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_body_that_a_proxy_forwards_begins_with_a_short_block_and_a_pause() {
        const PAUSE: Duration = Duration::from_millis(5);
        for (length, first, paused) in [(BLOCK, BLOCK, 0), (BLOCK + 1, FIRST_OF_FORWARDED, 5)] {
            let attempt = AttemptState::new(Arc::default(), HandOver::new(Arc::default()));
            let payload = Payload::Json(Bytes::from(vec![7; length]));
            let mut body = payload.open(attempt, Some(PAUSE));
            let mut lengths = Vec::new();
            let began = Instant::now();
            while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                lengths.push(frame.unwrap().into_data().unwrap().len());
            }
            assert_eq!((lengths.first(), lengths.iter().sum()), (Some(&first), length));
            assert_eq!(began.elapsed().as_millis() / 5 * 5, paused, "{length}");
        }
    }
}
