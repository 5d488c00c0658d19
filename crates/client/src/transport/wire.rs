//! A TCP socket that still delivers what it has received when it can no longer be written to. A server may refuse a
//! request and close the socket before it has read the body; hyper ends a connection, with its response, at the first
//! failed write. So a failed write stays pending here until everything received has been read.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::Sleep,
};

/// How long a connection that cannot be written to may leave received bytes unread.
const PATIENCE: Duration = Duration::from_secs(10);

/// A socket.
#[derive(Debug)]
pub(super) struct Wire {
    tcp: TcpStream,
    broken: Option<Broken>,
}

/// A failed write.
#[derive(Debug)]
struct Broken {
    error: io::Error,
    /// Ends when the error is reported even if received bytes are unread.
    patience: Pin<Box<Sleep>>,
}

impl Broken {
    fn error(&self) -> io::Error {
        let code = self.error.raw_os_error();
        code.map_or_else(|| self.error.kind().into(), io::Error::from_raw_os_error)
    }
}

impl Wire {
    pub(super) fn new(tcp: TcpStream) -> Self {
        Self { tcp, broken: None }
    }

    fn poll_write_by(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if self.broken.is_none() {
            let written = ready!(write(Pin::new(&mut self.tcp), cx));
            match written {
                Ok(written) => {
                    self.acknowledge();
                    return Poll::Ready(Ok(written));
                }
                Err(error) => {
                    let patience = Box::pin(tokio::time::sleep(PATIENCE));
                    self.broken = Some(Broken { error, patience });
                    // The task may have read all that Tokio knew of, and must look again.
                    cx.waker().wake_by_ref();
                }
            }
        }
        self.poll_broken(cx)
    }

    /// Ends with the error of a failed write after some time.
    fn poll_broken<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let Some(broken) = &mut self.broken else {
            return Poll::Pending;
        };
        ready!(broken.patience.as_mut().poll(cx));
        Poll::Ready(Err(broken.error()))
    }

    /// Has the system acknowledge at once what was received and what comes next. Servers hold back a short response
    /// (Nagle's algorithm) while an interim one has not been acknowledged, and lose it if they close the socket
    /// meanwhile. The system would delay the acknowledgment by 40 ms to send it along with more of the request, and does
    /// so again after each write.
    fn acknowledge(&self) {
        #[cfg(any(target_os = "android", target_os = "linux"))]
        // Without it, acknowledgments are only late.
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.tcp, true);
    }
}

impl AsyncRead for Wire {
    /// After a failed write, its error takes the place of the end, because the system reports a reset only once.
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let (before, had_room) = (buf.filled().len(), buf.remaining() > 0);
        let read = ready!(Pin::new(&mut self.tcp).poll_read(cx, buf));
        if read.is_ok() && buf.filled().len() > before {
            self.acknowledge();
            return Poll::Ready(Ok(()));
        }
        match &self.broken {
            Some(broken) if had_room => Poll::Ready(Err(broken.error())),
            _ => Poll::Ready(read),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_by(cx, |tcp, cx| tcp.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_by(cx, |tcp, cx| tcp.poll_write_vectored(cx, parts))
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TCP keeps nothing back.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net,
    };

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
        time::{Instant, timeout},
    };

    use super::*;

    /// A socket whose server has answered and closed it, with the first byte of a request unread.
    async fn refused(answer: &[u8]) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tcp = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut wire = Wire::new(tcp);
        let server = listener.accept().await.unwrap().0.into_std().unwrap();
        server.set_nonblocking(false).unwrap();
        wire.write_all(b"xy").await.unwrap();
        answer_and_close(server, answer);
        wire
    }

    fn answer_and_close(mut server: net::TcpStream, answer: &[u8]) {
        server.read_exact(&mut [0]).unwrap();
        server.write_all(answer).unwrap();
    }

    /// Writes until the socket takes nothing more.
    async fn write_on(wire: &mut Wire) -> io::Result<()> {
        loop {
            wire.write_all(&[0; 8 * 1024]).await?;
        }
    }

    #[tokio::test]
    async fn what_was_received_is_read_after_a_failed_write_and_the_error_is_its_end() {
        for answer in [&b""[..], b"no room for this", &[7; 10_000]] {
            let mut wire = refused(answer).await;
            let writing = timeout(Duration::from_millis(50), write_on(&mut wire)).await;
            assert!(writing.is_err(), "{writing:?}");
            let mut received = Vec::new();
            let error = wire.read_to_end(&mut received).await.unwrap_err();
            let kinds = [io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe];
            assert!(kinds.contains(&error.kind()), "{error:?}");
            assert!(received == answer, "{} of {}", received.len(), answer.len());
        }
    }

    #[tokio::test]
    async fn a_failed_write_is_reported_in_the_end_if_nothing_is_read() {
        let mut wire = refused(b"no room for this").await;
        // The reset has arrived by then.
        tokio::time::sleep(Duration::from_millis(20)).await;
        tokio::time::pause();
        let began = Instant::now();
        write_on(&mut wire).await.unwrap_err();
        assert_eq!(began.elapsed().as_secs(), PATIENCE.as_secs());
    }
}
