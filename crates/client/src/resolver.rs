//! Looking names up, injected like time and chance: a caller may have a resolver of its own, and a test names that lead
//! nowhere. Which of the addresses is used is left to the transport.

use std::{
    collections::HashMap,
    fmt::Debug,
    io,
    net::{IpAddr, ToSocketAddrs as _},
    pin::Pin,
    sync::{LazyLock, Mutex, PoisonError},
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::watch,
};

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
        let asked = look_up(host);
        Box::pin(async move {
            let mut asked = asked?;
            let found = asked.wait_for(Option::is_some).await;
            // Nothing is sent where the look-up panicked.
            let found = found.ok().and_then(|found| found.clone());
            let found = found.ok_or_else(|| io::Error::other("the look-up was not finished"))?;
            found.map_err(|(kind, reason)| io::Error::new(kind, reason))
        })
    }
}

/// How many names may be looked up at a time; further ones wait.
const THREADS: usize = 16;

/// What became of a look-up. Those that wait for it each have their copy.
type Found = Result<Vec<IpAddr>, (io::ErrorKind, String)>;

/// The look-ups that are queued or under way.
static ASKED: LazyLock<Mutex<HashMap<String, watch::Receiver<Option<Found>>>>> = LazyLock::new(Mutex::default);

/// Runs nothing but blocking calls: tokio's pool of threads, which come with the work and go without.
static POOL: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    Builder::new_current_thread()
        .max_blocking_threads(THREADS)
        .thread_name("modzy-look-up")
        .build()
});

/// The look-up of a name: the one that is under way, or a new one.
fn look_up(host: &str) -> io::Result<watch::Receiver<Option<Found>>> {
    let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = asked.get(host) {
        return Ok(found.clone());
    }
    let pool = POOL
        .as_ref()
        .map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
    let (sender, receiver) = watch::channel(None);
    asked.insert(host.to_owned(), receiver.clone());
    let asking = Asking {
        host: host.to_owned(),
        receiver: receiver.clone(),
    };
    pool.spawn_blocking(move || {
        if asking.is_wanted(&sender) {
            let found = (asking.host.as_str(), 0).to_socket_addrs();
            let found = found.map(|found| found.map(|address| address.ip()).collect());
            drop(asking);
            sender.send_replace(Some(found.map_err(|error| (error.kind(), error.to_string()))));
        }
    });
    Ok(receiver)
}

/// A look-up that is queued or under way, and stands in the table until this is dropped.
struct Asking {
    host: String,
    receiver: watch::Receiver<Option<Found>>,
}

impl Asking {
    /// Whether somebody waits for it, now that its turn has come. If not, whoever comes next asks anew.
    fn is_wanted(&self, sender: &watch::Sender<Option<Found>>) -> bool {
        let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
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
        let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
        if asked
            .get(&self.host)
            .is_some_and(|found| found.same_channel(&self.receiver))
        {
            asked.remove(&self.host);
        }
    }
}
