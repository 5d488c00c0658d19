//! Reads requests from a connection, and replies to each by a script.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;

use super::{
    reply::{Reply, job_of},
    seen::{Counted, Received, Seen},
};

pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Serves a connection by a script until it ends.
pub(crate) async fn converse<S: Socket>(
    socket: &mut S,
    connection: usize,
    seen: &Seen,
    script: &(dyn Fn(&Received, usize) -> Reply + Send + Sync),
) {
    while let Some(request) = receive(socket, connection).await {
        let nth = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push(request.clone());
            requests.len() - 1
        };
        let busy = Counted::new(&seen.busy);
        seen.busiest
            .fetch_max(seen.busy.load(Ordering::SeqCst), Ordering::SeqCst);
        let reply = match script(&request, nth) {
            Reply::Job(status) => Reply::Keep(job_of(&request, &status)),
            reply => reply,
        };
        match reply {
            Reply::Keep(bytes) => {
                // The request stops counting before the client reads the response and may send the next one.
                drop(busy);
                if socket.write_all(&bytes).await.is_err() || socket.flush().await.is_err() {
                    return;
                }
            }
            Reply::Late(delay, bytes) => {
                tokio::select! {
                    () = tokio::time::sleep(delay) => {}
                    () = gone(socket) => return,
                }
                drop(busy);
                if socket.write_all(&bytes).await.is_err() || socket.flush().await.is_err() {
                    return;
                }
            }
            Reply::Close(bytes) => {
                drop(busy);
                // The client may already have closed the connection.
                let _ = socket.write_all(&bytes).await;
                let _ = socket.shutdown().await;
                return;
            }
            Reply::Stall(bytes) => {
                let _ = socket.write_all(&bytes).await;
                let _ = socket.flush().await;
                return gone(socket).await;
            }
            Reply::Reset => {
                drop(busy);
                socket.tcp().set_zero_linger().unwrap();
                return;
            }
            Reply::Break(bytes) => {
                let _ = socket.write_all(&bytes).await;
                let _ = socket.flush().await;
                tokio::time::sleep(Duration::from_millis(50)).await;
                socket.tcp().set_zero_linger().unwrap();
                return;
            }
            Reply::Dribble(head, pause, bytes) => {
                let _ = socket.write_all(&head).await;
                let _ = socket.flush().await;
                for byte in bytes {
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = gone(socket) => return,
                    }
                    if socket.write_all(&[byte]).await.is_err() || socket.flush().await.is_err() {
                        return;
                    }
                }
            }
            // The response is complete at this point.
            Reply::Job(_) => {}
            Reply::Endless(head, chunk) => {
                let mut written = socket.write_all(&head).await;
                while written.is_ok() {
                    written = socket.write_all(&chunk).await;
                }
                return;
            }
        }
    }
}

/// Reads until the other side closes.
pub(crate) async fn gone(socket: &mut (impl AsyncRead + Unpin)) {
    let mut bytes = [0; 1024];
    while !matches!(socket.read(&mut bytes).await, Ok(0) | Err(_)) {}
}

/// Reads the head of a request and the part of the body that came with it, and returns them with the number of missing
/// bytes. Returns `None` if the connection ends first.
pub(crate) async fn receive_head(
    socket: &mut (impl AsyncRead + Unpin),
    connection: usize,
) -> Option<(Received, usize)> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match socket.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
    };
    let body = bytes.split_off(end);
    let request = Received {
        connection,
        head: String::from_utf8(bytes).unwrap(),
        body,
    };
    let length: usize = request
        .header("content-length")
        .first()
        .map_or(0, |length| length.parse().unwrap());
    let left = length.saturating_sub(request.body.len());
    Some((request, left))
}

/// Reads a complete request, or returns `None` if the connection ends first.
pub(crate) async fn receive(socket: &mut (impl AsyncRead + Unpin), connection: usize) -> Option<Received> {
    let (mut request, left) = receive_head(socket, connection).await?;
    let received = request.body.len();
    request.body.resize(received + left, 0);
    socket.read_exact(&mut request.body[received..]).await.ok()?;
    Some(request)
}
