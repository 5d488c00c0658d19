//! Holds requests back while the server refuses a class of routes. What a refusal is, and whether a refused request is sent again,
//! is left to `retry` and `retry_state`.

mod chance;
mod history;
mod line;
mod queue;
mod rate;
mod state;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

pub(crate) use self::line::{Line, Place, Refusal, Ticket, Waiter};
use crate::{
    backoff::{self, SHORTEST_PAUSE},
    clock::Random,
    observer::QueueReason,
};

/// The longest pause of a class. It is also how long a call without a limit of its own waits for the end of a pause.
pub(crate) const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(1);

/// How long a probe has the role to itself before the next call takes it as well.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// The pause after a refusal that names none.
const DEFAULT_PAUSE: Duration = Duration::from_secs(1);

/// Requests that a server limits together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RouteClass {
    /// Submits of jobs, and writes that are not part of an upload.
    Submit,
    /// The chunks and the close of an upload.
    Chunk,
    /// The polls of waits.
    Poll,
    /// The list of ended jobs that serves waits. If the server refuses it, the waits poll individually.
    List,
    /// All other reads.
    Read,
    /// Deletes.
    Delete,
}

/// The lines of all route classes of a transport.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    submits: Line,
    chunks: Line,
    polls: Line,
    lists: Line,
    reads: Line,
    deletes: Line,
}

impl Throttle {
    pub(crate) fn line(&self, class: RouteClass) -> &Line {
        match class {
            RouteClass::Submit => &self.submits,
            RouteClass::Chunk => &self.chunks,
            RouteClass::Poll => &self.polls,
            RouteClass::List => &self.lists,
            RouteClass::Read => &self.reads,
            RouteClass::Delete => &self.deletes,
        }
    }
}

/// How requests of a kind are held back, because the server has refused some.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct QueueState {
    /// How many calls wait in the queue.
    pub waiting: usize,
    /// Why calls wait. `None` if none has to.
    pub reason: Option<QueueReason>,
    /// For how long the next request is held back.
    pub pause: Duration,
    /// How many requests are sent in a second, if that is limited.
    pub rate: Option<f64>,
}

/// How long a caller waits while the server refuses its class.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Patience {
    /// For each pause up to this length.
    Pause(Duration),
    /// Until no request of the class has succeeded for `limit`, counted from `since` at the earliest. If the call has waited in the
    /// line before, without a success, that is when it first did.
    Outage { since: Instant, limit: Duration },
}

impl Patience {
    /// Counts from the time that is known, or notes it.
    fn count_since(&mut self, known: &mut Option<Instant>) {
        if let Self::Outage { since, .. } = self {
            *since = *known.get_or_insert(*since);
        }
    }

    /// Leaves out the time for which the process was suspended: no request was sent then. A probe has time to end the pause after
    /// that.
    fn skip(&mut self, suspended: Duration, place: &mut Place) {
        if let Self::Outage { since, .. } = self
            && !suspended.is_zero()
        {
            *since += suspended + PROBE_LIMIT;
            place.note_suspension(suspended + PROBE_LIMIT);
        }
    }

    /// How much of it is left, if the class last had a good response at `good`.
    pub(crate) fn left(self, now: Instant, good: Option<Instant>) -> Duration {
        match self {
            Self::Pause(limit) => limit,
            Self::Outage { since, limit } => {
                let since = good.map_or(since, |good| good.max(since));
                limit.saturating_sub(now.saturating_duration_since(since))
            }
        }
    }
}

/// The pause after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// The next attempt waits in the line of its class, for about this long.
    InLine(Duration),
    /// The call itself pauses: its request is in no line, or the class goes on without it.
    Alone(Duration),
}

/// Returns how long to send nothing after a refusal that asked for this pause, or named none.
pub(crate) fn pause(asked: Option<Duration>, random: &dyn Random) -> Duration {
    let asked = asked.unwrap_or(DEFAULT_PAUSE).min(LONGEST_RETRY_AFTER);
    backoff::requested_pause(asked, SHORTEST_PAUSE, random)
}

/// The same for a cancellation that is refused, so many times already: at least twice as long each time, up to the usual pause.
/// Thousands of them that a server refuses with `Retry-After: 0` must not come back ten times a second each.
pub(crate) fn pause_of_cancellation(asked: Option<Duration>, times: u32, random: &dyn Random) -> Duration {
    let doubled = SHORTEST_PAUSE.saturating_mul(2_u32.saturating_pow(times.saturating_sub(1)));
    let least = doubled.min(DEFAULT_PAUSE);
    pause(Some(asked.unwrap_or(DEFAULT_PAUSE).max(least)), random)
}

/// The same for a call that is refused alone, so many times already: twice as long each time, at most as long as a class pauses.
fn pause_alone(asked: Option<Duration>, times: u32, random: &dyn Random) -> Duration {
    let doubled = 2_u32.saturating_pow(times.saturating_sub(1));
    let least = asked.unwrap_or(DEFAULT_PAUSE).max(SHORTEST_PAUSE);
    pause(Some(least.saturating_mul(doubled)), random)
}
