//! A proxy that opens tunnels, forwards requests, and records them.

use std::{
    sync::{Arc, mpsc},
    thread,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, copy_bidirectional},
    net::TcpStream,
    runtime::Builder,
};
use tokio_rustls::TlsAcceptor;

use super::server::{Received, Seen, Server, answer, gone, receive};

pub(crate) const CREDENTIALS: &str = "proxyUser:proxyPassword";

/// The credentials for `Proxy-Authorization: Basic`.
pub(crate) const ENCODED: &str = "cHJveHlVc2VyOnByb3h5UGFzc3dvcmQ=";

/// Returns the URL of a proxy.
pub(crate) fn to(server: &Server) -> String {
    format!("http://{}", server.address())
}

pub(crate) fn with_credentials(server: &Server) -> String {
    format!("http://{CREDENTIALS}@{}", server.address())
}

/// Starts a proxy that requires these credentials (`user:password`), if any. It connects to `127.0.0.1` for every name.
pub(crate) async fn proxy(credentials: Option<&'static str>) -> Server {
    Server::raw(move |mut socket, number, seen| async move { treat(&mut socket, number, &seen, credentials).await })
        .await
}

/// Starts a proxy that opens tunnels with this response, sent byte by byte or at once.
pub(crate) async fn opening(answer: Vec<u8>, one_by_one: bool) -> Server {
    Server::raw(move |mut socket, number, seen| {
        let answer = answer.clone();
        async move {
            let request = receive(&mut socket, number).await.unwrap();
            let target = local(request.line().strip_prefix("CONNECT ").unwrap());
            seen.note(request);
            socket.set_nodelay(true).unwrap();
            for part in answer.chunks(if one_by_one { 1 } else { answer.len() }) {
                // The client may already have closed the connection.
                let _ = socket.write_all(part).await;
            }
            let mut server = TcpStream::connect(target).await.unwrap();
            let _ = copy_bidirectional(&mut socket, &mut server).await;
        }
    })
    .await
}

/// Starts a proxy that is reached over TLS.
pub(crate) async fn secure_proxy(config: ServerConfig, credentials: Option<&'static str>) -> Server {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Server::raw(move |socket, number, seen| {
        let acceptor = acceptor.clone();
        async move {
            match acceptor.accept(socket).into_fallible().await {
                Ok(mut socket) => treat(&mut socket, number, &seen, credentials).await,
                Err((_, mut socket)) => gone(&mut socket).await,
            }
        }
    })
    .await
}

/// Starts a proxy in a thread of its own, which runs until the process ends. It is reached over TLS if it has a
/// certificate.
pub(crate) fn in_a_thread(tls: Option<ServerConfig>) -> Server {
    let (started, starts) = mpsc::channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let proxy = match tls {
                Some(config) => secure_proxy(config, None).await,
                None => proxy(None).await,
            };
            started.send(proxy).unwrap();
            std::future::pending::<()>().await;
        });
    });
    starts.recv().unwrap()
}

async fn treat(
    socket: &mut (impl AsyncRead + AsyncWrite + Unpin),
    number: usize,
    seen: &Seen,
    credentials: Option<&'static str>,
) {
    let wanted = credentials.map(|credentials| format!("Basic {}", STANDARD.encode(credentials)));
    let Some(request) = receive(socket, number).await else {
        return;
    };
    seen.note(request.clone());
    if wanted.is_some_and(|wanted| request.header("proxy-authorization") != [wanted]) {
        let challenge = "proxy-authenticate: Basic realm=\"x\"\r\nconnection: close\r\n";
        let echo = format!("<p>you sent {:?}</p>", request.header("proxy-authorization"));
        socket.write_all(&answer(407, challenge, echo)).await.unwrap();
        socket.shutdown().await.unwrap();
    } else if let Some(target) = request.line().strip_prefix("CONNECT ") {
        let mut server = TcpStream::connect(local(target)).await.unwrap();
        socket.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
        // The tunnel ends when either side closes.
        let _ = copy_bidirectional(socket, &mut server).await;
    } else {
        forward(socket, &request).await;
    }
}

fn local(authority: &str) -> String {
    let (_, port) = authority.rsplit_once(':').unwrap();
    format!("127.0.0.1:{port}")
}

/// Forwards a request to the server in its target, without the headers for the proxy.
async fn forward(socket: &mut (impl AsyncWrite + Unpin), request: &Received) {
    let (method, target) = request.line().split_once(' ').unwrap();
    let (authority, path) = target.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut server = TcpStream::connect(local(authority)).await.unwrap();
    let mut head = format!("{method} /{path} HTTP/1.1\r\n");
    for line in request.head.lines().skip(1).filter(|line| !line.is_empty()) {
        if !line.to_ascii_lowercase().starts_with("proxy-") {
            head.push_str(line);
            head.push_str("\r\n");
        }
    }
    head.push_str("\r\n");
    server.write_all(head.as_bytes()).await.unwrap();
    server.write_all(&request.body).await.unwrap();
    // The connection ends when the client closes it.
    let _ = copy(&mut server, socket).await;
}
