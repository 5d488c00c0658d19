//! The addresses of names: looked up once at a time, ordered so that failed ones come last, and raced.

use std::{
    cmp::Reverse,
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{net::TcpStream, task::JoinSet};
use tokio_rustls::TlsConnector;

use super::single::Singles;
use crate::{
    clock::{Clock, Sleep},
    resolver::Resolver,
};

/// How long an address may be silent before the next one is dialed as well: the Connection Attempt Delay of RFC 8305.
const HEAD_START: Duration = Duration::from_millis(250);

/// How long an address that has failed comes last.
const MEMORY: Duration = Duration::from_mins(1);

/// The result of a look-up, shared by all who wait for it.
type Found = Result<Arc<[SocketAddr]>, Arc<io::Error>>;

/// Addresses to race.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Rivals {
    pub(super) port: u16,
    pub(super) addresses: Vec<SocketAddr>,
    /// The server name, if TLS is expected.
    pub(super) server: Option<ServerName<'static>>,
}

impl Rivals {
    pub(super) fn count(&self) -> usize {
        self.addresses.len()
    }
}

/// What the client knows about names and their addresses.
pub(super) struct Addresses {
    resolver: Arc<dyn Resolver>,
    clock: Arc<dyn Clock>,
    tls: Arc<ClientConfig>,
    connect_timeout: Duration,
    look_ups: Singles<String, Found>,
    races: Singles<Rivals, Option<SocketAddr>>,
    failed: Mutex<HashMap<SocketAddr, Instant>>,
}

impl Addresses {
    pub(super) fn new(
        resolver: Arc<dyn Resolver>,
        clock: Arc<dyn Clock>,
        tls: Arc<ClientConfig>,
        connect_timeout: Duration,
    ) -> Arc<Self> {
        Arc::new(Self {
            resolver,
            clock,
            tls,
            connect_timeout,
            look_ups: Singles::default(),
            races: Singles::default(),
            failed: Mutex::default(),
        })
    }

    /// Returns the addresses of a name, in the order in which to try them.
    pub(super) async fn look_up(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        let look_up = self.look_ups.join(host.to_owned(), || {
            let look_up = self.resolver.resolve(host);
            Box::pin(async move { look_up.await.map(Arc::from).map_err(Arc::new) })
        });
        let found = look_up.await.map_err(|error| io::Error::new(error.kind(), error))?;
        let mut ordered = interleaved(&found);
        // An address is the same at every port.
        for address in &mut ordered {
            address.set_port(0);
        }
        let now = self.clock.now();
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.retain(|_, at| now.saturating_duration_since(*at) < MEMORY);
        // A stable sort: addresses without a failure first, then by the age of the failure, oldest first.
        ordered.sort_by_key(|address| failed.get(address).map_or((false, None), |at| (true, Some(*at))));
        Ok(ordered)
    }

    /// Notes that a connection to an address failed, so that others precede it for a while.
    pub(super) fn failed(&self, address: SocketAddr) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.insert(address, self.clock.now());
    }

    /// Notes that a connection to an address is open.
    pub(super) fn connected(&self, address: SocketAddr) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.remove(&address);
    }

    /// How long one of this many addresses may be silent before the next is dialed.
    fn head_start(&self, addresses: usize) -> Duration {
        self.share_of(addresses).min(HEAD_START)
    }

    /// An equal share for each address, so that all get their turn before `connectTimeout` has passed.
    fn share_of(&self, addresses: usize) -> Duration {
        self.connect_timeout / u32::try_from(addresses + 1).unwrap_or(u32::MAX)
    }

    /// Ends when an address with this many rivals has had its share of `connectTimeout`.
    pub(super) fn share(&self, rivals: usize) -> Sleep {
        self.clock.deadline(self.share_of(rivals))
    }

    /// Ends when an address has had its head start over this many rivals.
    pub(super) async fn silence(&self, addresses: usize) {
        self.clock.deadline(self.head_start(addresses)).await;
    }

    /// Dials addresses until one has connected. Equal races run once. Returns `None` if each address has failed.
    pub(super) async fn race(&self, rivals: Rivals) -> Option<SocketAddr> {
        let head_start = self.head_start(rivals.count());
        let race = self.races.join(rivals.clone(), || {
            let (tls, clock) = (Arc::clone(&self.tls), Arc::clone(&self.clock));
            Box::pin(first_to_answer(rivals, tls, head_start, clock))
        });
        race.await
    }
}

