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

/// The same if the limited rate had held for a while: it was hardly too high then. With a server that has no burst, a lower rate costs
/// more than the next refusal.
const STEADY_SHARE: f64 = 0.95;

/// It has held once so many requests were accepted at it, for so long.
const STEADY: (u32, Duration) = (4, Duration::from_secs(2));

/// The factor by which the rate grows in a second.
const GROWTH: f64 = 1.05;

/// The same near the rate at which the server refused a request. With a server that has no burst, each refusal costs the requests of a
/// whole pause.
const SLOW_GROWTH: f64 = 1.003;

/// Between which multiples of that rate that is.
const NEAR: (f64, f64) = (STEADY_SHARE, 1.04);

/// It is known if the first rate after the refusal is more than this part of the rate before, at which few were accepted otherwise.
const KNOWN: f64 = 0.7;

/// The same once [`CALM`] has passed without a refusal.
const FAST_GROWTH: f64 = 1.5;

/// By how much the first rate after a refusal grows with each request that is accepted, per second, if it follows from few; from more,
/// by so much less. So it doubles six times in a second if the server answers at once, and never gets far ahead of a server that
/// answers late.
const GAIN: f64 = 4.0;

/// The part of this that is left after a refusal.
const GAIN_LEFT: f64 = 0.25;

/// Fewer accepted requests than this say more about the callers than about the server, unless the rate was limited.
const FEW: u32 = 10;

/// The least rate that follows from few requests, per second.
const LEAST_GUESS: f64 = 4.0;

/// The least rate, per second. Less would hold up calls for longer than a probe, long after the server has recovered.
const LEAST: f64 = 0.5;

/// A rate was too high if the server refuses a request after so few that hardly any can be counted. But by no more than this.
const LEAST_SHARE: f64 = 0.5;

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

    /// Returns how many requests were accepted in the window, and the time to divide them by. A class that began within the window may
    /// have used up a burst, so that is its age at the end of the pause.
    fn measure(&self, now: Instant, pause: Duration) -> (u32, f64) {
        let recent = self.steps.iter().filter(|(step, _)| now < *step + WINDOW);
        let sum = recent.map(|(_, count)| count).sum();
        let age = self.began.map_or(WINDOW, |began| now - began + pause);
        (sum, age.clamp(WINDOW / 2, WINDOW).as_secs_f64())
    }
}

/// A limited rate.
#[derive(Debug)]
pub(super) struct Rate {
    per_second: f64,
    /// By how much it grows with each accepted request. Zero once it follows from requests that it has limited itself, or has held.
    gain: f64,
    /// Between which rates it grows slowly, if that which the server accepts is known.
    near: Option<(f64, f64)>,
    refused: Instant,
    /// Since when requests are sent at it, and how many the server has accepted since.
    held: (u32, Instant),
    /// How many requests may be sent now.
    tokens: f64,
    /// Up to when its growth is included in `per_second`, and time in `tokens`.
    updated: Instant,
    /// When it last let a request pass.
    sent: Instant,
}

impl Rate {
    /// Returns the rate after a refusal that began a pause, or `None` if nothing is known. `limit` is the rate before it.
    pub(super) fn after(limit: Option<&Self>, accepted: &Accepted, now: Instant, pause: Duration) -> Option<Self> {
        let (count, time) = accepted.measure(now, pause);
        let is_guess = count < FEW;
        let count = f64::from(count);
        let before = limit.map(Self::per_second);
        let share = limit.map_or(SHARE, |limit| limit.share(now));
        let (per_second, gain) = match limit {
            None if count == 0.0 => return None,
            // The calls before may not have asked for as much as the server accepts.
            None => {
                let least = if is_guess { LEAST_GUESS } else { 0.0 };
                let gain = GAIN * f64::from(FEW) / count.max(f64::from(FEW));
                ((share * count / time).max(least), gain)
            }
            // One more may be due, which is much if there are few.
            Some(limit) => {
                let rate = share * (count + 1.0) / time;
                if is_guess {
                    let (least, most) = (LEAST_SHARE * limit.per_second, share * limit.per_second);
                    (rate.clamp(least, most), limit.gain_left(now, GAIN_LEFT))
                } else {
                    (rate, 0.0)
                }
            }
        };
        let is_known = before.is_some_and(|before| per_second > KNOWN * before);
        Some(Self {
            per_second: per_second.max(LEAST),
            gain,
            near: is_known.then(|| near(per_second / share)),
            refused: now,
            held: (0, now),
            tokens: 0.0,
            updated: now,
            sent: now,
        })
    }

