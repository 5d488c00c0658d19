//! Connections that come for a request while it is offered again or withdrawn.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex},
};

use shuttle::{
    future::block_on,
    rand::{Rng as _, thread_rng},
    thread::{self, JoinHandle},
};

use super::{
    attempt_state::AttemptState,
    handover::{HandOver, Offer, State},
    rest::Rest,
};
use crate::error::Sent;

/// The offers whose request has been written to a socket. Only the checker's own locks let other threads run.
type Written = Arc<Mutex<Vec<Offer>>>;

/// Starts a connection that comes for the request, with a body or without one. It may die before it takes a body, or find
/// something in its socket before it writes a request without one.
fn connection(attempt: &Arc<AttemptState>, written: &Written, has_body: bool) -> JoinHandle<()> {
    let (attempt, written) = (Arc::clone(attempt), Arc::clone(written));
    let offer = attempt.hand_over.offer();
    thread::spawn(move || {
        let write = || {
            written
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(offer);
            attempt.dispatched();
        };
        if has_body {
            // As `Tracked::poll_hand_over`: each poll begins with a claim, and a check lies between two.
            for _ in 0..2 {
                if !attempt.claim(offer) {
                    return;
                }
                thread::yield_now();
            }
            let dies = thread_rng().gen_ratio(1, 4);
            if !dies && attempt.hand_over.take(offer) {
                write();
            }
        } else if attempt.take(offer) {
            if thread_rng().gen_ratio(1, 4) {
                attempt.read_check.find();
            } else {
                write();
            }
        }
    })
}

/// Offers a request to connections until the call ends, and returns what the call reports.
fn call(has_body: bool) -> (Sent, Vec<Offer>, bool) {
    let attempt = AttemptState::new(Arc::default(), HandOver::new(Arc::default()));
    let written = Written::default();
    let mut connections = vec![connection(&attempt, &written, has_body)];
    for _ in 0..thread_rng().gen_range(0..3) {
        if attempt.offer_again() {
            connections.push(connection(&attempt, &written, has_body));
        }
        thread::yield_now();
    }
    let sent = attempt.withdraw();
    let is_withdrawn = attempt.hand_over.state() == State::Withdrawn;
    for connection in connections {
        let _ = connection.join();
    }
    let written = written
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .clone();
    (sent, written, is_withdrawn)
}

/// A request is written at most once, and never once it was reported as not sent.
pub(crate) fn a_request_is_written_once_and_never_after_its_withdrawal(has_body: bool) {
    let (sent, written, is_withdrawn) = call(has_body);
    assert!(written.len() <= 1, "written {} times", written.len());
    assert!(
        sent == Sent::Maybe || written.is_empty(),
        "reported as not sent, and written"
    );
    assert!(!is_withdrawn || written.is_empty(), "withdrawn, and written");
}

/// The rest of a body that is held back goes on once the response has been read, or is dropped.
pub(crate) fn a_body_that_is_held_back_always_goes_on() {
    let rest = Arc::new(Rest::default());
    rest.begin(true);
    let body = {
        let rest = Arc::clone(&rest);
        thread::spawn(move || {
            let mut sent = 0;
            for left in (0..3).rev() {
                let may_send = block_on(poll_fn(|cx| rest.poll(cx)));
                if !may_send {
                    return (sent, false);
                }
                sent += 1;
                rest.sends(left > 0);
            }
            (sent, true)
        })
    };
    let is_refused = thread_rng().gen_bool(0.5);
    let held = rest.hold(is_refused);
    thread::yield_now();
    drop(held);
    let Ok((sent, is_whole)) = body.join() else {
        unreachable!("the checker reports a panic of another thread");
    };
    assert_eq!(is_whole, sent == 3);
    assert!(is_whole || is_refused, "a body that nobody refused was dropped");
}
