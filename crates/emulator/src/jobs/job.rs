//! A job: its inputs, its uploads and its outcomes. `lifecycle` computes its status.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use jiff::Timestamp;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::features::Features;
use super::input::{Input, names};
use super::lifecycle::{Lifecycle, Progress, Timing};
use super::sources::Sources;
use super::submission::Submission;
use super::upload::Upload;
use super::votes::Votes;
use crate::auth::{Caller, Role};
use crate::error::Error;
use crate::models::{self, Catalog, ModelRecord, Outcome, Output, Values, VersionRecord};
use crate::timestamp;
use crate::usage::{Total, Usage};

/// Jobs with at most this many bytes of input are processed on the thread of the request. Larger jobs would block the other
/// requests of that thread.
const INLINE_BYTES: usize = 16 << 10;

/// The estimated memory of a job without inputs.
const MEMORY: usize = 1024;

/// A job. Its status is computed from its age on each request, so an idle job costs nothing.
pub(crate) struct Job {
    pub(crate) id: String,
    /// Its position in the order of the receipts.
    pub(super) number: u64,
    /// The model and its version as they were at the submit.
    pub(crate) model: Arc<ModelRecord>,
    pub(crate) version: Arc<VersionRecord>,
    /// The key that submitted it.
    pub(crate) submitter: Caller,
    pub(crate) explain: bool,
    pub(crate) timeout: Option<Duration>,
    timing: Timing,
    created: Moment,
    /// When the job was closed, if it was opened without inputs.
    closed: OnceLock<Moment>,
    /// The uploaded inputs of an open job. Empty after the close.
    upload: Option<Upload>,
    /// Unset while the job is open.
    inputs: OnceLock<Vec<Input>>,
    /// The age at which it was canceled.
    canceled: OnceLock<Duration>,
    outcomes: OnceCell<Vec<Outcome>>,
    usage: Usage,
    pub(crate) votes: Votes,
}

#[derive(Clone, Copy)]
struct Moment {
    instant: Instant,
    timestamp: Timestamp,
}

impl Moment {
    fn now() -> Self {
        Self {
            instant: Instant::now(),
            timestamp: Timestamp::now(),
        }
    }
}

impl Job {
    pub(super) fn new(
        submission: Submission,
        catalog: &Catalog,
        id: String,
        number: u64,
        submitter: Caller,
        timing: Timing,
        total: &Total,
    ) -> Result<Self, Error> {
        let (model, version) = catalog.find_version(&submission.model, &submission.version)?;
        if !version.deployment.is_loaded() {
            let message = format!(
                "the version {} of the model {} is not loaded",
                version.number, model.identifier
            );
            return Err(Error::bad_request(message));
        }
        let job = Self::with(submission, (model, version), id, submitter, timing, total);
        Ok(Self { number, ..job })
    }

    fn with(
        submission: Submission,
        (model, version): (Arc<ModelRecord>, Arc<VersionRecord>),
        id: String,
        submitter: Caller,
        timing: Timing,
        total: &Total,
    ) -> Self {
        let usage = total.open(MEMORY);
        let inputs = submission.sources.map(|sources| sources.inputs(&version));
        usage.add(inputs.iter().flatten().map(Input::memory).sum());
        Self {
            id,
            number: 0,
            model,
            version,
            submitter,
            explain: submission.explain,
            timeout: submission.timeout,
            timing,
            created: Moment::now(),
            closed: OnceLock::new(),
            upload: inputs.is_none().then(Upload::default),
            inputs: inputs.map_or_else(OnceLock::new, OnceLock::from),
            canceled: OnceLock::new(),
            outcomes: OnceCell::new(),
            usage,
            votes: Votes::default(),
        }
    }

    /// Returns a job that ran the model on its own sample. It is the same every time.
    pub(crate) fn sample(model: Arc<ModelRecord>, version: Arc<VersionRecord>, values: Values) -> Self {
        let submission = Submission {
            model: model.identifier.clone(),
            version: version.number.clone(),
            explain: false,
            timeout: None,
            sources: Some(Sources::Inputs(vec![Input {
                key: "sample".to_owned(),
                values,
            }])),
        };
        let timing = Timing {
            submitted: Duration::ZERO,
            in_progress: Duration::ZERO,
        };
        let submitter = Caller {
            prefix: "sample".into(),
            role: Role::SystemOwner,
        };
        let timestamp = version.created_at;
        let id = Uuid::nil().to_string();
        let job = Self::with(submission, (model, version), id, submitter, timing, &Total::default());
        let created = Moment {
            timestamp,
            ..job.created
        };
        Self { created, ..job }
    }

