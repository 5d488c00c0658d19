//! Opens connections, and tunnels to `https` servers through a proxy. The connector of reqwest accepts only a 200 of at
//! most 8 kB and 100 fields as an answer to `CONNECT`, and cannot be replaced.

use std::{io, sync::Arc};

use http::{StatusCode, Uri, uri::Scheme};
use httparse::ParserConfig;
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;
use tower_service::Service as _;

use super::{
    attempt_state,
    dial::{self, BoxError},
    lookup::WatchedResolver,
    proxy::Proxy,
    wire::Wire,
};
use crate::error::Phase;

/// The highest number of header fields in a response of a proxy or of a server. For a server, hyper reads up to 400 kB
/// of them.
pub(super) const MAX_HEADERS: usize = 8192;

/// The `User-Agent` of `CONNECT`. Not that of a client, because clients with different ones share a tunnel.
const USER_AGENT: &str = concat!("modzy-client/", env!("CARGO_PKG_VERSION"));

/// The longest answer to `CONNECT`, in bytes.
const LONGEST_HEAD: usize = 256 * 1024;

/// Why a tunnel could not be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum TunnelError {
    /// The proxy cannot be reached.
    #[error("no connection to the proxy")]
    ToProxy(#[source] BoxError),
    #[error("it requires credentials")]
    Credentials,
    #[error("it answered {0}")]
    Refused(StatusCode),
    #[error("it closed the connection")]
    Closed,
    #[error("its answer is longer than {} kB, or has more than {MAX_HEADERS} header fields", LONGEST_HEAD / 1024)]
    TooLong,
    #[error("its answer is not HTTP")]
    NotHttp,
    #[error("{0}")]
    Io(io::Error),
}

/// Opens connections to servers and proxies, over TLS if their URL says so, and tunnels.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) tcp: HttpConnector<WatchedResolver>,
    pub(super) tls: Arc<ClientConfig>,
}

impl Connector {
    /// Opens a tunnel through a proxy, and a TLS connection to the server inside it.
    pub(super) async fn tunnel(&self, proxy: &Proxy, server: &Uri) -> Result<Box<dyn Stream>, BoxError> {
        let host = server.host().ok_or("the URL has no host")?;
        let port = server.port_u16().unwrap_or(443);
        let to_proxy = self.reach_proxy(proxy).await.map_err(TunnelError::ToProxy)?;
        // The handshake with the proxy is over, and that with the server has not begun.
        attempt_state::entered(Phase::Connect);
        dial::tunnel_requested();
        let within = connect(to_proxy, &tunnel_request(proxy, host, port)).await?;
        self.secure(host, within).await
    }

    async fn reach_proxy(&self, proxy: &Proxy) -> Result<Box<dyn Stream>, BoxError> {
        self.reach(proxy.uri()?).await
    }

    /// Connects to a server or proxy.
    pub(super) async fn reach(&self, url: Uri) -> Result<Box<dyn Stream>, BoxError> {
        let server = (url.scheme() == Some(&Scheme::HTTPS)).then(|| url.host().unwrap_or_default().to_owned());
        let tcp = Wire::new(self.tcp.clone().call(url).await?.into_inner());
        dial::reached();
        match server {
            Some(server) => self.secure(&server, tcp).await,
            None => Ok(Box::new(tcp)),
        }
    }

    async fn secure(&self, host: &str, stream: impl Stream + 'static) -> Result<Box<dyn Stream>, BoxError> {
        let tls = TlsConnector::from(Arc::clone(&self.tls));
        Ok(Box::new(tls.connect(name(host)?, stream).await?))
    }
}

/// The request for a tunnel.
fn tunnel_request(proxy: &Proxy, host: &str, port: u16) -> Vec<u8> {
    let head = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {USER_AGENT}\r\n");
    let mut request = head.into_bytes();
    if let Some(value) = proxy.authorization() {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(value.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request
}

/// The name that the certificate must have.
fn name(host: &str) -> Result<ServerName<'static>, BoxError> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    Ok(ServerName::try_from(bare.unwrap_or(host).to_owned())?)
}

/// Sends `CONNECT` to a proxy. Any 2xx opens the tunnel, possibly after interim responses.
async fn connect(mut proxy: Box<dyn Stream>, request: &[u8]) -> Result<Box<dyn Stream>, TunnelError> {
    proxy.write_all(request).await.map_err(TunnelError::Io)?;
    proxy.flush().await.map_err(TunnelError::Io)?;
    let mut received = Vec::new();
    loop {
        let seen = received.len().saturating_sub(2);
        if proxy.read_buf(&mut received).await.map_err(TunnelError::Io)? == 0 {
            return Err(head(&received).err().unwrap_or(TunnelError::Closed));
        }
        // Parsed only when it may be complete, so that small reads do not parse it again and again.
        let mut may_be_whole = received.get(seen..).is_some_and(has_empty_line);
        while may_be_whole && let Some((status, length)) = head(&received)? {
            match status {
                StatusCode::PROXY_AUTHENTICATION_REQUIRED => return Err(TunnelError::Credentials),
                status if status.is_success() => return Ok(proxy),
                status if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS => {
                    drop(received.drain(..length));
                }
                status => return Err(TunnelError::Refused(status)),
            }
            may_be_whole = has_empty_line(&received);
        }
        if received.len() > LONGEST_HEAD {
            return Err(TunnelError::TooLong);
        }
    }
}

fn has_empty_line(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|end| end == b"\n\n") || bytes.windows(3).any(|end| end == b"\n\r\n")
}

/// Returns the status of the head and its length, or `None` if it is incomplete.
fn head(received: &[u8]) -> Result<Option<(StatusCode, usize)>, TunnelError> {
    let mut fields = vec![httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut answer = httparse::Response::new(&mut fields);
    let mut parser = ParserConfig::default();
    parser.allow_obsolete_multiline_headers_in_responses(true);
    let parsed = parser
        .parse_response(&mut answer, received)
        .map_err(|error| match error {
            httparse::Error::TooManyHeaders => TunnelError::TooLong,
            _ => TunnelError::NotHttp,
        })?;
    let httparse::Status::Complete(length) = parsed else {
        return Ok(None);
    };
    if length > LONGEST_HEAD {
        return Err(TunnelError::TooLong);
    }
    let status = answer.code.and_then(|code| StatusCode::from_u16(code).ok());
    Ok(Some((status.ok_or(TunnelError::NotHttp)?, length)))
}

/// A connection.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}
