//! The settings of a transport, including the route to the server. All calls of all clients that share it have them.

use std::{sync::Arc, time::Duration};

use reqwest::Url;
use url::Origin;

use super::{dial::Dial, proxy::Proxies, tls::Identity, trust::RootSources};
use crate::{
    auth::Auth,
    clock::{Clock, Random},
    resolver::{Resolver, SystemResolver},
};

/// The settings of a transport.
#[derive(Debug)]
pub(crate) struct Config {
    /// The scheme, host and port of the server.
    pub(crate) origin: Origin,
    pub(crate) auth: Auth,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_sockets: usize,
    pub(crate) retry_budget: u32,
    pub(crate) route: Route,
    /// Whether the clock, the source of randomness or the resolver is the caller's.
    pub(crate) is_injected: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

/// The route to the server.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) proxies: Proxies,
    pub(crate) roots: RootSources,
    /// The client certificate, for servers that request one.
    pub(crate) identity: Option<Identity>,
}

impl Route {
    /// The dial of an attempt at a URL.
    pub(super) fn dial(&self, url: &Url) -> Arc<Dial> {
        match self.proxies.for_url(url) {
            Some(proxy) => Dial::to(proxy.port(), proxy.is_secure()),
            None => Dial::to(url.port_or_known_default().unwrap_or_default(), url.scheme() == "https"),
        }
    }
}

impl Default for Route {
    fn default() -> Self {
        Self {
            resolver: Arc::new(SystemResolver),
            proxies: Proxies::default(),
            roots: RootSources::default(),
            identity: None,
        }
    }
}
