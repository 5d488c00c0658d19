//! When a route class may send: a state machine that has no time of its own and waits for nothing. `line` drives it.

use std::time::{Duration, Instant};

use super::{
    PROBE_LIMIT,
    rate::{Accepted, Rate},
};
use crate::observer::QueueReason;

/// What to do with the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Send it.
    Now(Pass),
    /// Ask again after this time, or when the state has changed.
    Wait(Duration),
}

/// The permission for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pass {
    /// How many pauses had begun or ended when it was given.
    changes: u64,
    is_probe: bool,
}

#[derive(Debug, Default)]
pub(super) struct State {
    phase: Phase,
    /// How many pauses have begun or ended.
    changes: u64,
    accepted: Accepted,
    rate: Option<Rate>,
    /// When a request last succeeded.
    good: Option<Instant>,
}

#[derive(Debug, Default)]
enum Phase {
    /// At most the rate limits the class.
    #[default]
    Sending,
    Paused {
        until: Instant,
    },
    /// The pause is over, but no call has begun to find out whether the server accepts requests again.
    Ready,
    /// One call finds out.
    Probing {
        since: Instant,
    },
}

impl State {
    pub(super) fn admit(&mut self, now: Instant) -> Admission {
        match self.phase {
            Phase::Sending => {
                self.rate = self.rate.take().filter(|rate| !rate.is_over(now));
                let wait = self.rate.as_mut().map_or(Duration::ZERO, |rate| rate.next(now));
                if wait.is_zero() {
                    self.accepted.begin(now);
                    Admission::Now(self.pass(false))
                } else {
                    Admission::Wait(wait)
                }
            }
            Phase::Paused { until } if now < until => Admission::Wait(until - now),
            Phase::Probing { since } if now < since + PROBE_LIMIT => Admission::Wait(since + PROBE_LIMIT - now),
            Phase::Paused { .. } | Phase::Ready | Phase::Probing { .. } => {
                self.phase = Phase::Probing { since: now };
                Admission::Now(self.pass(true))
            }
        }
    }

    /// Why a call waits, and how long it is expected to wait behind so many others.
    pub(super) fn outlook(&self, now: Instant, ahead: usize) -> (QueueReason, Duration) {
        let (reason, due) = match self.phase {
            Phase::Sending => (QueueReason::Rate, self.rate.as_ref().map_or(now, Rate::due)),
            Phase::Paused { until } => (QueueReason::Pause, until),
            Phase::Ready => (QueueReason::Probe, now),
            Phase::Probing { since } => (QueueReason::Probe, since + PROBE_LIMIT),
        };
        let interval = self.rate.as_ref().map_or(Duration::ZERO, Rate::interval);
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let delay = due.saturating_duration_since(now);
        (reason, delay.saturating_add(interval.saturating_mul(ahead)))
    }

    /// Whether requests are sent, if only at a limited rate.
    pub(super) fn is_sending(&self) -> bool {
        matches!(self.phase, Phase::Sending)
    }

    /// Whether no pause has begun or ended since a pass was given.
    pub(super) fn is_current(&self, pass: Pass) -> bool {
        pass.changes == self.changes
    }

    /// When a request last succeeded.
    pub(super) fn good(&self) -> Option<Instant> {
        self.good
    }

    /// Notes that the server accepted a request.
    pub(super) fn accepted(&mut self, now: Instant, pass: Pass) {
        self.accepted.count(now);
        self.good = Some(now);
        self.settle(now, pass);
    }

    /// Notes that a request failed, but was not refused.
    pub(super) fn failed(&mut self, now: Instant, pass: Pass) {
        self.settle(now, pass);
    }

    /// Notes that a request was abandoned before its outcome was known.
    pub(super) fn abandoned(&mut self, pass: Pass) {
        if self.is_probe(pass) {
            self.phase = Phase::Ready;
        }
    }

    /// Notes that the server refused a request. Returns whether that begins or extends a pause: a request that was sent before
    /// a pause that has ended since says nothing about the present.
    pub(super) fn refused(&mut self, now: Instant, pass: Pass, pause: Duration) -> bool {
        let until = now + pause;
        let is_late = !self.is_current(pass);
        match &mut self.phase {
            Phase::Sending | Phase::Ready | Phase::Probing { .. } if is_late => return false,
            Phase::Sending => {
                self.rate = Rate::after(self.rate.take(), &self.accepted, now, pause);
                self.begin_pause(until);
            }
            Phase::Ready | Phase::Probing { .. } => self.begin_pause(until),
            Phase::Paused { until: earlier } => *earlier = until.max(*earlier),
        }
        true
    }

    fn settle(&mut self, now: Instant, pass: Pass) {
        if self.is_probe(pass) {
            self.changes += 1;
            self.phase = Phase::Sending;
            if let Some(rate) = &mut self.rate {
                rate.resume(now);
            }
        }
    }

    fn begin_pause(&mut self, until: Instant) {
        self.changes += 1;
        self.phase = Phase::Paused { until };
    }

    /// Whether a pass makes its request the probe.
    fn is_probe(&self, pass: Pass) -> bool {
        pass.is_probe && self.is_current(pass) && !self.is_sending()
    }

    fn pass(&self, is_probe: bool) -> Pass {
        Pass {
            changes: self.changes,
            is_probe,
        }
    }
}
