//! A server in threads of its own. It runs on while the test blocks its own thread and the client in it.

use std::{
    fs,
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

const LONG: usize = 64 * 1024;

/// A socket with or without TLS.
pub(crate) trait Stream: Read + Write {
    fn tcp(&self) -> &TcpStream;
}

impl Stream for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn tcp(&self) -> &TcpStream {
        &self.sock
    }
}

/// What the server does with a connection after a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Keep,
    /// Closes the connection after a pause, even with unread bytes.
    Close(Duration),
    /// Closes it once the client's system has acknowledged the whole response. Bytes without an acknowledgment would be
    /// lost.
    CloseWhenAcknowledged,
}

type Treat = dyn Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync;

/// Another handle of an open connection.
struct Open {
    socket: TcpStream,
    /// Whether the server has responded and has read no byte of another request.
    is_idle: Arc<AtomicBool>,
}

impl Open {
    #[cfg(unix)]
    fn is_idle(&self) -> bool {
        // In this order: what has been read was noted before.
        rustix::io::ioctl_fionread(&self.socket).unwrap() == 0 && self.is_idle.load(Ordering::SeqCst)
    }
}

/// A server on `127.0.0.1` that runs until the process ends.
pub(crate) struct Threaded {
    address: SocketAddr,
    /// The open connections.
    sockets: Arc<Mutex<Vec<Option<Open>>>>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Threaded {
    /// Starts a server whose function handles each request once its body has come, or `most` bytes of a long body. It
    /// gets the request line.
    pub(crate) fn start(
        most: usize,
        treat: impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(None, most, usize::MAX, Arc::new(treat))
    }

    /// Starts a server, with or without TLS, that closes each connection without notice after this many requests.
    pub(crate) fn limited(
        tls: Option<ServerConfig>,
        requests: usize,
        treat: impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(tls.map(Arc::new), usize::MAX, requests, Arc::new(treat))
    }

    /// Starts a TLS server.
    pub(crate) fn tls(
        config: ServerConfig,
        most: usize,
        treat: impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(Some(Arc::new(config)), most, usize::MAX, Arc::new(treat))
    }

    fn serve(tls: Option<Arc<ServerConfig>>, most: usize, requests: usize, treat: Arc<Treat>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            sockets: Arc::default(),
            lines: Arc::default(),
        };
        let (sockets, lines) = (Arc::clone(&server.sockets), Arc::clone(&server.lines));
        thread::spawn(move || {
            for socket in listener.incoming() {
                let mut socket = socket.unwrap();
                // A reset discards the bytes that have not been acknowledged.
                socket.set_nodelay(true).unwrap();
                let is_idle = Arc::new(AtomicBool::new(false));
                let nth = {
                    let mut sockets = sockets.lock().unwrap();
                    sockets.push(Some(Open {
                        socket: socket.try_clone().unwrap(),
                        is_idle: Arc::clone(&is_idle),
                    }));
                    sockets.len() - 1
                };
                let (tls, lines, treat) = (tls.clone(), Arc::clone(&lines), Arc::clone(&treat));
                let sockets = Arc::clone(&sockets);
                let ports = [socket.local_addr(), socket.peer_addr()].map(|address| address.unwrap().port());
                // The thread ends with the connection, which closes with its last handle.
                thread::spawn(move || {
                    let done = || sockets.lock().unwrap()[nth] = None;
                    let converse = |socket: &mut dyn Stream| {
                        for _ in 0..requests {
                            if !converse(socket, ports, most, &is_idle, &lines, &*treat)? {
                                break;
                            }
                        }
                        io::Result::Ok(())
                    };
                    if let Some(config) = tls {
                        let connection = ServerConnection::new(config).unwrap();
                        let mut socket = StreamOwned::new(connection, socket);
                        let _ = converse(&mut socket);
                        done();
                    } else {
                        let _ = converse(&mut socket);
                        done();
                    }
                });
            }
        });
        server
    }

