//! The jobs of one emulator. The oldest finished jobs are dropped for new ones.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use axum::http::StatusCode;
use indexmap::IndexMap;
use tokio::sync::Notify;
use uuid::Uuid;

use super::index::Index;
use super::job::Job;
use super::lifecycle::Timing;
use super::submission::Submission;
use crate::auth::Caller;
use crate::error::Error;
use crate::models::Catalog;
use crate::options::Options;
use crate::usage::Total;

/// The jobs, in the order of their receipts.
#[derive(Clone)]
pub(crate) struct JobStore {
    kept: Arc<RwLock<Kept>>,
    total: Total,
    limits: Limits,
    timing: Timing,
    store_delay: Duration,
    first_dropped: Arc<Notify>,
    /// How many jobs there have been.
    numbers: Arc<AtomicU64>,
}

struct Kept {
    jobs: IndexMap<String, Arc<Job>>,
    index: Index,
    /// How many were added since the last drop of finished jobs.
    added: usize,
    /// How many have been dropped.
    dropped: usize,
}

#[derive(Clone, Copy)]
struct Limits {
    finished: usize,
    bytes: usize,
}

impl JobStore {
    /// Creates an empty store. Fails with `InvalidInput` for a limit of 0.
    pub(crate) fn new(options: &Options) -> io::Result<Self> {
        let invalid = |message| Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        if options.max_finished_jobs == 0 {
            return invalid("max_finished_jobs must be at least 1");
        }
        if options.max_job_bytes == 0 {
            return invalid("max_job_bytes must be at least 1");
        }
        Ok(Self {
            kept: Arc::new(RwLock::new(Kept {
                jobs: IndexMap::new(),
                index: Index::new(options.store_delay, options.history.lag),
                added: 0,
                dropped: 0,
            })),
            numbers: Arc::default(),
            total: Total::default(),
            limits: Limits {
                finished: options.max_finished_jobs,
                bytes: options.max_job_bytes,
            },
            timing: Timing {
                submitted: options.submitted,
                in_progress: options.in_progress,
            },
            store_delay: options.store_delay,
            first_dropped: Arc::default(),
        })
    }

    pub(super) fn add(&self, submission: Submission, catalog: &Catalog, submitter: Caller) -> Result<Arc<Job>, Error> {
        let id = Uuid::new_v4().to_string();
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let job = Arc::new(Job::new(
            submission,
            catalog,
            id,
            number,
            submitter,
            self.timing,
            &self.total,
        )?);
        let mut kept = self.write();
        kept.added += 1;
        self.make_room(&mut kept, 0)?;
        kept.jobs.insert(job.id.clone(), Arc::clone(&job));
        kept.index.add(&job);
        Ok(job)
    }

    /// Returns how many jobs were submitted since the start, and the newest ones after the first `since` of them, at most
    /// `count`, oldest first, stored or not. May repeat jobs from before, if later ones were dropped.
    pub(crate) fn newest(&self, since: usize, count: usize) -> (usize, Vec<Arc<Job>>) {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let total = kept.jobs.len() + kept.dropped;
        let new = total.saturating_sub(since).min(count);
        let skipped = kept.jobs.len().saturating_sub(new);
        (total, kept.jobs.values().skip(skipped).cloned().collect())
    }

    /// Adds a job with one text.
    #[cfg(test)]
    pub(crate) fn add_text(&self, text: &str) -> Arc<Job> {
        let source = serde_json::json!({
            "model": { "identifier": "ed542963de", "version": "1.0.1" },
            "input": { "type": "text", "sources": { "a": { "input.txt": text } } },
        });
        let submission = Submission::parse(source.to_string().as_bytes()).unwrap();
        let submitter = Caller {
            prefix: "prefix".into(),
            role: crate::auth::Role::SystemOwner,
        };
        self.add(submission, &Catalog::default(), submitter).unwrap()
    }

    /// Makes room for the bytes of an upload.
    pub(super) fn make_room_for(&self, bytes: usize) -> Result<(), Error> {
        if self.total.bytes() + bytes <= self.limits.bytes {
            return Ok(());
        }
        self.make_room(&mut self.write(), bytes)
    }

