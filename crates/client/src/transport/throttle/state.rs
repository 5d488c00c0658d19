//! When a route class may send: a state machine that has no time of its own and waits for nothing. `line` drives it.

use std::time::{Duration, Instant};

use super::{
    PROBE_LIMIT,
    chance::{Chance, Refused},
    history::{History, Odds, Outcomes},
    queue::Order,
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

/// So many refusals in a row may be taken as those of calls, although the calls are new or little is known, before they are taken as
/// those of the class.
pub(super) const MOST_NEW: u32 = 8;
const MOST_UNSURE: u32 = 2;

/// After so many accepted requests, a call that is refused again is known to be alone.
const ENOUGH: u32 = 3;

/// A call that was refused again so often, although the server has accepted most others, is not refused by chance.
const MOST_BY_CHANCE: u32 = 3;

/// What a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The class, which pauses.
    Class,
    /// The call alone.
    Call,
    /// Any call: the server refuses a share of all requests.
    Chance,
    /// Perhaps the class, whose rate is limited without a pause, but at least the call.
    Unsure,
    /// A pause that has ended since the request was sent. That says nothing about the present.
    Past,
}

/// The permission for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pass {
    /// How many pauses had begun or ended.
    changes: u64,
    is_probe: bool,
}

#[derive(Debug, Default)]
pub(super) struct State {
    phase: Phase,
    /// How many pauses have begun or ended, and how many trials have ended.
    changes: u64,
    accepted: Accepted,
    rate: Option<Limit>,
    /// When a request last succeeded.
    good: Option<Instant>,
    outcomes: Outcomes,
    odds: Odds,
    chance: Chance,
    /// How many refusals in a row were taken as those of calls.
    alone: u32,
    /// How many probes in a row were refused.
    refused_probes: u32,
    /// How many requests were accepted since the last pause.
    accepted_since: u32,
    /// Whether the present pause follows a long one that may concern only the call that was asked for it.
    is_doubted: bool,
    /// Whether such a pause has concerned only the call.
    are_long_alone: bool,
}