    /// Begins to send after a pause, at whose end one request was sent. The less is known of the rate, the sooner follows the next.
    pub(super) fn resume(&mut self, now: Instant) {
        self.tokens = self.gain.min(1.0);
        self.held = (0, now);
        self.updated = now;
        self.sent = now;
    }

    /// Notes that the server accepted a request. `is_trial`: it grows as if nothing were known.
    pub(super) fn accepted(&mut self, now: Instant, is_trial: bool) {
        self.update(now);
        self.held.0 = self.held.0.saturating_add(1);
        self.per_second += if is_trial { GAIN } else { self.gain };
    }

    /// Returns to the rate before a trial.
    pub(super) fn return_to(&mut self, now: Instant, per_second: f64) {
        self.update(now);
        self.per_second = per_second;
        self.tokens = self.tokens.min(1.0);
    }

    /// Notes that it is perhaps too high.
    pub(super) fn slow_down(&mut self, now: Instant) {
        self.update(now);
        let (before, share) = (self.per_second, self.share(now));
        self.gain = self.gain_left(now, LEAST_SHARE);
        self.per_second = (share * before).max(LEAST);
        self.near = Some(near(before));
        self.held = (0, now);
        self.refused = now;
    }

    /// Returns how long the next request has to wait. If it need not wait, it counts as sent.
    pub(super) fn next(&mut self, now: Instant) -> Duration {
        self.update(now);
        let wait = self.wait();
        if wait.is_zero() {
            self.tokens -= 1.0;
            self.sent = now;
        }
        wait
    }

    /// Whether it has been calm for long enough, and nobody is held up.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.refused + CALM && now >= self.sent + 2 * self.interval()
    }

    /// When the next request is due.
    pub(super) fn due(&self) -> Instant {
        self.updated + self.wait()
    }

    /// The time between two requests.
    pub(super) fn interval(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.per_second)
    }

    /// How many requests are sent in a second.
    pub(super) fn per_second(&self) -> f64 {
        self.per_second
    }

    /// Whether it has held for a while.
    fn is_steady(&self, now: Instant) -> bool {
        let (accepted, since) = self.held;
        accepted >= STEADY.0 && now >= since + STEADY.1
    }

    /// The part of it that is sent after a refusal.
    fn share(&self, now: Instant) -> f64 {
        let is_own = self.gain == 0.0;
        if is_own && self.is_steady(now) {
            STEADY_SHARE
        } else {
            SHARE
        }
    }

    /// What is left of its growth with accepted requests after a refusal.
    fn gain_left(&self, now: Instant, share: f64) -> f64 {
        if self.is_steady(now) { 0.0 } else { share * self.gain }
    }

    fn wait(&self) -> Duration {
        Duration::from_secs_f64((1.0 - self.tokens).max(0.0) / self.per_second)
    }

    fn update(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.updated).as_secs_f64();
        let fast = if now >= self.refused + CALM {
            FAST_GROWTH
        } else {
            GROWTH
        };
        let grown = self.per_second * fast.powf(passed);
        self.per_second = match self.near {
            Some((from, to)) if fast == GROWTH && self.per_second < to && grown > from => {
                from.max(self.per_second * SLOW_GROWTH.powf(passed))
            }
            _ => grown,
        };
        let most = 1.0 + SLACK.as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + passed * self.per_second).min(most);
        self.updated = now;
    }
}

/// The rates at which it grows slowly, near one at which the server refused a request.
fn near(per_second: f64) -> (f64, f64) {
    (NEAR.0 * per_second, NEAR.1 * per_second)
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
            rate = Rate::after(rate.as_ref(), &accepted, now, Duration::from_secs(1));
            now += Duration::from_secs(3);
            let rate = rate.as_mut().unwrap();
            rate.resume(now);
            assert!(rate.next(now) <= Duration::from_secs(2), "{rate:?}");
        }
    }
}
