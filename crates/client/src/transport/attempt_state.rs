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
    time::Duration,
};

use tokio::sync::Notify;

use super::{
    dial::Dial,
    handover::{HandOver, Offer, State},
    rest::Rest,
};
use crate::{
    clock::{Clock, GAP},
    error::{Error, Phase, Sent},
};

tokio::task_local! {
    static CURRENT: Arc<AttemptState>;
}

/// The account of one attempt.
#[derive(Debug)]
pub(super) struct AttemptState {
    phase: AtomicU8,
    /// Whether a socket was opened for this attempt. If not, it ran on one that was kept alive and may have been stale.
    opened: AtomicBool,
    /// Whether a socket that was opened for this attempt has been closed before anything was written to it.
    has_lost: AtomicBool,
    pub(super) hand_over: HandOver,
    /// The error for a status outside 2xx, as long as its body is being read.
    refusal: Mutex<Option<Error>>,
    /// Told of each piece that goes out or comes in.
    moved: Notify,
    /// When one last did.
    last_move: Mutex<tokio::time::Instant>,
    dial: Arc<Dial>,
    pub(super) rest: Rest,
}

impl AttemptState {
    pub(super) fn new(dial: Arc<Dial>, hand_over: HandOver) -> Arc<Self> {
        Arc::new(Self {
            phase: AtomicU8::new(Phase::Connect as u8),
            opened: AtomicBool::new(false),
            has_lost: AtomicBool::new(false),
            hand_over,
            refusal: Mutex::new(None),
            moved: Notify::new(),
            last_move: Mutex::new(tokio::time::Instant::now()),
            dial,
            rest: Rest::default(),
        })
    }

    /// Runs an attempt with this account as the current one.
    pub(super) async fn follow<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        CURRENT.scope(self, work).await
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

    /// A connection asks for the request, and may look at its socket before it takes it. Whether it may have it.
    pub(super) fn claim(&self, offer: Offer) -> bool {
        let may_have_it = self.hand_over.claim(offer);
        if may_have_it {
            // Not back to it: a server may answer before it has read the whole body.
            self.phase.fetch_max(Phase::Send as u8, Ordering::AcqRel);
        }
        may_have_it
    }

    /// A connection takes the request, if it may.
    pub(super) fn take(&self, offer: Offer) -> bool {
        self.claim(offer) && self.hand_over.take(offer)
    }

    /// After a connection has failed, or has said something unasked: offers the request to another one, which costs nothing, if
    /// nothing was written. Whether it does.
    ///
    /// Those that were kept may all have been closed by now. Of those that are opened for the attempt one may be, while the process
    /// stood still; a server that closes them all fails it.
    pub(super) fn offer_again(&self) -> bool {
        let is_new = !self.on_kept_alive_socket();
        let is_free = match self.hand_over.state() {
            State::Refused => true,
            State::Claimed => !is_new || !self.has_lost.swap(true, Ordering::AcqRel),
            // The connection has ended before it could ask, if there was one.
            State::Offered => is_new && !self.has_lost.swap(true, Ordering::AcqRel),
            State::Taken | State::Withdrawn => false,
        };
        let is_offered = is_free && self.hand_over.offer_again();
        if is_offered {
            if is_new {
                self.dial.leave();
            }
            self.opened.store(false, Ordering::Release);
            self.enter(Phase::Connect);
        }
        is_offered
    }

    /// Ends the attempt: what was not sent by now never is, so that the answer stays true.
    pub(super) fn withdraw(&self) -> Sent {
        if self.hand_over.withdraw() || self.phase() > Phase::Send {
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
    let _ = CURRENT.try_with(|attempt| attempt.enter(phase));
}

/// Notes that a socket stands open for the current attempt.
pub(super) fn opened() {
    let _ = CURRENT.try_with(|attempt| {
        attempt.opened.store(true, Ordering::Release);
        attempt.enter(Phase::Send);
    });
}

/// The dialing of the current attempt.
pub(super) fn dial() -> Option<Arc<Dial>> {
    CURRENT.try_with(|attempt| Arc::clone(&attempt.dial)).ok()
}

/// Whether this code runs inside the task of a request, rather than in that of a connection.
pub(super) fn in_request() -> bool {
    CURRENT.try_with(|_| ()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt() -> Arc<AttemptState> {
        AttemptState::new(Arc::default(), HandOver::new(Arc::default()))
    }

    #[test]
    fn a_request_that_was_taken_may_have_arrived_and_one_that_was_withdrawn_never_is_taken() {
        let attempt = attempt();
        assert_eq!(attempt.withdraw(), Sent::No);
        assert!(!attempt.take(attempt.hand_over.offer()));
        let attempt = self::attempt();
        assert!(attempt.take(attempt.hand_over.offer()));
        assert_eq!(attempt.withdraw(), Sent::Maybe);
        assert_eq!(attempt.phase(), Phase::Send);
    }

    #[test]
    fn a_request_without_a_body_may_have_arrived_once_it_was_dispatched() {
        let attempt = attempt();
        attempt.dispatched();
        assert_eq!(attempt.withdraw(), Sent::Maybe);
    }

    #[test]
    fn any_number_of_kept_sockets_may_be_lost_and_one_new_one() {
        let attempt = attempt();
        let claim = || assert!(attempt.claim(attempt.hand_over.offer()));
        for _ in 0..100 {
            claim();
            assert!(attempt.offer_again());
        }
        let opened = || attempt.opened.store(true, Ordering::Release);
        opened();
        claim();
        assert!(attempt.offer_again() && attempt.is_connecting() && attempt.on_kept_alive_socket());
        claim();
        assert!(attempt.offer_again());
        opened();
        claim();
        assert!(!attempt.offer_again());
        assert_eq!((attempt.withdraw(), attempt.phase()), (Sent::No, Phase::Send));
    }

    #[test]
    fn a_failure_on_the_way_to_a_connection_is_one() {
        assert!(!attempt().offer_again());
    }
}
