//! What became of a submit without an answer: its job is in the history, or it was certainly not accepted, or that is unknown.

use std::time::{Duration, Instant};

use super::{
    Journal,
    history::{Candidate, Scan},
    record::{Intent, checksum_of},
};
use crate::{
    error::{Error, Result, Sent},
    jobs::{Scanned, WaitOptions, body},
};

/// How long a proxy may hold a request after its sender has aborted it.
pub(super) const HELD: Duration = Duration::from_mins(1);

/// How many scans in turn must not find a job. On a server whose pages are not in a stable order, one scan may miss it.
const MISSES: u32 = 2;

/// Whether the server has certainly not accepted a job, by any of the attempts to submit it.
pub(super) fn is_refusal(error: &Error) -> bool {
    if error.call().is_some_and(|call| call.earlier_may_have_acted) {
        return false;
    }
    match error {
        Error::Status { status, .. } => *status != 408 && *status < 500,
        Error::Argument { .. } | Error::Aborted | Error::System { .. } => true,
        other => other.sent() == Some(Sent::No),
    }
}

/// Whether these are the keys of the inputs of a job: the checksums of other ones may be equal.
fn has_keys(inputs: &[String], input_key: &str, intent: &Intent) -> bool {
    inputs.iter().any(|key| key == input_key) && checksum_of(inputs.iter().map(String::as_str)) == intent.keys
}

/// A key whose job is looked for until this is dropped.
struct Wanted<'a>(&'a Journal, &'a str);

impl Drop for Wanted<'_> {
    fn drop(&mut self) {
        self.0.keys().wanted.remove(self.1);
    }
}

impl Journal {
    /// Finds the job of a submit that was sent before a time. Returns `None` once it was certainly not accepted.
    pub(super) async fn settle(
        &self,
        input_key: &str,
        intent: &Intent,
        sent: Instant,
        options: &WaitOptions,
    ) -> Result<Option<Candidate>> {
        let Some(since) = intent.since else {
            let why = "the history of jobs could not be read before the submit";
            return Err(self.unknown(input_key, why, None));
        };
        if self.inner.client.transport().auth().prefix().is_none() {
            let why = "with the token of a team, the history does not show which jobs are its own";
            return Err(self.unknown(input_key, why, None));
        }
        self.keys().wanted.insert(input_key.to_owned(), intent.clone());
        let _wanted = Wanted(self, input_key);
        self.look(input_key, intent, since, sent, options).await
    }

    async fn look(
        &self,
        input_key: &str,
        intent: &Intent,
        since: i64,
        sent: Instant,
        options: &WaitOptions,
    ) -> Result<Option<Candidate>> {
        let client = &self.inner.client;
        let clock = client.transport().clock();
        let request = options.request_options();
        // The server has received the request by then, if at all.
        let received = sent + client.settings(request).request_timeout + HELD;
        let last = received + options.longest_outage();
        let mut misses = 0;
        loop {
            let scan = match self.scan(clock.now(), request).await {
                Ok(scan) => scan,
                Err(Error::Aborted) => return Err(Error::Aborted),
                Err(error) if error.is_retryable() && clock.now() < last => {
                    clock.sleep(options.schedule.poll_interval).await;
                    continue;
                }
                Err(error) => return Err(self.unknown(input_key, "the history of jobs cannot be read", Some(error))),
            };
            let found = self.job_in(&scan, input_key, intent, since);
            if let Ok(Some(_)) = found {
                return found;
            }
            if scan.scanned == Scanned::BadPages {
                let why = "the history of jobs cannot be read to its end, because its pages repeat themselves";
                return Err(self.unknown(input_key, why, None));
            }
            found?;
            let is_late = scan.began >= received;
            if is_late && scan.witness >= Some(received) {
                misses += 1;
                if misses == MISSES {
                    return Ok(None);
                }
            }
            if clock.now() >= last {
                let why = "the history of jobs lags behind, and does not show jobs that were submitted later";
                return Err(self.unknown(input_key, why, None));
            }
            if is_late {
                self.open_witness(input_key, intent, received, options).await?;
            }
            clock.sleep(options.schedule.poll_interval).await;
        }
    }

    /// Returns the job of a key, if a scan has found it.
    fn job_in(&self, scan: &Scan, input_key: &str, intent: &Intent, since: i64) -> Result<Option<Candidate>> {
        let mut keys = self.keys();
        let is_possible = |job: &&Candidate| {
            intent.is_of(&job.model, &job.version)
                && job.created.is_none_or(|created| created >= since)
                && !keys.excludes(&job.id, intent.runs)
        };
        let (mut found, mut is_doubtful, mut foreign) = (Vec::new(), false, None);
        for job in scan.candidates.iter().filter(is_possible) {
            match (&job.inputs, job.created) {
                (Some(inputs), _) if !has_keys(inputs, input_key, intent) => {}
                (Some(_), Some(created)) if intent.until.is_some_and(|until| created > until) => {
                    foreign = Some((job, "was created long after it"));
                }
                (Some(_), Some(created)) if intent.read_since.is_some_and(|read| created < read) => {
                    let why = "may have existed before the submit, when not all jobs of the history could be read";
                    foreign = Some((job, why));
                }
                (Some(_), Some(_)) => found.push(job),
                (None, _) | (_, None) => is_doubtful = true,
            }
        }
        let why = match (&*found, foreign) {
            ([first, second, ..], _) => format!("two jobs match it, {} and {}", first.id, second.id),
            _ if is_doubtful => "the history has jobs without their times or inputs, which may be the one".to_owned(),
            ([job], _) => {
                keys.know(&job.id);
                return Ok(Some((*job).clone()));
            }
            ([], Some((job, why))) => format!(
                "the job {} matches it, but {why}, so it may be of another batch",
                job.id
            ),
            ([], None) => return Ok(None),
        };
        Err(self.unknown(input_key, &why, None))
    }

    /// Opens a job and cancels it, unless a job was submitted since a time. Once the history shows it, the history shows all jobs
    /// that were accepted by that time.
    async fn open_witness(&self, input_key: &str, intent: &Intent, time: Instant, options: &WaitOptions) -> Result<()> {
        let _only = self.inner.witness.lock().await;
        if self.keys().has_witness_since(time) {
            return Ok(());
        }
        let client = &self.inner.client;
        let request = options.request_options();
        let began = client.transport().clock().now();
        let body = body::<()>(&intent.model, &intent.version, None, None, None)?;
        let receipt = match client.post_job(body.into(), request).await {
            Ok(receipt) => receipt,
            Err(error) if is_refusal(&error) && !error.is_retryable() => {
                let why = "the history of jobs shows none that was submitted later, and none can be opened";
                return Err(self.unknown(input_key, why, Some(error)));
            }
            // The next round opens another one.
            Err(_) => return Ok(()),
        };
        if let Some(job_id) = receipt.string_member("jobIdentifier") {
            self.keys().own(&job_id, began);
            // It has no inputs, and does not run in any case.
            let _ = client.cancel_job(&job_id, request).await;
        }
        Ok(())
    }
}
