//! The HTTP client underneath: its resolver, connector and TLS report how far a connection has come.

use std::{
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_layer::Layer;
use tower_service::Service;

use super::{
    addresses::Addresses,
    config::Config,
    diagnosis::is_of_tunnel,
    dial::{self, BoxError},
    progress, tls,
};
use crate::error::{Error, Phase, Result};

/// Node's servers close an idle socket after 5 s. Ours goes first, so that no request is written to a dying one.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// How many header fields an answer may have. hyper reads up to 400 kB of them.
pub(super) const MAX_HEADERS: usize = 8192;

/// Builds the client. Reads the system's certificates, so it belongs on a thread that may block.
pub(super) fn http_client(config: &Config) -> Result<reqwest::Client> {
    let route = &config.route;
    let resolver = Arc::clone(&route.resolver);
    let addresses = Addresses::new(resolver, Arc::clone(&config.clock), config.connect_timeout);
    let builder = reqwest::Client::builder()
        .user_agent(&config.user_agent)
        .tls_backend_preconfigured(tls::config(&route.roots, route.identity.as_ref())?)
        .dns_resolver(WatchedResolver(addresses))
        .connector_layer(Watched)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        // Not those of the environment, which is for the caller to read.
        .no_proxy()
        .http1_only()
        .http1_max_headers(MAX_HEADERS)
        .pool_idle_timeout(KEEP_IDLE);
    let builder = route.proxies.rules().fold(builder, reqwest::ClientBuilder::proxy);
    builder
        .build()
        .map_err(|error| Error::Internal(format!("the HTTP client cannot be built: {error}")))
}

/// Notes when a name is looked up, and when it has been, and hands out one of its addresses.
struct WatchedResolver(Arc<Addresses>);

impl Resolve for WatchedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = Arc::clone(&self.0);
        let dial = dial::current();
        Box::pin(async move {
            let host = name.as_str();
            if let Some(next) = dial.as_ref().and_then(|dial| dial.again(host)) {
                return Ok(addrs(vec![next]));
            }
            progress::entered(Phase::Dns);
            let found = addresses.of(host).await?;
            progress::entered(Phase::Connect);
            Ok(addrs(match dial {
                Some(dial) => dial.first(host, found, &addresses).into_iter().collect(),
                None => found,
            }))
        })
    }
}

/// The port is the URL's.
fn addrs(found: Vec<IpAddr>) -> Addrs {
    Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)))
}

/// Notes when a connection stands.
#[derive(Clone)]
struct Watched;

impl<S> Layer<S> for Watched {
    type Service = WatchedConnector<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WatchedConnector(inner)
    }
}

#[derive(Clone)]
struct WatchedConnector<S>(S);

impl<S, Target> Service<Target> for WatchedConnector<S>
where
    S: Service<Target, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        let dial = progress::dial();
        let connecting = self.0.call(target);
        Box::pin(async move {
            let connection = match dial {
                Some(dial) => dial.follow(connecting, |error| is_of_tunnel(&**error)).await?,
                None => connecting.await?,
            };
            progress::opened();
            Ok(connection)
        })
    }
}
