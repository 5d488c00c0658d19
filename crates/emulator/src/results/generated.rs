//! Bodies of answers that are made while they are sent, and so cost no memory whatever their size is.

use std::io::{self, BufWriter, Write as _};
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use serde::Serialize;
use tokio::sync::mpsc;

/// How much is sent at a time.
const PIECE: usize = 64 << 10;

/// JSON that is written as far as the client reads.
pub(crate) fn json(value: impl Serialize + Send + 'static) -> Body {
    let (sender, receiver) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        let mut writer = BufWriter::with_capacity(PIECE, Writer(sender));
        // The one failure is a client that has gone.
        let _ = serde_json::to_writer(&mut writer, &value);
        let _ = writer.flush();
    });
    Body::new(Written(receiver))
}

struct Writer(mpsc::Sender<Bytes>);

impl io::Write for Writer {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Bytes::copy_from_slice(piece));
        sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Written(mpsc::Receiver<Bytes>);

impl http_body::Body for Written {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0
            .poll_recv(cx)
            .map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// What bytes of a size consist of, again and again. Its length divides no power of two, so that what is moved or cut at one
/// is not the same.
static PATTERN: LazyLock<Bytes> = LazyLock::new(|| {
    (0..65_521_u32)
        .map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1])
        .collect()
});

/// Bytes that follow from their places alone.
pub(crate) struct Pattern {
    at: u64,
    end: u64,
}

impl Pattern {
    /// Those between two places.
    pub(crate) fn new(at: u64, end: u64) -> Self {
        Self { at, end }
    }
}

impl http_body::Body for Pattern {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.at >= self.end {
            return Poll::Ready(None);
        }
        let length = PATTERN.len() as u64;
        let start = self.at % length;
        let end = length.min(start + (self.end - self.at));
        self.at += end - start;
        let [start, end] = [start, end].map(|place| usize::try_from(place).unwrap_or_default());
        Poll::Ready(Some(Ok(Frame::data(PATTERN.slice(start..end)))))
    }

    fn is_end_stream(&self) -> bool {
        self.at >= self.end
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end - self.at)
    }
}
