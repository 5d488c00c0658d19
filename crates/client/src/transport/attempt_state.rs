//! The state of one attempt: its phase, the hand-over of its request, and when bytes last moved.
//!
//! The resolver, the connector and the TLS handshake run inside the task of the request and find the state there as a
//! task local. A connection that outlives the request that opened it goes on in a task of its own, without that task
//! local, so it cannot change the state of another attempt.

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use tokio::sync::Notify;

use super::{
    dial::Dial,
    handover::{HandOver, Offer, State},
    read_check::ReadCheck,
    rest::Rest,
};
use crate::{
    clock::{Clock, GAP},
    error::{Error, Phase, Sent},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering},
    },
};

tokio::task_local! {
    static CURRENT: Arc<AttemptState>;
}

/// The state of one attempt.
#[derive(Debug)]
pub(super) struct AttemptState {
    phase: AtomicU8,
    /// Whether a socket was opened for this attempt. If not, it uses one from the pool, which may be stale.
    opened: AtomicBool,
    /// Whether a socket that was opened for this attempt was closed before anything was written to it.
    has_lost: AtomicBool,
    pub(super) hand_over: HandOver,
    /// The error for a status outside 2xx while its body is still being read.
    refusal: Mutex<Option<Error>>,
    /// Notified whenever bytes go out or come in.
    moved: Notify,
    /// When bytes last went out or came in.
    last_move: Mutex<tokio::time::Instant>,
    dial: Arc<Dial>,
    pub(super) rest: Rest,
    pub(super) read_check: Arc<ReadCheck>,
    /// How many blocks of the body the connection has taken and not yet written.
    unwritten: AtomicUsize,
    /// Whether the body may have gone out in parts.
    is_divided: AtomicBool,
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
            read_check: Arc::default(),
            unwritten: AtomicUsize::new(0),
            is_divided: AtomicBool::new(false),
        })
    }

    /// Runs a future with this state as the current one.
    pub(super) async fn follow<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
        self.moved();
    }

    /// Notes that bytes went out or came in.
    pub(super) fn moved(&self) {
        *self.last_move.lock().unwrap_or_else(PoisonError::into_inner) = tokio::time::Instant::now();
        self.moved.notify_one();
    }

    /// Notes that a body begins, and whether it is written together with the head of the request.
    pub(super) fn begins_body(&self, is_one_write: bool) {
        self.is_divided.store(!is_one_write, Ordering::Release);
    }

    /// Whether the body, if there is one, is written together with the head of the request.
    pub(super) fn is_one_write(&self) -> bool {
        !self.is_divided.load(Ordering::Acquire)
    }

    /// Notes that the connection has taken a block of the body.
    pub(super) fn writes(&self) {
        self.unwritten.fetch_add(1, Ordering::AcqRel);
        self.moved();
    }

    /// Notes that the connection has written a block, or has ended.
    pub(super) fn written(&self) {
        self.unwritten.fetch_sub(1, Ordering::AcqRel);
        self.moved();
    }

    /// Whether the server may have responded with this status before it had the whole request. It may then close the
    /// connection, or take the rest for another request. The system may still hold a rest that the client has written.
    pub(super) fn may_be_early(&self, status: StatusCode) -> bool {
        let is_refused = !(status.is_success() || self.is_one_write());
        is_refused || self.rest.is_left() || self.unwritten.load(Ordering::Acquire) > 0
    }

    /// Whether bytes went out or came in within the last 250 ms.
    pub(super) fn moves(&self) -> bool {
        self.silence() <= GAP
    }

    /// How long ago bytes last went out or came in.
    pub(super) fn silence(&self) -> Duration {
        let last_move = *self.last_move.lock().unwrap_or_else(PoisonError::into_inner);
        last_move.elapsed()
    }

    /// Ends when no bytes have moved on an open socket for this long.
    pub(super) async fn stalled(&self, clock: &dyn Clock, limit: Duration) {
        loop {
            tokio::select! {
                biased;
                () = self.moved.notified() => {}
                // Connecting has a limit of its own.
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

    /// Reserves the request for a connection, which checks its socket before it takes the request. Returns whether the
    /// connection may have it.
    pub(super) fn claim(&self, offer: Offer) -> bool {
        let may_have_it = self.hand_over.claim(offer);
        if may_have_it {
            // The phase never goes back: a server may answer before it has read the whole body.
            self.phase.fetch_max(Phase::Send as u8, Ordering::AcqRel);
        }
        may_have_it
    }

    /// Hands a request without a body to a connection. Returns whether the connection may have it.
    pub(super) fn take(&self, offer: Offer) -> bool {
        let is_taken = self.claim(offer) && self.hand_over.take(offer);
        if is_taken && self.on_kept_alive_socket() && self.read_check.is_of_repeatable() {
            self.read_check.again();
        }
        is_taken
    }

    /// Notes that the call was woken. If its connection has woken it, that has received a response or has failed, maybe
    /// before it wrote the request.
    pub(super) fn delivered(&self) {
        if !self.on_kept_alive_socket() || !self.hand_over.is_with_this_connection() {
            return;
        }
        if self.read_check.has_found() {
            self.hand_over.take_back();
        } else {
            self.hand_over.miss();
        }
    }

    /// Offers the request to another connection after one has failed, or has received an unsolicited response. This
    /// costs no attempt, because nothing was written. Returns whether it did.
    ///
    /// The server may have closed every pooled socket by now. One socket opened for the attempt may be closed while the
    /// process is frozen, but a server that closes every new one fails the attempt.
    pub(super) fn offer_again(&self) -> bool {
        let is_new = !self.on_kept_alive_socket();
        let is_free = match self.hand_over.state() {
            State::Refused => true,
            State::Claimed | State::Missed => !is_new || !self.has_lost.swap(true, Ordering::AcqRel),
            // The connection ended before it claimed the request, or none was made.
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

    /// Ends the attempt. A request that has not been written by now never will be, so the result stays true.
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

    /// Notes that the request has been written. This may follow the headers of an early answer.
    pub(super) fn dispatched(&self) {
        self.phase.fetch_max(Phase::Headers as u8, Ordering::AcqRel);
    }

    pub(super) fn on_kept_alive_socket(&self) -> bool {
        !self.opened.load(Ordering::Acquire)
    }

    /// Notes that the attempt failed on its connection or while connecting.
    pub(super) fn failed(&self) {
        if self.is_connecting() || !self.on_kept_alive_socket() {
            self.dial.failed();
        }
    }
}

/// Notes that connecting has reached a phase, if this runs in the task of the request that needs the connection.
pub(super) fn entered(phase: Phase) {
    // Without a state, the request has found another socket, and this connection is for a later request.
    let _ = CURRENT.try_with(|attempt| attempt.enter(phase));
}

/// Notes that a socket is open for the current attempt.
pub(super) fn opened() {
    let _ = CURRENT.try_with(|attempt| {
        attempt.opened.store(true, Ordering::Release);
        attempt.enter(Phase::Send);
    });
}

/// The dial of the current attempt.
pub(super) fn dial() -> Option<Arc<Dial>> {
    CURRENT.try_with(|attempt| Arc::clone(&attempt.dial)).ok()
}

/// Whether this runs in the task of a request, rather than in that of a connection.
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
    fn a_taken_request_may_have_arrived_and_a_withdrawn_one_is_never_taken() {
        let attempt = attempt();
        assert_eq!(attempt.withdraw(), Sent::No);
        assert!(!attempt.take(attempt.hand_over.offer()));
        let attempt = self::attempt();
        assert!(attempt.take(attempt.hand_over.offer()));
        assert_eq!(attempt.withdraw(), Sent::Maybe);
        assert_eq!(attempt.phase(), Phase::Send);
    }

    #[test]
    fn a_request_without_a_body_may_have_arrived_once_dispatched() {
        let attempt = attempt();
        attempt.dispatched();
        assert_eq!(attempt.withdraw(), Sent::Maybe);
    }

    #[test]
    fn an_attempt_may_lose_any_number_of_pooled_sockets_and_one_new_one() {
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
    fn a_failure_to_connect_fails_the_attempt() {
        assert!(!attempt().offer_again());
    }
}
