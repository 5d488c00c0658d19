//! A server in threads of its own, which goes on while the thread of the test, and the client in it, stands still.

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

/// A socket, plain or not.
pub(crate) trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

/// What becomes of a connection after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Keep,
    /// Closed after a moment, with what has not been read.
    Close(Duration),
    /// The same, once the client's system has all of the answer: what it has not is lost with such a close.
    CloseWhenAcknowledged,
}

type Treat = dyn Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync;

/// A second handle of a connection.
struct Open {
    socket: TcpStream,
    /// Whether it has had a response, and no byte of another request has been read.
    is_idle: Arc<AtomicBool>,
}

impl Open {
    #[cfg(unix)]
    fn is_idle(&self) -> bool {
        self.is_idle.load(Ordering::SeqCst) && rustix::io::ioctl_fionread(&self.socket).unwrap() == 0
    }
}

/// A server on `127.0.0.1`, to the end of the tests.
pub(crate) struct Threaded {
    address: SocketAddr,
    /// Each connection, while it is open.
    sockets: Arc<Mutex<Vec<Option<Open>>>>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Threaded {
    /// Treats each request, of which the function gets the line, once its body has come or, of a long one, so much of it.
    pub(crate) fn start(
        most: usize,
        treat: impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(None, most, usize::MAX, Arc::new(treat))
    }

    /// The same, over TLS or not, for so many requests a connection, which then closes without having said so.
    pub(crate) fn limited(
        tls: Option<ServerConfig>,
        requests: usize,
        treat: impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(tls.map(Arc::new), usize::MAX, requests, Arc::new(treat))
    }

    /// The same over TLS.
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
                // What waits for an acknowledgement when the socket is reset is never sent.
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
                // Ends with the connection, which closes with its last handle.
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

    /// Method and target of each request so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.lines.lock().unwrap().len()
    }

    /// How many connections were ever opened.
    pub(crate) fn connections(&self) -> usize {
        self.sockets.lock().unwrap().len()
    }

    /// Closes all connections, after these bytes. What was sent has arrived when this returns.
    pub(crate) fn close(&self, last_words: &[u8]) {
        for open in self.sockets.lock().unwrap().iter().flatten() {
            let mut socket = &open.socket;
            // Those that have been closed before cannot be.
            let _ = socket.write_all(last_words);
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Closes the connections by which nothing of a request has come since the last response.
    #[cfg(unix)]
    pub(crate) fn close_idle(&self) {
        for open in self.sockets.lock().unwrap().iter().flatten() {
            if open.is_idle() {
                // What its thread has just read may not be noted yet.
                thread::sleep(Duration::from_millis(1));
                if open.is_idle() {
                    let _ = open.socket.shutdown(Shutdown::Both);
                }
            }
        }
    }
}

/// One request and its response. Whether another may follow.
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

/// Whether nothing that was sent between these ports of this machine is under way. Where the system does not tell, after a while.
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

/// Reads a request, and tells its line.
fn receive(socket: &mut dyn Stream, most: usize, is_idle: &AtomicBool) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; LONG];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match socket.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                is_idle.store(false, Ordering::SeqCst);
                bytes.extend_from_slice(&piece[..read]);
            }
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
        match socket.read(&mut piece[..left.min(LONG)])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => left -= read,
        }
    }
    Ok(head.split(" HTTP/1.1\r\n").next().unwrap().to_owned())
}
