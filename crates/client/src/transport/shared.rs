//! What the calls of clients share: the HTTP client, socket permits, the retry budget, and the mask that keeps the key
//! out of every text. `retry_state` and `exchange` use them.

use std::{
    borrow::Cow,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use super::{
    body::ProxiesPace,
    config::Config,
    connect::Recipe,
    keep_alive::Counts,
    key::TransportKey,
    mask::Mask,
    pool::Pool,
    retry::RetryBudget,
    throttle::{QueueState, RouteClass, Throttle},
};
use crate::{
    auth::Auth,
    blocking,
    clock::{Clock, Random},
    ended::AllWaits,
    endpoint::{LONGEST_URL, too_long},
    error::{Error, Result},
};

/// How many bytes are shown of a text that is used as an identifier.
const LONGEST_SHOWN: usize = 1024;

/// How long socket permits are withheld, and which part of them is then restored.
const WITHHELD_FOR: Duration = Duration::from_secs(1);
const RESTORED: usize = 4;

/// Connections to one server with the limits that go with them: permits for sockets, and the budget of retries. Each client has
/// one, from [`Client::transport`](crate::Client::transport), and further clients can share it with
/// [`ClientBuilder::transport`](crate::ClientBuilder::transport). It lives as long as something refers to it.
#[derive(Debug)]
pub struct Transport {
    pub(super) config: Arc<Config>,
    key: TransportKey,
    mask: Mask,
    /// Built by the first request, off the thread of the caller: reading the certificates of the system takes disk
    /// access.
    pool: Mutex<Arc<OnceCell<Arc<Pool>>>>,
    pub(super) counts: Arc<Counts>,
    pub(super) proxies_pace: ProxiesPace,
    sockets: Semaphore,
    withheld: Mutex<Withheld>,
    /// How many requests wait for a permit.
    waiting: AtomicUsize,
    /// Permits for polls: three quarters of the sockets, so that thousands of waits never block a call.
    polls: Semaphore,
    /// Permits for the first polls of waits that a list serves: a quarter of the sockets, so that those of a hundred thousand waits
    /// that begin together hold up no other poll.
    first_polls: Semaphore,
    pub(crate) waits: AllWaits,
    pub(super) retry_budget: RetryBudget,
    pub(super) replay_budget: RetryBudget,
    pub(crate) throttle: Throttle,
}

/// Socket permits that nobody gets, because the system has no descriptors for as many sockets.
#[derive(Debug, Default)]
struct Withheld {
    permits: usize,
    /// When their number last changed.
    changed: Option<Instant>,
}

/// A snapshot of a transport, for metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TransportState {
    /// How many sockets may be busy at a time.
    pub max_sockets: usize,
    /// How many sockets are busy with a request. Idle ones are not counted, because reqwest does not show them.
    pub busy_sockets: usize,
    /// How many requests wait for a socket, polls included.
    pub waiting_requests: usize,
    /// How many retries the budget still allows.
    pub retries_left: u32,
    /// The submits, and the writes that are not part of an upload.
    pub submits: QueueState,
    /// The chunks and closes of uploads.
    pub chunks: QueueState,
    /// The polls of waits.
    pub polls: QueueState,
    /// The lists of ended jobs that serve waits, with [`Polling::Listing`](crate::Polling::Listing).
    pub lists: QueueState,
    /// All other reads.
    pub reads: QueueState,
    /// The deletes, except cancels, which wait for no other request.
    pub deletes: QueueState,
}

impl Transport {
    pub(crate) fn new(config: Config, key: TransportKey) -> Self {
        let sockets = config.max_sockets.min(Semaphore::MAX_PERMITS);
        Self {
            pool: Mutex::default(),
            counts: Arc::default(),
            proxies_pace: ProxiesPace::default(),
            sockets: Semaphore::new(sockets),
            withheld: Mutex::default(),
            waiting: AtomicUsize::new(0),
            polls: Semaphore::new((sockets * 3 / 4).max(1)),
            first_polls: Semaphore::new((sockets / 4).max(1)),
            waits: AllWaits::default(),
            retry_budget: RetryBudget::for_retries(config.retry_budget),
            replay_budget: RetryBudget::for_replays(sockets),
            throttle: Throttle::default(),
            mask: Mask::of_key(&config.auth),
            key,
            config: Arc::new(config),
        }
    }

    /// Returns the key of the settings, which equal settings share; `None` if the clock, the source of randomness or the resolver
    /// is the caller's.
    #[must_use]
    pub fn key(&self) -> Option<TransportKey> {
        (!self.config.is_injected).then_some(self.key)
    }

    /// Whether clients with the settings of this key may use the transport.
    pub(crate) fn is_of(&self, key: TransportKey) -> bool {
        self.key == key
    }

