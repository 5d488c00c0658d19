//! Cuts an open source into the chunks of an upload, one at a time. Sends nothing.

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
    jobs::InputNames,
    transport::{Data, FileRange, OpenFile},
};

/// A stream of bytes. Each poll of it returns the next chunk of the source.
pub type ByteStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// Cuts a source into the chunks of an upload.
pub(super) struct Chunks {
    pub(super) names: InputNames,
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
    Stream {
        /// `None` after its end: a stream may panic when it is polled again.
        stream: Option<ByteStream>,
        /// Bytes of the source's last chunk that the upload's last chunk had no room for.
        rest: Bytes,
        taken: u64,
        size: Option<u64>,
    },
}

impl Chunks {
    pub(super) fn new(names: InputNames, source: Open, limit: u64) -> Self {
        Self { names, source, limit }
    }

    /// Returns the next chunk, or `None` at the end.
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
                    range.map_err(|failure| self.names.unreadable(&failure))?,
                )))
            }
            Open::Bytes(bytes) => {
                let chunk = bytes.split_to(at_most(limit, bytes.len()));
                Ok((!chunk.is_empty()).then_some(Data::Bytes(chunk)))
            }
            Open::Stream {
                stream,
                rest,
                taken,
                size,
            } => {
                // Reserves the whole chunk at once, so that it is not copied each time it grows.
                let room = size.map_or(limit, |size| size.saturating_sub(*taken).min(limit));
                let chunk = fill(stream, rest, limit, room, idle).await;
                let chunk = chunk.map_err(|failure| failure.at(&self.names, idle))?;
                *taken += chunk.len() as u64;
                let ended = chunk.is_empty();
                if size.is_some_and(|size| *taken > size || (ended && *taken < size)) {
                    let reason = "has another size than it had when the upload began";
                    return Err(self.names.refuse(InputFault::Changed, reason));
                }
                if ended && *taken == 0 {
                    return Err(empty(&self.names));
                }
                Ok((!ended).then_some(Data::Bytes(chunk)))
            }
        }
    }
}

/// Why a source returned no chunk.
enum Failure {
    Broken(io::Error),
    Stalled,
}

impl Failure {
    fn at(self, names: &InputNames, idle: &Idle<'_>) -> Error {
        match self {
            Self::Broken(cause) => names.broken(InputFault::Unusable, "cannot be read", cause),
            Self::Stalled => {
                let reason = format!("gave no byte for {} ms (idle_timeout)", idle.limit.as_millis());
                names.refuse(InputFault::Timeout, reason)
            }
        }
    }
}

/// Returns the first bytes of a stream, which must have some.
pub(super) async fn first_bytes(stream: &mut Option<ByteStream>, names: &InputNames, idle: &Idle<'_>) -> Result<Bytes> {
    let Some(open) = stream else {
        return Err(empty(names));
    };
    match next_bytes(open, idle)
        .await
        .map_err(|failure| failure.at(names, idle))?
    {
        Some(bytes) => Ok(bytes),
        None => Err(empty(names)),
    }
}

/// Fills a chunk from the stream until the chunk is full or the stream ends. Copies nothing if the bytes at hand already fill
/// the chunk.
async fn fill(
    stream: &mut Option<ByteStream>,
    rest: &mut Bytes,
    limit: u64,
    room: u64,
    idle: &Idle<'_>,
) -> Result<Bytes, Failure> {
    let mut chunk = BytesMut::new();
    loop {
        let missing = at_most(limit - chunk.len() as u64, rest.len());
        let head = rest.split_to(missing);
        if chunk.is_empty() && head.len() as u64 == limit {
            return Ok(head);
        }
        if chunk.is_empty() && !head.is_empty() {
            chunk.reserve(at_most(room, usize::MAX));
        }
        chunk.extend_from_slice(&head);
        if chunk.len() as u64 == limit {
            return Ok(chunk.freeze());
        }
        let Some(open) = stream else {
            return Ok(chunk.freeze());
        };
        match next_bytes(open, idle).await? {
            Some(bytes) => *rest = bytes,
            None => *stream = None,
        }
    }
}

/// Returns the stream's next chunk that has bytes. Empty chunks do not restart the limit.
async fn next_bytes(stream: &mut ByteStream, idle: &Idle<'_>) -> Result<Option<Bytes>, Failure> {
    let mut passed = pin!(idle.passed());
    loop {
        let bytes = tokio::select! {
            biased;
            item = poll_fn(|cx| stream.as_mut().poll_next(cx)) => item.transpose().map_err(Failure::Broken)?,
            () = &mut passed => return Err(Failure::Stalled),
        };
        if bytes.as_ref().is_none_or(|bytes| !bytes.is_empty()) {
            return Ok(bytes);
        }
        // Yields, because a stream that is always ready would keep the limit's timer from running.
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

/// Returns the error for a source that has no bytes.
pub(super) fn empty(names: &InputNames) -> Error {
    names.refuse(
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

    /// Returns an empty chunk after each pause, or at once if the pause is zero.
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
    async fn empty_chunks_do_not_prolong_the_limit() {
        let mut stream: ByteStream = Box::pin(Empty(Duration::from_millis(70), None));
        let started = Instant::now();
        let next = next_bytes(&mut stream, &Idle::new(&SystemClock, LIMIT)).await;
        assert!(matches!(next, Err(Failure::Stalled)));
        assert_eq!(started.elapsed(), LIMIT);
    }

    #[tokio::test]
    async fn empty_chunks_that_are_always_ready_let_the_limit_pass() {
        let mut stream: ByteStream = Box::pin(Empty(Duration::ZERO, None));
        let limit = Duration::from_millis(20);
        let next = next_bytes(&mut stream, &Idle::new(&SystemClock, limit)).await;
        assert!(matches!(next, Err(Failure::Stalled)));
    }
}
