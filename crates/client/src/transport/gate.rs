//! The gate of a connection: holds back the head of a request without a body that must not be repeated until the socket
//! has been checked. hyper does not poll an empty body, so the check takes place where the connection writes.
//! `handover` has the check itself.

use std::{
    cell::RefCell,
    io,
    sync::Arc,
    task::{Context, Poll, ready},
};

use hyper::rt::Executor;

use super::{
    attempt_state::AttemptState,
    handover::{Offer, SocketCheck},
};

tokio::task_local! {
    /// The closed gate of the connection that the current task drives.
    static GATE: RefCell<Option<Gate>>;
}

struct Gate {
    check: SocketCheck,
    offer: Offer,
    attempt: Arc<AttemptState>,
}

impl Gate {
    /// Ends when the request may be written, or must not be.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let hand_over = &self.attempt.hand_over;
        if !hand_over.is_over(self.offer) {
            ready!(self.check.poll(cx));
        }
        if !hand_over.take(self.offer) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        self.attempt.dispatched();
        Poll::Ready(Ok(()))
    }
}

/// Drives each connection in a task of its own, with a gate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gated;

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Gated {
    fn execute(&self, connection: F) {
        tokio::spawn(GATE.scope(RefCell::default(), connection));
    }
}

/// Closes the gate of the current connection for this request. Returns whether it has a gate.
pub(super) fn close(attempt: &Arc<AttemptState>, offer: Offer) -> bool {
    let gate = Gate {
        check: SocketCheck::default(),
        offer,
        attempt: Arc::clone(attempt),
    };
    GATE.try_with(|closed| closed.replace(Some(gate))).is_ok()
}

/// Ends when the current connection may write. Fails if it must not write the request that it has.
pub(super) fn poll(cx: &mut Context<'_>) -> Poll<io::Result<()>> {
    let polled = GATE.try_with(|closed| {
        let mut closed = closed.borrow_mut();
        if let Some(gate) = &mut *closed {
            ready!(gate.poll(cx))?;
            *closed = None;
        }
        Poll::Ready(Ok(()))
    });
    polled.unwrap_or(Poll::Ready(Ok(())))
}
