//! What the calls of a client share: the HTTP client, socket permits, the retry budget, and the mask that keeps the key
//! out of every text. `retry_state` and `exchange` use them.

use std::{borrow::Cow, sync::Arc};

use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use super::{config::Config, connect::Recipe, keep_alive::Counts, mask::Mask, pool::Pool, retry::RetryBudget};
use crate::{
    blocking,
    clock::{Clock, Random},
    endpoint::{LONGEST_URL, too_long},
    error::{Error, Result},
};

/// How many bytes are shown of a text that is used as an identifier.
const LONGEST_SHOWN: usize = 1024;

/// The transport of a client.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(super) config: Arc<Config>,
    key: Mask,
    /// Built by the first request, off the thread of the caller: reading the certificates of the system takes disk
    /// access.
    pool: OnceCell<Pool>,
    pub(super) counts: Arc<Counts>,
    pub(super) sockets: Semaphore,
    /// Permits for polls: three quarters of the sockets, so that thousands of waits never block a call.
    polls: Semaphore,
    pub(super) retry_budget: RetryBudget,
    pub(super) replay_budget: RetryBudget,
}

impl Transport {
    pub(crate) fn new(config: Config) -> Self {
        let sockets = config.max_sockets.min(Semaphore::MAX_PERMITS);
        Self {
            pool: OnceCell::new(),
            counts: Arc::default(),
            sockets: Semaphore::new(sockets),
            polls: Semaphore::new((sockets * 3 / 4).max(1)),
            retry_budget: RetryBudget::for_retries(),
            replay_budget: RetryBudget::for_replays(sockets),
            key: Mask::of_key(&config.auth),
            config: Arc::new(config),
        }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.config.clock
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.config.random
    }

    pub(crate) fn max_response_bytes(&self) -> usize {
        self.config.max_response_bytes
    }

    /// Returns the beginning of a text without the key of the caller.
    pub(crate) fn without_key<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.key.apply_to_beginning(text, LONGEST_SHOWN)
    }

    /// Whether a URL contains the key or the token of the caller, which belongs only in a header.
    pub(crate) fn is_key_in(&self, url: &reqwest::Url) -> bool {
        self.key.finds(url.as_str())
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
    pub(crate) async fn turn_to_poll(&self) -> Result<SemaphorePermit<'_>> {
        acquire(&self.polls).await
    }

    /// Returns the pool of HTTP clients, and builds it on first use.
    pub(super) async fn pool(&self) -> Result<&Pool> {
        let build = async || {
            let config = Arc::clone(&self.config);
            blocking::start(move || Pool::new(Recipe::new(config)?)).await?
        };
        self.pool.get_or_try_init(build).await
    }
}

/// Waits for a permit of a semaphore that is never closed.
pub(super) async fn acquire(semaphore: &Semaphore) -> Result<SemaphorePermit<'_>> {
    let closed = |_| Error::Internal("a semaphore was closed".to_owned());
    semaphore.acquire().await.map_err(closed)
}
