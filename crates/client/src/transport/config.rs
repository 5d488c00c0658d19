//! What is the same for all calls of a client, the way to the server included.

use std::{sync::Arc, time::Duration};

use reqwest::Url;

use super::{dial::Dial, proxy::Proxies, tls::Identity, trust::RootSources};
use crate::{
    auth::Auth,
    clock::{Clock, Random},
    resolver::{Resolver, SystemResolver},
};

/// What is the same for all calls of a client.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) auth: Auth,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_sockets: usize,
    pub(crate) max_response_bytes: usize,
    pub(crate) user_agent: String,
    pub(crate) route: Route,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

/// How the server is reached.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) proxies: Proxies,
    pub(crate) roots: RootSources,
    /// Who the client is, to servers that ask for a certificate.
    pub(crate) identity: Option<Identity>,
}

impl Route {
    /// The dialing of an attempt at a URL.
    pub(super) fn dial(&self, url: &Url) -> Arc<Dial> {
        match self.proxies.of(url) {
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
