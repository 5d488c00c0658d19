//! The sockets of the emulator. They are counted while open, and a request can close its own.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// One accepted connection.
pub(crate) struct Socket {
    stream: TcpStream,
    handle: SocketHandle,
    open: ConnectionCount,
}

/// How many sockets of one emulator are open, and how many were accepted.
#[derive(Clone, Default)]
pub(crate) struct ConnectionCount(Arc<Counts>);

#[derive(Default)]
struct Counts {
    open: AtomicUsize,
    accepted: AtomicU64,
}

impl ConnectionCount {
    pub(crate) fn get(&self) -> usize {
        self.0.open.load(Ordering::Relaxed)
    }
}

/// Closes the socket of a request.
#[derive(Clone)]
pub(crate) struct SocketHandle(Arc<Fate>);

#[derive(Default)]
struct Fate {
    /// The position of the connection in the order in which they were accepted, from 1.
    number: u64,
    reset: AtomicBool,
    end_once_flushed: AtomicBool,
    end: Notify,
}

impl Socket {
    /// Wraps a stream, and counts it in `open` until it is dropped.
    pub(crate) fn new(stream: TcpStream, open: ConnectionCount) -> Self {
        open.0.open.fetch_add(1, Ordering::Relaxed);
        let number = open.0.accepted.fetch_add(1, Ordering::Relaxed) + 1;
        Self {
            stream,
            handle: SocketHandle(Arc::new(Fate {
                number,
                ..Fate::default()
            })),
            open,
        }
    }

    pub(crate) fn handle(&self) -> SocketHandle {
        self.handle.clone()
    }
}

impl SocketHandle {
    /// Returns the position of its connection in the order in which they were accepted, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.0.number
    }

    /// Closes the connection with RST. Unsent bytes are lost.
    pub(crate) fn reset(&self) {
        self.0.reset.store(true, Ordering::Release);
        self.0.end.notify_one();
    }

    /// Closes the connection after all bytes written so far are passed to the system.
    pub(crate) fn end_once_flushed(&self) {
        self.0.end_once_flushed.store(true, Ordering::Release);
    }

    /// Resolves when the connection must close. The task that serves it then drops the socket.
    pub(crate) async fn ended(&self) {
        self.0.end.notified().await;
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.handle.0.reset.load(Ordering::Acquire) {
            // Without a linger time, closing sends RST instead of FIN. A failure means that the peer is already gone.
            let _ = self.stream.set_zero_linger();
        }
        self.open.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// The HTTP layer flushes when its own buffer is empty, so at this point the system has all bytes.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(Pin::new(&mut self.stream).poll_flush(cx));
        if self.handle.0.end_once_flushed.load(Ordering::Acquire) {
            self.handle.0.end.notify_one();
        }
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
