//! The HTTP clients, and how long their idle sockets may be reused. Reads no body and decides nothing about attempts.
//!
//! reqwest fixes the idle limit when a client is built, and cannot drop single sockets. So a new limit needs a new
//! client: running requests end on the old one, whose idle sockets then close. All clients share their TLS sessions.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use super::{
    connect::{Http, Recipe},
    keep_alive::Announced,
};
use crate::error::Result;

/// Servers on Node.js close an idle socket after 5 s. The client closes it first, so that no request is written to a
/// closing socket.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// How long a short limit holds after the last response that announced one. Several servers behind one name may differ.
const MEMORY: Duration = Duration::from_mins(1);

/// How far the time of day may be adjusted without counting as sleep.
const SLEPT: Duration = Duration::from_secs(1);

/// The sockets of a client.
#[derive(Debug)]
pub(super) struct Pool {
    recipe: Recipe,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    http: Arc<Http>,
    idle: Idle,
    awake: Awake,
}

impl Pool {
    /// Reads the certificates of the system. Call it on a thread that may block.
    pub(super) fn new(recipe: Recipe) -> Result<Self> {
        let now = Instant::now();
        let state = State {
            http: Arc::new(recipe.build(KEEP_IDLE)?),
            idle: Idle {
                limit: KEEP_IDLE,
                announced: now,
            },
            awake: Awake(now, SystemTime::now()),
        };
        Ok(Self {
            recipe,
            state: Mutex::new(state),
        })
    }

    /// Returns the client for a new request.
    pub(super) fn http(&self) -> Result<Arc<Http>> {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.awake.slept(now, SystemTime::now()) {
            // Servers have closed all sockets meanwhile, unnoticed here.
            self.renew(&mut state)?;
        }
        Ok(Arc::clone(&state.http))
    }

    /// Notes the idle limit that a response announces.
    pub(super) fn note(&self, announced: Announced) -> Result<()> {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = announced.idle.map_or(KEEP_IDLE, |idle| idle.min(KEEP_IDLE));
        if state.idle.learn(limit, now) {
            self.renew(&mut state)?;
        }
        Ok(())
    }

    fn renew(&self, state: &mut State) -> Result<()> {
        state.http = Arc::new(self.recipe.build(state.idle.limit)?);
        Ok(())
    }
}

/// The idle limit of sockets.
#[derive(Debug)]
struct Idle {
    limit: Duration,
    /// When a response last announced this limit.
    announced: Instant,
}

impl Idle {
    /// Notes an announced limit. Returns whether the limit has changed.
    fn learn(&mut self, limit: Duration, now: Instant) -> bool {
        if limit > self.limit && now - self.announced < MEMORY {
            return false;
        }
        self.announced = now;
        mem::replace(&mut self.limit, limit) != limit
    }
}

/// When the machine was last known to be awake, by a clock that stops during sleep and by the time of day, which does
/// not.
#[derive(Debug)]
struct Awake(Instant, SystemTime);

impl Awake {
    fn slept(&mut self, now: Instant, time_of_day: SystemTime) -> bool {
        let Self(then, time_then) = mem::replace(self, Self(now, time_of_day));
        let passed = time_of_day.duration_since(time_then).unwrap_or_default();
        passed > now - then + SLEPT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_shortest_limit_of_the_last_minute_holds() {
        let start = Instant::now();
        let mut idle = Idle {
            limit: KEEP_IDLE,
            announced: start,
        };
        for (at, limit, changes) in [
            (0, 4, false),
            (1, 1, true),
            (2, 1, false),
            (3, 3, false),
            (61, 4, false),
            (62, 4, true),
            (63, 0, true),
            (124, 2, true),
        ] {
            assert_eq!(idle.learn(seconds(limit), start + seconds(at)), changes, "after {at} s");
        }
    }

    #[test]
    fn a_machine_has_slept_if_only_the_time_of_day_went_on() {
        let (start, time) = (Instant::now(), SystemTime::now());
        let mut awake = Awake(start, time);
        assert!(!awake.slept(start + seconds(100), time + seconds(100)));
        assert!(awake.slept(start + seconds(101), time + seconds(110)));
        assert!(!awake.slept(start + seconds(102), time + seconds(111)));
        // The time of day was set back.
        assert!(!awake.slept(start + seconds(103), time));
        assert!(!awake.slept(start + seconds(104), time + seconds(1)));
    }
}
