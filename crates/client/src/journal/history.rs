//! What the history of jobs says to a journal: when its run began, and which jobs the keys could have whose answers are missing. One
//! scan serves all keys that wait for one.

use std::{ops::ControlFlow, sync::Arc, time::Instant};

use super::{Journal, record::Record};
use crate::{
    client::RequestOptions,
    document::Document,
    error::Result,
    jobs::{Scanned, input_keys},
};

/// How far the clocks of the servers behind one address may differ, in ms.
const SKEW: i64 = 10_000;

/// A job that a key may have.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) model: String,
    pub(super) version: String,
    pub(super) created: Option<i64>,
    /// `None` if the server does not name them.
    pub(super) inputs: Option<Vec<String>>,
    pub(super) document: Document,
}

/// The beginning of a run, before its first submit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Began {
    /// How many runs have begun, including this one.
    pub(super) runs: u32,
    /// The earliest time of its jobs, by the server's clock, in ms since 1970.
    pub(super) since: i64,
}

/// What a scan of the history has found.
#[derive(Debug)]
pub(super) struct Scan {
    /// When it began.
    pub(super) began: Instant,
    pub(super) scanned: Scanned,
    /// The jobs with one of the keys that were looked for.
    pub(super) candidates: Vec<Candidate>,
    /// When the latest submit of this run began whose job is in the history.
    pub(super) witness: Option<Instant>,
}

impl Journal {
    /// Returns the beginning of this run, or `None` if the history cannot be read.
    pub(super) async fn began(&self, options: &RequestOptions) -> Option<Began> {
        let began = self.inner.began.get_or_try_init(|| self.begin(options)).await;
        began.ok().copied()
    }

    /// Notes the newest jobs before the first submit of this run: those are not its own, even if the clocks differ.
    async fn begin(&self, options: &RequestOptions) -> Result<Began> {
        let mut newest = i64::MIN;
        let mut jobs = Vec::new();
        let client = &self.inner.client;
        client
            .scan_history(None, options, |job| {
                let created = job.created.unwrap_or(i64::MAX);
                if created < newest.saturating_sub(SKEW) {
                    return ControlFlow::Break(());
                }
                newest = newest.max(job.created.unwrap_or(newest));
                jobs.push((job.id.clone(), created));
                ControlFlow::Continue(())
            })
            .await?;
        let since = newest.saturating_sub(SKEW).max(0);
        let seen: Vec<_> = jobs.into_iter().filter(|(_, created)| *created >= since).collect();
        let seen: Vec<_> = seen.into_iter().map(|(id, _)| id).collect();
        let runs = self.keys().begin(&seen);
        self.append(Record::Began { seen }).await?;
        Ok(Began { runs, since })
    }

    /// Returns a scan that began after this time, for all keys that are looked for.
    pub(super) async fn scan(&self, after: Instant, options: &RequestOptions) -> Result<Arc<Scan>> {
        let mut last = self.inner.scan.lock().await;
        if let Some(scan) = last.as_ref().filter(|scan| scan.began > after) {
            return Ok(Arc::clone(scan));
        }
        let scan = Arc::new(self.scan_now(options).await?);
        *last = Some(Arc::clone(&scan));
        Ok(scan)
    }

    async fn scan_now(&self, options: &RequestOptions) -> Result<Scan> {
        let client = &self.inner.client;
        let began = client.transport().clock().now();
        let wanted = self.keys().wanted.clone();
        let since = wanted.values().filter_map(|intent| intent.since).min();
        let runs = wanted.values().map(|intent| intent.runs).min().unwrap_or_default();
        let mut witness = None;
        let mut candidates = Vec::new();
        let is_wanted = |inputs: &[String]| inputs.iter().any(|key| wanted.contains_key(key));
        let scanned = client
            .scan_history(since, options, |job| {
                let keys = self.keys();
                witness = witness.max(keys.began(&job.id));
                if !keys.excludes(&job.id, runs) && job.inputs.as_deref().is_none_or(is_wanted) {
                    candidates.push(Candidate {
                        id: job.id.clone(),
                        model: job.model.clone(),
                        version: job.version.clone(),
                        created: job.created,
                        inputs: job.inputs.clone(),
                        document: job.document(),
                    });
                }
                ControlFlow::Continue(())
            })
            .await?;
        for candidate in candidates.iter_mut().filter(|candidate| candidate.inputs.is_none()) {
            let job = client.get_job(&candidate.id, options).await?;
            candidate.inputs = job.member("jobInputs").and_then(|inputs| input_keys(inputs.as_str()));
        }
        Ok(Scan {
            began,
            scanned,
            candidates,
            witness,
        })
    }
}
