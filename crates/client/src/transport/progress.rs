//! How far the attempt under way has come: one cell per attempt, written by whoever carries it a step further.
//!
//! The resolver, the connector and the TLS handshake run inside the request's own task, where they find the cell as a task
//! local. A connection that outlives the request which opened it goes on in a task of its own and finds none, so it cannot
//! write into the account of another.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU8, Ordering},
};

use crate::error::{Error, Phase, Sent};

tokio::task_local! {
    static CURRENT: Arc<Progress>;
}

/// The account of one attempt.
#[derive(Debug)]
pub(super) struct Progress {
    phase: AtomicU8,
    /// Whether a socket was opened for this attempt. If not, it ran on one that was kept alive and may have been stale.
    opened: AtomicBool,
    /// Whether the transport has asked for the request's body.
    body_polled: AtomicBool,
    /// The error for a status outside 2xx, as long as its body is being read.
    refusal: Mutex<Option<Error>>,
}

impl Progress {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            phase: AtomicU8::new(Phase::Connect as u8),
            opened: AtomicBool::new(false),
            body_polled: AtomicBool::new(false),
            refusal: Mutex::new(None),
        })
    }

    /// Runs an attempt with this account as the current one.
    pub(super) async fn follow<F: Future>(self: Arc<Self>, attempt: F) -> F::Output {
        CURRENT.scope(self, attempt).await
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }

    pub(super) fn phase(&self) -> Phase {
        const PHASES: [Phase; 6] = [
            Phase::Dns,
            Phase::Connect,
            Phase::Tls,
            Phase::Send,
            Phase::Headers,
            Phase::Body,
        ];
        let phase = self.phase.load(Ordering::Acquire);
        PHASES.get(usize::from(phase)).copied().unwrap_or(Phase::Body)
    }

    pub(super) fn is_connecting(&self) -> bool {
        self.phase() < Phase::Send
    }

    pub(super) fn body_polled(&self) {
        self.body_polled.store(true, Ordering::Release);
        // Not back to it: a server may answer before it has read the whole body.
        self.phase.fetch_max(Phase::Send as u8, Ordering::AcqRel);
    }

    pub(super) fn refused(&self, error: Error) {
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    pub(super) fn refusal(&self) -> Option<Error> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The request is out of our hands. May come after the answer's head, when a server answers early.
    pub(super) fn dispatched(&self) {
        self.phase.fetch_max(Phase::Headers as u8, Ordering::AcqRel);
    }

    pub(super) fn sent(&self) -> Sent {
        if self.body_polled.load(Ordering::Acquire) || self.phase() > Phase::Send {
            Sent::Maybe
        } else {
            Sent::No
        }
    }

    pub(super) fn on_kept_alive_socket(&self) -> bool {
        !self.opened.load(Ordering::Acquire)
    }
}

/// Notes a step on the way to a connection, if this is the task of the request that needs it.
pub(super) fn entered(phase: Phase) {
    // No cell: the request has found another socket, and this connection is made for whoever comes next.
    let _ = CURRENT.try_with(|progress| progress.enter(phase));
}

/// Notes that a socket stands open for the current attempt.
pub(super) fn opened() {
    let _ = CURRENT.try_with(|progress| {
        progress.opened.store(true, Ordering::Release);
        progress.enter(Phase::Send);
    });
}

/// Whether this code runs inside the task of a request, rather than in that of a connection.
pub(super) fn in_request() -> bool {
    CURRENT.try_with(|_| ()).is_ok()
}
