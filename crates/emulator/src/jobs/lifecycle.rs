//! The progress of a job at a given age. Pure arithmetic: no clock, no job.

use std::time::Duration;

use serde::Serialize;

/// The durations of the two stages of every job.
#[derive(Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) submitted: Duration,
    pub(crate) in_progress: Duration,
}

/// The statuses that the emulator gives to jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Open,
    Submitted,
    InProgress,
    Completed,
    Canceled,
    #[serde(rename = "TIMEDOUT")]
    TimedOut,
}

impl Status {
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Canceled | Self::TimedOut)
    }

    /// Returns the API's spelling of the status.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Submitted => "SUBMITTED",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Canceled => "CANCELED",
            Self::TimedOut => "TIMEDOUT",
        }
    }
}

/// The progress of a job at some age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) status: Status,
    /// The age of the job, or its age at the end.
    pub(crate) elapsed: Duration,
    /// How long the job waited for its model.
    pub(crate) queued: Duration,
    /// The age at the last change of the job.
    pub(crate) updated: Duration,
    /// How many inputs have been processed, with or without success.
    pub(crate) processed: usize,
}

/// The properties of a job that determine its progress.
pub(crate) struct Lifecycle {
    pub(crate) timing: Timing,
    /// Whether it was opened without inputs, and so does not advance.
    pub(crate) is_open: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) inputs: usize,
}

impl Lifecycle {
    /// Returns the progress at the age `elapsed`, given the age at which the job was canceled, if it was.
    pub(crate) fn at(&self, elapsed: Duration, canceled: Option<Duration>) -> Progress {
        let end = self.end(canceled).filter(|(end, _)| *end <= elapsed);
        let (elapsed, status) = end.unwrap_or((elapsed, self.running(elapsed)));
        let queued = if self.is_open {
            Duration::ZERO
        } else {
            elapsed.min(self.timing.submitted)
        };
        let processed = self.processed(elapsed);
        let updated = match status {
            Status::Open | Status::Submitted => Duration::ZERO,
            Status::InProgress => processed.checked_sub(1).map_or(queued, |last| self.span(last).1),
            Status::Completed | Status::Canceled | Status::TimedOut => elapsed,
        };
        Progress {
            status,
            elapsed,
            queued,
            updated,
            processed,
        }
    }

    /// Returns the age of the next change after `elapsed`, if there is one that follows from the age.
    pub(crate) fn next(&self, elapsed: Duration, canceled: Option<Duration>) -> Option<Duration> {
        let end = self.end(canceled).map(|(end, _)| end);
        if end.is_some_and(|end| end <= elapsed) {
            return None;
        }
        let step = if self.is_open {
            None
        } else if elapsed < self.timing.submitted {
            Some(self.timing.submitted)
        } else {
            // The division into spans rounds down.
            let (_, next) = self.span(self.processed(elapsed));
            Some(next.max(elapsed.saturating_add(Duration::from_micros(1))))
        };
        match (step, end) {
            (Some(step), Some(end)) => Some(step.min(end)),
            (step, end) => step.or(end),
        }
    }

    /// Returns the ages between which an input is processed. The inputs share the time evenly, one after the other.
    pub(crate) fn span(&self, index: usize) -> (Duration, Duration) {
        let share = |count: usize| {
            let nanos = self.timing.in_progress.as_nanos() * count as u128 / self.inputs.max(1) as u128;
            let nanos = u64::try_from(nanos).unwrap_or(u64::MAX);
            self.timing.submitted.saturating_add(Duration::from_nanos(nanos))
        };
        (share(index), share(index + 1))
    }

    fn completion(&self) -> Duration {
        self.timing.submitted.saturating_add(self.timing.in_progress)
    }

    fn end(&self, canceled: Option<Duration>) -> Option<(Duration, Status)> {
        let completion = self.completion();
        match (canceled, self.timeout) {
            (Some(canceled), _) => Some((canceled, Status::Canceled)),
            _ if self.is_open => None,
            (None, Some(timeout)) if timeout < completion => Some((timeout, Status::TimedOut)),
            _ => Some((completion, Status::Completed)),
        }
    }

    fn running(&self, elapsed: Duration) -> Status {
        if self.is_open {
            Status::Open
        } else if elapsed < self.timing.submitted {
            Status::Submitted
        } else {
            Status::InProgress
        }
    }

