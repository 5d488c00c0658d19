//! Addresses at which no connection can be made.

use std::net::SocketAddr;
#[cfg(target_os = "linux")]
use std::time::Duration;

use tokio::net::TcpListener;
#[cfg(target_os = "linux")]
use tokio::net::TcpStream;

/// Returns a port without a listener.
pub(crate) async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

/// A listener whose backlog is full. Linux drops all other packets, so that no connection is ever accepted.
#[cfg(target_os = "linux")]
pub(crate) struct FullListener {
    address: SocketAddr,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

#[cfg(target_os = "linux")]
impl FullListener {
    pub(crate) async fn new() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap()).await
    }

    pub(crate) async fn at(address: SocketAddr) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(address).unwrap();
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

    /// Returns host and port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}
