//! The emulator as its owner sees it: started, asked, told to fail, closed.

use std::io;
use std::net::Ipv4Addr;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::Keys;
use crate::base_url::BaseUrl;
use crate::faults::{Fault, InvalidFault};
use crate::jobs::{Features, JobStore};
use crate::options::Options;
use crate::requests::RecordedRequest;
use crate::router::router;
use crate::server;
use crate::state::AppState;

/// A running emulator. It serves in background tasks of the runtime that started it, until it is closed or dropped.
pub struct Emulator {
    url: String,
    state: AppState,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Emulator {
    /// Listens on `127.0.0.1` and serves from then on.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a key that is not `prefix.body`, for two keys that are the same, or for a
    /// limit that is no size or nothing at all; otherwise what the system says about the port, for
    /// instance `AddrInUse`.
    pub async fn start(options: Options) -> io::Result<Self> {
        let keys = Keys::new(&options)?;
        let features = Features::new(&options)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let base_url = BaseUrl::new(format!("{url}/api"));
        let jobs = JobStore::new(&options)?;
        let state = AppState::new(base_url, keys, features, jobs);
        let app = router(&state, options.control);
        let tasks = TaskTracker::new();
        let stop = CancellationToken::new();
        tasks.spawn(server::accept(
            listener,
            app,
            state.open_connections.clone(),
            tasks.clone(),
            stop.clone(),
        ));
        tasks.close();
        Ok(Self {
            url,
            state,
            tasks,
            stop,
        })
    }

    /// The root of the server, for instance `http://127.0.0.1:1234`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The root of the API: [`url`](Self::url) followed by `/api`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.state.base_url
    }

    /// The key that may do everything.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.state.keys.api_key
    }

    /// The key that is known but has no rights, if the options named one.
    #[must_use]
    pub fn restricted_key(&self) -> Option<&str> {
        self.state.keys.restricted_key.as_deref()
    }

    /// Adds a fault behind those that are there already.
    ///
    /// # Errors
    ///
    /// [`InvalidFault`] when the fault could never match, cannot be sent or contradicts itself; it names the member.
    pub fn fault(&self, fault: Fault) -> Result<(), InvalidFault> {
        self.state.faults.add(fault)
    }

    /// Removes all faults. Requests that a fault holds already stay held.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// The requests under `/api` so far, oldest first. The log keeps the newest 100,000, and of those only as many as
    /// have 64 MiB of bodies between them, and 64 MiB of heads.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.requests.all()
    }

    /// Forgets the requests so far, including those that are not answered yet.
    pub fn clear_requests(&self) {
        self.state.requests.clear();
    }

    /// How many finished jobs have made room for others: `max_finished_jobs` and `max_job_bytes` of the options.
    #[must_use]
    pub fn dropped_jobs(&self) -> usize {
        self.state.jobs.dropped()
    }

    /// Resolves when the first job has been dropped, with words that say so. Only once, however many wait for it.
    pub async fn first_dropped(&self) -> String {
        self.state.jobs.first_dropped().await
    }

    /// The number of connections that clients hold open.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.state.open_connections.get()
    }

    /// Stops listening, drops every connection at once whatever it is doing, and returns when they are gone.
    /// Calling it again does nothing.
    pub async fn close(&self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
