//! Name resolution, injected like time and randomness: a caller may have its own resolver, and a test can use names
//! that lead to closed ports. The transport chooses among the addresses.

use std::{
    collections::HashMap,
    fmt::Debug,
    io,
    net::{SocketAddr, ToSocketAddrs as _},
    pin::Pin,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::blocking::{HANGING, LOOK_UPS, Refused, Threads};

/// A running look-up.
pub type Lookup = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// The source of addresses of a client.
pub trait Resolver: Debug + Send + Sync {
    /// Returns the addresses of a host name (never of an IP address), in the order in which to try them. Their ports are
    /// ignored; the scope of a link-local address (`fe80::1%eth0`) is not. A client looks
    /// up a name once at a time, however many of its requests wait for it, and drops the look-up when none waits any
    /// more.
    fn resolve(&self, host: &str) -> Lookup;
}

/// The resolver of the operating system.
///
/// It blocks and cannot be interrupted, so it has threads of its own, where a silent name server delays nothing else: a
/// few at first, and more while all of them hang. All clients of the process share its look-ups: a name is looked up once at a time, and not at all if no
/// request waits for it any more when its turn comes.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str) -> Lookup {
        let mut under_way = look_up(host, &LOOK_UPS);
        Box::pin(async move {
            let found = loop {
                tokio::select! {
                    biased;
                    found = under_way.wait_for(Option::is_some) => break found.map(|found| found.clone()),
                    () = tokio::time::sleep(HANGING) => LOOK_UPS.relieve(),
                }
            };
            // A look-up that panics sends nothing.
            let found = found.ok().flatten();
            let found = found.ok_or_else(|| io::Error::other("the look-up did not finish"))?;
            found.map_err(io::Error::from)
        })
    }
}

/// The result of a look-up. Each request that waits for it has a copy.
type Found = Result<Vec<SocketAddr>, Failure>;

/// Why a look-up failed.
#[derive(Debug, Clone)]
enum Failure {
    /// The system found nothing, for this reason.
    NotFound(io::ErrorKind, String),
    /// The system refused a thread for the look-up.
    Refused(Refused),
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFound(kind, reason) => Self::new(kind, reason),
            Failure::Refused(refused) => Self::new(refused.0.kind(), refused),
        }
    }
}

/// The look-ups that are queued or running.
static UNDER_WAY: LazyLock<Mutex<HashMap<String, watch::Receiver<Option<Found>>>>> = LazyLock::new(Mutex::default);

fn table() -> MutexGuard<'static, HashMap<String, watch::Receiver<Option<Found>>>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Joins the running look-up of a name, or starts one.
fn look_up(host: &str, threads: &'static Threads) -> watch::Receiver<Option<Found>> {
    let mut under_way = table();
    if let Some(found) = under_way.get(host) {
        return found.clone();
    }
    let (sender, receiver) = watch::channel(None);
    under_way.insert(host.to_owned(), receiver.clone());
    // The next statements may drop the look-up, which removes itself from the table.
    drop(under_way);
    let pending = Pending {
        host: host.to_owned(),
        receiver: receiver.clone(),
    };
    let refusing = sender.clone();
    let job = move || {
        if pending.is_wanted(&sender) {
            let found = (pending.host.as_str(), 0).to_socket_addrs();
            let found = found.map(Iterator::collect);
            drop(pending);
            let not_found = |error: io::Error| Failure::NotFound(error.kind(), error.to_string());
            sender.send_replace(Some(found.map_err(not_found)));
        }
    };
    if let Err((job, refused)) = threads.submit(Box::new(job), true) {
        // Later requests look the name up again. Requests that joined meanwhile get the refusal, too.
        drop(job);
        refusing.send_replace(Some(Err(Failure::Refused(refused))));
    }
    receiver
}

/// A look-up that is queued or running. It is in the table until this is dropped.
struct Pending {
    host: String,
    receiver: watch::Receiver<Option<Found>>,
}

impl Pending {
    /// Whether a request still waits for it, now that its turn has come. If not, the next request looks the name up
    /// again.
    fn is_wanted(&self, sender: &watch::Sender<Option<Found>>) -> bool {
        let mut under_way = table();
        // The table and this have one receiver each, and no request gets another while the table is locked.
        let is_wanted = sender.receiver_count() > 2;
        if !is_wanted {
            under_way.remove(&self.host);
        }
        is_wanted
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let mut under_way = table();
        if under_way
            .get(&self.host)
            .is_some_and(|found| found.same_channel(&self.receiver))
        {
            under_way.remove(&self.host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocking::tests::refusing;

    #[tokio::test]
    async fn a_look_up_without_a_thread_is_repeated_for_the_next_request() {
        // No other test uses this address.
        const HOST: &str = "127.7.7.7";
        let refused = look_up(HOST, refusing()).borrow().clone();
        let Some(Err(failure)) = refused else {
            panic!("{refused:?}");
        };
        assert!(io::Error::from(failure).to_string().contains("ulimit -u"));
        assert!(!table().contains_key(HOST));
        assert!(SystemResolver.resolve(HOST).await.is_ok());
        assert!(!table().contains_key(HOST));
    }
}
