//! How long the steps of a deployment take, and the percentages that they report meanwhile.

use std::time::Duration;

use crate::options::Options;

/// The percentages of a pull and of a run, which are as irregular as those of the real service.
const PULL: [u8; 7] = [0, 5, 13, 16, 47, 50, 100];
const RUN: [u8; 6] = [20, 40, 55, 70, 95, 100];

/// The durations of one emulator.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// Of the pull of an image, the load of a container, and its run.
    pub(crate) step: Duration,
    /// How long a load gets a 400 after the pull has been reported to be complete.
    pub(crate) settle: Duration,
    /// How long engines take to start or to stop.
    pub(crate) engines: Duration,
}

impl Pace {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            step: options.deployment_step,
            settle: options.image_settle,
            engines: options.engine_start,
        }
    }

    pub(super) fn of_pull(&self, elapsed: Duration) -> u8 {
        self.percentage(&PULL, elapsed)
    }

    pub(super) fn of_run(&self, elapsed: Duration) -> u8 {
        self.percentage(&RUN, elapsed)
    }

    fn percentage(&self, values: &[u8], elapsed: Duration) -> u8 {
        if elapsed >= self.step {
            return 100;
        }
        let before = values.len().saturating_sub(1) as u128;
        let index = elapsed.as_nanos() * before / self.step.as_nanos().max(1);
        let index = usize::try_from(index).unwrap_or_default();
        values.get(index).copied().unwrap_or(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_irregular_and_end_at_100() {
        let pace = Pace {
            step: Duration::from_millis(600),
            settle: Duration::ZERO,
            engines: Duration::ZERO,
        };
        let at = |elapsed| pace.of_pull(Duration::from_millis(elapsed));
        assert_eq!(
            [0, 99, 100, 250, 350, 599, 600, 9000].map(at),
            [0, 0, 5, 13, 16, 50, 100, 100]
        );
        let at = |elapsed| pace.of_run(Duration::from_millis(elapsed));
        assert_eq!([0, 120, 599, 600].map(at), [20, 40, 95, 100]);
        let at_once = Pace {
            step: Duration::ZERO,
            ..pace
        };
        assert_eq!(
            (at_once.of_pull(Duration::ZERO), at_once.of_run(Duration::ZERO)),
            (100, 100)
        );
    }
}
