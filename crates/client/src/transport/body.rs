//! What a request carries: a recipe that can be asked again for every attempt, and the body made from it, which notes how
//! far the transport has come.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::progress::{self, Progress};

/// The recipe.
#[derive(Debug, Clone)]
pub(crate) enum Payload {
    Empty,
    Json(Bytes),
}

impl Payload {
    pub(super) fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::Empty => None,
            Self::Json(_) => Some("application/json"),
        }
    }

    /// A fresh body for an attempt.
    pub(super) fn open(&self, progress: Arc<Progress>) -> reqwest::Body {
        let data = match self {
            Self::Empty => None,
            Self::Json(bytes) => Some(bytes.clone()),
        };
        reqwest::Body::wrap(Tracked { data, progress })
    }
}

/// The transport asks for the next piece only when the socket has taken those before, so that a server which does not read
/// is seen to stall the sending.
const PIECE: usize = 64 * 1024;

/// A body that tells the attempt's account when the transport begins to read it, and when the transport is through with it.
struct Tracked {
    data: Option<Bytes>,
    progress: Arc<Progress>,
}

impl Body for Tracked {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !self.progress.take_body() {
            // The connection ends with this error before anything of the request is flushed.
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        let Some(mut data) = self.data.take() else {
            return Poll::Ready(None);
        };
        let piece = data.split_to(data.len().min(PIECE));
        self.data = Some(data).filter(|rest| !rest.is_empty());
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.data.as_ref().map_or(0, |data| data.len() as u64))
    }
}

impl Drop for Tracked {
    /// The connection's task drops a body once it is written, or at once where there is nothing to write. Dropped in the
    /// request's own task, it was never handed over.
    fn drop(&mut self) {
        if !progress::in_request() {
            self.progress.dispatched();
        }
    }
}
