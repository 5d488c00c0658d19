//! A response that breaks off in the middle of its body.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, to_bytes};
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::server::SocketHandle;

/// Cuts a response in half. A response without a body is sent whole, and only its connection closes.
pub(super) async fn cut(answer: Response, socket: SocketHandle) -> Response {
    let (mut head, body) = answer.into_parts();
    // The bodies of the routes are in memory already, so that reading one cannot fail.
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if whole.is_empty() {
        head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        return Response::from_parts(head, Body::empty());
    }
    let body = CutBody {
        length: whole.len(),
        half: Some(whole.slice(..whole.len() / 2)),
        socket,
    };
    Response::from_parts(head, Body::new(body))
}

/// Announces `length` bytes, yields the first half, and then closes the connection.
///
/// An error would close it too, but the HTTP layer would then drop the bytes that it has not written yet.
struct CutBody {
    length: usize,
    half: Option<Bytes>,
    socket: SocketHandle,
}

impl http_body::Body for CutBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.half.take() {
            Some(half) if !half.is_empty() => Poll::Ready(Some(Ok(Frame::data(half)))),
            _ => {
                self.socket.end_once_flushed();
                Poll::Pending
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length as u64)
    }
}
