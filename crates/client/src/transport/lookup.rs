//! The resolver of the HTTP clients: hands each connection one address, and reports the phase.

use std::{
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    vec,
};

use hyper_util::client::legacy::connect::dns;
use reqwest::dns::{Addrs, Resolve, Resolving};
use tower_service::Service;

use super::{
    addresses::Addresses,
    attempt_state,
    dial::{self, BoxError},
};
use crate::error::Phase;

/// Notes when a look-up begins and ends, and hands out one of the addresses.
#[derive(Clone)]
pub(super) struct WatchedResolver(Arc<Addresses>);

impl WatchedResolver {
    pub(super) fn new(addresses: Arc<Addresses>) -> Self {
        Self(addresses)
    }

    fn hand_out(&self, host: String) -> HandingOut {
        let addresses = Arc::clone(&self.0);
        let dial = dial::current();
        Box::pin(async move {
            if let Some(next) = dial.as_ref().and_then(|dial| dial.next_address(&host)) {
                attempt_state::entered(Phase::Connect);
                return Ok(vec![next].into_iter());
            }
            attempt_state::entered(Phase::Dns);
            let found = addresses.look_up(&host).await?;
            attempt_state::entered(Phase::Connect);
            let handed_out = match dial {
                Some(dial) => dial.first_address(&host, found, &addresses).into_iter().collect(),
                None => found,
            };
            Ok(handed_out.into_iter())
        })
    }
}

/// Port 0 means the port of the URL.
type HandingOut = Pin<Box<dyn Future<Output = Result<vec::IntoIter<SocketAddr>, BoxError>> + Send>>;

impl Resolve for WatchedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> Resolving {
        let handing_out = self.hand_out(name.as_str().to_owned());
        Box::pin(async move { Ok(Box::new(handing_out.await?) as Addrs) })
    }
}

impl Service<dns::Name> for WatchedResolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = HandingOut;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: dns::Name) -> HandingOut {
        self.hand_out(name.as_str().to_owned())
    }
}
