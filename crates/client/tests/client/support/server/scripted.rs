//! A server that does what it is told, byte by byte, and keeps the account of what it saw.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// What becomes of a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// These bytes; the socket is kept.
    Keep(Vec<u8>),
    /// These bytes, after a while; the socket is kept.
    Late(Duration, Vec<u8>),
    /// These bytes, and the socket is closed.
    Close(Vec<u8>),
    /// These bytes, and nothing more until the client goes.
    Stall(Vec<u8>),
    /// The socket is closed by RST.
    Reset,
    /// These bytes and, once they have arrived, RST.
    Break(Vec<u8>),
    /// The first bytes, and then the others one by one, each after a pause; the socket is kept.
    Dribble(Vec<u8>, Duration, Vec<u8>),
    /// The first bytes, and then the others over and over until the client goes.
    Endless(Vec<u8>, Vec<u8>),
}

/// A whole answer. The headers are lines, each with its end.
pub(crate) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let mut answer = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: {length}\r\n{headers}\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// A whole answer on a socket that is kept.
pub(crate) fn status(status: u16) -> Reply {
    Reply::Keep(answer(status, "", format!(r#"{{"message":"server says {status}"}}"#)))
}

pub(crate) fn ok(body: impl AsRef<[u8]>) -> Reply {
    Reply::Keep(answer(200, "content-type: application/json\r\n", body))
}

pub(crate) fn job(status: &str) -> Reply {
    ok(format!(r#"{{"jobIdentifier":"j","status":"{status}"}}"#))
}

/// The head of an answer and half of its body; then the socket is closed.
pub(crate) fn cut() -> Reply {
    let mut bytes = answer(200, "", r#"{"status":"COMPLETED"}"#);
    bytes.truncate(bytes.len() - 11);
    Reply::Close(bytes)
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Counted from 0, in order of arrival.
    pub(crate) connection: usize,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// Method and target.
    pub(crate) fn line(&self) -> &str {
        self.head.split(" HTTP/1.1\r\n").next().unwrap()
    }

    /// The values of a header, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields
            .filter_map(|(field, value)| field.eq_ignore_ascii_case(name).then_some(value))
            .collect()
    }
}

impl Seen {
    pub(crate) fn note(&self, request: Received) {
        self.requests.lock().unwrap().push(request);
    }
}

/// What a server saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    requests: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    busy: AtomicUsize,
    busiest: AtomicUsize,
}

/// One more of something, for as long as this lives.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A server on `127.0.0.1`, until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) type Script = dyn Fn(&Received, usize) -> Reply + Send + Sync;

impl Server {
    /// Replies to each request, of which the function also gets the number.
    pub(crate) async fn start(script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Self {
        let script: Arc<Script> = Arc::new(script);
        Self::raw(move |mut socket, number, seen| {
            let script = Arc::clone(&script);
            async move { converse(&mut socket, number, &seen, &*script).await }
        })
        .await
    }

    /// Replies to one request after the other, and to all further ones with a completed job.
    pub(crate) async fn scripted(replies: Vec<Reply>) -> Self {
        Self::start(move |_, nth| replies.get(nth).cloned().unwrap_or_else(|| job("COMPLETED"))).await
    }

    /// Replies to every request in the same way.
    pub(crate) async fn always(reply: Reply) -> Self {
        Self::start(move |_, _| reply.clone()).await
    }

    /// Replies over TLS with a completed job.
    pub(crate) async fn tls(config: ServerConfig) -> Self {
        Self::tls_always(config, job("COMPLETED")).await
    }

    /// Replies over TLS to every request in the same way.
    pub(crate) async fn tls_always(config: ServerConfig, reply: Reply) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::raw(move |socket, number, seen| {
            let (acceptor, reply) = (acceptor.clone(), reply.clone());
            async move {
                match acceptor.accept(socket).into_fallible().await {
                    Ok(mut socket) => converse(&mut socket, number, &seen, &move |_, _| reply.clone()).await,
                    // Closed at once, with bytes unread, it would be reset, and the alert lost.
                    Err((_, mut socket)) => gone(&mut socket).await,
                }
            }
        })
        .await
    }

    /// Treats each connection, of which the function also gets the number, as it likes.
    pub(crate) async fn raw<F>(treat: impl Fn(TcpStream, usize, Arc<Seen>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let shared = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let number = shared.connections.fetch_add(1, Ordering::SeqCst);
                let seen = Arc::clone(&shared);
                let treated = treat(socket, number, Arc::clone(&seen));
                connections.spawn(async move {
                    let _open = Counted::new(&seen.open);
                    treated.await;
                });
            }
        });
        Self { address, seen, task }
    }

    /// The root of the API, as a client takes it.
    pub(crate) fn api(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// The same over TLS, under a name.
    pub(crate) fn https(&self, host: &str) -> String {
        format!("https://{host}:{}/api", self.address.port())
    }

    /// Host and port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// Method and path of each request so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let requests = self.seen.requests.lock().unwrap();
        requests.iter().map(|request| request.line().to_owned()).collect()
    }

    /// How many requests have come.
    pub(crate) fn count(&self) -> usize {
        self.seen.requests.lock().unwrap().len()
    }

    /// How many connections were ever opened.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How many connections stand open.
    pub(crate) fn open(&self) -> usize {
        self.seen.open.load(Ordering::SeqCst)
    }

    /// How many requests wait for the end of their answer.
    pub(crate) fn busy(&self) -> usize {
        self.seen.busy.load(Ordering::SeqCst)
    }

    /// How many there ever were at a time.
    pub(crate) fn busiest(&self) -> usize {
        self.seen.busiest.load(Ordering::SeqCst)
    }
}

/// A port at which nobody listens.
pub(crate) async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

/// A listener whose backlog is full: Linux drops what else comes, so that no connection ever stands.
#[cfg(target_os = "linux")]
pub(crate) struct FullListener {
    address: SocketAddr,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

#[cfg(target_os = "linux")]
impl FullListener {
    pub(crate) async fn new() -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        while let Ok(accepted) = tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(address)).await {
            waiting.push(accepted.unwrap());
            assert!(waiting.len() < 10, "the backlog never fills");
        }
        Self {
            address,
            _listener: listener,
            _waiting: waiting,
        }
    }

    /// Host and port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

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
        match script(&request, nth) {
            Reply::Keep(bytes) => {
                // No longer counted when the client reads it, and may send the next.
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
                // A client that is gone already does not mind.
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
            Reply::Endless(head, piece) => {
                let mut written = socket.write_all(&head).await;
                while written.is_ok() {
                    written = socket.write_all(&piece).await;
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

/// A request of which the body has come only as far as it came with the head, and how many bytes of it have not; or `None`
/// where the connection ends before it.
pub(crate) async fn receive_head(
    socket: &mut (impl AsyncRead + Unpin),
    connection: usize,
) -> Option<(Received, usize)> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match socket.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
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

/// A whole request, or `None` where the connection ends before it.
pub(crate) async fn receive(socket: &mut (impl AsyncRead + Unpin), connection: usize) -> Option<Received> {
    let (mut request, left) = receive_head(socket, connection).await?;
    let came = request.body.len();
    request.body.resize(came + left, 0);
    socket.read_exact(&mut request.body[came..]).await.ok()?;
    Some(request)
}
