//! An open source, cut into chunks when their turn comes. Sends nothing.

use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use super::idle::Idle;
use crate::{
    error::{Error, InputFault, Result},
    jobs::Place,
    transport::{Data, FileRange, OpenFile},
};

/// Bytes that come piece by piece, each when it is asked for.
pub type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The chunks of a source.
pub(super) struct Chunks {
    pub(super) place: Place,
    source: Open,
    limit: u64,
}

/// A source that is open.
pub(super) enum Open {
    File {
        file: Arc<OpenFile>,
        at: u64,
        size: u64,
    },
    Bytes(Bytes),
    Pieces {
        /// None once they have ended: a stream may panic when it is asked again.
        pieces: Option<Pieces>,
        /// What the last piece had over.
        rest: Bytes,
        taken: u64,
        size: Option<u64>,
    },
}

impl Chunks {
    pub(super) fn new(place: Place, source: Open, limit: u64) -> Self {
        Self { place, source, limit }
    }

    /// The next chunk; `None` at the end.
    pub(super) async fn next(&mut self, idle: &Idle<'_>) -> Result<Option<Data>> {
        let limit = self.limit;
        match &mut self.source {
            Open::File { file, at, size } => {
                let length = (*size - *at).min(limit);
                if length == 0 {
                    return Ok(None);
                }
                let range = FileRange::new(Arc::clone(file), *at, length).await;
                *at += length;
                Ok(Some(Data::File(
                    range.map_err(|failure| self.place.unreadable(&failure))?,
                )))
            }
            Open::Bytes(bytes) => {
                let chunk = bytes.split_to(at_most(limit, bytes.len()));
                Ok((!chunk.is_empty()).then_some(Data::Bytes(chunk)))
            }
            Open::Pieces {
                pieces,
                rest,
                taken,
                size,
            } => {
                // Room for what will come, so that a chunk is not copied again and again as it grows.
                let room = size.map_or(limit, |size| size.saturating_sub(*taken).min(limit));
                let chunk = fill(pieces, rest, limit, room, idle).await;
                let chunk = chunk.map_err(|failure| match failure {
                    Failure::Broken(cause) => self.place.broken(InputFault::Unusable, "cannot be read", cause),
                    Failure::Stalled => {
                        let reason = format!("gave no byte for {} ms (idleTimeout)", idle.limit.as_millis());
                        self.place.refuse(InputFault::Timeout, reason)
                    }
                })?;
                *taken += chunk.len() as u64;
                let ended = chunk.is_empty();
                if size.is_some_and(|size| *taken > size || (ended && *taken < size)) {
                    let reason = "has another size than it had when the upload began";
                    return Err(self.place.refuse(InputFault::Changed, reason));
                }
                if ended && *taken == 0 {
                    return Err(empty(&self.place));
                }
                Ok((!ended).then_some(Data::Bytes(chunk)))
            }
        }
    }
}

/// Why a source gave no chunk.
enum Failure {
    Broken(io::Error),
    Stalled,
}

/// Gathers pieces until a chunk is full or they end. A piece that is a chunk by itself is not copied.
async fn fill(
    pieces: &mut Option<Pieces>,
    rest: &mut Bytes,
    limit: u64,
    room: u64,
    idle: &Idle<'_>,
) -> Result<Bytes, Failure> {
    let mut chunk = BytesMut::new();
    loop {
        let missing = at_most(limit - chunk.len() as u64, rest.len());
        let piece = rest.split_to(missing);
        if chunk.is_empty() && piece.len() as u64 == limit {
            return Ok(piece);
        }
        if chunk.is_empty() && !piece.is_empty() {
            chunk.reserve(at_most(room, usize::MAX));
        }
        chunk.extend_from_slice(&piece);
        if chunk.len() as u64 == limit {
            return Ok(chunk.freeze());
        }
        let Some(coming) = pieces else {
            return Ok(chunk.freeze());
        };
        match next_piece(coming, idle).await? {
            Some(piece) => *rest = piece,
            None => *pieces = None,
        }
    }
}

/// The next piece with bytes. Empty ones are no sign of life, however many there are.
async fn next_piece(pieces: &mut Pieces, idle: &Idle<'_>) -> Result<Option<Bytes>, Failure> {
    let mut passed = pin!(idle.passed());
    loop {
        let piece = tokio::select! {
            biased;
            piece = poll_fn(|cx| pieces.as_mut().poll_next(cx)) => piece.transpose().map_err(Failure::Broken)?,
            () = &mut passed => return Err(Failure::Stalled),
        };
        if piece.as_ref().is_none_or(|bytes| !bytes.is_empty()) {
            return Ok(piece);
        }
        // A stream that is always ready would not let the limit pass.
        tokio::select! {
            biased;
            () = &mut passed => return Err(Failure::Stalled),
            () = tokio::task::yield_now() => {}
        }
    }
}

fn at_most(limit: u64, length: usize) -> usize {
    usize::try_from(limit).map_or(length, |limit| limit.min(length))
}

/// The error for a source without a byte.
pub(super) fn empty(place: &Place) -> Error {
    place.refuse(
        InputFault::Empty,
        "is empty, and servers drop an empty input without a word",
    )
}

#[cfg(test)]
mod tests {
    use std::{
        task::{Context, Poll},
        time::Duration,
    };

    use tokio::time::{Instant, Sleep, sleep};

    use super::*;
    use crate::clock::SystemClock;

    const LIMIT: Duration = Duration::from_millis(300);

    /// Brings an empty piece after each pause; none where there is no pause to wait for.
    struct Empty(Duration, Option<Pin<Box<Sleep>>>);

    impl Stream for Empty {
        type Item = io::Result<Bytes>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let pause = self.0;
            let waiting = self.1.get_or_insert_with(|| Box::pin(sleep(pause)));
            if waiting.as_mut().poll(cx).is_pending() && !pause.is_zero() {
                return Poll::Pending;
            }
            self.1 = None;
            Poll::Ready(Some(Ok(Bytes::new())))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn empty_pieces_do_not_prolong_the_limit() {
        let mut pieces: Pieces = Box::pin(Empty(Duration::from_millis(70), None));
        let started = Instant::now();
        let piece = next_piece(&mut pieces, &Idle::new(&SystemClock, LIMIT)).await;
        assert!(matches!(piece, Err(Failure::Stalled)));
        assert_eq!(started.elapsed(), LIMIT);
    }

    #[tokio::test]
    async fn empty_pieces_that_are_always_ready_let_the_limit_pass() {
        let mut pieces: Pieces = Box::pin(Empty(Duration::ZERO, None));
        let limit = Duration::from_millis(20);
        let piece = next_piece(&mut pieces, &Idle::new(&SystemClock, limit)).await;
        assert!(matches!(piece, Err(Failure::Stalled)));
    }
}
