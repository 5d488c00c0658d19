//! The addresses that an attempt dials, one at a time, because the HTTP client opens one connection for each request.
//! If a connection fails, or is silent while another address answers, the attempt dials again, at no cost to its
//! retries.

use std::{
    error::Error as StdError,
    fmt,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};

use rustls::pki_types::ServerName;
use tokio::sync::Notify;

use super::{
    addresses::{Addresses, Rivals},
    causes::{find, is_refusal},
};
use crate::clock::Sleep;

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

tokio::task_local! {
    /// The dial of the connection that is being made. It stays with the connection even if that outlives its request.
    static DIAL: Arc<Dial>;
}

/// Nothing has been received on the connection yet.
const DIALED: u8 = 0;
/// The address has answered, and a TLS handshake with it may have begun.
const REACHED: u8 = 1;
/// A `CONNECT` request has been sent to the proxy.
const TUNNEL_REQUESTED: u8 = 2;

/// The dial of one attempt.
#[derive(Debug, Default)]
pub(super) struct Dial {
    port: u16,
    /// Whether the address expects TLS.
    is_secure: bool,
    /// The stage of the connection.
    stage: AtomicU8,
    /// Notified when an address has been handed out.
    handed_out: Notify,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    name: Option<Name>,
    /// The address that is being dialed, or that the connection was made to.
    current: Option<SocketAddr>,
    tried: Vec<SocketAddr>,
    /// The address to dial next.
    winner: Option<SocketAddr>,
    /// The failure to report: a refusal by a machine rather than a missing route, and the earliest of the same kind.
    failure: Option<BoxError>,
}

impl State {
    /// Notes that the current address has failed.
    fn mark_failed(&mut self) {
        if let Some(address) = self.current.take() {
            self.tried.push(address);
            if let Some(name) = &self.name {
                name.addresses.failed(address);
            }
        }
    }
}

/// A name and its addresses.
struct Name {
    host: String,
    found: Vec<SocketAddr>,
    addresses: Arc<Addresses>,
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.host, self.found)
    }
}

/// Makes the attempt dial again, to another address.
#[derive(Debug)]
struct Redial;

impl fmt::Display for Redial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another address is next")
    }
}

impl StdError for Redial {}

