//! What a request carries: a recipe that can be asked again for every attempt, and the body made from it, which notes how
//! far the transport has come.

use std::{
    collections::VecDeque,
    io, mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::HeaderValue;
use http_body::{Body, Frame, SizeHint};

pub(crate) use self::file::{FileRange, OpenFile};
use self::pacing::Pacing;
use super::{
    attempt_state::{self, AttemptState},
    handover::{Offer, SocketCheck},
};

mod file;
mod pacing;

/// The recipe.
#[derive(Debug, Clone)]
pub(crate) enum Payload {
    Empty,
    Json(Bytes),
    /// Data within a frame, as a part of a form has it.
    Framed {
        content_type: HeaderValue,
        head: Bytes,
        data: Data,
        tail: Bytes,
    },
}

/// What a chunk consists of.
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
    /// Whether it is a part of an upload, which may take long as long as something moves.
    pub(super) fn is_chunk(&self) -> bool {
        matches!(self, Self::Framed { .. })
    }

    /// What may hold credentials for somebody else.
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

    /// A fresh body for an attempt.
    pub(super) fn open(&self, attempt: Arc<AttemptState>) -> reqwest::Body {
        let data = match self {
            Self::Empty => vec![],
            Self::Json(bytes) => vec![Data::Bytes(bytes.clone())],
            Self::Framed { head, data, tail, .. } => {
                vec![Data::Bytes(head.clone()), data.clone(), Data::Bytes(tail.clone())]
            }
        };
        let left: u64 = data.iter().map(Data::len).sum();
        let segments = data.into_iter().map(Segment::from).collect();
        attempt.rest.begin(left > 0);
        reqwest::Body::wrap(Tracked {
            segments,
            piece: Bytes::new(),
            left,
            pacing: None,
            check: SocketCheck::default(),
            offer: attempt.hand_over.offer(),
            attempt,
        })
    }
}

/// The transport takes some pieces before the socket does, and lets go of each when the socket has it. Small enough that a slow
/// connection is seen to move, and a server that does not read to stall the sending.
const PIECE: usize = 64 * 1024;

/// A piece that is on its way.
struct Sending {
    piece: Bytes,
    attempt: Arc<AttemptState>,
}

impl AsRef<[u8]> for Sending {
    fn as_ref(&self) -> &[u8] {
        &self.piece
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.attempt.moved();
    }
}

/// A part of a body on its way out.
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
    /// The next piece, which is empty at the end.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        match self {
            Self::Bytes(bytes) => Poll::Ready(Ok(mem::take(bytes))),
            Self::File(reader) => reader.poll_piece(cx),
        }
    }
}

/// A body that tells the attempt's account when the transport begins to read it, and when the transport is through with it.
struct Tracked {
    segments: VecDeque<Segment>,
    /// What the segments have given, and has not been taken.
    piece: Bytes,
    /// Bytes that have not been taken.
    left: u64,
    /// What the next piece has to wait for, once there was one.
    pacing: Option<Pacing>,
    check: SocketCheck,
    offer: Offer,
    attempt: Arc<AttemptState>,
}

impl Tracked {
    /// Ends when the connection has the request, or is not to have it.
    fn poll_hand_over(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.attempt.hand_over.is_taken(self.offer) {
            return Poll::Ready(true);
        }
        if !self.attempt.claim(self.offer) {
            return Poll::Ready(false);
        }
        if self.piece.is_empty()
            && let Some(Segment::Bytes(bytes)) = self.segments.front_mut()
        {
            // So that the look is as late as can be.
            self.piece = mem::take(bytes);
        }
        // What has a body is never to be repeated.
        ready!(self.check.poll(cx));
        Poll::Ready(self.attempt.hand_over.take(self.offer))
    }
}

impl Body for Tracked {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !ready!(self.poll_hand_over(cx)) {
            // The connection ends with this error before anything of the request is flushed.
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        if !ready!(self.attempt.rest.poll(cx)) {
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        if let Some(pacing) = &mut self.pacing {
            ready!(pacing.poll(cx));
        }
        while self.piece.is_empty() {
            let Some(segment) = self.segments.front_mut() else {
                return Poll::Ready(None);
            };
            self.piece = ready!(segment.poll_piece(cx))?;
            if self.piece.is_empty() {
                self.segments.pop_front();
            }
        }
        let length = self.piece.len().min(PIECE);
        let sending = Sending {
            piece: self.piece.split_to(length),
            attempt: Arc::clone(&self.attempt),
        };
        self.left = self.left.saturating_sub(length as u64);
        match &mut self.pacing {
            None => self.pacing = Some(Pacing::begin(self.left)),
            Some(pacing) => pacing.go_on(),
        }
        self.attempt.rest.sends(self.left > 0);
        self.attempt.moved();
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_owner(sending)))))
    }

    fn is_end_stream(&self) -> bool {
        // The connection asks for no body that is empty, so that this question of its task is then the hand-over, without a look:
        // no request that must not be repeated is without a body, and a close has `{}`.
        self.left == 0 && (attempt_state::in_request() || self.attempt.take(self.offer))
    }

    fn size_hint(&self) -> SizeHint {
        // What is not to be had has a byte to be asked for, which is refused.
        let least = u64::from(self.attempt.hand_over.is_over(self.offer));
        SizeHint::with_exact(self.left.max(least))
    }
}

impl Drop for Tracked {
    /// The connection's task drops a body once it is written, or at once where there is nothing to write. Dropped in the
    /// request's own task, or before it was asked for anything, it was never handed over.
    fn drop(&mut self) {
        if !attempt_state::in_request() && self.attempt.hand_over.is_taken(self.offer) {
            self.attempt.dispatched();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use tokio::time::{Instant, sleep};

    use super::{super::handover::HandOver, *};
    use crate::{clock::SystemClock, error::Phase};

    #[tokio::test(start_paused = true)]
    async fn a_piece_moves_when_it_is_taken_and_when_the_socket_has_it() {
        let attempt = AttemptState::new(Arc::default(), HandOver::new(Arc::default()));
        attempt.enter(Phase::Send);
        let bytes = Bytes::from(vec![7; 2 * PIECE]);
        let mut body = Payload::Json(bytes).open(Arc::clone(&attempt));
        let mut taken = Vec::new();
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            taken.push(frame.unwrap().into_data().unwrap());
        }
        assert_eq!(taken.iter().map(Bytes::len).collect::<Vec<_>>(), [PIECE, PIECE]);
        let started = Instant::now();
        let write = async {
            for piece in taken {
                sleep(Duration::from_millis(200)).await;
                drop(piece);
            }
        };
        tokio::join!(write, attempt.stalled(&SystemClock, Duration::from_millis(300)));
        assert_eq!(started.elapsed().as_millis(), 700);
    }
}