    fn processed(&self, elapsed: Duration) -> usize {
        if elapsed >= self.completion() {
            return self.inputs;
        }
        let running = elapsed.saturating_sub(self.timing.submitted).as_nanos();
        let count = running * self.inputs as u128 / self.timing.in_progress.as_nanos().max(1);
        usize::try_from(count).map_or(self.inputs, |count| count.min(self.inputs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn lifecycle(inputs: usize, timeout: Option<u64>) -> Lifecycle {
        Lifecycle {
            timing: Timing {
                submitted: ms(500),
                in_progress: ms(1500),
            },
            is_open: false,
            timeout: timeout.map(ms),
            inputs,
        }
    }

    fn course(job: &Lifecycle, canceled: Option<u64>, ages: &[u64]) -> Vec<(Status, usize)> {
        ages.iter()
            .map(|age| job.at(ms(*age), canceled.map(ms)))
            .map(|progress| (progress.status, progress.processed))
            .collect()
    }

    #[test]
    fn inputs_finish_one_after_the_other_while_the_job_is_in_progress() {
        assert_eq!(
            course(
                &lifecycle(3, None),
                None,
                &[0, 499, 500, 999, 1000, 1500, 1999, 2000, 9000]
            ),
            [
                (Status::Submitted, 0),
                (Status::Submitted, 0),
                (Status::InProgress, 0),
                (Status::InProgress, 0),
                (Status::InProgress, 1),
                (Status::InProgress, 2),
                (Status::InProgress, 2),
                (Status::Completed, 3),
                (Status::Completed, 3),
            ]
        );
    }

    #[test]
    fn an_input_counts_as_processed_from_the_end_of_its_span_on() {
        for inputs in [1, 2, 3, 7, 1000] {
            let job = lifecycle(inputs, None);
            for index in 0..inputs - 1 {
                let (start, end) = job.span(index);
                assert!(start < end && end == job.span(index + 1).0);
                assert!(job.at(end + Duration::from_nanos(1), None).processed > index);
                assert!(job.at(end.saturating_sub(Duration::from_nanos(1)), None).processed <= index + 1);
            }
            assert_eq!(job.span(inputs - 1).1, ms(2000));
        }
    }

    #[test]
    fn progress_is_final_after_the_end_of_the_job() {
        let job = lifecycle(3, None);
        assert_eq!(job.at(ms(2000), None), job.at(ms(60_000), None));
        let progress = job.at(ms(60_000), None);
        assert_eq!((progress.elapsed, progress.queued), (ms(2000), ms(500)));
        assert_eq!(progress.updated, ms(2000));
    }

    #[test]
    fn a_timeout_ends_a_job_that_would_take_longer() {
        assert_eq!(
            course(&lifecycle(3, Some(1200)), None, &[1199, 1200, 5000]),
            [(Status::InProgress, 1), (Status::TimedOut, 1), (Status::TimedOut, 1)]
        );
        assert_eq!(
            course(&lifecycle(3, Some(100)), None, &[99, 100]),
            [(Status::Submitted, 0), (Status::TimedOut, 0)]
        );
        assert_eq!(
            course(&lifecycle(3, Some(2000)), None, &[2000]),
            [(Status::Completed, 3)]
        );
    }

    #[test]
    fn a_cancel_keeps_the_processed_inputs() {
        assert_eq!(
            course(&lifecycle(3, Some(1900)), Some(1600), &[1599, 1600, 5000]),
            [(Status::InProgress, 2), (Status::Canceled, 2), (Status::Canceled, 2)]
        );
    }

    #[test]
    fn an_open_job_never_advances_but_can_be_canceled() {
        let job = Lifecycle {
            is_open: true,
            ..lifecycle(0, Some(10))
        };
        assert_eq!(course(&job, None, &[0, 1_000_000]), [(Status::Open, 0); 2]);
        assert_eq!(job.at(ms(1_000_000), None).queued, Duration::ZERO);
        assert_eq!(course(&job, Some(20), &[20]), [(Status::Canceled, 0)]);
    }

    #[test]
    fn stages_may_last_forever_or_no_time() {
        let mut job = lifecycle(2, None);
        job.timing.submitted = Duration::MAX;
        assert_eq!(course(&job, None, &[1_000_000]), [(Status::Submitted, 0)]);
        job.timing = Timing {
            submitted: Duration::ZERO,
            in_progress: Duration::MAX,
        };
        assert_eq!(course(&job, None, &[1_000_000]), [(Status::InProgress, 0)]);
        job.timing.in_progress = Duration::ZERO;
        assert_eq!(course(&job, None, &[0]), [(Status::Completed, 2)]);
        assert_eq!(job.span(1), (Duration::ZERO, Duration::ZERO));
    }

    #[test]
    fn a_status_has_one_spelling() {
        for status in [
            Status::Open,
            Status::Submitted,
            Status::InProgress,
            Status::Completed,
            Status::Canceled,
            Status::TimedOut,
        ] {
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
        }
    }
}
