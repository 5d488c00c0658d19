//! When the next block of a body may be written. A server may refuse a request and close the socket before it has read
//! the body. What is written by then is wasted, and a reset for it discards the response that the server, a proxy, or on
//! some systems the client has received. So the connection gets time to find a response before each write.

use std::{
    mem,
    pin::Pin,
    sync::{Mutex, PoisonError},
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

/// The limits of the pause after the first block of a body that a proxy forwards.
const SHORTEST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(200);

/// How long the body of a request pauses after its first block if a proxy forwards it. A proxy that fails to write more
/// of the body to a socket that the server has closed usually discards the response that it has received from there. So
/// the server gets twice the time that it took for its last response, to refuse the headers.
#[derive(Debug, Default)]
pub(in super::super) struct ProxiesPace(Mutex<Duration>);

impl ProxiesPace {
    /// Notes how long the server took to respond.
    pub(in super::super) fn note(&self, silence: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = silence;
    }

    pub(in super::super) fn pause(&self) -> Duration {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.saturating_mul(2).clamp(SHORTEST, LONGEST)
    }
}

/// What the next block of a body waits for.
#[derive(Debug)]
pub(super) struct Pacing {
    pause: Option<Pin<Box<Sleep>>>,
    turns: u8,
    again: u8,
    polled: Instant,
}

impl Pacing {
    /// Begins after the first block, with this many bytes left. A body that a proxy forwards has a pause of its own.
    pub(super) fn begin(left: u64, forwarded: Option<Duration>) -> Self {
        let pause = forwarded.or_else(|| (left >= LONG).then_some(PAUSE_AFTER_HEAD));
        Self {
            pause: pause.map(|pause| Box::pin(tokio::time::sleep(pause))),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_gets_twice_the_time_of_the_last_response_within_limits() {
        let pace = ProxiesPace::default();
        for (last, pause) in [(0, 20), (9, 20), (20, 40), (100, 200), (5000, 200)] {
            pace.note(Duration::from_millis(last));
            assert_eq!(pace.pause().as_millis(), pause, "{last}");
        }
    }
}