/// A rate, and how many calls it is due to.
#[derive(Debug)]
struct Limit {
    rate: Rate,
    /// When it began.
    number: u64,
    /// How many calls were refused, and have not proved to be refused alone.
    calls: u32,
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
                self.rate = self.rate.take().filter(|limit| !limit.rate.is_over(now));
                let limit = self.rate.as_mut();
                let wait = limit.map_or(Duration::ZERO, |limit| limit.rate.next(now));
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
            Phase::Sending => (QueueReason::Rate, self.rate().map_or(now, Rate::due)),
            Phase::Paused { until } => (QueueReason::Pause, until),
            Phase::Ready => (QueueReason::Probe, now),
            Phase::Probing { since } => (QueueReason::Probe, since + PROBE_LIMIT),
        };
        let interval = self.rate().map_or(Duration::ZERO, Rate::interval);
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

    /// Which of the calls that wait is the first. After a pause it is one that was not refused, so that a call that is always refused
    /// does not hold up the others; but for every other probe, and for most requests, it is the one that has waited for longest.
    pub(super) fn order(&self) -> Order {
        let is_untried = if self.is_sending() {
            self.accepted_since < ENOUGH && self.odds.are_open()
        } else {
            self.refused_probes.is_multiple_of(2)
        };
        if is_untried || self.odds.are_sure() {
            Order::Refusals
        } else {
            Order::Arrival
        }
    }

    /// The rate that limits the class at this time.
    pub(super) fn limit(&self, now: Instant) -> Option<&Rate> {
        self.rate().filter(|rate| !rate.is_over(now))
    }

    /// The rate, if one limits the class.
    fn rate(&self) -> Option<&Rate> {
        self.rate.as_ref().map(|limit| &limit.rate)
    }

    /// Notes that the server accepted a request.
    pub(super) fn accepted(&mut self, now: Instant, pass: Pass, history: &History) {
        self.accepted.count(now);
        self.good = Some(now);
        if self.is_current(pass) {
            self.outcomes.accepted += 1;
            self.alone = 0;
        }
        if history.refusals > 0 {
            self.odds.accepted_after_all();
        }
        self.are_long_alone |= self.is_doubted && self.is_probe(pass);
        self.settle(now, pass);
        if self.is_sending() {
            self.accepted_since = self.accepted_since.saturating_add(1);
            if self.changes == pass.changes {
                self.chance.accepted(now);
                if let Some(limit) = &mut self.rate {
                    limit.rate.accepted(now, self.chance.is_assumed());
                }
            }
        }
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

    /// Notes that the server refused a request of a call with this history. `is_doubted`: with a long pause that a probe has to confirm.
    pub(super) fn refused(
        &mut self,
        now: Instant,
        pass: Pass,
        history: &mut History,
        (pause, is_doubted): (Duration, bool),
    ) -> Scope {
        let share = history.note(self.outcomes);
        if let Some(share) = share {
            self.odds.refused_again(share);
        }
        let is_alone = is_doubted && self.are_long_alone;
        let scope = self.scope(now, pass, history, (share.is_some(), is_alone));
        if let Some(share) = share {
            history.note_again(share);
        }
        match scope {
            Scope::Past | Scope::Chance => {}
            Scope::Class => {
                self.are_long_alone &= !(self.is_doubted && self.is_probe(pass));
                self.is_doubted = is_doubted && (self.is_doubted || self.is_sending());
                self.pause(now, pause);
                self.charge(history);
            }
            Scope::Unsure | Scope::Call => {
                if scope == Scope::Call {
                    self.acquit(history);
                } else if let Some(limit) = &mut self.rate {
                    limit.rate.slow_down(now);
                    self.charge(history);
                }
                // If it was a probe, another call becomes one.
                self.abandoned(pass);
            }
        }
        history.note_outcomes(self.outcomes);
        scope
    }

    /// What a refusal concerns. `is_again`: the server has accepted most others since it refused the call before. `is_alone`: pauses like
    /// the one that it asks for have concerned single calls.
    fn scope(&mut self, now: Instant, pass: Pass, history: &History, (is_again, is_alone): (bool, bool)) -> Scope {
        let is_current = self.is_current(pass);
        let may_be_new = !is_again && self.is_sending() && is_current && self.alone < MOST_NEW;
        let is_chance = is_current && self.is_sending() && self.is_chance(now);
        let scope = if is_chance && history.again < MOST_BY_CHANCE {
            return Scope::Chance;
        } else if is_again && self.odds.are_for(history) {
            // It says nothing about the class.
            return Scope::Call;
        } else if is_again && self.odds.are_unsure() && self.alone < MOST_UNSURE {
            Scope::Unsure
        } else if may_be_new && (is_alone || self.odds.are_sure()) {
            // A probe that is refused for the first time would say that the server still refuses the class.
            Scope::Call
        } else if is_current || matches!(self.phase, Phase::Paused { .. }) {
            Scope::Class
        } else {
            return Scope::Past;
        };
        self.alone = if scope == Scope::Class { 0 } else { self.alone + 1 };
        scope
    }

    /// Whether a refusal begins no pause, because it may be chance.
    fn is_chance(&mut self, now: Instant) -> bool {
        let Some(refused) = self.chance.refused(now) else {
            return false;
        };
        if let (Some(limit), Refused::InVain(rate) | Refused::NotByChance(rate)) = (&mut self.rate, refused) {
            limit.rate.return_to(now, rate);
        }
        if let Refused::InVain(_) = refused {
            // The requests that were sent faster say nothing about this rate.
            self.changes += 1;
        }
        !matches!(refused, Refused::NotByChance(_))
    }

    /// Begins or extends a pause.
    fn pause(&mut self, now: Instant, pause: Duration) {
        let until = now + pause;
        match &mut self.phase {
            Phase::Sending => {
                self.measure(now, pause);
                self.chance.pause(now);
                self.refused_probes = 0;
                self.begin_pause(until);
            }
            Phase::Ready | Phase::Probing { .. } => {
                self.refused_probes = self.refused_probes.wrapping_add(1);
                self.begin_pause(until);
            }
            Phase::Paused { until: earlier } => *earlier = until.max(*earlier),
        }
    }

    /// Notes that the rate is due to a call.
    fn charge(&mut self, history: &mut History) {
        if let Some(limit) = &mut self.rate
            && history.limits != Some(limit.number)
        {
            history.limits = Some(limit.number);
            limit.calls = limit.calls.saturating_add(1);
        }
    }

    /// Notes that a call is refused alone. The class needs no rate that is due to such calls only.
    fn acquit(&mut self, history: &mut History) {
        let Some(limit) = &mut self.rate else { return };
        if history.limits.take() == Some(limit.number) {
            limit.calls = limit.calls.saturating_sub(1);
        }
        if limit.calls == 0 || self.odds.are_sure() {
            self.rate = None;
        }
    }

    /// Limits the rate after a refusal that begins a pause.
    fn measure(&mut self, now: Instant, pause: Duration) {
        let (number, calls) = match &self.rate {
            Some(limit) => (limit.number, limit.calls),
            None => (self.changes, 0),
        };
        let rate = Rate::after(self.rate(), &self.accepted, now, pause);
        self.rate = rate.map(|rate| Limit { rate, number, calls });
    }

    fn settle(&mut self, now: Instant, pass: Pass) {
        if self.is_probe(pass) {
            self.changes += 1;
            self.phase = Phase::Sending;
            if let Some(limit) = &mut self.rate {
                limit.rate.resume(now);
                self.chance.resume(now, limit.rate.per_second());
            }
        }
    }

    fn begin_pause(&mut self, until: Instant) {
        self.changes += 1;
        self.outcomes.pauses += 1;
        self.accepted_since = 0;
        self.phase = Phase::Paused { until };
    }

    /// Whether a pass makes its request the probe.
    pub(super) fn is_probe(&self, pass: Pass) -> bool {
        pass.is_probe && self.is_current(pass) && !self.is_sending()
    }

    fn pass(&self, is_probe: bool) -> Pass {
        Pass {
            changes: self.changes,
            is_probe,
        }
    }
}