    /// Returns how busy the transport is.
    #[must_use]
    pub fn state(&self) -> TransportState {
        let max_sockets = self.max_sockets();
        TransportState {
            max_sockets,
            busy_sockets: self.busy_sockets(),
            waiting_requests: self.waiting.load(Ordering::Relaxed),
            retries_left: self.retry_budget.left(),
            submits: self.queue(RouteClass::Submit),
            chunks: self.queue(RouteClass::Chunk),
            polls: self.queue(RouteClass::Poll),
            lists: self.queue(RouteClass::List),
            reads: self.queue(RouteClass::Read),
            deletes: self.queue(RouteClass::Delete),
        }
    }

    fn queue(&self, class: RouteClass) -> QueueState {
        self.throttle.line(class).state(self.clock().now())
    }

    fn busy_sockets(&self) -> usize {
        let idle = self.sockets.available_permits() + self.withheld().permits;
        self.max_sockets().saturating_sub(idle)
    }

    fn withheld(&self) -> MutexGuard<'_, Withheld> {
        self.withheld.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether requests other than that of the caller, who holds a permit, use sockets.
    pub(super) fn has_other_sockets(&self) -> bool {
        self.busy_sockets() > 1
    }

    /// Withholds a permit, and those that nobody uses, because the system has no descriptor for a socket.
    pub(super) fn withhold(&self, permit: SemaphorePermit<'_>) {
        let mut withheld = self.withheld();
        permit.forget();
        withheld.permits += 1 + self.sockets.forget_permits(self.sockets.available_permits());
        withheld.changed = Some(self.clock().now());
    }

    /// Returns some of the withheld permits every now and then: the system may have descriptors again.
    fn restore(&self) {
        let mut withheld = self.withheld();
        let now = self.clock().now();
        if withheld.changed.is_some_and(|changed| now >= changed + WITHHELD_FOR) {
            let restored = withheld.permits.div_ceil(RESTORED);
            withheld.permits -= restored;
            withheld.changed = (withheld.permits > 0).then_some(now);
            self.sockets.add_permits(restored);
        }
    }

    /// Closes the sockets once no request is running on any of them, and releases the memory of the HTTP client. Requests that are
    /// running end as usual. The next request connects again. Limits and budgets stay.
    pub fn close_idle(&self) {
        let pool = mem::take(&mut *self.pool.lock().unwrap_or_else(PoisonError::into_inner));
        drop(pool);
    }

    fn max_sockets(&self) -> usize {
        self.config.max_sockets.min(Semaphore::MAX_PERMITS)
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.config.clock
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.config.random
    }

    pub(crate) fn auth(&self) -> &Auth {
        &self.config.auth
    }

    /// Returns the beginning of a text without the key of the caller.
    pub(crate) fn without_key<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.mask.apply_to_beginning(text, LONGEST_SHOWN)
    }

    /// Whether a URL contains the key or the token of the caller, which belongs only in a header.
    pub(crate) fn is_key_in(&self, url: &reqwest::Url) -> bool {
        self.mask.finds(url.as_str())
    }

    /// Checks that a URL can be sent, and is safe to send.
    ///
    /// # Errors
    /// [`Error::Argument`] for a URL that is too long, or that contains the key of the caller, which logs would keep.
    pub(super) fn check_url(&self, url: &reqwest::Url) -> Result<()> {
        const NAME: &str = "the URL";
        let length = url.as_str().len();
        if length > LONGEST_URL {
            return Err(too_long(NAME, length));
        }
        if self.is_key_in(url) {
            return Err(Error::argument(NAME, "must not hold the client's own key or token"));
        }
        Ok(())
    }

    /// Waits for permission to poll. The poll holds the permit to its end.
    pub(super) async fn poll_permit(&self) -> Result<SemaphorePermit<'_>> {
        self.acquire(&self.polls).await
    }

    /// Waits for permission to make the first poll of a wait that a list serves. The poll holds the permit to its end.
    pub(crate) async fn first_poll_permit(&self) -> Result<SemaphorePermit<'_>> {
        self.acquire(&self.first_polls).await
    }

    /// Waits for a socket permit. The attempt holds it to its end.
    pub(super) async fn socket(&self) -> Result<SemaphorePermit<'_>> {
        self.restore();
        self.acquire(&self.sockets).await
    }

    /// Waits for a permit of a semaphore that is never closed.
    async fn acquire<'s>(&self, semaphore: &'s Semaphore) -> Result<SemaphorePermit<'s>> {
        if let Ok(permit) = semaphore.try_acquire() {
            return Ok(permit);
        }
        let _waiting = Waiting::new(&self.waiting);
        let closed = |_| Error::Internal("a semaphore was closed".to_owned());
        semaphore.acquire().await.map_err(closed)
    }

    /// Returns the pool of HTTP clients, and builds it on first use.
    pub(super) async fn pool(&self) -> Result<Arc<Pool>> {
        let cell = Arc::clone(&self.pool.lock().unwrap_or_else(PoisonError::into_inner));
        let build = async || {
            let config = Arc::clone(&self.config);
            blocking::start(move || Pool::new(Recipe::new(config)?).map(Arc::new)).await?
        };
        cell.get_or_try_init(build).await.cloned()
    }
}

/// A request that waits for a permit, until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
