//! Looking names up, injected like time and chance: a caller may have a resolver of its own, and a test names that lead
//! nowhere. Which of the addresses is used is left to the transport.

use std::{
    collections::HashMap,
    fmt::Debug,
    io,
    net::{IpAddr, ToSocketAddrs as _},
    pin::Pin,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::blocking::{LOOK_UPS, Refused, Threads};

/// A look-up under way.
pub type Lookup = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// The client's source of addresses.
pub trait Resolver: Debug + Send + Sync {
    /// The addresses of a host, which is no address itself, in the order in which they are tried. A client asks for a name once
    /// at a time, whatever number of its requests wait for it, and drops the look-up when none does any more.
    fn resolve(&self, host: &str) -> Lookup;
}

/// The operating system's resolver.
///
/// It blocks, and cannot be interrupted, so it has a few threads of its own, where a silent name server keeps nothing else from
/// its turn. All clients of the process share its look-ups: a name is asked for once at a time, and not at all if nobody waits
/// for it any more when its turn comes.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str) -> Lookup {
        let mut asked = look_up(host, &LOOK_UPS);
        Box::pin(async move {
            let found = asked.wait_for(Option::is_some).await;
            // Nothing is sent where the look-up panicked.
            let found = found.ok().and_then(|found| found.clone());
            let found = found.ok_or_else(|| io::Error::other("the look-up was not finished"))?;
            found.map_err(io::Error::from)
        })
    }
}

/// What became of a look-up. Those that wait for it each have their copy.
type Found = Result<Vec<IpAddr>, Failure>;

/// Why nothing was found.
#[derive(Debug, Clone)]
enum Failure {
    /// By the system's own account.
    NotFound(io::ErrorKind, String),
    /// There is no thread to look it up.
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

/// The look-ups that are queued or under way.
static UNDER_WAY: LazyLock<Mutex<HashMap<String, watch::Receiver<Option<Found>>>>> = LazyLock::new(Mutex::default);

fn table() -> MutexGuard<'static, HashMap<String, watch::Receiver<Option<Found>>>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The look-up of a name: the one that is under way, or a new one.
fn look_up(host: &str, threads: &'static Threads) -> watch::Receiver<Option<Found>> {
    let mut asked = table();
    if let Some(found) = asked.get(host) {
        return found.clone();
    }
    let (sender, receiver) = watch::channel(None);
    asked.insert(host.to_owned(), receiver.clone());
    // What follows may drop the look-up, which takes itself out of the table.
    drop(asked);
    let asking = Asking {
        host: host.to_owned(),
        receiver: receiver.clone(),
    };
    let refusing = sender.clone();
    let job = move || {
        if asking.is_wanted(&sender) {
            let found = (asking.host.as_str(), 0).to_socket_addrs();
            let found = found.map(|found| found.map(|address| address.ip()).collect());
            drop(asking);
            let not_found = |error: io::Error| Failure::NotFound(error.kind(), error.to_string());
            sender.send_replace(Some(found.map_err(not_found)));
        }
    };
    if let Err((job, refused)) = threads.submit(Box::new(job), true) {
        // Whoever comes from now on asks anew. Those who have come meanwhile hear of it, too.
        drop(job);
        refusing.send_replace(Some(Err(Failure::Refused(refused))));
    }
    receiver
}

/// A look-up that is queued or under way, and stands in the table until this is dropped.
struct Asking {
    host: String,
    receiver: watch::Receiver<Option<Found>>,
}

impl Asking {
    /// Whether somebody waits for it, now that its turn has come. If not, whoever comes next asks anew.
    fn is_wanted(&self, sender: &watch::Sender<Option<Found>>) -> bool {
        let mut asked = table();
        // One receiver is the table's, and one this. Nobody gets another while the table is locked.
        let is_wanted = sender.receiver_count() > 2;
        if !is_wanted {
            asked.remove(&self.host);
        }
        is_wanted
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let mut asked = table();
        if asked
            .get(&self.host)
            .is_some_and(|found| found.same_channel(&self.receiver))
        {
            asked.remove(&self.host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocking::tests::refusing;

    #[tokio::test]
    async fn a_name_whose_look_up_got_no_thread_is_looked_up_by_the_next_who_asks() {
        // No other test's.
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
