//! The transports of a JavaScript environment. Clients with equal settings share one, which outlives the last of them for a
//! while. Which settings have to be equal is decided by the client.

use std::{
    collections::{HashMap, hash_map::Entry},
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use modzy_client::{Client, Result, Transport, TransportKey};
use napi::Env;
use tokio::{
    sync::Notify,
    time::{Instant, sleep, sleep_until},
};

use crate::{config::BindingConfig, runtime};

/// How long sockets outlive the last client, so that clients that follow one another do not connect each time.
const SOCKETS_LINGER: Duration = Duration::from_secs(4);

/// How many transports without clients may have sockets. Beyond that, as when a server has a client for each of thousands of users,
/// sockets close with the last client, so that the process does not run out of descriptors.
const MOST_LINGERING: usize = 128;

/// How long the retry budget outlives the last client, so that a client for each request does not get a new one each time.
const LIMITS_LINGER: Duration = Duration::from_mins(1);

/// How often the transports are visited at most, because there may be thousands.
const SWEEP_INTERVAL: Duration = Duration::from_millis(100);

/// The memory of a client, and of a transport with a socket or two, in bytes, about as measured.
const BYTES_OF_CLIENT: i64 = 2 * 1024;
const BYTES_OF_TRANSPORT: i64 = 64 * 1024;

/// The transports of an environment.
#[derive(Debug, Default)]
pub(crate) struct Transports {
    state: Mutex<State>,
    /// Notified when a transport is no longer used.
    unused: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    shared: HashMap<TransportKey, Shared>,
    /// How many clients there are.
    clients: usize,
    /// How many transports may have sockets, those of one client included.
    open: usize,
    /// How many of these no client uses.
    lingering: usize,
    /// Whether a task ends what has lingered.
    is_swept: bool,
    /// How much memory has been reported to V8.
    reported: i64,
}

/// A transport that clients share.
#[derive(Debug)]
struct Shared {
    transport: Arc<Transport>,
    clients: usize,
    /// Since when no client uses it.
    unused: Option<Instant>,
    /// Whether it may have sockets.
    is_open: bool,
}

/// A client as the user of a transport.
#[derive(Debug)]
pub(crate) struct Tenant {
    transports: Arc<Transports>,
    transport: Arc<Transport>,
    /// The key of a shared transport.
    key: Option<TransportKey>,
    has_left: AtomicBool,
}

impl Transports {
    /// Builds a client, on the transport of equal clients unless its settings say otherwise.
    pub(crate) fn client(self: &Arc<Self>, config: BindingConfig) -> Result<(Client, Tenant)> {
        let is_shared = config.is_shared();
        let find = |key| is_shared.then(|| self.find(key)).flatten();
        let client = config.builder()?.build_on(find)?;
        let transport = Arc::clone(client.transport());
        let key = transport.key().filter(|_| is_shared);
        self.enter(key, &transport);
        let tenant = Tenant {
            transports: Arc::clone(self),
            transport,
            key,
            has_left: AtomicBool::new(false),
        };
        Ok((client, tenant))
    }

    fn find(&self, key: TransportKey) -> Option<Arc<Transport>> {
        let state = self.state();
        state.shared.get(&key).map(|shared| Arc::clone(&shared.transport))
    }

    fn enter(&self, key: Option<TransportKey>, transport: &Arc<Transport>) {
        let mut state = self.state();
        let State {
            shared,
            clients,
            open,
            lingering,
            ..
        } = &mut *state;
        *clients += 1;
        let Some(key) = key else {
            *open += 1;
            return;
        };
        let shared = shared.entry(key).or_insert_with(|| Shared {
            transport: Arc::clone(transport),
            clients: 0,
            unused: None,
            is_open: false,
        });
        shared.clients += 1;
        if shared.unused.take().is_some() && shared.is_open {
            *lingering = lingering.saturating_sub(1);
        }
        *open += usize::from(!mem::replace(&mut shared.is_open, true));
    }

    /// Notes that a client no longer uses its transport. Returns whether the sockets are to be closed: if it was the last one, and
    /// `at_once` or too many others linger.
    fn leave(self: &Arc<Self>, key: Option<TransportKey>, at_once: bool) -> bool {
        let mut state = self.state();
        let State {
            shared,
            clients,
            open,
            lingering,
            ..
        } = &mut *state;
        *clients = clients.saturating_sub(1);
        let Some(key) = key else {
            *open = open.saturating_sub(1);
            return at_once;
        };
        let Entry::Occupied(mut entry) = shared.entry(key) else {
            return false;
        };
        let shared = entry.get_mut();
        shared.clients = shared.clients.saturating_sub(1);
        if shared.clients > 0 {
            return false;
        }
        let Some(handle) = runtime::running() else {
            // Nothing was ever sent, or the environment is ending.
            *open = open.saturating_sub(usize::from(shared.is_open));
            entry.remove();
            return at_once;
        };
        shared.unused = Some(Instant::now());
        let closes = at_once || *lingering >= MOST_LINGERING;
        if closes {
            *open = open.saturating_sub(usize::from(mem::take(&mut shared.is_open)));
        } else {
            *lingering += usize::from(shared.is_open);
        }
        if !mem::replace(&mut state.is_swept, true) {
            // The task does not keep the transports of an environment that has ended.
            handle.spawn(sweep(Arc::downgrade(self), Arc::clone(&self.unused)));
        }
        self.unused.notify_one();
        closes
    }

    /// Ends what has lingered long enough at this time. Returns when there is more to end.
    fn sweep(&self, now: Instant) -> Option<Instant> {
        let mut state = self.state();
        let State {
            shared,
            open,
            lingering,
            ..
        } = &mut *state;
        let mut next: Option<Instant> = None;
        let mut closed = Vec::new();
        shared.retain(|_, shared| {
            let Some(unused) = shared.unused else {
                return true;
            };
            if shared.is_open && now >= unused + SOCKETS_LINGER {
                shared.is_open = false;
                closed.push(Arc::clone(&shared.transport));
            }
            let linger = if shared.is_open { SOCKETS_LINGER } else { LIMITS_LINGER };
            let end = unused + linger;
            next = Some(next.map_or(end, |next| next.min(end)));
            now < unused + LIMITS_LINGER
        });
        *open = open.saturating_sub(closed.len());
        *lingering = lingering.saturating_sub(closed.len());
        state.is_swept = next.is_some();
        drop(state);
        for transport in closed {
            transport.close_idle();
        }
        next
    }

    /// Reports to V8 how much the memory of the clients and their transports has changed, so that it collects unused clients.
    pub(crate) fn report_memory(&self, env: Env) -> napi::Result<()> {
        let change = {
            let mut state = self.state();
            let bytes = state.bytes();
            bytes - mem::replace(&mut state.reported, bytes)
        };
        if change != 0 {
            env.adjust_external_memory(change)?;
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn bytes(&self) -> i64 {
        let bytes = |number: usize, size: i64| i64::try_from(number).unwrap_or(i64::MAX).saturating_mul(size);
        bytes(self.clients, BYTES_OF_CLIENT).saturating_add(bytes(self.open, BYTES_OF_TRANSPORT))
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.leave(false);
    }
}

async fn sweep(transports: Weak<Transports>, unused: Arc<Notify>) {
    while let Some(next) = transports
        .upgrade()
        .and_then(|transports| transports.sweep(Instant::now()))
    {
        sleep(SWEEP_INTERVAL).await;
        tokio::select! {
            () = sleep_until(next) => {}
            // It may have to be ended before the others.
            () = unused.notified() => {}
        }
    }
}

impl Tenant {
    /// Leaves the transport, once. If no client uses it any more, `at_once` closes its sockets.
    pub(crate) fn leave(&self, at_once: bool) {
        if self.has_left.swap(true, Ordering::Relaxed) {
            return;
        }
        if self.transports.leave(self.key, at_once) {
            self.transport.close_idle();
        }
    }

    /// How many clients use the transport.
    pub(crate) fn count(&self) -> usize {
        match self.key {
            Some(key) => self
                .transports
                .state()
                .shared
                .get(&key)
                .map_or(0, |shared| shared.clients),
            None => usize::from(!self.has_left.load(Ordering::Relaxed)),
        }
    }

    /// As [`Transports::report_memory`].
    pub(crate) fn report_memory(&self, env: Env) -> napi::Result<()> {
        self.transports.report_memory(env)
    }
}

#[cfg(test)]
mod tests {
    use modzy_client::{Auth, BaseUrl};

    use super::*;

    #[test]
    fn sockets_outlive_the_last_client_by_four_seconds_and_limits_by_a_minute() {
        let base = BaseUrl::api("https://modzy.test/api").unwrap();
        let client = Client::builder(base, Auth::api_key("prefix.body")).build().unwrap();
        let transport = client.transport();
        let key = transport.key().unwrap();
        let transports = Transports::default();
        transports.enter(Some(key), transport);
        let left = Instant::now();
        transports.state().shared.get_mut(&key).unwrap().unused = Some(left);
        let at = |millis| left + Duration::from_millis(millis);
        for (now, next, open, kept) in [
            (0, Some(4000), 1, true),
            (3999, Some(4000), 1, true),
            (4000, Some(60_000), 0, true),
            (59_999, Some(60_000), 0, true),
            (60_000, Some(60_000), 0, false),
            (60_001, None, 0, false),
        ] {
            assert_eq!(transports.sweep(at(now)), next.map(at), "after {now} ms");
            assert_eq!(transports.state().open, open, "after {now} ms");
            assert_eq!(transports.find(key).is_some(), kept, "after {now} ms");
        }
    }
}
