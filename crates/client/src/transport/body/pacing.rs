//! When the next block of a body may be written. A server may refuse a request and close the socket before it has read
//! the body, and hyper ends a connection, with its response, at the first failed write. So the connection gets time to
//! find a response before each write.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use tokio::time::Sleep;

use crate::reactor;

/// Turns of the reactor between two blocks. In one turn the connection finds the response; by the next, the call has it
/// and holds back the rest.
const TURNS: u8 = 2;

/// Turns after the first block: most servers that refuse do so on the headers, within microseconds.
const TURNS_AFTER_HEAD: u8 = 32;

/// From this length on, the server gets more time, which is little beside the time of the body.
const LONG: u64 = 4 * 1024 * 1024;
const PAUSE_AFTER_HEAD: Duration = Duration::from_millis(2);

/// A longer turn was interrupted, and may have missed what arrived meanwhile.
const FRESH: Duration = Duration::from_micros(100);

/// How many turns may be repeated for that, on a busy machine.
const AGAIN: u8 = 8;

/// What the next block of a body waits for.
#[derive(Debug)]
pub(super) struct Pacing {
    pause: Option<Pin<Box<Sleep>>>,
    turns: u8,
    again: u8,
    polled: Instant,
}

impl Pacing {
    /// Begins after the first block, with this many bytes left.
    pub(super) fn begin(left: u64) -> Self {
        Self {
            pause: (left >= LONG).then(|| Box::pin(tokio::time::sleep(PAUSE_AFTER_HEAD))),
            turns: TURNS_AFTER_HEAD,
            again: AGAIN,
            polled: Instant::now(),
        }
    }

    /// Begins anew after another block.
    pub(super) fn go_on(&mut self) {
        self.turns = TURNS;
        self.again = AGAIN;
    }

    /// Ends when the next block may be written.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
            self.turns = TURNS;
        }
        let now = Instant::now();
        let is_fresh = now - mem::replace(&mut self.polled, now) <= FRESH;
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
