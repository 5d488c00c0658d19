//! What the history of jobs says to a journal: which jobs the keys could have whose answers are missing. One scan serves all keys
//! that wait for one.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Journal, record::Intent};
use crate::{
    client::RequestOptions,
    document::Document,
    error::{Error, Result},
    jobs::{HistoryJob, Scanned, Stage, input_keys},
};

/// After a scan, none begins for this many times as long as it took, or for the longest pause.
const PAUSE: u32 = 4;

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A job that a key may have.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) model: String,
    pub(super) version: String,
    pub(super) created: Option<i64>,
    /// `None` if the server does not name them all.
    pub(super) inputs: Option<Vec<String>>,
    pub(super) document: Document,
}

impl Candidate {
    fn of(job: &HistoryJob<'_>) -> Self {
        Self {
            id: job.id.clone(),
            model: job.model.clone(),
            version: job.version.clone(),
            created: job.created,
            inputs: job.inputs.clone(),
            document: job.document(),
        }
    }
}

/// What a scan of the history has found.
#[derive(Debug)]
pub(super) struct Scan {
    /// When it began.
    pub(super) began: Instant,
    ended: Instant,
    pub(super) scanned: Scanned,
    /// The jobs with one of the keys that were looked for.
    pub(super) candidates: Vec<Candidate>,
    /// When the latest submit of this run began whose job is in the history.
    pub(super) witness: Option<Instant>,
}

/// The scans of a run.
#[derive(Debug, Default)]
pub(super) struct Scans {
    last: Option<Arc<Scan>>,
    /// The keys of the inputs that the history does not name, by jobs.
    inputs: HashMap<String, Vec<String>>,
}

impl Journal {
    /// Returns a scan that began after this time, for all keys that are looked for.
    pub(super) async fn scan(&self, after: Instant, options: &RequestOptions) -> Result<Arc<Scan>> {
        // The lock is held during a scan, so that all keys that wait for one share it.
        let mut scans = self.inner.scans.lock().await;
        if let Some(last) = &scans.last {
            if last.began > after {
                return Ok(Arc::clone(last));
            }
            let clock = self.inner.client.transport().clock();
            let took = last.ended.saturating_duration_since(last.began);
            let next = last.ended + took.saturating_mul(PAUSE).min(LONGEST_PAUSE);
            let pause = next.saturating_duration_since(clock.now());
            if !pause.is_zero() {
                clock.sleep(pause).await;
            }
        }
        let scan = Arc::new(self.scan_now(&mut scans.inputs, options).await?);
        scans.last = Some(Arc::clone(&scan));
        Ok(scan)
    }

    async fn scan_now(&self, known: &mut HashMap<String, Vec<String>>, options: &RequestOptions) -> Result<Scan> {
        let client = &self.inner.client;
        let clock = client.transport().clock();
        let began = clock.now();
        let wanted = self.keys().wanted.clone();
        let since = wanted.values().filter_map(|intent| intent.since).min();
        let runs = wanted.values().map(|intent| intent.runs).min().unwrap_or_default();
        let mut witness = None;
        let mut candidates = Vec::new();
        let mut short = HashSet::new();
        let scan = client.scan_history(since, options, |job| {
            let keys = self.keys();
            witness = witness.max(keys.began(&job.id));
            if !keys.excludes(&job.id, runs) {
                if is_short(job, &wanted) {
                    short.insert(job.id.clone());
                    candidates.push(Candidate::of(job));
                } else if job.inputs.iter().flatten().any(|key| wanted.contains_key(key)) {
                    candidates.push(Candidate::of(job));
                }
            }
            ControlFlow::Continue(None)
        });
        let scanned = scan.await?;
        for candidate in candidates.iter_mut().filter(|candidate| short.contains(&candidate.id)) {
            candidate.inputs = match known.get(&candidate.id) {
                Some(inputs) => Some(inputs.clone()),
                None => self.inputs_of(&candidate.id, options).await?,
            };
            if let Some(inputs) = &candidate.inputs {
                known.insert(candidate.id.clone(), inputs.clone());
            }
        }
        Ok(Scan {
            began,
            ended: clock.now(),
            scanned,
            candidates,
            witness,
        })
    }

    /// Reads the keys of a job's inputs from the job itself. Returns `None` if it does not name them either.
    async fn inputs_of(&self, job_id: &str, options: &RequestOptions) -> Result<Option<Vec<String>>> {
        let job = match self.inner.client.get_job(job_id, options).await {
            Ok(job) => job,
            Err(Error::Status { status: 404, .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        // Opened for an upload, or to show how far the history has come.
        let may_be_empty = matches!(Stage::of_job(&job), Some(Stage::Open | Stage::Canceled));
        let inputs = job.member("jobInputs").and_then(|inputs| input_keys(inputs.as_str()));
        Ok(inputs.filter(|inputs| may_be_empty || !inputs.is_empty()))
    }
}

/// Whether the history names fewer inputs of a job than it would have if it were wanted, and so perhaps not all.
fn is_short(job: &HistoryJob<'_>, wanted: &HashMap<String, Intent>) -> bool {
    let mut of_model = wanted.values().filter(|intent| intent.is_of(&job.model, &job.version));
    of_model.any(|intent| job.inputs.as_ref().is_none_or(|inputs| inputs.len() < intent.inputs))
}
