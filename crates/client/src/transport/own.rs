//! The client for the requests that reqwest cannot carry, because its sockets cannot be replaced: those through the tunnel
//! of a proxy, those that take more than one write, whose early refusal reqwest may lose, and those without a body that
//! must not be repeated, which `gate` holds back. `tunnel` opens tunnels, and `wire` has the sockets.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Uri, header::PROXY_AUTHORIZATION};
use http_body::Body as _;
use hyper_util::{
    client::legacy::{
        self,
        connect::{Connected, Connection},
    },
    rt::{TokioIo, TokioTimer},
};
use reqwest::Url;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower_service::Service;

use super::{
    attempt_state::AttemptState,
    dial::BoxError,
    gate::{self, Gated},
    proxy::{Proxies, Proxy},
    retry::Class,
    tunnel::{Connector, MAX_HEADERS, Stream},
    watched::WatchedConnector,
};

/// The client for requests over these connections.
#[derive(Debug)]
pub(super) struct Own {
    client: legacy::Client<WatchedConnector<Sockets>, reqwest::Body>,
    proxies: Proxies,
}

impl Own {
    /// Makes a client that keeps this many idle sockets for this long.
    pub(super) fn new(connector: Connector, proxies: Proxies, keep_idle: Duration, most_idle: usize) -> Self {
        let sockets = Sockets {
            connector,
            proxies: proxies.clone(),
        };
        let client = legacy::Client::builder(Gated)
            .http1_max_headers(MAX_HEADERS)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(keep_idle)
            .pool_max_idle_per_host(most_idle)
            .build(WatchedConnector(sockets));
        Self { client, proxies }
    }

    /// Whether it must carry this request of an attempt.
    pub(super) fn is_for(&self, request: &reqwest::Request, attempt: &AttemptState) -> bool {
        let length = request.body().map_or(0, |body| body.size_hint().lower());
        let has_gate = length == 0 && Class::of(request.method()) == Class::Write;
        has_gate
            || !attempt.is_one_write()
            || (is_secure(request.url()) && self.proxies.for_url(request.url()).is_some())
    }

    pub(super) async fn execute(&self, request: reqwest::Request) -> Result<reqwest::Response, BoxError> {
        let proxy = self.proxies.for_url(request.url());
        let authorization = proxy
            .filter(|_| !is_secure(request.url()))
            .and_then(Proxy::authorization);
        let mut request = http::Request::try_from(request).map_err(reqwest::Error::without_url)?;
        let headers = request.headers_mut();
        if let Some(value) = authorization {
            headers.insert(PROXY_AUTHORIZATION, value.clone());
        }
        let answer = self.client.request(request).await?;
        Ok(answer.map(reqwest::Body::wrap).into())
    }
}

fn is_secure(url: &Url) -> bool {
    url.scheme() == "https"
}

/// Opens sockets, through a proxy if there is one.
#[derive(Clone)]
pub(super) struct Sockets {
    connector: Connector,
    proxies: Proxies,
}

impl Service<Uri> for Sockets {
    type Response = TokioIo<Socket>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let sockets = self.clone();
        Box::pin(async move { sockets.open(server).await.map(TokioIo::new) })
    }
}

impl Sockets {
    async fn open(self, server: Uri) -> Result<Socket, BoxError> {
        let url = Url::parse(&server.to_string())?;
        let proxy = self.proxies.for_url(&url);
        let stream = match proxy {
            Some(proxy) if is_secure(&url) => self.connector.tunnel(proxy, &server).await?,
            Some(proxy) => self.connector.reach(proxy.uri()?).await?,
            None => self.connector.reach(server).await?,
        };
        Ok(Socket {
            stream,
            takes_whole_urls: proxy.is_some() && !is_secure(&url),
        })
    }
}

/// A connection to a server, or to a proxy that forwards whole requests.
pub(super) struct Socket {
    stream: Box<dyn Stream>,
    takes_whole_urls: bool,
}

impl Connection for Socket {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.takes_whole_urls)
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(gate::poll(cx))?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(gate::poll(cx))?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
