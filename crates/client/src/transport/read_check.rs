//! A last check of a pooled socket before a request that may be repeated, and so has no body of its own to wait for it,
//! is written to it. What is in the socket by then belongs to no request. `handover` and `gate` have the check for
//! requests that must not be repeated.

use std::{
    cell::Cell,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Wake, Waker},
    time::{Duration, Instant},
};

use tokio::runtime::Handle;

use crate::{clock::GAP, reactor};

/// How long ago the pooled sockets may have been checked when one of them gets the request.
const FRESH: Duration = Duration::from_millis(1);

thread_local! {
    /// When this thread last ran a step of a check, and when it last did so after a gap.
    static STEPS: Cell<Option<(Instant, Instant)>> = const { Cell::new(None) };
}

/// Notes a step of a check, at this time. Returns when this thread last ran one after a gap, in which the process may
/// have been suspended. A busy thread runs the steps of hundreds of checks one after the other, without a gap.
fn step(now: Instant) -> Instant {
    let steps = STEPS.get().filter(|(last, _)| now - *last <= GAP);
    let resumed = steps.map_or(now, |(_, resumed)| resumed);
    STEPS.set(Some((now, resumed)));
    resumed
}

/// The checks for one attempt.
#[derive(Debug)]
pub(super) struct ReadCheck {
    /// Whether the request may be repeated. If the connection finds something, it may write the request all the same.
    is_of_repeatable: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the pooled sockets were last checked, or the one that gets the request.
    checked: Instant,
    stage: Stage,
    /// Whether the request was repeated because of a doubt. More would only keep a busy thread busy.
    has_doubted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// No check is under way.
    Over,
    /// The connection that has the request reads its socket before it writes the request.
    UnderWay,
    /// The connection has written the request, but the process may have been suspended since the turn of the reactor.
    Doubtful,
}

impl Default for ReadCheck {
    fn default() -> Self {
        Self {
            is_of_repeatable: AtomicBool::new(false),
            state: Mutex::new(State {
                checked: Instant::now(),
                stage: Stage::Over,
                has_doubted: false,
            }),
        }
    }
}

impl ReadCheck {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the pooled connections read what has arrived. Those that the server has closed or has written to end.
    pub(super) async fn of_all(&self, is_of_repeatable: bool) {
        self.is_of_repeatable.store(is_of_repeatable, Ordering::Release);
        let checked = reactor::turn().await;
        self.state().checked = checked;
    }

    pub(super) fn is_of_repeatable(&self) -> bool {
        self.is_of_repeatable.load(Ordering::Acquire)
    }

    /// Has the current task, the one of a connection, read what has arrived before it writes the request, if the client
    /// was busy since the last check or the process suspended. Where other threads run the reactor, they read it anyway.
    pub(super) fn again(self: &Arc<Self>) {
        let mut state = self.state();
        if state.checked.elapsed() > FRESH && !reactor::is_shared() {
            let turned = Turned(Arc::clone(self), Handle::current());
            let turned = Waker::from(Arc::new(turned));
            if reactor::bar_until_a_turn(&mut Context::from_waker(&turned)) {
                state.stage = Stage::UnderWay;
            }
        }
    }

    /// Whether what the connection has just delivered, a response or its failure, was in the socket before the request.
    pub(super) fn has_found(&self) -> bool {
        let mut state = self.state();
        match mem::replace(&mut state.stage, Stage::Over) {
            Stage::Over => false,
            Stage::UnderWay => true,
            Stage::Doubtful => !mem::replace(&mut state.has_doubted, true),
        }
    }

    /// Notes that the connection has written the request, unless it has found something.
    fn end(&self) {
        let mut state = self.state();
        if state.stage == Stage::UnderWay {
            let was_suspended = step(Instant::now()) > state.checked;
            state.stage = if was_suspended { Stage::Doubtful } else { Stage::Over };
        }
    }
}

/// Woken by the turn of the reactor that a connection waits for, immediately after that connection (see `assumptions`).
struct Turned(Arc<ReadCheck>, Handle);

impl Wake for Turned {
    fn wake(self: Arc<Self>) {
        let Self(check, runtime) = &*self;
        let now = Instant::now();
        step(now);
        check.state().checked = now;
        let check = Arc::clone(check);
        // Runs after the poll in which the connection reads its socket and writes the request, and before the response
        // can wake that connection.
        runtime.spawn(async move { check.end() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_is_busy_with_checks_was_not_suspended() {
        let began = Instant::now();
        step(began);
        let began = step(began + 2 * GAP);
        let after = |gaps| began + gaps * GAP;
        for nth in 1..=10 {
            assert_eq!(step(after(nth)), began);
        }
        let resumed = after(12);
        assert_eq!(step(resumed), resumed);
        assert_eq!(step(after(13)), resumed);
    }
}
