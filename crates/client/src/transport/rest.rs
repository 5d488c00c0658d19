//! What becomes of the rest of a body that has not been sent when the answer comes. A server may close the socket after an early
//! answer, and a write to it would then lose what has not been read of the answer. Or it may read the whole body first. Which of
//! both, nobody knows.

use std::{
    convert::Infallible,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use crate::clock::Clock;

/// An answer of which nothing has come for so long may wait for the rest of the request.
const QUIET: Duration = Duration::from_millis(100);

/// The rest of one attempt's body.
#[derive(Debug, Default)]
pub(super) struct Rest(Mutex<State>);

#[derive(Debug, Default)]
enum State {
    /// There is none.
    #[default]
    Gone,
    /// Sent: there is no answer yet, or it has been read.
    Sent,
    /// Held back while the answer comes, but for some pieces.
    Held(Allowance),
    /// Never sent: the request was refused, and the connection is of no more use.
    Dropped,
}

/// How many pieces may be sent meanwhile.
#[derive(Debug)]
struct Allowance {
    pieces: u32,
    /// How many more it will be next.
    more: u32,
    /// Of the body, which waits for it.
    waker: Option<Waker>,
}

impl Rest {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a body is made, of which there is something to send or nothing.
    pub(super) fn begin(&self, is_left: bool) {
        *self.state() = if is_left { State::Sent } else { State::Gone };
    }

    /// Notes that a piece of the body goes out, behind which something is left or nothing.
    pub(super) fn sends(&self, is_left: bool) {
        match &mut *self.state() {
            state if !is_left => *state = State::Gone,
            State::Held(allowance) => allowance.pieces = allowance.pieces.saturating_sub(1),
            _ => {}
        }
    }

    /// Whether the next piece may be sent; pending while it is held back.
    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<bool> {
        match &mut *self.state() {
            State::Held(Allowance { pieces: 0, waker, .. }) => {
                *waker = Some(cx.waker().clone());
                Poll::Pending
            }
            state => Poll::Ready(!matches!(state, State::Dropped)),
        }
    }

    /// Holds it back until what this returns is dropped. That of a request that is refused is never sent, and its connection
    /// ends.
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
                pieces: 0,
                more: 1,
                waker: None,
            });
        }
        drop(state);
        Held(self, is_refused)
    }

    /// Reads the next piece of the answer. As long as none comes, more and more of what is held back is sent, each time twice as
    /// much: a server that does not read has room for the first pieces, and one that reads soon has all.
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
            if let State::Held(Allowance { pieces, more, waker }) = &mut *self.state() {
                *pieces = pieces.saturating_add(*more);
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

    /// How many pieces go out now.
    fn pieces(rest: &Rest) -> usize {
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
    async fn what_is_held_back_goes_out_in_growing_parts_where_the_answer_stands_still() {
        let rest = held();
        let sending = async {
            let mut sent = vec![];
            sleep(Duration::from_millis(90)).await;
            for _ in 0..9 {
                sent.push(pieces(&rest));
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
    async fn nothing_goes_out_as_long_as_the_answer_moves_and_nothing_waits_where_nothing_is_left() {
        let rest = held();
        for _ in 0..100 {
            rest.while_held(&SystemClock, sleep(Duration::from_millis(90))).await;
            assert_eq!(pieces(&rest), 0);
        }
        rest.sends(false);
        assert_eq!(rest.poll(&Context::from_waker(Waker::noop())), Poll::Ready(true));
        let began = Instant::now();
        rest.while_held(&SystemClock, sleep(Duration::from_secs(1))).await;
        assert_eq!(began.elapsed(), Duration::from_secs(1));
    }

    #[test]
    fn the_rest_of_what_is_refused_is_dropped_and_of_anything_else_sent() {
        for (is_refused, is_sent) in [(true, false), (false, true)] {
            let rest = Rest::default();
            rest.begin(true);
            drop(rest.hold(is_refused));
            assert_eq!(rest.poll(&Context::from_waker(Waker::noop())), Poll::Ready(is_sent));
        }
    }
}
