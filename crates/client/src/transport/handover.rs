//! The hand-over of a request to a connection: the last moment at which none of it has been written. Decides whether
//! the connection may have the request; `exchange` handles a refusal. How hyper polls the body is described in
//! `assumptions`.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use super::keep_alive::Counts;
use crate::{
    reactor,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
        task::{self, Id},
    },
};

/// How many turns of the reactor in a row must show nothing. In one turn the connection reads what has arrived; by the
/// next, the call has it.
const TURNS: u8 = 2;

/// A longer turn was interrupted, for example because the process was frozen, and may have missed what arrived
/// meanwhile.
const FRESH: Duration = Duration::from_millis(1);

/// How many turns a check may take in all on a busy machine.
const MOST_TURNS: u8 = 16;

/// The state of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum State {
    Offered,
    /// A connection has reserved the request and checks its socket first.
    Claimed,
    /// The connection that has claimed it has received something first, or has failed.
    Missed,
    /// The connection that came for it must carry no more requests.
    Refused,
    /// The request may have been written.
    Taken,
    /// No connection may have the request any more.
    Withdrawn,
}

impl State {
    const ALL: [Self; 6] = [
        Self::Offered,
        Self::Claimed,
        Self::Missed,
        Self::Refused,
        Self::Taken,
        Self::Withdrawn,
    ];

    /// Those in which nothing of the request has been written.
    const OPEN: [Self; 4] = [Self::Offered, Self::Claimed, Self::Missed, Self::Refused];
}

/// One offer of a request to a connection. Each body knows its own offer, so that a connection that comes too late has
/// no claim to a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer(u32);

impl Offer {
    const STATES: u32 = 8;

    fn at(self, state: State) -> u32 {
        self.0 * Self::STATES + state as u32
    }
}

/// The hand-over of the request of one attempt.
#[derive(Debug)]
pub(super) struct HandOver {
    /// The number of the last offer, and its state.
    state: AtomicU32,
    /// The connection that has claimed it, by the task that drives that connection.
    connection: Mutex<Option<Id>>,
    counts: Arc<Counts>,
}

impl HandOver {
    pub(super) fn new(counts: Arc<Counts>) -> Self {
        Self {
            state: AtomicU32::new(Offer(0).at(State::Offered)),
            connection: Mutex::new(None),
            counts,
        }
    }

    /// The last offer.
    pub(super) fn offer(&self) -> Offer {
        Offer(self.state.load(Ordering::Acquire) / Offer::STATES)
    }

    /// The state of the last offer.
    pub(super) fn state(&self) -> State {
        let state = self.state.load(Ordering::Acquire) % Offer::STATES;
        let mut all = State::ALL.into_iter();
        all.find(|&known| known as u32 == state).unwrap_or(State::Withdrawn)
    }

    /// Reserves the request for a connection, which then checks its socket. Returns whether it may have the request.
    pub(super) fn claim(&self, offer: Offer) -> bool {
        self.advance(offer, State::Claimed)
    }

    /// Hands the request to a connection. Returns whether it may have it.
    pub(super) fn take(&self, offer: Offer) -> bool {
        self.advance(offer, State::Taken)
    }

    fn advance(&self, offer: Offer, to: State) -> bool {
        let connection = task::try_id();
        let is_used_up = connection.is_some_and(|connection| self.counts.is_used_up(connection));
        let to = if is_used_up { State::Refused } else { to };
        let open = [offer.at(State::Offered), offer.at(State::Claimed)];
        let advance = |state| open.contains(&state).then_some(offer.at(to));
        let mut claimant = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let advanced = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, advance);
        match advanced {
            Ok(_) => {
                *claimant = connection;
                !is_used_up
            }
            Err(state) => state == offer.at(State::Taken),
        }
    }

    /// The task of the connection that has claimed the last offer.
    pub(super) fn connection(&self) -> Option<Id> {
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a connection has taken this offer.
    pub(super) fn is_taken(&self, offer: Offer) -> bool {
        self.state.load(Ordering::Acquire) == offer.at(State::Taken)
    }

    /// Whether no connection can take this offer any more.
    pub(super) fn is_over(&self, offer: Offer) -> bool {
        let state = self.state.load(Ordering::Acquire);
        [State::Offered, State::Claimed, State::Taken]
            .into_iter()
            .all(|open| state != offer.at(open))
    }

    /// Ends the offers, unless a connection has taken the request. Returns whether one has.
    pub(super) fn withdraw(&self) -> bool {
        let _ = self.replace(&State::OPEN, |offer| offer.at(State::Withdrawn));
        self.state() == State::Taken
    }

    /// Offers the request again, and ends the earlier offers. Returns whether that was possible.
    pub(super) fn offer_again(&self) -> bool {
        let mut claimant = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let is_offered = self
            .replace(&State::OPEN, |offer| Offer(offer.0 + 1).at(State::Offered))
            .is_ok();
        if is_offered {
            *claimant = None;
        }
        is_offered
    }

    /// Whether the current task drives the connection that has claimed the last offer.
    pub(super) fn is_with_this_connection(&self) -> bool {
        let this = task::try_id();
        this.is_some() && this == self.connection()
    }

    /// Keeps the request from a connection that has received something before it took the request.
    pub(super) fn miss(&self) {
        let _ = self.replace(&[State::Claimed], |offer| offer.at(State::Missed));
    }

    /// Takes a request that may be repeated back from a connection that has received something before it wrote the
    /// request. The connection must carry no more requests.
    pub(super) fn take_back(&self) {
        let _ = self.replace(&[State::Taken], |offer| offer.at(State::Refused));
        if let Some(connection) = self.connection() {
            self.counts.retire(connection);
        }
    }

    /// Replaces the state of the last offer if it is one of these.
    fn replace(&self, states: &[State], by: impl Fn(Offer) -> u32) -> Result<u32, u32> {
        self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| {
            let offer = Offer(state / Offer::STATES);
            let is_one = states.iter().any(|&known| state == offer.at(known));
            is_one.then(|| by(offer))
        })
    }
}