/// Whether the attempt must dial again.
pub(super) fn is_redial(error: &(dyn StdError + 'static)) -> bool {
    find::<Redial>(error).is_some()
}

impl Dial {
    /// The dial of an attempt that connects to this port.
    pub(super) fn to(port: u16, is_secure: bool) -> Arc<Self> {
        Arc::new(Self {
            port,
            is_secure,
            ..Self::default()
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows a connection to the address that the resolver hands out meanwhile, and replaces it if another address is
    /// faster.
    pub(super) async fn follow<T>(
        self: Arc<Self>,
        connecting: impl Future<Output = Result<T, BoxError>>,
    ) -> Result<T, BoxError> {
        self.stage.store(DIALED, Ordering::Release);
        self.state().current = None;
        let connected = tokio::select! {
            biased;
            connected = DIAL.scope(Arc::clone(&self), connecting) => connected,
            () = self.overtaken() => return Err(Redial.into()),
        };
        match connected {
            Ok(connection) => {
                self.connected();
                Ok(connection)
            }
            Err(error) if self.stage() > DIALED => Err(error),
            Err(error) => Err(self.next_after(error)),
        }
    }

    /// The next address to dial, if the attempt already knows those of this name.
    pub(super) fn next_address(&self, host: &str) -> Option<SocketAddr> {
        let mut state = self.state();
        let name = state.name.as_ref().filter(|name| name.host == host)?;
        let next = name
            .found
            .iter()
            .find(|address| !state.tried.contains(address))
            .copied();
        let next = state.winner.take().or(next)?;
        Some(self.hand_out(&mut state, next))
    }

    /// The first address to dial, of those that were found for a name.
    pub(super) fn first_address(
        &self,
        host: &str,
        found: Vec<SocketAddr>,
        addresses: &Arc<Addresses>,
    ) -> Option<SocketAddr> {
        let first = found.first().copied()?;
        let mut state = self.state();
        *state = State {
            name: Some(Name {
                host: host.to_owned(),
                found,
                addresses: Arc::clone(addresses),
            }),
            ..State::default()
        };
        Some(self.hand_out(&mut state, first))
    }

    fn hand_out(&self, state: &mut State, address: SocketAddr) -> SocketAddr {
        state.current = Some(address);
        self.handed_out.notify_one();
        address
    }

    fn stage(&self) -> u8 {
        self.stage.load(Ordering::Acquire)
    }

    /// Ends when another address has connected, with TLS if it is expected, before the current one. A proxy that has
    /// received `CONNECT` gets its full share of the time, because the server behind it determines how long the tunnel
    /// takes.
    async fn overtaken(&self) {
        // The notification may be for an earlier address.
        while self.state().current.is_none() {
            self.handed_out.notified().await;
        }
        let Some((addresses, rivals)) = self.rivals() else {
            return std::future::pending().await;
        };
        let mut share = Some(addresses.share(rivals.count()));
        addresses.silence(rivals.count()).await;
        self.wait_for_tunnel(&mut share).await;
        if let Some(winner) = addresses.race(rivals).await {
            self.wait_for_tunnel(&mut share).await;
            return self.turn_to(winner);
        }
        std::future::pending::<()>().await;
    }

    async fn wait_for_tunnel(&self, share: &mut Option<Sleep>) {
        if self.stage() == TUNNEL_REQUESTED
            && let Some(share) = share.take()
        {
            share.await;
        }
    }

    /// The addresses that have not been tried.
    fn rivals(&self) -> Option<(Arc<Addresses>, Rivals)> {
        let state = self.state();
        let (name, current) = (state.name.as_ref()?, state.current?);
        let untried = |address: &&SocketAddr| **address != current && !state.tried.contains(address);
        let mut others = name.found.iter().filter(untried).copied().peekable();
        others.peek()?;
        let server = self.is_secure.then(|| ServerName::try_from(name.host.clone()).ok());
        let rivals = Rivals {
            port: self.port,
            addresses: others.collect(),
            server: server.flatten(),
        };
        Some((Arc::clone(&name.addresses), rivals))
    }

    /// Makes another address the next one, in place of the current one.
    fn turn_to(&self, winner: SocketAddr) {
        let mut state = self.state();
        state.mark_failed();
        state.winner = Some(winner);
    }

    /// Returns the error after the current address has failed: another dial, or the failure to report.
    fn next_after(&self, error: BoxError) -> BoxError {
        let mut state = self.state();
        if state.current.is_none() {
            return error;
        }
        state.mark_failed();
        let failure = match state.failure.take() {
            Some(earlier) if is_refusal(&*earlier) || !is_refusal(&*error) => earlier,
            _ => error,
        };
        let is_left = state.name.as_ref().is_some_and(|name| {
            let mut found = name.found.iter();
            found.any(|address| !state.tried.contains(address))
        });
        if is_left {
            state.failure = Some(failure);
            return Redial.into();
        }
        failure
    }

    fn connected(&self) {
        let state = self.state();
        if let (Some(name), Some(address)) = (&state.name, state.current) {
            name.addresses.connected(address);
        }
    }

    /// Notes that the connection was lost before anything was written to it. The attempt dials another address first.
    pub(super) fn leave(&self) {
        self.state().mark_failed();
    }

    /// Notes that the attempt failed on its connection or while connecting. Other addresses precede this one for a
    /// while.
    pub(super) fn failed(&self) {
        let state = self.state();
        if let (Some(name), Some(address)) = (&state.name, state.current) {
            name.addresses.failed(address);
        }
    }
}

/// The dial that this code runs in.
pub(super) fn current() -> Option<Arc<Dial>> {
    DIAL.try_with(Arc::clone).ok()
}

/// Notes that the address that is being dialed has answered.
pub(super) fn reached() {
    advance_to(REACHED);
}

/// Notes that `CONNECT` is being sent to the proxy that is being dialed.
pub(super) fn tunnel_requested() {
    advance_to(TUNNEL_REQUESTED);
}

fn advance_to(stage: u8) {
    // Without a dial, the connection is to an address that the caller named.
    let _ = DIAL.try_with(|dial| dial.stage.fetch_max(stage, Ordering::AcqRel));
}
