//! How far the attempt under way has come: one cell per attempt, written by whoever carries it a step further.
//!
//! The resolver, the connector and the TLS handshake run inside the request's own task, where they find the cell as a task
//! local. A connection that outlives the request which opened it goes on in a task of its own and finds none, so it cannot
//! write into the account of another.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::{dial::Dial, rest::Rest};
use crate::{
    clock::{Clock, GAP},
    error::{Error, Phase, Sent},
};

const HELD: u8 = 0;
const TAKEN: u8 = 1;
const WITHDRAWN: u8 = 2;

tokio::task_local! {
    static CURRENT: Arc<Progress>;
}

/// The account of one attempt.
#[derive(Debug)]
pub(super) struct Progress {
    phase: AtomicU8,
    /// Whether a socket was opened for this attempt. If not, it ran on one that was kept alive and may have been stale.
    opened: AtomicBool,
    /// Who has the request's body: see [`Progress::take_body`].
    body: AtomicU8,
    /// The error for a status outside 2xx, as long as its body is being read.
    refusal: Mutex<Option<Error>>,
    /// Told of each piece that goes out or comes in.
    moved: Notify,
    /// When one last did.
    last_move: Mutex<tokio::time::Instant>,
    dial: Arc<Dial>,
    pub(super) rest: Rest,
    /// When the last look began at which sockets are still open.
    looked: Mutex<Instant>,
}

impl Progress {
    pub(super) fn new(dial: Arc<Dial>) -> Arc<Self> {
        Arc::new(Self {
            phase: AtomicU8::new(Phase::Connect as u8),
            opened: AtomicBool::new(false),
            body: AtomicU8::new(HELD),
            refusal: Mutex::new(None),
            moved: Notify::new(),
            last_move: Mutex::new(tokio::time::Instant::now()),
            dial,
            rest: Rest::default(),
            looked: Mutex::new(Instant::now()),
        })
    }

    /// Runs an attempt with this account as the current one.
    pub(super) async fn follow<F: Future>(self: Arc<Self>, attempt: F) -> F::Output {
        CURRENT.scope(self, attempt).await
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
        self.moved();
    }

    /// Notes that a piece went out or came in.
    pub(super) fn moved(&self) {
        *self.last_move.lock().unwrap_or_else(PoisonError::into_inner) = tokio::time::Instant::now();
        self.moved.notify_one();
    }

    /// Whether a piece went out or came in within the last 250 ms.
    pub(super) fn moves(&self) -> bool {
        let last_move = *self.last_move.lock().unwrap_or_else(PoisonError::into_inner);
        last_move.elapsed() <= GAP
    }

    /// Ends when nothing has moved for so long on a socket that stands open.
    pub(super) async fn stalled(&self, clock: &dyn Clock, limit: Duration) {
        loop {
            tokio::select! {
                biased;
                () = self.moved.notified() => {}
                // How long a connection may take is another limit.
                () = clock.idle(limit) => if !self.is_connecting() { return },
            }
        }
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

    /// Notes that a look at the sockets begins, which shows what has been closed by now.
    pub(super) fn looks(&self) {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Gives the attempt up as never sent, unless its body has been taken, where that look is too long ago for the socket to be
    /// trusted: the process stood still since.
    pub(super) fn withdraw_unless_fresh(&self) {
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.elapsed() > GAP {
            let _ = self
                .body
                .compare_exchange(HELD, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire);
        }
    }

    /// Whether the transport has had the body.
    pub(super) fn is_taken(&self) -> bool {
        self.body.load(Ordering::Acquire) == TAKEN
    }

    /// The transport asks for the body. Whether it may have it: not once the attempt has been given up as never sent.
    pub(super) fn take_body(&self) -> bool {
        let taken = self
            .body
            .compare_exchange(HELD, TAKEN, Ordering::AcqRel, Ordering::Acquire);
        // Not back to it: a server may answer before it has read the whole body.
        self.phase.fetch_max(Phase::Send as u8, Ordering::AcqRel);
        taken != Err(WITHDRAWN)
    }

    pub(super) fn is_withdrawn(&self) -> bool {
        self.body.load(Ordering::Acquire) == WITHDRAWN
    }

    /// Ends the attempt: what was not sent by now never is, so that the answer stays true.
    pub(super) fn withdraw(&self) -> Sent {
        let taken = self
            .body
            .compare_exchange(HELD, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire);
        if taken == Err(TAKEN) || self.phase() > Phase::Send {
            Sent::Maybe
        } else {
            Sent::No
        }
    }

    pub(super) fn refused(&self, error: Error) {
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    pub(super) fn is_refused(&self) -> bool {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    pub(super) fn refusal(&self) -> Option<Error> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The request is out of our hands. May come after the answer's head, when a server answers early.
    pub(super) fn dispatched(&self) {
        self.phase.fetch_max(Phase::Headers as u8, Ordering::AcqRel);
    }

    pub(super) fn on_kept_alive_socket(&self) -> bool {
        !self.opened.load(Ordering::Acquire)
    }

    /// Notes that the attempt has failed on its connection, or on the way to it.
    pub(super) fn failed(&self) {
        if self.is_connecting() || !self.on_kept_alive_socket() {
            self.dial.failed();
        }
    }
}

/// Notes a step on the way to a connection, if this is the task of the request that needs it.
pub(super) fn entered(phase: Phase) {
    // No cell: the request has found another socket, and this connection is made for whoever comes next.
    let _ = CURRENT.try_with(|progress| progress.enter(phase));
}

/// Notes that a look at the current attempt's sockets begins.
pub(super) fn looks() {
    let _ = CURRENT.try_with(|progress| progress.looks());
}

/// Notes that a socket stands open for the current attempt.
pub(super) fn opened() {
    let _ = CURRENT.try_with(|progress| {
        progress.opened.store(true, Ordering::Release);
        progress.enter(Phase::Send);
    });
}

/// The dialing of the current attempt.
pub(super) fn dial() -> Option<Arc<Dial>> {
    CURRENT.try_with(|progress| Arc::clone(&progress.dial)).ok()
}

/// Whether this code runs inside the task of a request, rather than in that of a connection.
pub(super) fn in_request() -> bool {
    CURRENT.try_with(|_| ()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_was_withdrawn_is_never_handed_over() {
        let progress = Progress::new(Arc::default());
        assert_eq!(progress.withdraw(), Sent::No);
        assert!(!progress.take_body());
        assert!(!progress.take_body());
    }

    #[test]
    fn a_body_that_was_handed_over_may_have_arrived() {
        let progress = Progress::new(Arc::default());
        assert!(progress.take_body());
        assert_eq!(progress.withdraw(), Sent::Maybe);
        // Its later pieces still go out.
        assert!(progress.take_body());
        assert_eq!(progress.phase(), Phase::Send);
    }

    #[test]
    fn a_request_without_a_body_may_have_arrived_once_it_was_dispatched() {
        let progress = Progress::new(Arc::default());
        progress.dispatched();
        assert_eq!(progress.withdraw(), Sent::Maybe);
    }

    #[test]
    fn of_two_that_reach_for_a_body_exactly_one_has_it() {
        for _ in 0..2_000 {
            let progress = Progress::new(Arc::default());
            std::thread::scope(|scope| {
                let taken = scope.spawn(|| progress.take_body());
                let sent = progress.withdraw();
                assert_eq!(taken.join().unwrap(), sent == Sent::Maybe);
            });
        }
    }
}