    /// Returns the current progress of the job.
    pub(crate) fn progress(&self) -> Progress {
        self.progress_at(Instant::now())
    }

    /// Returns the progress at some point in time since the receipt.
    pub(super) fn progress_at(&self, at: Instant) -> Progress {
        let (lifecycle, start) = self.lifecycle_at(at);
        let elapsed = at.saturating_duration_since(start.instant);
        lifecycle.at(elapsed, self.canceled.get().copied())
    }

    /// Returns the time of the last change at some point in time.
    pub(super) fn updated_at(&self, at: Instant, progress: &Progress) -> Timestamp {
        let (_, start) = self.lifecycle_at(at);
        timestamp::after(start.timestamp, progress.updated)
    }

    /// Returns when it changes next after some point in time, as far as that is known.
    pub(super) fn next_change(&self, at: Instant) -> Option<Instant> {
        let (lifecycle, start) = self.lifecycle_at(at);
        let elapsed = at.saturating_duration_since(start.instant);
        let next = lifecycle.next(elapsed, self.canceled.get().copied());
        let next = next.and_then(|age| start.instant.checked_add(age));
        let closed = self
            .closed
            .get()
            .map(|closed| closed.instant)
            .filter(|closed| *closed > at);
        next.into_iter().chain(closed).min()
    }

    /// Returns what its progress follows from, and the start of its age. A close after `at` has not happened yet.
    fn lifecycle_at(&self, at: Instant) -> (Lifecycle, Moment) {
        // In this order: after a close in between, the job still counts as open, not as running since its receipt.
        let is_open = self.is_open();
        let closed = self.closed.get().filter(|closed| !is_open && closed.instant <= at);
        let lifecycle = Lifecycle {
            timing: self.timing,
            is_open: self.upload.is_some() && closed.is_none(),
            timeout: self.timeout,
            inputs: self.inputs().len(),
        };
        (lifecycle, closed.copied().unwrap_or(self.created))
    }

    fn lifecycle(&self) -> Lifecycle {
        self.lifecycle_at(Instant::now()).0
    }

    /// Whether it waits for uploads, or was canceled while waiting.
    pub(crate) fn is_open(&self) -> bool {
        self.inputs.get().is_none()
    }

    /// Returns the start of its age: its close if it was opened without inputs, otherwise its receipt.
    fn start(&self) -> Moment {
        self.closed.get().copied().unwrap_or(self.created)
    }

    /// Returns the time since its receipt.
    pub(super) fn age(&self) -> Duration {
        self.created.instant.elapsed()
    }

    pub(super) fn created_instant(&self) -> Instant {
        self.created.instant
    }

    pub(crate) fn created_at(&self) -> Timestamp {
        self.created.timestamp
    }

    pub(crate) fn submitted_at(&self) -> Timestamp {
        self.start().timestamp
    }

    /// Returns the ages between which the input with this index is processed.
    pub(crate) fn span(&self, index: usize) -> (Duration, Duration) {
        self.lifecycle().span(index)
    }

    /// Returns the point in time `offset` after the start.
    pub(crate) fn moment(&self, offset: Duration) -> Timestamp {
        timestamp::after(self.submitted_at(), offset)
    }

    /// Returns the model's inputs. Empty while the job is open.
    pub(crate) fn inputs(&self) -> &[Input] {
        self.inputs.get().map_or(&[], Vec::as_slice)
    }

    /// Returns the keys of all inputs, including those of an open job.
    pub(crate) fn keys(&self) -> Vec<String> {
        match (self.inputs.get(), &self.upload) {
            (None, Some(upload)) => upload.keys(),
            _ => self.inputs().iter().map(|input| input.key.clone()).collect(),
        }
    }

    /// Returns the number of inputs, including those of an open job.
    pub(super) fn count(&self) -> usize {
        match (self.inputs.get(), &self.upload) {
            (None, Some(upload)) => upload.inputs().len(),
            _ => self.inputs().len(),
        }
    }

    /// Returns how many of the first `processed` inputs failed, if the model has run.
    pub(super) fn failures(&self, processed: usize) -> Option<usize> {
        let outcomes = self.outcomes.get()?.iter().take(processed);
        Some(outcomes.filter(|outcome| outcome.is_err()).count())
    }

    /// Whether its inputs are uploaded rather than part of its submit.
    pub(crate) fn is_uploaded(&self) -> bool {
        self.upload.is_some()
    }