    /// Drops the oldest finished jobs if there are too many of them, or if all jobs take too many bytes. Drops a few more than
    /// necessary, so that the next jobs fit without another check of all jobs.
    fn make_room(&self, kept: &mut Kept, bytes: usize) -> Result<(), Error> {
        let Limits { finished, bytes: most } = self.limits;
        let more = finished / 16;
        let mut total = self.total.bytes() + bytes;
        let is_full = total > most;
        // The new job counts too.
        let are_many = kept.jobs.len() >= finished && kept.added > more;
        if !is_full && !are_many {
            return Ok(());
        }
        let mut excess = 0;
        if are_many {
            let count = kept.jobs.values().filter(|job| self.has_finished(job)).count();
            excess = (count + 1 + more).saturating_sub(finished);
            kept.added = 0;
        }
        let target = most - most / 16;
        let before = kept.jobs.len();
        let Kept { jobs, index, .. } = kept;
        jobs.retain(|_, job| {
            let drops = (excess > 0 || (is_full && total > target)) && self.has_finished(job);
            if drops {
                excess = excess.saturating_sub(1);
                total = total.saturating_sub(job.bytes());
                index.remove(job.number);
            }
            !drops
        });
        let dropped = before - kept.jobs.len();
        if dropped > 0 && kept.dropped == 0 {
            self.first_dropped.notify_one();
        }
        kept.dropped += dropped;
        if total > most {
            let message = format!(
                "no room: the jobs take at most {most} bytes (max_job_bytes), and unfinished jobs are not dropped"
            );
            return Err(Error::new(StatusCode::INSUFFICIENT_STORAGE, message));
        }
        Ok(())
    }

    fn has_finished(&self, job: &Job) -> bool {
        self.is_stored(job) && job.progress().status.is_final()
    }

    /// Returns a stored job.
    pub(crate) fn get(&self, id: &str) -> Result<Arc<Job>, Error> {
        let job = self.accepted(id)?;
        if self.is_stored(&job) {
            Ok(job)
        } else {
            Err(unknown(id))
        }
    }

