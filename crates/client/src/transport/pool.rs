//! The HTTP clients underneath, and until when its idle sockets may be used. Reads no body and decides nothing about attempts.
//!
//! reqwest takes the limit of idle sockets when a client is built, and lets nobody drop one of them. So another limit is another
//! client: what is under way ends on the one before, whose idle sockets close. TLS sessions are common to all.

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

/// Node's servers close an idle socket after 5 s. Ours goes first, so that no request is written to a dying one.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// How long a short limit holds after the last response that announced one: servers behind one name may differ.
const MEMORY: Duration = Duration::from_mins(1);

/// By how much the time of day may be set without anybody having slept.
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
    /// Reads the system's certificates, so it belongs on a thread that may block.
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

    /// The client for a request that is made now.
    pub(super) fn http(&self) -> Result<Arc<Http>> {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.awake.slept(now, SystemTime::now()) {
            // Servers have closed their side of all sockets, and nothing here has noticed.
            self.renew(&mut state)?;
        }
        Ok(Arc::clone(&state.http))
    }

    /// Notes for how long a socket may be idle, as a response announces it.
    pub(super) fn heard(&self, announced: Announced) -> Result<()> {
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

/// For how long a socket may be idle.
#[derive(Debug)]
struct Idle {
    limit: Duration,
    /// When a response last allowed no more.
    announced: Instant,
}

impl Idle {
    /// Answers whether the limit has changed.
    fn learn(&mut self, limit: Duration, now: Instant) -> bool {
        if limit > self.limit && now - self.announced < MEMORY {
            return false;
        }
        self.announced = now;
        mem::replace(&mut self.limit, limit) != limit
    }
}

/// When the machine was last known to be awake, by the clock that stands still while it sleeps and by the one that goes on.
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
    fn a_machine_has_slept_where_the_time_of_day_went_on_alone() {
        let (start, time) = (Instant::now(), SystemTime::now());
        let mut awake = Awake(start, time);
        assert!(!awake.slept(start + seconds(100), time + seconds(100)));
        assert!(awake.slept(start + seconds(101), time + seconds(110)));
        assert!(!awake.slept(start + seconds(102), time + seconds(111)));
        // Set back.
        assert!(!awake.slept(start + seconds(103), time));
        assert!(!awake.slept(start + seconds(104), time + seconds(1)));
    }
}
