//! The public handle of an emulator: start, faults, request log, close.

use std::io;
use std::net::Ipv4Addr;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accounting::Ledger;
use crate::auth::Keys;
use crate::base_url::BaseUrl;
use crate::deployment::Pace;
use crate::faults::{Fault, FaultList, InvalidFault};
use crate::jobs::{Features, JobStore};
use crate::models::Catalog;
use crate::options::Options;
use crate::requests::{RecordedRequest, RequestLog};
use crate::router::router;
use crate::server::{self, ConnectionCount};
use crate::state::AppState;

/// A running emulator. Background tasks of the runtime that started it serve requests until it is closed or dropped.
pub struct Emulator {
    url: String,
    page_url: Option<String>,
    state: AppState,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Emulator {
    /// Starts an emulator that listens on `127.0.0.1`.
    ///
    /// # Errors
    ///
    /// Fails with `InvalidInput` for a key that is not `prefix.body`, for two equal keys, for a chunk size that is not a
    /// size, and for a limit of 0; otherwise with the system's error about the port, for instance `AddrInUse`.
    pub async fn start(options: Options) -> io::Result<Self> {
        let keys = Keys::new(&options)?;
        let features = Features::new(&options)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let base_url = BaseUrl::new(format!("{url}/api"));
        let catalog = Catalog::new(&options)?;
        let jobs = JobStore::new(&options)?;
        let state = AppState {
            base_url,
            keys,
            ledger: Ledger::new(),
            catalog,
            pace: Pace::new(&options),
            features,
            jobs,
            history: options.history,
            faults: FaultList::default(),
            requests: RequestLog::new(options.page),
            open_connections: ConnectionCount::default(),
        };
        let app = router(&state, &options);
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
            page_url: options.page.then(|| format!("{url}/")),
            url,
            state,
            tasks,
            stop,
        })
    }

    /// Returns the root of the server, for instance `http://127.0.0.1:1234`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the root of the API: [`url`](Self::url) followed by `/api`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.state.base_url
    }

    /// Returns the URL of the page, if [`Options::page`] is on.
    #[must_use]
    pub fn page_url(&self) -> Option<&str> {
        self.page_url.as_deref()
    }

    /// Returns the key with all rights.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.state.keys.api_key
    }

    /// Returns the key without rights, if the options set one.
    #[must_use]
    pub fn restricted_key(&self) -> Option<&str> {
        self.state.keys.restricted_key.as_deref()
    }

    /// Adds a fault after the existing ones.
    ///
    /// # Errors
    ///
    /// Fails with [`InvalidFault`], which names the member, if the fault can never match, cannot be sent or contradicts
    /// itself, and if the emulator already has as many faults as it keeps.
    pub fn fault(&self, fault: Fault) -> Result<(), InvalidFault> {
        self.state.faults.add(fault)
    }

    /// Removes all faults. A request that a fault is already holding back stays held.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// Returns the requests under `/api` so far, oldest first. The log keeps the newest 100,000, within a total of 64 MiB
    /// of bodies and 64 MiB of heads.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.requests.all()
    }

    /// Clears the log, including requests without a response yet.
    pub fn clear_requests(&self) {
        self.state.requests.clear();
    }

    /// Returns how many finished jobs were dropped to make room: see `max_finished_jobs` and `max_job_bytes` of
    /// [`Options`].
    #[must_use]
    pub fn dropped_jobs(&self) -> usize {
        self.state.jobs.dropped()
    }

    /// Waits until the first job is dropped, and returns a message about it. Resolves for one caller only.
    pub async fn first_dropped(&self) -> String {
        self.state.jobs.first_dropped().await
    }

    /// Returns the number of open connections.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.state.open_connections.get()
    }

    /// Stops listening, drops all connections at once, even during a request, and returns when they are closed.
    /// Further calls do nothing.
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
