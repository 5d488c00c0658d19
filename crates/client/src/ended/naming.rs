//! Whether a list names the jobs that have ended, in time. There are many reasons why it may not, so it is judged by what the own polls
//! of the waits find.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// How long after a poll has seen the end of a job no reading has to name the job yet.
const LATE: Duration = Duration::from_secs(10);

/// How long it is remembered that something waited for a job that had ended before the first poll.
const EARLY: Duration = Duration::from_mins(1);

/// Fewer ends say little.
const FEW: u32 = 20;

/// What became of the jobs whose ends were seen lately.
#[derive(Debug, Default)]
pub(super) struct Naming {
    /// Whether the list has been read before, so that it has to name all jobs that end.
    is_read: bool,
    /// When an own poll has seen the end of each job that no list has named yet, by the hash of its identifier.
    unnamed: HashMap<u64, Instant>,
    /// When a first poll has found that a job had ended, if no list has named the job yet.
    early: HashMap<u64, Instant>,
    named: u32,
    missed: u32,
}

impl Naming {
    /// Notes that a wait has ended: by a poll that followed a hint, or by an own one.
    pub(super) fn note_end(&mut self, hash: u64, was_hinted: bool, now: Instant) {
        if was_hinted {
            self.named = self.named.saturating_add(1);
        } else if self.is_read {
            self.unnamed.insert(hash, now);
        }
    }

    /// Notes that a wait has ended with its first poll. A list that names the job later says nothing that is new, but the job belongs to
    /// no other program.
    pub(super) fn note_early_end(&mut self, hash: u64, now: Instant) {
        self.early.insert(hash, now);
    }

    /// Notes that a list names a job. Returns whether something has waited for it.
    pub(super) fn note_named(&mut self, hash: u64) -> bool {
        let was_seen = self.unnamed.remove(&hash).is_some();
        self.named = self.named.saturating_add(u32::from(was_seen));
        self.early.remove(&hash).is_some() || was_seen
    }

    /// Notes the end of a good reading. Returns whether readings have named fewer than half of the jobs that have ended.
    pub(super) fn misses_most(&mut self, began: Instant) -> bool {
        self.is_read = true;
        self.early.retain(|_, seen| *seen + EARLY > began);
        let missed = self.unnamed.extract_if(|_, seen| *seen + LATE <= began).count();
        self.missed = self.missed.saturating_add(u32::try_from(missed).unwrap_or(u32::MAX));
        if self.named.saturating_add(self.missed) < FEW {
            return false;
        }
        let misses_most = self.missed > self.named;
        (self.named, self.missed) = (self.named / 2, self.missed / 2);
        misses_most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(2);

    /// Lets so many waits end in each interval. Lists name some of them, some readings later. Returns whether a reading finds that most
    /// were missed.
    fn misses_most(ends: u64, named: u64, readings_later: u64) -> bool {
        let mut naming = Naming::default();
        let mut now = Instant::now();
        (0..100).any(|reading| {
            for end in 0..ends {
                naming.note_end(reading * ends + end, false, now);
            }
            now += INTERVAL;
            if let Some(reading) = u64::checked_sub(reading, readings_later) {
                for end in 0..named {
                    naming.note_named(reading * ends + end);
                }
            }
            naming.misses_most(now)
        })
    }

    #[test]
    fn a_list_that_names_fewer_than_half_of_the_ended_jobs_within_ten_seconds_misses_most() {
        for (named, readings_later, expected) in [
            (10, 0, false),
            (6, 0, false),
            (4, 0, true),
            (0, 0, true),
            (10, 4, false),
            (10, 6, true),
        ] {
            assert_eq!(
                misses_most(10, named, readings_later),
                expected,
                "{named} after {readings_later}"
            );
        }
    }

    #[test]
    fn jobs_that_end_before_the_first_reading_are_not_missed() {
        let mut naming = Naming::default();
        let now = Instant::now();
        for hash in 0..100 {
            naming.note_end(hash, false, now);
        }
        assert!(!naming.misses_most(now + LATE) && !naming.misses_most(now + 2 * LATE));
    }

    #[test]
    fn jobs_that_end_before_their_first_poll_are_own_for_a_minute_and_neither_named_nor_missed() {
        let mut naming = Naming::default();
        let now = Instant::now();
        (0..100).for_each(|hash| naming.note_early_end(hash, now));
        assert!(naming.note_named(0) && !naming.note_named(0) && !naming.note_named(100));
        assert!(!naming.misses_most(now + EARLY / 2) && naming.note_named(1));
        assert!(!naming.misses_most(now + EARLY) && !naming.note_named(2));
    }

    #[test]
    fn few_ends_say_nothing() {
        assert!(!misses_most(0, 0, 0));
        let mut naming = Naming::default();
        let now = Instant::now();
        naming.misses_most(now);
        (0..19).for_each(|hash| naming.note_end(hash, false, now));
        assert!(!naming.misses_most(now + LATE));
        naming.note_end(19, false, now);
        assert!(naming.misses_most(now + LATE));
    }
}
