//! Early refusals between sockets with the smallest buffers, in a separate network namespace.
#![cfg(target_os = "linux")]

use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

use bytes::Bytes;

use super::early_answers::ALONE;
use crate::support::{
    namespace::{in_a_namespace, ip},
    options, plain,
    server::answer,
};

/// How many times each submit is sent.
const TIMES: usize = 12;

#[test]
fn an_early_refusal_is_read_however_small_the_buffers_are() {
    in_a_namespace(
        "slow::small_buffers::an_early_refusal_is_read_however_small_the_buffers_are",
        are_refused(),
    );
}

/// Starts a server that refuses each request once it has read the head, and closes the socket with the rest unread.
fn refusing() -> SocketAddr {
    fn refuse(mut socket: TcpStream) -> io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            socket.read_exact(&mut byte)?;
            head.extend(byte);
        }
        socket.write_all(&answer(
            413,
            "connection: close\r\n",
            r#"{"message":"no room for this"}"#,
        ))
    }

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for socket in listener.incoming() {
            // The client may have closed the connection.
            let _ = refuse(socket.unwrap());
        }
    });
    address
}

async fn are_refused() {
    let _alone = ALONE.lock().await;
    ip(&["link", "set", "lo", "mtu", "1500"]).unwrap();
    for buffers in ["tcp_rmem", "tcp_wmem"] {
        fs::write(format!("/proc/sys/net/ipv4/{buffers}"), "4096 4096 4096").unwrap();
    }
    let client = plain(&format!("http://{}/api", refusing())).retries(0).build().unwrap();
    for length in [2, 1000, 1100, 4_000, 16_000, 65_000, 200_000] {
        for nth in 1..=TIMES {
            let client = client.clone();
            let body = Bytes::from(vec![b'x'; length]);
            let submit = tokio::spawn(async move { client.submit_job(body, &options()).await });
            let error = submit.await.unwrap().unwrap_err();
            assert_eq!(error.status(), Some(413), "{length} bytes, {nth}: {error:?}");
        }
    }
}
