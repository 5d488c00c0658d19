//! The number of engines of a version. It follows its target after a delay.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// The last change of a version's engines.
#[derive(Clone, Copy)]
pub(crate) struct Scaling {
    from: u32,
    target: u32,
    changed: Option<Instant>,
    changed_at: Timestamp,
}

/// The engines of a version at a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Engines {
    pub(crate) ready: u32,
    pub(crate) spinning_up: u32,
    pub(crate) spinning_down: u32,
}

impl Scaling {
    /// Creates engines that have been running since the start of the emulator.
    pub(crate) fn at(count: u32) -> Self {
        Self {
            from: count,
            target: count,
            changed: None,
            changed_at: Timestamp::now(),
        }
    }

    /// Starts or stops engines until there are `target`.
    pub(crate) fn to(&mut self, target: u32, delay: Duration) {
        if target == self.target {
            return;
        }
        *self = Self {
            from: self.now(delay).ready,
            target,
            changed: Some(Instant::now()),
            changed_at: Timestamp::now(),
        };
    }

    /// Returns the engines at present. Those that stop take no more inputs.
    pub(crate) fn now(&self, delay: Duration) -> Engines {
        let is_done = self.changed.is_none_or(|changed| changed.elapsed() >= delay);
        if is_done {
            return Engines {
                ready: self.target,
                spinning_up: 0,
                spinning_down: 0,
            };
        }
        Engines {
            ready: self.from.min(self.target),
            spinning_up: self.target.saturating_sub(self.from),
            spinning_down: self.from.saturating_sub(self.target),
        }
    }

    pub(crate) fn changed_at(&self) -> Timestamp {
        self.changed_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_follow_their_target_after_the_delay() {
        let mut scaling = Scaling::at(1);
        scaling.to(3, Duration::MAX);
        let starting = Engines {
            ready: 1,
            spinning_up: 2,
            spinning_down: 0,
        };
        assert_eq!(scaling.now(Duration::MAX), starting);
        assert_eq!(scaling.now(Duration::ZERO).ready, 3);
        scaling.to(0, Duration::ZERO);
        let stopping = Engines {
            ready: 0,
            spinning_up: 0,
            spinning_down: 3,
        };
        assert_eq!(scaling.now(Duration::MAX), stopping);
        assert_eq!(scaling.now(Duration::ZERO).spinning_down, 0);
    }
}
