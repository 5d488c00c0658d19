//! The line of one route class: only the first of the calls that wait asks `state` whether it may send, and which is the first.

use std::{
    mem,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::{
    LONGEST_RETRY_AFTER, Patience, Pause, QueueState,
    history::History,
    queue::{Numbered, Queue},
    rate::Rate,
    state::{Admission, Pass, Scope, State},
};
use crate::{
    clock::{Clock, Random, suspended_during},
    observer::{Event, Observed},
};

/// The shortest time between two checks of a caller's patience.
const SHORTEST_CHECK: Duration = Duration::from_millis(100);

/// A refusal of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Its status.
    pub(crate) status: u16,
    /// The pause that it asked for, or what is left of it.
    pub(crate) retry_after: Option<Duration>,
}

/// The position of a call in a line. It keeps it until the server refuses its request; what the server has done with its requests is
/// remembered until one is accepted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    number: Option<u64>,
    /// Since when the caller's patience counts: from its first turn on, or its first wait for one.
    since: Option<Instant>,
    /// For how long the process was suspended since this was last read.
    suspended: Duration,
    history: History,
}

impl Place {
    /// Leaves the line.
    pub(crate) fn leave(&mut self) {
        self.number = None;
        self.since = None;
    }

    /// Notes that the process was suspended for this long. The call was not refused in that time.
    pub(crate) fn note_suspension(&mut self, suspended: Duration) {
        if let Some(since) = &mut self.since {
            *since += suspended;
        }
        self.suspended += suspended;
    }

    /// Returns for how long the process was suspended since the last call of this.
    pub(crate) fn take_suspended(&mut self) -> Duration {
        mem::take(&mut self.suspended)
    }
}

/// A caller that waits for its turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiter<'c> {
    pub(crate) clock: &'c dyn Clock,
    pub(crate) patience: Patience,
    pub(crate) observed: &'c Observed,
}

/// The calls of one route class.
#[derive(Debug, Default)]
pub(crate) struct Line(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: State,
    queue: Queue,
    /// How many places have been given.
    places: u64,
    /// The status of the last refusal.
    refused: Option<u16>,
    /// The end of the pause that it asked for, which may be longer than the pause of the class.
    asked_until: Option<Instant>,
}

/// What a call does next.
enum Step {
    Send(Pass),
    /// The caller waits no longer.
    End(Refusal),
    Wait {
        /// When to ask again, if the call is the first.
        again: Option<Duration>,
        /// When the patience of the caller may be over.
        limit: Option<Duration>,
        woken: Arc<Notify>,
        /// What the observer of a call hears that begins to wait.
        event: Option<Event<'static>>,
    },
}

impl Line {
    /// Waits until a request may be sent.
    ///
    /// # Errors
    /// The last refusal, if the caller does not wait until then.
    pub(crate) async fn admit<'l>(&'l self, mut waiter: Waiter<'l>, place: &mut Place) -> Result<Ticket<'l>, Refusal> {
        let call = Numbered {
            number: *place.number.get_or_insert_with(|| self.inner().next_place()),
            refusals: place.history.refusals,
        };
        waiter.patience.count_since(&mut place.since);
        // Leaves the line, and lets the next call ask.
        let mut waiting = None;
        loop {
            match self.step(call, waiter, waiting.is_none()) {
                Step::Send(pass) => {
                    let line = self;
                    let clock = waiter.clock;
                    return Ok(Ticket { line, clock, pass });
                }
                Step::End(refusal) => return Err(refusal),
                Step::Wait {
                    again,
                    limit,
                    woken,
                    event,
                } => {
                    waiting.get_or_insert_with(|| Waiting { line: self, call });
                    if let Some(event) = event {
                        waiter.observed.notify(event);
                    }
                    // On the heap, since most calls pass at once.
                    let ((), suspended) = Box::pin(async {
                        let woken = pin!(async {
                            tokio::select! {
                                biased;
                                () = woken.notified() => {}
                                () = after(again, |again| waiter.clock.sleep(again)) => {}
                                () = after(limit, |limit| waiter.clock.deadline(limit)) => {}
                            }
                        });
                        suspended_during(woken).await
                    })
                    .await;
                    waiter.patience.skip(suspended, place);
                }
            }
        }
    }

    /// Returns how many calls wait, and why.
    pub(crate) fn state(&self, now: Instant) -> QueueState {
        let inner = self.inner();
        let (reason, pause) = inner.state.outlook(now, 0);
        let rate = inner.state.limit(now).map(Rate::per_second);
        let is_held = !inner.state.is_sending() || rate.is_some();
        QueueState {
            waiting: inner.queue.len(),
            reason: is_held.then_some(reason),
            pause,
            rate,
        }
    }

    /// When a request of the class last succeeded.
    pub(crate) fn last_good(&self) -> Option<Instant> {
        self.inner().state.good()
    }

