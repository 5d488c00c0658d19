//! What a journal knows: how far the job of each key has come, and which jobs are known to belong to something.

use std::{
    collections::HashMap,
    mem,
    time::{Duration, Instant},
};

use super::record::{Intent, Record};

/// How often a job is remembered that shows how far the history has come.
const WITNESSES: Duration = Duration::from_secs(1);

/// How far the job of a key has come.
#[derive(Debug, Clone, Default)]
pub(super) enum Step {
    /// It was certainly not accepted, or never submitted.
    #[default]
    New,
    Submitting(Intent),
    Opened(String),
    Submitted(String),
    Ended(String),
}

#[derive(Debug, Default)]
struct Key {
    step: Step,
    /// Whether this run has taken it.
    is_taken: bool,
    /// Whether its submit may be sent.
    may_submit: bool,
    /// Its job, as far as this run knows.
    job: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Keys {
    all: HashMap<String, Key>,
    /// How many runs have begun, including this one.
    runs: u32,
    /// The jobs that a submit cannot have brought about, by the number of runs that had begun before it: at least this many. Those that
    /// existed when a run began may be of a submit of an earlier run. Jobs of other keys have 0.
    known: HashMap<String, u32>,
    /// The keys whose jobs are looked for in the history, and what each looks like there.
    pub(super) wanted: HashMap<String, Intent>,
    /// Jobs of this run and when their submits began.
    witnesses: HashMap<String, Instant>,
    /// When that of the latest one began.
    last_witness: Option<Instant>,
}

impl Keys {
    pub(super) fn of(records: Vec<Record>) -> Self {
        let mut keys = Self::default();
        for record in records {
            let (input_key, step) = match record {
                Record::Created { .. } => continue,
                Record::Began { seen } => {
                    keys.begin(seen.into_iter());
                    continue;
                }
                Record::Submitting { input_key, intent } => {
                    let runs = keys.runs;
                    (input_key, Step::Submitting(Intent { runs, ..intent }))
                }
                Record::Opened {
                    input_key,
                    job_identifier,
                } => {
                    keys.know(&job_identifier);
                    (input_key, Step::Opened(job_identifier))
                }
                Record::Submitted {
                    input_key,
                    job_identifier,
                } => {
                    keys.know(&job_identifier);
                    (input_key, Step::Submitted(job_identifier))
                }
                Record::Refused { input_key } => (input_key, Step::New),
                Record::Ended { input_key, job } => (input_key, Step::Ended(job)),
            };
            keys.all.entry(input_key).or_default().step = step;
        }
        keys
    }

    /// Notes which job a key has.
    pub(super) fn set_job(&mut self, input_key: &str, job_id: &str) {
        self.all.entry(input_key.to_owned()).or_default().job = Some(job_id.to_owned());
    }

    /// Returns the job of a key, as far as this run knows.
    pub(super) fn job(&self, input_key: &str) -> Option<&str> {
        self.all.get(input_key)?.job.as_deref()
    }

    /// Takes a key, for this run. Returns `None` if it was taken before.
    pub(super) fn take(&mut self, input_key: &str) -> Option<Step> {
        let key = self.all.entry(input_key.to_owned()).or_default();
        let is_first = !mem::replace(&mut key.is_taken, true);
        is_first.then(|| mem::take(&mut key.step))
    }

    /// Whether the last step of a key does not say what became of its job.
    pub(super) fn is_unsettled(&self, input_key: &str) -> bool {
        self.all.get(input_key).is_some_and(|key| match &key.step {
            Step::Submitting(intent) => !intent.is_upload,
            Step::Opened(_) => true,
            Step::New | Step::Submitted(_) | Step::Ended(_) => false,
        })
    }

    /// Lets the job of a key be submitted once.
    pub(super) fn allow(&mut self, input_key: &str) {
        if let Some(key) = self.all.get_mut(input_key) {
            key.may_submit = true;
        }
    }

    /// Uses the permission to submit the job of a key. Returns whether there was one.
    pub(super) fn claim(&mut self, input_key: &str) -> bool {
        let key = self.all.get_mut(input_key);
        key.is_some_and(|key| mem::replace(&mut key.may_submit, false))
    }

    /// Notes that a run begins, before its first submit, and the jobs that exist already. Returns how many runs have begun, and those
    /// of the jobs that were not known.
    pub(super) fn begin(&mut self, seen: impl Iterator<Item = String>) -> (u32, Vec<String>) {
        self.runs += 1;
        let new: Vec<_> = seen.filter(|job_id| !self.known.contains_key(job_id)).collect();
        self.known.extend(new.iter().map(|job_id| (job_id.clone(), self.runs)));
        (self.runs, new)
    }

    /// Notes that a job belongs to a key, or to the journal itself.
    pub(super) fn know(&mut self, job_id: &str) {
        self.known.insert(job_id.to_owned(), 0);
    }

    /// Whether a job cannot be that of a submit before which so many runs had begun.
    pub(super) fn excludes(&self, job_id: &str, runs: u32) -> bool {
        self.known.get(job_id).is_some_and(|known| *known <= runs)
    }

    /// Notes a job of this run whose submit began at this time.
    pub(super) fn own(&mut self, job_id: &str, began: Instant) {
        self.know(job_id);
        let is_due = |last: Instant| began.saturating_duration_since(last) >= WITNESSES;
        if self.last_witness.is_none_or(is_due) {
            self.witnesses.insert(job_id.to_owned(), began);
            self.last_witness = Some(began);
        }
    }

    /// Returns when the submit of a job began, if it is one that was noted.
    pub(super) fn began(&self, job_id: &str) -> Option<Instant> {
        self.witnesses.get(job_id).copied()
    }

    /// Whether a job was noted whose submit began then or later.
    pub(super) fn has_witness_since(&self, time: Instant) -> bool {
        self.last_witness.is_some_and(|began| began >= time)
    }
}
