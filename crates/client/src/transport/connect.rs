//! Builds the HTTP clients, and chooses one for each request.

use std::{fmt, sync::Arc, time::Duration};

use hyper_util::client::legacy::connect::HttpConnector;

use super::{
    addresses::Addresses,
    attempt_state::AttemptState,
    config::Config,
    dial::BoxError,
    lookup::WatchedResolver,
    own::Own,
    tls,
    tunnel::{Connector, MAX_HEADERS},
    watched::Watched,
};
use crate::error::{Error, Result};

/// TCP keep-alive: the first probe follows this much silence, further ones come after each interval. The limits of the
/// caller decide how long a silent server is waited for, so TCP ends a connection only after as many probes as Linux
/// allows. `TCP_USER_TIMEOUT`, which reqwest sets to 30 s, would end it while a frozen server takes no more data.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_INTERVAL: Duration = Duration::from_mins(1);
const KEEPALIVE_PROBES: u32 = 127;

/// The configuration from which clients can be built any number of times.
pub(super) struct Recipe {
    config: Arc<Config>,
    resolver: WatchedResolver,
    tls: rustls::ClientConfig,
}

impl fmt::Debug for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipe")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Recipe {
    /// Reads the certificates of the system. Call it on a thread that may block.
    pub(super) fn new(config: Arc<Config>) -> Result<Self> {
        let route = &config.route;
        let resolver = Arc::clone(&route.resolver);
        let tls = tls::config(&route.roots, route.identity.as_ref())?;
        let (clock, of_races) = (Arc::clone(&config.clock), Arc::new(tls.clone()));
        let addresses = Addresses::new(resolver, clock, of_races, config.connect_timeout);
        Ok(Self {
            resolver: WatchedResolver::new(addresses),
            tls,
            config,
        })
    }

    /// Builds clients that keep idle sockets for this long.
    pub(super) fn build(&self, keep_idle: Duration) -> Result<Http> {
        let proxies = &self.config.route.proxies;
        let own = Own::new(self.connector(), proxies.clone(), keep_idle, most_idle(keep_idle));
        let direct = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(self.resolver.clone())
            .connector_layer(Watched)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            // Without the proxies of the environment: the caller decides whether to read them.
            .no_proxy()
            .http1_only()
            .http1_max_headers(MAX_HEADERS)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .pool_idle_timeout(keep_idle)
            .pool_max_idle_per_host(most_idle(keep_idle))
            .tcp_keepalive(KEEPALIVE)
            .tcp_keepalive_interval(KEEPALIVE_INTERVAL)
            .tcp_keepalive_retries(KEEPALIVE_PROBES);
        #[cfg(any(target_os = "android", target_os = "linux"))]
        let direct = direct.tcp_user_timeout(None);
        let direct = proxies
            .for_http()
            .into_iter()
            .fold(direct, reqwest::ClientBuilder::proxy);
        let direct = direct
            .build()
            .map_err(|error| Error::Internal(format!("the HTTP client cannot be built: {error}")))?;
        Ok(Http { direct, own })
    }

    fn connector(&self) -> Connector {
        let mut tcp = HttpConnector::new_with_resolver(self.resolver.clone());
        // The same settings as in reqwest.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE_INTERVAL));
        tcp.set_keepalive_retries(Some(KEEPALIVE_PROBES));
        Connector {
            tcp,
            tls: Arc::new(self.tls.clone()),
        }
    }
}

/// How many idle sockets are kept: none if they may not be reused, because a pool drops expired ones only on its next
/// use.
fn most_idle(keep_idle: Duration) -> usize {
    if keep_idle.is_zero() { 0 } else { usize::MAX }
}

/// The HTTP clients: reqwest and, for what it cannot carry, the hyper-util client that it is built on.
#[derive(Debug)]
pub(super) struct Http {
    direct: reqwest::Client,
    own: Own,
}

impl Http {
    /// Sends the request of an attempt, through its proxy if it has one.
    pub(super) async fn execute(
        &self,
        request: reqwest::Request,
        attempt: &AttemptState,
    ) -> Result<reqwest::Response, BoxError> {
        if self.own.is_for(&request, attempt) {
            return self.own.execute(request).await;
        }
        Ok(self
            .direct
            .execute(request)
            .await
            .map_err(reqwest::Error::without_url)?)
    }
}
