//! A server in threads of its own, which goes on while the thread of the test, and the client in it, stands still.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
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
}

type Treat = dyn Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync;

/// A server on `127.0.0.1`, to the end of the tests.
pub(crate) struct Threaded {
    address: SocketAddr,
    /// Of each connection a second handle, while the first is open.
    sockets: Arc<Mutex<Vec<Option<TcpStream>>>>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Threaded {
    /// Treats each request, of which the function gets the line, once its body has come or, of a long one, so much of it.
    pub(crate) fn start(
        most: usize,
        treat: impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(None, most, Arc::new(treat))
    }

    /// The same over TLS.
    pub(crate) fn tls(
        config: ServerConfig,
        most: usize,
        treat: impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        Self::serve(Some(Arc::new(config)), most, Arc::new(treat))
    }

    fn serve(tls: Option<Arc<ServerConfig>>, most: usize, treat: Arc<Treat>) -> Self {
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
                let nth = {
                    let mut sockets = sockets.lock().unwrap();
                    sockets.push(Some(socket.try_clone().unwrap()));
                    sockets.len() - 1
                };
                let (tls, lines, treat) = (tls.clone(), Arc::clone(&lines), Arc::clone(&treat));
                let sockets = Arc::clone(&sockets);
                // Ends with the connection, which closes with its last handle.
                thread::spawn(move || {
                    let done = || sockets.lock().unwrap()[nth] = None;
                    if let Some(config) = tls {
                        let connection = ServerConnection::new(config).unwrap();
                        let mut socket = StreamOwned::new(connection, socket);
                        let _ = converse(&mut socket, most, &lines, &*treat);
                        done();
                    } else {
                        let _ = converse(&mut socket, most, &lines, &*treat);
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
        for mut socket in self.sockets.lock().unwrap().iter().flatten() {
            // Those that have been closed before cannot be.
            let _ = socket.write_all(last_words);
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

fn converse(socket: &mut dyn Stream, most: usize, lines: &Mutex<Vec<String>>, treat: &Treat) -> io::Result<()> {
    loop {
        let line = receive(socket, most)?;
        lines.lock().unwrap().push(line.clone());
        let then = treat(&line, socket)?;
        socket.flush()?;
        if let Then::Close(moment) = then {
            thread::sleep(moment);
            return Ok(());
        }
    }
}

/// Reads a request, and tells its line.
fn receive(socket: &mut dyn Stream, most: usize) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; LONG];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match socket.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&piece[..read]),
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
