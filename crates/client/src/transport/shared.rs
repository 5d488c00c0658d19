//! What the calls of a client share: the HTTP client, sockets, what may be spent on retries, and the key that no text may show.
//! What a call does with them is left to `retry_state` and `exchange`.

use std::{borrow::Cow, sync::Arc};

use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use super::{config::Config, connect::Recipe, keep_alive::Counts, mask::Mask, pool::Pool, retry::RetryBudget};
use crate::{
    blocking,
    clock::{Clock, Random},
    endpoint::{LONGEST_URL, too_long},
    error::{Error, Result},
};

/// How much is shown of a text that stands where an identifier belongs.
const LONGEST_SHOWN: usize = 1024;

/// The transport of a client.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(super) config: Arc<Config>,
    key: Mask,
    /// Built by the first request, off the caller's thread: the system's certificates are read from disk.
    pool: OnceCell<Pool>,
    pub(super) counts: Arc<Counts>,
    pub(super) sockets: Semaphore,
    /// Polls keep out of a quarter of the sockets, so that thousands of waits never shut out a call.
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

    /// The beginning of a text without the caller's own key.
    pub(crate) fn without_key<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.key.apply_to_beginning(text, LONGEST_SHOWN)
    }

    /// Whether a URL holds the caller's own key or token, which belongs into a header alone.
    pub(crate) fn is_key_in(&self, url: &reqwest::Url) -> bool {
        self.key.finds(url.as_str())
    }

    /// Refuses a URL that cannot be sent, or that must not be.
    ///
    /// # Errors
    /// [`Error::Argument`] for one that is too long, or that has the caller's key in it, which logs would keep.
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

    /// Waits until another poll may be made, which holds the permit to its end.
    pub(crate) async fn turn_to_poll(&self) -> Result<SemaphorePermit<'_>> {
        granted(&self.polls).await
    }

    /// The HTTP clients underneath.
    pub(super) async fn pool(&self) -> Result<&Pool> {
        let build = async || {
            let config = Arc::clone(&self.config);
            blocking::start(move || Pool::new(Recipe::new(config)?)).await?
        };
        self.pool.get_or_try_init(build).await
    }
}

/// Waits for a permit of a semaphore that nobody closes.
pub(super) async fn granted(semaphore: &Semaphore) -> Result<SemaphorePermit<'_>> {
    let closed = |_| Error::Internal("a semaphore was closed".to_owned());
    semaphore.acquire().await.map_err(closed)
}