/// Dials the addresses in order, each after a head start of the one before, or as soon as that has failed.
async fn first_to_answer(
    rivals: Rivals,
    tls: Arc<ClientConfig>,
    head_start: Duration,
    clock: Arc<dyn Clock>,
) -> Option<SocketAddr> {
    let mut dials = JoinSet::new();
    let mut left = rivals.addresses.into_iter();
    loop {
        if let Some(address) = left.next() {
            dials.spawn(answers(address, rivals.port, rivals.server.clone(), Arc::clone(&tls)));
        } else if dials.is_empty() {
            return None;
        }
        tokio::select! {
            biased;
            Some(dialed) = dials.join_next() => if let Ok(Ok(address)) = dialed {
                return Some(address);
            },
            () = clock.deadline(head_start), if left.len() > 0 => {}
        }
    }
}

/// Opens a connection like one for a request, and closes it.
async fn answers(
    address: SocketAddr,
    port: u16,
    server: Option<ServerName<'static>>,
    tls: Arc<ClientConfig>,
) -> io::Result<SocketAddr> {
    let mut target = address;
    target.set_port(port);
    let socket = TcpStream::connect(target).await?;
    if let Some(server) = server {
        TlsConnector::from(tls).connect(server, socket).await?;
    }
    Ok(address)
}

/// Orders the addresses of both families in turn, beginning with the family of the first, without duplicates.
fn interleaved(found: &[SocketAddr]) -> Vec<SocketAddr> {
    let mut places: Vec<(usize, Reverse<bool>, SocketAddr)> = Vec::with_capacity(found.len());
    for &address in found {
        if places.iter().all(|(_, _, known)| *known != address) {
            let same = |(_, _, known): &&(usize, Reverse<bool>, SocketAddr)| known.is_ipv4() == address.is_ipv4();
            let is_of_the_first = found.first().is_some_and(|first| first.is_ipv4() == address.is_ipv4());
            places.push((places.iter().filter(same).count(), Reverse(is_of_the_first), address));
        }
    }
    places.sort_by_key(|&(nth, family, _)| (nth, family));
    places.into_iter().map(|(_, _, address)| address).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{tls, trust::RootSources},
        *,
    };
    use crate::{clock::SystemClock, resolver::Lookup};

    fn read(text: &str) -> Vec<SocketAddr> {
        let read = |address: &str| SocketAddr::new(address.replace('a', "192.0.2.").parse().unwrap(), 0);
        text.split_whitespace().map(read).collect()
    }

    #[test]
    fn families_take_turns_beginning_with_that_of_the_first_address() {
        for (found, expected) in [
            ("", ""),
            ("a1 a2 a3", "a1 a2 a3"),
            ("::1 ::2 a1 ::3 a2", "::1 a1 ::2 a2 ::3"),
            ("a1 ::1 ::2 ::3", "a1 ::1 ::2 ::3"),
            ("a1 a2 a1 ::1", "a1 ::1 a2"),
        ] {
            assert_eq!(interleaved(&read(found)), read(expected), "{found}");
        }
    }

    #[derive(Debug)]
    struct Three;

    impl Resolver for Three {
        fn resolve(&self, _: &str) -> Lookup {
            Box::pin(async { Ok(read("a1 a2 a3")) })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_that_failed_come_last_for_a_minute_those_that_failed_first_before_others() {
        let tls = Arc::new(tls::config(&RootSources::default(), None).unwrap());
        let addresses = Addresses::new(Arc::new(Three), Arc::new(SystemClock), tls, MEMORY);
        let [first, second] = ["a1", "a2"].map(|address| read(address)[0]);
        let is_ordered = async |expected| assert_eq!(addresses.look_up("h").await.unwrap(), read(expected));
        is_ordered("a1 a2 a3").await;
        addresses.failed(first);
        is_ordered("a2 a3 a1").await;
        tokio::time::advance(Duration::from_secs(30)).await;
        addresses.failed(second);
        is_ordered("a3 a1 a2").await;
        tokio::time::advance(Duration::from_secs(30)).await;
        is_ordered("a1 a3 a2").await;
        addresses.connected(second);
        is_ordered("a1 a2 a3").await;
    }
}