    /// Returns all stored jobs, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Job>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.jobs.values().filter(|job| self.is_stored(job)).cloned().collect()
    }

    /// Returns a job that has a receipt, stored or not: uploads and closes do not wait for the store.
    pub(crate) fn accepted(&self, id: &str) -> Result<Arc<Job>, Error> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let job = kept.jobs.get(id).cloned();
        job.ok_or_else(|| match kept.dropped {
            0 => unknown(id),
            dropped => Error::not_found(format!(
                "the job {id} does not exist; {dropped} finished jobs have been dropped: {}",
                self.rule()
            )),
        })
    }

    /// Returns how many finished jobs were dropped.
    pub(crate) fn dropped(&self) -> usize {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).dropped
    }

    /// Waits until the first job is dropped, and returns the reason. Resolves once.
    pub(crate) async fn first_dropped(&self) -> String {
        self.first_dropped.notified().await;
        format!("finished jobs are being dropped, the oldest first: {}", self.rule())
    }

    /// Cancels a job that has not ended.
    pub(super) fn cancel(&self, job: &Job) -> Result<(), Error> {
        job.cancel()?;
        self.write().index.touch(job.number);
        Ok(())
    }

    /// Closes the upload of a job, and starts it.
    pub(super) fn close(&self, job: &Job) -> Result<(), Error> {
        job.close()?;
        self.write().index.touch(job.number);
        Ok(())
    }

    /// Reads the index of the jobs as they are at present, or as its lag shows them.
    pub(super) fn index<T>(&self, read: impl FnOnce(&mut Index) -> T) -> T {
        let mut kept = self.write();
        kept.index.refresh();
        read(&mut kept.index)
    }

    fn rule(&self) -> String {
        let Limits { finished, bytes } = self.limits;
        format!("at most {finished} are kept (max_finished_jobs), and at most {bytes} bytes (max_job_bytes)")
    }

    fn is_stored(&self, job: &Job) -> bool {
        job.age() >= self.store_delay
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown(id: &str) -> Error {
    Error::not_found(format!("the job {id} does not exist"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(finished: usize, bytes: usize) -> JobStore {
        let options = Options {
            submitted: Duration::ZERO,
            in_progress: Duration::ZERO,
            max_finished_jobs: finished,
            max_job_bytes: bytes,
            ..Options::default()
        };
        JobStore::new(&options).unwrap()
    }

    fn submitter() -> Caller {
        Caller {
            prefix: "prefix".into(),
            role: crate::auth::Role::SystemOwner,
        }
    }

    fn submission(text: &str) -> Submission {
        let body = format!(
            r#"{{"model":{{"identifier":"ed542963de","version":"1.0.1"}},
                "input":{{"type":"text","sources":{{"a":{{"input.txt":"{text}"}}}}}}}}"#
        );
        Submission::parse(body.as_bytes()).unwrap()
    }

    #[tokio::test]
    async fn any_number_of_jobs_takes_no_more_than_the_limits_allow() {
        let catalog = Catalog::default();
        let by_count = store(100, usize::MAX);
        let by_bytes = store(usize::MAX, 100_000);
        let text = "x".repeat(100);
        for nth in 0..3000 {
            for store in [&by_count, &by_bytes] {
                let job = store.add(submission(&text), &catalog, submitter()).unwrap();
                if nth % 10 == 0 {
                    job.outcomes(1).await.unwrap();
                }
            }
            assert!(by_count.kept.read().unwrap().jobs.len() <= 100);
            // The outputs of the newest job are not counted yet.
            assert!(by_bytes.total.bytes() <= 101_000);
        }
        let (many, large) = (by_count.all().len(), by_bytes.all().len());
        assert!(
            (90..=100).contains(&many) && (65..=75).contains(&large),
            "{many} {large}"
        );
        assert_eq!((by_count.dropped(), by_bytes.dropped()), (3000 - many, 3000 - large));
        assert!(by_count.total.bytes() < 200_000);
    }

    #[test]
    fn the_oldest_finished_jobs_are_dropped_and_the_others_are_kept() {
        let catalog = Catalog::default();
        let store = store(3, usize::MAX);
        let open = Submission {
            sources: None,
            ..submission("")
        };
        let open = store.add(open, &catalog, submitter()).unwrap();
        let ids: Vec<_> = (0..5)
            .map(|_| store.add(submission("x"), &catalog, submitter()).unwrap().id.clone())
            .collect();
        let kept: Vec<_> = store.all().iter().map(|job| job.id.clone()).collect();
        assert_eq!(kept, [std::slice::from_ref(&open.id), &ids[2..]].concat());
        let refused = store.get(&ids[0]).err().unwrap();
        let expected = format!(
            "the job {} does not exist; 2 finished jobs have been dropped: at most 3 are kept (max_finished_jobs), and at \
             most {} bytes (max_job_bytes)",
            ids[0],
            usize::MAX
        );
        assert_eq!(refused.message(), expected);
    }

    #[test]
    fn a_job_for_which_there_is_no_room_is_refused_and_leaves_nothing_behind() {
        let catalog = Catalog::default();
        let store = store(10, 5000);
        let refused = store
            .add(submission(&"x".repeat(5000)), &catalog, submitter())
            .err()
            .unwrap();
        assert!(
            refused
                .message()
                .starts_with("no room: the jobs take at most 5000 bytes")
        );
        assert_eq!((store.total.bytes(), store.all().len()), (0, 0));
        store.add(submission("x"), &catalog, submitter()).unwrap();
        assert!(store.make_room_for(5001).is_err());
        store.make_room_for(4000).unwrap();
    }

    #[tokio::test]
    async fn the_first_drop_is_reported_once() {
        let catalog = Catalog::default();
        let store = store(1, usize::MAX);
        for _ in 0..3 {
            store.add(submission("x"), &catalog, submitter()).unwrap();
        }
        assert!(
            store
                .first_dropped()
                .await
                .starts_with("finished jobs are being dropped")
        );
        let again = tokio::time::timeout(Duration::from_millis(5), store.first_dropped());
        assert!(again.await.is_err());
    }
}