    pub(crate) fn api(&self) -> String {
        format!("http://{}/api", self.address)
    }

    pub(crate) fn https(&self) -> String {
        format!("https://{}/api", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the method and the target of each request so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.lines.lock().unwrap().len()
    }

    /// Returns how many connections were opened in total.
    pub(crate) fn connections(&self) -> usize {
        self.sockets.lock().unwrap().len()
    }

    /// Sends these bytes on all connections and closes them. The bytes have arrived when this returns.
    pub(crate) fn close(&self, last_words: &[u8]) {
        for open in self.sockets.lock().unwrap().iter().flatten() {
            let mut socket = &open.socket;
            // The write fails on connections that are already closed.
            let _ = socket.write_all(last_words);
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Sends these bytes on all connections. They have arrived when this returns.
    pub(crate) fn send(&self, stray: &[u8]) {
        for open in self.sockets.lock().unwrap().iter().flatten() {
            // The write fails on connections that the client has closed.
            let _ = (&open.socket).write_all(stray);
        }
    }

    /// Sends these bytes on the connections that have carried no byte of a request since the last response.
    #[cfg(unix)]
    pub(crate) fn send_idle(&self, stray: &[u8]) {
        for open in self.sockets.lock().unwrap().iter().flatten() {
            if open.is_idle() {
                let _ = (&open.socket).write_all(stray);
            }
        }
    }

    /// Closes the connections that have carried no byte of a request since the last response.
    #[cfg(unix)]
    pub(crate) fn close_idle(&self) {
        for open in self.sockets.lock().unwrap().iter().flatten() {
            if open.is_idle() {
                let _ = open.socket.shutdown(Shutdown::Both);
            }
        }
    }
}

/// Handles one request, and returns whether another one may follow.
fn converse(
    socket: &mut dyn Stream,
    ports: [u16; 2],
    most: usize,
    is_idle: &AtomicBool,
    lines: &Mutex<Vec<String>>,
    treat: &Treat,
) -> io::Result<bool> {
    let line = receive(socket, most, is_idle)?;
    lines.lock().unwrap().push(line.clone());
    let then = treat(&line, socket)?;
    socket.flush()?;
    is_idle.store(true, Ordering::SeqCst);
    match then {
        Then::Keep => return Ok(true),
        Then::Close(moment) => thread::sleep(moment),
        Then::CloseWhenAcknowledged => {
            while !is_acknowledged(ports) {
                thread::sleep(Duration::from_micros(100));
            }
        }
    }
    Ok(false)
}

/// Returns whether all bytes between these ports of this machine are acknowledged. Without this information, waits a
/// while.
fn is_acknowledged([local, peer]: [u16; 2]) -> bool {
    let Ok(table) = fs::read_to_string("/proc/net/tcp") else {
        thread::sleep(Duration::from_millis(200));
        return true;
    };
    let ends = [local, peer].map(|port| format!(":{port:04X}"));
    table.lines().all(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let is_this = fields.len() > 4 && fields[1].ends_with(&ends[0]) && fields[2].ends_with(&ends[1]);
        !is_this || fields[4].starts_with("00000000:")
    })
}

/// Reads a request, and returns its line.
fn receive(socket: &mut dyn Stream, most: usize, is_idle: &AtomicBool) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; LONG];
    if socket.tcp().peek(&mut [0])? > 0 {
        is_idle.store(false, Ordering::SeqCst);
    }
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match socket.read(&mut chunk)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&chunk[..read]),
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let length = length.unwrap_or(0);
    let length = if length > LONG { length.min(most) } else { length };
    let mut left = length.saturating_sub(bytes.len() - end);
    while left > 0 {
        match socket.read(&mut chunk[..left.min(LONG)])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => left -= read,
        }
    }
    Ok(head.split(" HTTP/1.1\r\n").next().unwrap().to_owned())
}
