//! The jobs of one emulator.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use indexmap::IndexMap;
use uuid::Uuid;

use super::job::Job;
use super::lifecycle::Timing;
use super::submission::Submission;
use crate::error::Error;
use crate::options::Options;

/// All jobs, in the order of their receipts, kept until the emulator closes.
#[derive(Clone)]
pub(crate) struct JobStore {
    jobs: Arc<RwLock<IndexMap<String, Arc<Job>>>>,
    timing: Timing,
    store_delay: Duration,
}

impl JobStore {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            jobs: Arc::default(),
            timing: Timing {
                submitted: options.submitted,
                in_progress: options.in_progress,
            },
            store_delay: options.store_delay,
        }
    }

    pub(super) fn add(&self, submission: Submission, key_prefix: &str) -> Result<Arc<Job>, Error> {
        let job = Job::new(submission, Uuid::new_v4().to_string(), key_prefix, self.timing)?;
        let job = Arc::new(job);
        let mut jobs = self.jobs.write().unwrap_or_else(PoisonError::into_inner);
        jobs.insert(job.id.clone(), Arc::clone(&job));
        Ok(job)
    }

    /// A job that is stored by now.
    pub(crate) fn get(&self, id: &str) -> Result<Arc<Job>, Error> {
        let job = self.accepted(id)?;
        if self.is_stored(&job) {
            Ok(job)
        } else {
            Err(unknown(id))
        }
    }

    /// All jobs that are stored by now, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Job>> {
        let jobs = self.jobs.read().unwrap_or_else(PoisonError::into_inner);
        jobs.values().filter(|job| self.is_stored(job)).cloned().collect()
    }

    /// A job that has had its receipt, stored or not: uploads and closes do not wait for the store.
    pub(super) fn accepted(&self, id: &str) -> Result<Arc<Job>, Error> {
        let jobs = self.jobs.read().unwrap_or_else(PoisonError::into_inner);
        jobs.get(id).cloned().ok_or_else(|| unknown(id))
    }

    fn is_stored(&self, job: &Job) -> bool {
        job.age() >= self.store_delay
    }
}

fn unknown(id: &str) -> Error {
    Error::not_found(format!("the job {id} does not exist"))
}
