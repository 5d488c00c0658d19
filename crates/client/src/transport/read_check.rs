//! A last check of a pooled socket before a request without a body is written to it. What is in the socket by then
//! belongs to no request. `handover` has the check for requests that must not be repeated, which have a body.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Wake, Waker},
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use tokio::sync::Notify;

use crate::{clock::GAP, reactor};

/// How long ago the pooled sockets may have been checked when one of them gets the request.
const FRESH: Duration = Duration::from_millis(1);

/// The checks for one attempt.
#[derive(Debug)]
pub(super) struct ReadCheck {
    /// When the pooled sockets were last checked, or the one that gets the request.
    checked: Mutex<Instant>,
    /// Whether the request may be repeated. If the connection finds something, it may write the request all the same.
    is_of_repeatable: AtomicBool,
    /// Whether the connection that has the request checks its socket before it writes the request.
    is_under_way: AtomicBool,
    /// Whether a check has found something. The request is repeated for that reason once: where the thread is too busy to end a check
    /// in time, more would only keep it busy.
    was_found: AtomicBool,
    /// Notified when that connection has had a turn of the reactor.
    turned: Notify,
}

impl Default for ReadCheck {
    fn default() -> Self {
        Self {
            checked: Mutex::new(Instant::now()),
            is_of_repeatable: AtomicBool::new(false),
            is_under_way: AtomicBool::new(false),
            was_found: AtomicBool::new(false),
            turned: Notify::new(),
        }
    }
}

impl ReadCheck {
    /// Lets the pooled connections read what has arrived. Those that the server has closed or has written to end.
    pub(super) async fn of_all(&self, is_of_repeatable: bool) {
        self.is_of_repeatable.store(is_of_repeatable, Ordering::Release);
        let checked = reactor::turn().await;
        self.note(checked);
        // From an earlier connection.
        self.turned.notified().now_or_never();
    }

    /// Has the current task, the one of a connection, read what has arrived before it writes the request, if the client
    /// was busy since the last check or the process suspended. Where other threads run the reactor, they read it anyway.
    pub(super) fn again(self: &Arc<Self>) {
        if self.is_of_repeatable.load(Ordering::Acquire) && self.age() > FRESH && !reactor::is_shared() {
            let turned = Waker::from(Arc::clone(self));
            let is_barred = reactor::bar_until_a_turn(&mut Context::from_waker(&turned));
            self.is_under_way.store(is_barred, Ordering::Release);
        }
    }

    /// Ends the check. Returns whether the response or the failure of the connection came before it had ended, for the first time.
    pub(super) fn has_found(&self) -> bool {
        self.is_under_way.swap(false, Ordering::AcqRel) && !self.was_found.swap(true, Ordering::AcqRel)
    }

    /// Runs beside the request.
    pub(super) async fn follow<F: Future>(&self, request: F) -> F::Output {
        tokio::select! {
            biased;
            response = request => response,
            never = self.ends() => match never {},
        }
    }

    async fn ends(&self) -> Infallible {
        loop {
            self.turned.notified().await;
            // The connection writes the request in its first poll after the turn, unless it has received something.
            reactor::behind_all_others().await;
            // If the process was suspended between the turn and that poll, the next response may belong to no request.
            if self.age() <= GAP {
                self.is_under_way.store(false, Ordering::Release);
            }
        }
    }

    fn note(&self, checked: Instant) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = checked;
    }

    /// How long ago the last check was.
    fn age(&self) -> Duration {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

impl Wake for ReadCheck {
    fn wake(self: Arc<Self>) {
        self.note(Instant::now());
        self.turned.notify_one();
    }
}