/// A check of the socket before a request that must not be lost is written. If the server has closed the socket or has
/// sent something, the connection finds that during the check and fails before it writes anything.
#[derive(Debug)]
pub(super) struct SocketCheck {
    /// When the check last kept the connection from writing.
    since: Option<Instant>,
    fresh: u8,
    left: u8,
}

impl Default for SocketCheck {
    fn default() -> Self {
        Self {
            since: None,
            fresh: 0,
            left: MOST_TURNS,
        }
    }
}

impl SocketCheck {
    /// Ends when the request may be written, in this poll of the task of the connection.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.since.is_some() && reactor::is_barred() {
            // The task is polled again within the same turn.
            return Poll::Pending;
        }
        let now = Instant::now();
        let is_fresh = self.since.is_some_and(|since| now - since <= FRESH);
        self.fresh = if is_fresh { self.fresh + 1 } else { 0 };
        // The head of the request is ready, and returning `Pending` alone would not keep the connection from writing
        // it.
        if self.fresh >= TURNS || self.left == 0 || !reactor::bar_until_a_turn(cx) {
            return Poll::Ready(());
        }
        self.left -= 1;
        self.since = Some(now);
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    fn hand_over() -> HandOver {
        HandOver::new(Arc::default())
    }

    #[test]
    fn a_withdrawn_request_is_never_taken() {
        let hand_over = hand_over();
        let offer = hand_over.offer();
        assert!(hand_over.claim(offer));
        assert!(!hand_over.withdraw());
        assert!(!hand_over.claim(offer) && !hand_over.take(offer) && hand_over.is_over(offer));
        assert!(!hand_over.offer_again());
    }

    #[test]
    fn a_taken_request_is_neither_withdrawn_nor_offered_again() {
        let hand_over = hand_over();
        let offer = hand_over.offer();
        assert!(hand_over.take(offer));
        assert!(hand_over.withdraw() && !hand_over.offer_again());
        // The rest of its body still goes out.
        assert!(hand_over.claim(offer) && hand_over.take(offer) && !hand_over.is_over(offer));
    }

    #[test]
    fn a_new_offer_ends_the_claims_to_the_one_before() {
        let hand_over = hand_over();
        let first = hand_over.offer();
        assert!(hand_over.claim(first) && hand_over.offer_again());
        let second = hand_over.offer();
        assert!(!hand_over.take(first) && hand_over.is_over(first));
        assert_eq!(hand_over.state(), State::Offered);
        assert!(hand_over.take(second) && hand_over.is_taken(second) && !hand_over.is_taken(first));
    }

    #[tokio::test]
    async fn a_connection_that_receives_something_before_it_takes_a_request_never_has_it() {
        let hand_over = Arc::new(hand_over());
        let offer = hand_over.offer();
        let ours = Arc::clone(&hand_over);
        let connection = tokio::spawn(async move {
            assert!(!ours.is_with_this_connection());
            assert!(ours.claim(offer) && ours.is_with_this_connection());
            ours.miss();
            assert!(!ours.take(offer) && !ours.claim(offer) && ours.is_over(offer));
        });
        connection.await.unwrap();
        assert!(!hand_over.is_with_this_connection() && hand_over.state() == State::Missed);
        assert!(hand_over.offer_again() && hand_over.take(hand_over.offer()));
        hand_over.miss();
        assert_eq!(hand_over.state(), State::Taken);
    }

    #[test]
    fn a_request_is_either_taken_or_withdrawn_in_a_race() {
        for _ in 0..2_000 {
            let hand_over = hand_over();
            let offer = hand_over.offer();
            std::thread::scope(|scope| {
                let taken = scope.spawn(|| hand_over.take(offer));
                let was_taken = hand_over.withdraw();
                assert_eq!(taken.join().unwrap(), was_taken);
            });
        }
    }

    /// How many polls a check takes if each sleeps this long.
    async fn polls(pause: Duration) -> usize {
        let mut check = SocketCheck::default();
        let mut polls = 0;
        poll_fn(|cx| {
            polls += 1;
            std::thread::sleep(pause);
            let checked = check.poll(cx);
            // Another call in the same poll does not end the check.
            assert!(checked.is_ready() || (reactor::is_barred() && check.poll(cx).is_pending()));
            checked
        })
        .await;
        polls
    }

    #[tokio::test]
    async fn a_check_takes_two_turns_and_more_if_they_are_interrupted() {
        let quick = tokio::spawn(polls(Duration::ZERO)).await.unwrap();
        assert!((3..=17).contains(&quick), "{quick}");
        assert_eq!(tokio::spawn(polls(2 * FRESH)).await.unwrap(), 17);
    }
}
