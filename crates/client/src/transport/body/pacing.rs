//! When the next piece of a body may be handed over. A server may refuse a request and close the socket before it has read the body;
//! hyper ends a connection with its first failed write, and the response with it. So the connection is given time to find a
//! response before each write.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use tokio::time::Sleep;

use crate::reactor;

/// Turns of the reactor between two pieces. In one the connection finds the response; by the next, the call has it and holds back
/// the rest.
const TURNS: u8 = 2;

/// The same after the first piece: most servers that refuse do so when they have the head, and need some microseconds for it.
const TURNS_AFTER_HEAD: u8 = 32;

/// From this length on the server has more time for it, which is little beside the time that the body takes.
const LONG: u64 = 4 * 1024 * 1024;
const PAUSE_AFTER_HEAD: Duration = Duration::from_millis(2);

/// A turn that took longer was interrupted, and what it has reported is no longer all there is.
const FRESH: Duration = Duration::from_micros(100);

/// How often a turn is taken again for that, on a machine that is busy.
const AGAIN: u8 = 8;

/// What the next piece of a body waits for.
#[derive(Debug)]
pub(super) struct Pacing {
    pause: Option<Pin<Box<Sleep>>>,
    turns: u8,
    again: u8,
    asked: Instant,
}

impl Pacing {
    /// After the first piece, when so much is left.
    pub(super) fn begin(left: u64) -> Self {
        Self {
            pause: (left >= LONG).then(|| Box::pin(tokio::time::sleep(PAUSE_AFTER_HEAD))),
            turns: TURNS_AFTER_HEAD,
            again: AGAIN,
            asked: Instant::now(),
        }
    }

    /// After a further one.
    pub(super) fn go_on(&mut self) {
        self.turns = TURNS;
        self.again = AGAIN;
    }

    /// Ends when the next piece may be handed over.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
            self.turns = TURNS;
        }
        let now = Instant::now();
        let is_fresh = now - mem::replace(&mut self.asked, now) <= FRESH;
        if self.turns > 0 {
            self.turns -= 1;
        } else if self.again > 0 && !is_fresh {
            self.again -= 1;
        } else {
            return Poll::Ready(());
        }
        reactor::wake_after_a_turn(cx);
        Poll::Pending
    }
}
