//! How fast a route class sends after a refusal: from the rate that the server accepted before, growing until it refuses again.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// The rate is measured over this time.
const WINDOW: Duration = Duration::from_secs(2);

/// Accepted requests are counted in steps of this length.
const STEP: Duration = Duration::from_millis(100);

/// The part of the accepted rate that is sent at first.
const SHARE: f64 = 0.85;

/// The factor by which the rate grows in a second.
const GROWTH: f64 = 1.05;

/// The same once [`CALM`] has passed without a refusal.
const FAST_GROWTH: f64 = 1.5;

/// The same for a rate that follows from few requests.
const GUESS_GROWTH: f64 = 2.0;

/// Fewer accepted requests than this say more about the callers than about the server, unless the rate was limited.
const FEW: u32 = 10;

/// The least rate that follows from few requests, per second.
const LEAST_GUESS: f64 = 2.0;

/// The least rate, per second. Less would hold up calls for longer than a probe, long after the server has recovered.
const LEAST: f64 = 0.5;

/// After this time without a refusal, the rate stops being a limit as soon as it holds nobody up.
const CALM: Duration = Duration::from_secs(20);

/// How much a class may catch up on if its callers or the timer were late.
const SLACK: Duration = Duration::from_millis(50);

/// How many requests the server accepted lately.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    /// When the class began to send.
    began: Option<Instant>,
    /// The beginning of each step, and how many requests were accepted in it.
    steps: VecDeque<(Instant, u32)>,
}

impl Accepted {
    /// Notes that the class sends.
    pub(super) fn begin(&mut self, now: Instant) {
        self.began.get_or_insert(now);
    }

    pub(super) fn count(&mut self, now: Instant) {
        while self.steps.front().is_some_and(|(step, _)| now >= *step + WINDOW) {
            self.steps.pop_front();
        }
        match self.steps.back_mut() {
            Some((step, count)) if now < *step + STEP => *count += 1,
            _ => self.steps.push_back((now, 1)),
        }
    }

    /// Returns how many requests were accepted in the window, and how many that is per second. A class that began within the
    /// window may have used up a burst, so its rate is that over its age at the end of the pause.
    fn measure(&self, now: Instant, pause: Duration) -> (u32, f64) {
        let recent = self.steps.iter().filter(|(step, _)| now < *step + WINDOW);
        let sum = recent.map(|(_, count)| count).sum();
        let age = self.began.map_or(WINDOW, |began| now - began + pause);
        (sum, f64::from(sum) / age.clamp(WINDOW / 2, WINDOW).as_secs_f64())
    }
}

/// A limited rate.
#[derive(Debug)]
pub(super) struct Rate {
    per_second: f64,
    /// Whether it follows from too few requests.
    is_guess: bool,
    /// Up to when its growth is included in `per_second`.
    grown: Instant,
    refused: Instant,
    /// When the next request is due.
    due: Instant,
}

impl Rate {
    /// Returns the rate after a refusal that began a pause, or `None` if nothing is known. `limit` is the rate before it.
    pub(super) fn after(limit: Option<Self>, accepted: &Accepted, now: Instant, pause: Duration) -> Option<Self> {
        let (count, measured) = accepted.measure(now, pause);
        let (per_second, is_guess) = match (limit, count) {
            (None, 0) => return None,
            (None, 1..FEW) => ((SHARE * measured).max(LEAST_GUESS), true),
            // The server accepts less than one request in the window.
            (Some(limit), 0) => (limit.per_second / 2.0, false),
            (_, _) => (SHARE * measured, false),
        };
        Some(Self {
            per_second: per_second.max(LEAST),
            is_guess,
            grown: now,
            refused: now,
            due: now,
        })
    }

    /// Begins to send after a pause.
    pub(super) fn resume(&mut self, now: Instant) {
        self.grown = now;
        self.due = now;
    }

    /// Returns how long the next request has to wait. If it need not wait, it counts as sent.
    pub(super) fn next(&mut self, now: Instant) -> Duration {
        self.grow(now);
        if now < self.due {
            return self.due - now;
        }
        let earliest = now.checked_sub(SLACK).unwrap_or(now);
        self.due = self.due.max(earliest) + self.interval();
        Duration::ZERO
    }

    /// Whether it has been calm for long enough, and nobody is held up.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.refused + CALM && now >= self.due + self.interval()
    }

    /// When the next request is due.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// The time between two requests.
    pub(super) fn interval(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.per_second)
    }

    fn grow(&mut self, now: Instant) {
        let growth = if self.is_guess {
            GUESS_GROWTH
        } else if now >= self.refused + CALM {
            FAST_GROWTH
        } else {
            GROWTH
        };
        self.per_second *= growth.powf((now - self.grown).as_secs_f64());
        self.grown = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_refuses_and_fails_in_turn_does_not_stop_the_class() {
        let mut accepted = Accepted::default();
        let mut now = Instant::now();
        accepted.begin(now);
        accepted.count(now);
        let mut rate = None;
        for _ in 0..1000 {
            rate = Rate::after(rate, &accepted, now, Duration::from_secs(1));
            now += Duration::from_secs(3);
            let rate = rate.as_mut().unwrap();
            rate.resume(now);
            assert_eq!(rate.next(now), Duration::ZERO);
            assert!(rate.next(now) <= Duration::from_secs(2), "{rate:?}");
        }
    }
}
