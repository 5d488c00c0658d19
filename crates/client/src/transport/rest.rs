//! The unsent rest of a request body once the response has begun. The server may close the socket after an early
//! response, and another write would then lose the unread part of the response. Or the server may read the whole body
//! first. The client cannot know which, so it holds the rest back and sends it in growing parts while the response is
//! silent.

use std::{
    convert::Infallible,
    mem,
    task::{Context, Poll, Waker},
    time::Duration,
};

use crate::{
    clock::Clock,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A response that has been silent for this long may be waiting for the rest of the request.
const QUIET: Duration = Duration::from_millis(100);

/// The unsent rest of the body of one attempt.
#[derive(Debug, Default)]
pub(super) struct Rest(Mutex<State>);

#[derive(Debug, Default)]
enum State {
    /// Nothing is left.
    #[default]
    Gone,
    /// Sent without delay: there is no response yet, or it has been read.
    Sent,
    /// Held back while the response arrives, except for a few blocks.
    Held(Allowance),
    /// Never sent: the request was refused, and the connection is of no further use.
    Dropped,
}

/// How many blocks may be sent meanwhile.
#[derive(Debug)]
struct Allowance {
    blocks: u32,
    /// How many blocks the next step adds.
    more: u32,
    /// The waker of the body, which waits for the next step.
    waker: Option<Waker>,
}

impl Rest {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a body has begun, and whether it has anything to send.
    pub(super) fn begin(&self, is_left: bool) {
        *self.state() = if is_left { State::Sent } else { State::Gone };
    }

    /// Whether any of the body has not gone out.
    pub(super) fn is_left(&self) -> bool {
        !matches!(*self.state(), State::Gone)
    }

    /// Notes that a block of the body goes out, and whether anything is left after it.
    pub(super) fn sends(&self, is_left: bool) {
        match &mut *self.state() {
            state if !is_left => *state = State::Gone,
            State::Held(allowance) => allowance.blocks = allowance.blocks.saturating_sub(1),
            _ => {}
        }
    }

    /// Whether the next block may be sent. Pending while it is held back.
    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<bool> {
        match &mut *self.state() {
            State::Held(Allowance { blocks: 0, waker, .. }) => {
                *waker = Some(cx.waker().clone());
                Poll::Pending
            }
            state => Poll::Ready(!matches!(state, State::Dropped)),
        }
    }

    /// Holds the rest back until the returned guard is dropped. The rest of a refused request is never sent, and its
    /// connection ends.
    pub(super) fn hold(&self, is_refused: bool) -> impl Drop {
        struct Held<'r>(&'r Rest, bool);

        impl Drop for Held<'_> {
            fn drop(&mut self) {
                let Self(rest, is_refused) = self;
                let mut state = rest.state();
                if let State::Held(allowance) = &mut *state {
                    let waker = allowance.waker.take();
                    *state = if *is_refused { State::Dropped } else { State::Sent };
                    waker.into_iter().for_each(Waker::wake);
                }
            }
        }

        let mut state = self.state();
        if matches!(*state, State::Sent) {
            *state = State::Held(Allowance {
                blocks: 0,
                more: 1,
                waker: None,
            });
        }
        drop(state);
        Held(self, is_refused)
    }

    /// Reads the next chunk of the response. While none arrives, sends more and more of the rest, twice as much at each
    /// step: a server that does not read has room for the first blocks, and one that reads soon has them all.
    pub(super) async fn while_held<T>(&self, clock: &dyn Clock, next: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            next = next => next,
            never = self.send_on(clock) => match never {},
        }
    }

    async fn send_on(&self, clock: &dyn Clock) -> Infallible {
        while matches!(*self.state(), State::Held(_)) {
            clock.idle(QUIET).await;
            if let State::Held(Allowance { blocks, more, waker }) = &mut *self.state() {
                *blocks = blocks.saturating_add(*more);
                *more = more.saturating_mul(2);
                mem::take(waker).into_iter().for_each(Waker::wake);
            }
        }
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::clock::SystemClock;

    fn held() -> Rest {
        let rest = Rest::default();
        rest.begin(true);
        mem::forget(rest.hold(true));
        rest
    }

    /// How many blocks go out now.
    fn blocks(rest: &Rest) -> usize {
        let sent = || rest.poll(&Context::from_waker(Waker::noop())) == Poll::Ready(true);
        (0..10_000)
            .take_while(|_| {
                sent() && {
                    rest.sends(true);
                    true
                }
            })
            .count()
    }

    #[tokio::test(start_paused = true)]
    async fn the_rest_goes_out_in_growing_parts_while_the_response_is_silent() {
        let rest = held();
        let sending = async {
            let mut sent = vec![];
            sleep(Duration::from_millis(90)).await;
            for _ in 0..9 {
                sent.push(blocks(&rest));
                sleep(Duration::from_millis(100)).await;
            }
            sent
        };
        tokio::select! {
            sent = sending => assert_eq!(sent, [0, 1, 2, 4, 8, 16, 32, 64, 128]),
            () = rest.while_held(&SystemClock, std::future::pending()) => unreachable!(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_goes_out_while_the_response_moves_and_an_empty_rest_waits_for_nothing() {
        let rest = held();
        for _ in 0..100 {
            rest.while_held(&SystemClock, sleep(Duration::from_millis(90))).await;
            assert_eq!(blocks(&rest), 0);
        }
        rest.sends(false);
        assert_eq!(rest.poll(&Context::from_waker(Waker::noop())), Poll::Ready(true));
        let began = Instant::now();
        rest.while_held(&SystemClock, sleep(Duration::from_secs(1))).await;
        assert_eq!(began.elapsed(), Duration::from_secs(1));
    }

    #[test]
    fn the_rest_of_a_refused_request_is_dropped_and_of_any_other_sent() {
        for (is_refused, is_sent) in [(true, false), (false, true)] {
            let rest = Rest::default();
            rest.begin(true);
            drop(rest.hold(is_refused));
            assert_eq!(rest.poll(&Context::from_waker(Waker::noop())), Poll::Ready(is_sent));
        }
    }
}