    fn step(&self, call: Numbered, waiter: Waiter<'_>, is_new: bool) -> Step {
        let mut inner = self.inner();
        let now = waiter.clock.now();
        let mut again = None;
        if inner.queue.is_first(call, inner.state.order()) {
            match inner.state.admit(now) {
                Admission::Now(pass) => return Step::Send(pass),
                Admission::Wait(wait) => again = Some(wait),
            }
        }
        let left = waiter.patience.left(now, inner.state.good());
        if let Some(refusal) = inner.refusal_beyond(now, left) {
            return Step::End(refusal);
        }
        let event = (is_new && waiter.observed.0.is_some()).then(|| {
            let (reason, delay) = inner.state.outlook(now, inner.queue.ahead_of(call));
            Event::Queue { reason, delay }
        });
        let limit = matches!(waiter.patience, Patience::Outage { .. }).then(|| left.max(SHORTEST_CHECK));
        let woken = inner.queue.enter(call);
        Step::Wait {
            again,
            limit,
            woken,
            event,
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn next_place(&mut self) -> u64 {
        self.places += 1;
        self.places
    }

    /// Returns the last refusal if the class sends nothing for longer than this.
    fn refusal_beyond(&self, now: Instant, patience: Duration) -> Option<Refusal> {
        let status = self.refused.filter(|_| !self.state.is_sending())?;
        let left = self.asked_until.map(|until| until.saturating_duration_since(now));
        let is_beyond = patience.is_zero() || left.is_some_and(|left| left > patience);
        let retry_after = left.filter(|left| !left.is_zero());
        is_beyond.then_some(Refusal { status, retry_after })
    }

    fn change(&mut self, change: impl FnOnce(&mut State)) {
        change(&mut self.state);
        self.wake_first();
    }

    fn wake_first(&self) {
        self.queue.wake_first(self.state.order());
    }
}

/// Ends after a time, if there is one.
async fn after<F: Future<Output = ()>>(time: Option<Duration>, sleep: impl FnOnce(Duration) -> F) {
    match time {
        Some(time) => sleep(time).await,
        None => std::future::pending().await,
    }
}

/// A call in the line.
struct Waiting<'l> {
    line: &'l Line,
    call: Numbered,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut inner = self.line.inner();
        inner.queue.leave(self.call);
        inner.wake_first();
    }
}

/// The admission of one request. Dropping it means that the outcome of the request will not be known.
#[derive(Debug)]
#[must_use]
pub(crate) struct Ticket<'l> {
    line: &'l Line,
    clock: &'l dyn Clock,
    pass: Pass,
}

impl Ticket<'_> {
    /// Whether the request may still be sent: no pause has begun or ended since.
    pub(crate) fn is_current(&self) -> bool {
        self.line.inner().state.is_current(self.pass)
    }

    /// Notes that the server accepted the request of the call in this place.
    pub(crate) fn accepted(self, place: &mut Place) {
        let now = self.clock.now();
        let history = mem::take(place).history;
        self.end(|state, pass| state.accepted(now, pass, &history));
    }

    /// Notes that the request failed, but was not refused.
    pub(crate) fn failed(self) {
        let now = self.clock.now();
        self.end(|state, pass| state.failed(now, pass));
    }

    /// Notes that the server refused the request of the call in this place, which it loses. Returns when the next one is expected to
    /// be sent.
    pub(crate) fn refused(self, place: &mut Place, refusal: Refusal, random: &dyn Random) -> Pause {
        let now = self.clock.now();
        let asked = refusal.retry_after;
        place.number = None;
        let mut inner = self.line.inner();
        // A pause that few callers wait for may be that of a quota of the call. A probe finds out whether it is that of the class.
        let is_long = asked.is_some_and(|asked| asked > LONGEST_RETRY_AFTER);
        let is_doubted = is_long && !inner.state.is_probe(self.pass);
        let was_sending = inner.state.is_sending();
        let pause = super::pause(asked.filter(|_| !is_doubted), random);
        let scope = inner
            .state
            .refused(now, self.pass, &mut place.history, (pause, is_doubted));
        if scope == Scope::Class {
            inner.refused = Some(refusal.status);
            if !is_doubted || was_sending {
                let asked = asked.filter(|_| !is_doubted);
                inner.asked_until = asked.and_then(|asked| now.checked_add(asked));
            }
        }
        if scope == Scope::Class && is_long && !is_doubted {
            // Not every caller waits for that long.
            inner.queue.wake_all();
        } else {
            inner.wake_first();
        }
        let (_, delay) = inner.state.outlook(now, inner.queue.len());
        drop(inner);
        mem::forget(self);
        match scope {
            Scope::Chance => Pause::Alone(super::pause(asked, random)),
            Scope::Call | Scope::Unsure => Pause::Alone(super::pause_alone(asked, place.history.again, random)),
            Scope::Class | Scope::Past => Pause::InLine(delay),
        }
    }

    fn end(self, note: impl FnOnce(&mut State, Pass)) {
        self.line.inner().change(|state| note(state, self.pass));
        mem::forget(self);
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.line.inner().change(|state| state.abandoned(self.pass));
    }
}
