//! The HTTP client underneath: its resolver, connector and TLS report how far a connection has come.

use std::{
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_layer::Layer;
use tower_service::Service;

use super::{config::Route, progress, tls};
use crate::{
    error::{Error, Phase, Result},
    resolver::Resolver,
};

/// Node's servers close an idle socket after 5 s. Ours goes first, so that no request is written to a dying one.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// Builds the client. Reads the system's certificates, so it belongs on a thread that may block.
pub(super) fn http_client(user_agent: &str, route: &Route) -> Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .user_agent(user_agent)
        .tls_backend_preconfigured(tls::config(&route.roots, route.identity.as_ref())?)
        .dns_resolver(WatchedResolver(Arc::clone(&route.resolver)))
        .connector_layer(Watched)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        // Not those of the environment, which is for the caller to read.
        .no_proxy()
        .http1_only()
        .pool_idle_timeout(KEEP_IDLE);
    let builder = route.proxies.rules().fold(builder, reqwest::ClientBuilder::proxy);
    builder
        .build()
        .map_err(|error| Error::Internal(format!("the HTTP client cannot be built: {error}")))
}

/// Notes when a name is looked up, and when it has been.
struct WatchedResolver(Arc<dyn Resolver>);

impl Resolve for WatchedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.0.resolve(name.as_str());
        Box::pin(async move {
            progress::entered(Phase::Dns);
            let found = lookup.await?;
            progress::entered(Phase::Connect);
            // The port is the URL's.
            Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
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
    S: Service<Target>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        let connecting = self.0.call(target);
        Box::pin(async move {
            let connection = connecting.await?;
            progress::opened();
            Ok(connection)
        })
    }
}
