//! The body of a response on its way to the connection. Records its size and its first bytes when it ends.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::recorded::Recorded;

/// How many bytes of a response are kept.
const KEPT: usize = 64 << 10;

/// A body whose end is recorded: its last byte, or the drop before that.
pub(super) struct Watched {
    body: Body,
    recorded: Recorded,
    first_bytes: Vec<u8>,
    bytes: u64,
    has_ended: bool,
}

impl Watched {
    /// The connection never reads the body of a response to a HEAD.
    pub(super) fn new(body: Body, recorded: Recorded, is_head: bool) -> Self {
        Self {
            has_ended: is_head || http_body::Body::is_end_stream(&body),
            body,
            recorded,
            first_bytes: Vec::new(),
            bytes: 0,
        }
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    let room = KEPT - self.first_bytes.len();
                    self.first_bytes.extend_from_slice(data.get(..room).unwrap_or(data));
                    self.bytes += data.len() as u64;
                }
                // The connection does not ask again if it knows that this was the last frame.
                self.has_ended = self.body.is_end_stream();
            }
            Some(Err(_)) => {}
            None => self.has_ended = true,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let body = std::mem::take(&mut self.first_bytes);
        self.recorded.response_ended(body, self.bytes, !self.has_ended);
    }
}
