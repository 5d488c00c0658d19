//! Jobs: the store, and the routes to submit, read and cancel them.

mod documents;
mod lifecycle;
mod member;
mod submission;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::OnceCell;
use uuid::Uuid;

use self::documents::{Details, Receipt};
use self::lifecycle::Lifecycle;
use self::submission::Submission;
use crate::error::{Error, Segments};
use crate::models::{self, Model, Outcome, Version};
use crate::options::Options;
use crate::server::Shared;
use crate::timestamp;

pub(crate) use self::documents::milliseconds;
pub(crate) use self::lifecycle::{Progress, Timing};
pub(crate) use self::submission::Input;

/// Jobs with at most this many bytes of input are processed where they are asked for; the work of
/// larger ones would hold up the requests that share the thread.
const INLINE_BYTES: usize = 16 << 10;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/jobs", post(submit))
        .route("/jobs/{job}", get(details).delete(cancel))
}

/// A job. Its status follows from its age whenever it is asked for, so that an idle one costs nothing.
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) model: &'static dyn Model,
    pub(crate) version: &'static Version,
    /// The prefix of the key that submitted it.
    pub(crate) key_prefix: String,
    pub(crate) explain: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) submitted_at: Timestamp,
    accepted: Instant,
    lifecycle: Lifecycle,
    /// When it was canceled, counted from its receipt.
    canceled: OnceLock<Duration>,
    outcomes: OnceCell<Vec<Outcome>>,
}

impl Job {
    fn new(submission: Submission, id: String, key_prefix: &str, timing: Timing) -> Result<Self, Error> {
        let model = models::find(&submission.model)?;
        let version = models::find_version(model, &submission.version)?;
        let is_open = submission.inputs.is_none();
        let inputs = submission.inputs.unwrap_or_default();
        Ok(Self {
            id,
            model,
            version,
            key_prefix: key_prefix.to_owned(),
            explain: submission.explain,
            timeout: submission.timeout,
            submitted_at: Timestamp::now(),
            accepted: Instant::now(),
            lifecycle: Lifecycle {
                timing,
                is_open,
                timeout: submission.timeout,
                inputs: inputs.len(),
            },
            inputs,
            canceled: OnceLock::new(),
            outcomes: OnceCell::new(),
        })
    }

    /// A job that ran the model on its own sample, and looks the same every time.
    pub(crate) fn sample(model: &'static dyn Model, version: &'static Version) -> Result<Self, Error> {
        let submission = Submission {
            model: model.about().identifier.to_owned(),
            version: version.number.to_owned(),
            explain: false,
            timeout: None,
            inputs: Some(vec![Input::sample(version)]),
        };
        let timing = Timing {
            submitted: Duration::ZERO,
            in_progress: Duration::ZERO,
        };
        let job = Self::new(submission, Uuid::nil().to_string(), "sample", timing)?;
        Ok(Self {
            submitted_at: version.created_at,
            ..job
        })
    }

    /// Where the job stands by now.
    pub(crate) fn progress(&self) -> Progress {
        self.lifecycle.at(self.accepted.elapsed(), self.canceled.get().copied())
    }

    /// The span in which the input with this index is processed, counted from the receipt.
    pub(crate) fn span(&self, index: usize) -> (Duration, Duration) {
        self.lifecycle.span(index)
    }

    /// The moment `offset` after the receipt.
    pub(crate) fn moment(&self, offset: Duration) -> Timestamp {
        timestamp::after(self.submitted_at, offset)
    }

    pub(crate) fn input_bytes(&self) -> usize {
        self.inputs.iter().map(Input::bytes).sum()
    }

    /// What became of the first `processed` inputs. The model runs when this is first asked for.
    pub(crate) async fn outcomes(self: &Arc<Self>, processed: usize) -> Result<&[Outcome], Error> {
        if processed == 0 {
            return Ok(&[]);
        }
        let outcomes = self
            .outcomes
            .get_or_try_init(|| async {
                if self.input_bytes() <= INLINE_BYTES {
                    return Ok(self.run());
                }
                let job = Arc::clone(self);
                tokio::task::spawn_blocking(move || job.run())
                    .await
                    .map_err(|_| Error::new(StatusCode::INTERNAL_SERVER_ERROR, "the model was interrupted"))
            })
            .await?;
        Ok(outcomes.get(..processed).unwrap_or(outcomes))
    }

    fn run(&self) -> Vec<Outcome> {
        self.inputs
            .iter()
            .map(|input| models::run(self.model, self.version, &input.values))
            .collect()
    }

    fn cancel(&self) -> Result<(), Error> {
        let progress = self.progress();
        if progress.status.is_final() || self.canceled.set(progress.elapsed).is_err() {
            return Err(Error::bad_request(format!(
                "the job {} is {} and cannot be canceled any more",
                self.id,
                self.progress().status.name()
            )));
        }
        Ok(())
    }
}

/// The jobs of one emulator, kept until it closes.
pub(crate) struct JobStore {
    jobs: RwLock<HashMap<String, Arc<Job>>>,
    timing: Timing,
    store_delay: Duration,
}

impl JobStore {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            jobs: RwLock::default(),
            timing: Timing {
                submitted: options.submitted,
                in_progress: options.in_progress,
            },
            store_delay: options.store_delay,
        }
    }

    fn add(&self, submission: Submission, key_prefix: &str) -> Result<Arc<Job>, Error> {
        let job = Job::new(submission, Uuid::new_v4().to_string(), key_prefix, self.timing)?;
        let job = Arc::new(job);
        let mut jobs = self.jobs.write().unwrap_or_else(PoisonError::into_inner);
        jobs.insert(job.id.clone(), Arc::clone(&job));
        Ok(job)
    }

    /// A job that is stored by now.
    pub(crate) fn get(&self, id: &str) -> Result<Arc<Job>, Error> {
        let jobs = self.jobs.read().unwrap_or_else(PoisonError::into_inner);
        jobs.get(id)
            .filter(|job| job.accepted.elapsed() >= self.store_delay)
            .cloned()
            .ok_or_else(|| Error::not_found(format!("the job {id} does not exist")))
    }
}

async fn submit(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<(StatusCode, Json<Receipt>), Error> {
    let submission = Submission::parse(&body)?;
    let job = shared.jobs.add(submission, shared.keys.prefix())?;
    Ok((StatusCode::ACCEPTED, Json(Receipt::of(&job))))
}

async fn details(State(shared): State<Arc<Shared>>, Segments(id): Segments<String>) -> Result<Json<Details>, Error> {
    let job = shared.jobs.get(&id)?;
    Ok(Json(Details::of(&job).await?))
}

/// Cancels a job that has not ended yet; one that has ended keeps its status, and the answer is a 400.
async fn cancel(
    State(shared): State<Arc<Shared>>,
    Segments(id): Segments<String>,
) -> Result<(StatusCode, Json<Details>), Error> {
    let job = shared.jobs.get(&id)?;
    job.cancel()?;
    Ok((StatusCode::ACCEPTED, Json(Details::of(&job).await?)))
}