    /// Returns its estimated memory.
    pub(super) fn bytes(&self) -> usize {
        self.usage.bytes()
    }

    pub(crate) fn input_bytes(&self) -> usize {
        match (self.inputs.get(), &self.upload) {
            (None, Some(upload)) => upload.bytes(),
            _ => self.inputs().iter().map(Input::bytes).sum(),
        }
    }

    /// Returns the outcomes of the first `processed` inputs. The first call runs the model.
    pub(crate) async fn outcomes(self: &Arc<Self>, processed: usize) -> Result<&[Outcome], Error> {
        if processed == 0 {
            return Ok(&[]);
        }
        let outcomes = self
            .outcomes
            .get_or_try_init(|| async {
                let outcomes = if self.input_bytes() <= INLINE_BYTES {
                    self.run()
                } else {
                    let job = Arc::clone(self);
                    tokio::task::spawn_blocking(move || job.run())
                        .await
                        .map_err(|_| Error::new(StatusCode::INTERNAL_SERVER_ERROR, "the model was interrupted"))?
                };
                self.usage.add(outcomes.iter().map(memory_of).sum());
                Ok(outcomes)
            })
            .await?;
        Ok(outcomes.get(..processed).unwrap_or(outcomes))
    }

    fn run(&self) -> Vec<Outcome> {
        self.inputs()
            .iter()
            .map(|input| models::run(&self.version, &input.values, self.explain))
            .collect()
    }

    /// Appends a chunk to a model input.
    pub(super) fn append(&self, features: &Features, key: String, name: String, chunk: &[u8]) -> Result<(), Error> {
        if !self.version.input_names().contains(&name.as_str()) {
            return Err(Error::bad_request(format!(
                "the model {} {} has no input {name}",
                self.model.identifier, self.version.number
            )));
        }
        features.check_chunk(chunk.len())?;
        let mut inputs = self.open_upload()?.inputs();
        // Again, under the lock.
        self.open_upload()?;
        match inputs.get(&key) {
            Some(parts) => features.check_chunks(parts.chunks + 1)?,
            None => features.check_inputs(inputs.len() + 1)?,
        }
        self.usage.add(chunk.len());
        if inputs.get(&key).is_none_or(|parts| !parts.values.contains_key(&name)) {
            self.usage.add(names(&key, std::iter::once(&name)));
        }
        let parts = inputs.entry(key).or_default();
        parts.chunks += 1;
        parts.values.entry(name).or_default().extend_from_slice(chunk);
        Ok(())
    }

    /// Closes the upload and starts the job.
    pub(super) fn close(&self) -> Result<(), Error> {
        let mut uploaded = self.open_upload()?.inputs();
        self.open_upload()?;
        if uploaded.is_empty() {
            return Err(Error::bad_request(format!("the job {} has no inputs", self.id)));
        }
        let inputs = std::mem::take(&mut *uploaded).into_iter().map(|(key, parts)| Input {
            key,
            values: parts
                .values
                .into_iter()
                .map(|(name, bytes)| (name, bytes.freeze()))
                .collect(),
        });
        let inputs = inputs.collect();
        // In this order, since the job counts as closed once it has inputs. Both are unset, because the lock is held.
        let _ = self.closed.set(Moment::now());
        let _ = self.inputs.set(inputs);
        Ok(())
    }

    /// Returns the upload of a job that is `OPEN`.
    pub(super) fn open_upload(&self) -> Result<&Upload, Error> {
        self.upload
            .as_ref()
            .filter(|_| self.is_open() && self.canceled.get().is_none())
            .ok_or_else(|| {
                let status = self.progress().status.name();
                Error::bad_request(format!("the job {} is {status} and not OPEN", self.id))
            })
    }

    pub(super) fn cancel(&self) -> Result<(), Error> {
        // Blocks chunks and the close meanwhile.
        let _held = self.upload.as_ref().map(Upload::hold);
        let progress = self.progress();
        if progress.status.is_final() || self.canceled.set(progress.elapsed).is_err() {
            return Err(Error::bad_request(format!(
                "the job {} is {} and can no longer be canceled",
                self.id,
                self.progress().status.name()
            )));
        }
        Ok(())
    }
}

/// Returns the estimated memory of an input's outcome.
fn memory_of(outcome: &Outcome) -> usize {
    match outcome {
        Ok(outputs) => outputs.values().map(Output::memory).sum(),
        Err(reason) => reason.len(),
    }
}
