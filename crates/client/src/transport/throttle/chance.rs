//! Whether a server refuses a share of all requests by chance, at any rate. A pause changes nothing then, and few requests would pass
//! between two pauses. `state` decides what follows.

use std::time::{Duration, Instant};

/// After so many pauses, one after the other, the class tries whether refusals are chance: at first, and at most. Each trial that does
/// not show it makes the number half as large again.
const PAUSES: (u32, u32) = (3, 48);

/// A pause that begins within this time after another follows it, and the class remembers for as long that refusals are chance.
const MEMORY: Duration = Duration::from_secs(20);

/// Fewer accepted requests than this show nothing.
const FEW: u32 = 8;

/// The rate was not the reason of a refusal if the server accepts this many times as much afterwards. It is counted from one refusal to
/// the next, because at both a server that limits the rate has no burst left.
const FASTER: f64 = 2.0;

/// After so many refusals, a trial has shown nothing.
const MOST_REFUSALS: u32 = 12;

/// So many more refusals than one for two accepted requests are not chance: in a trial, and once it has shown that they are.
const MOST_SURPLUS: (f64, f64) = (5.0, 12.0);

/// How likely refusals of a class are chance.
#[derive(Debug)]
pub(super) struct Chance {
    /// How many pauses followed each other.
    pauses: u32,
    /// After how many the next trial begins.
    needed: u32,
    /// When the last pause began, and how many requests were accepted since.
    paused: Option<(Instant, u32)>,
    /// How many were accepted per second between the beginnings of the last two.
    between: f64,
    /// When the last one was over.
    resumed: Option<Instant>,
    trial: Option<Trial>,
}

/// A time in which refusals begin no pause.
#[derive(Debug)]
struct Trial {
    /// The rate to which requests were limited before it.
    rate: f64,
    /// Whether it has shown that refusals are chance.
    is_proven: bool,
    refusals: u32,
    /// How many refusals there were beyond one for two accepted requests.
    surplus: f64,
    refused: Instant,
}

/// A refusal during a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Refused {
    /// It is taken as chance.
    ByChance,
    /// The trial has shown nothing. The class returns to this rate.
    InVain(f64),
    /// Refusals were chance, and are not any more. The rate before them was this.
    NotByChance(f64),
}

impl Default for Chance {
    fn default() -> Self {
        Self {
            pauses: 0,
            needed: PAUSES.0,
            paused: None,
            between: 0.0,
            resumed: None,
            trial: None,
        }
    }
}

impl Chance {
    /// Notes that a refusal begins a pause of a class that was sending.
    pub(super) fn pause(&mut self, now: Instant) {
        let follows = self.resumed.is_some_and(|resumed| now < resumed + MEMORY);
        self.pauses = if follows { self.pauses + 1 } else { 1 };
        if let Some((paused, accepted)) = self.paused {
            self.between = f64::from(accepted) / (now - paused).as_secs_f64();
        }
        self.paused = Some((now, 0));
        self.trial = None;
    }

    /// Notes that a pause is over, and that requests are limited to a rate.
    pub(super) fn resume(&mut self, now: Instant, rate: f64) {
        self.resumed = Some(now);
        if self.pauses >= self.needed {
            self.trial = Some(Trial {
                rate,
                is_proven: false,
                refusals: 0,
                surplus: 0.0,
                refused: now,
            });
        }
    }

    /// Whether refusals begin no pause, and the rate grows.
    pub(super) fn is_assumed(&self) -> bool {
        self.trial.is_some()
    }

    /// Notes that the server accepted a request.
    pub(super) fn accepted(&mut self, now: Instant) {
        let Some((paused, accepted)) = &mut self.paused else {
            return;
        };
        *accepted = accepted.saturating_add(1);
        if let Some(trial) = &mut self.trial {
            trial.surplus = (trial.surplus - 0.5).max(0.0);
            let usual = self.between * (now - *paused).as_secs_f64();
            if !trial.is_proven && *accepted >= FEW && f64::from(*accepted) >= FASTER * usual {
                trial.is_proven = true;
                self.needed = PAUSES.0;
            }
        }
    }

    /// Notes that the server refused a request. Returns what follows during a trial.
    pub(super) fn refused(&mut self, now: Instant) -> Option<Refused> {
        let trial = self.trial.as_mut()?;
        let is_forgotten = now >= trial.refused + MEMORY;
        trial.refused = now;
        trial.refusals = trial.refusals.saturating_add(1);
        trial.surplus += 1.0;
        let is_over = if trial.is_proven {
            is_forgotten || trial.surplus >= MOST_SURPLUS.1
        } else {
            trial.refusals >= MOST_REFUSALS || trial.surplus >= MOST_SURPLUS.0
        };
        let Some(Trial { rate, is_proven, .. }) = self.trial.take_if(|_| is_over) else {
            return Some(Refused::ByChance);
        };
        self.pauses = 0;
        if is_proven {
            return Some(Refused::NotByChance(rate));
        }
        self.needed = (self.needed + self.needed.div_ceil(2)).min(PAUSES.1);
        Some(Refused::InVain(rate))
    }
}
