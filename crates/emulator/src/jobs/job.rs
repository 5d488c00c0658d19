//! Jobs: what one is, and the routes to submit, read and cancel them.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::documents::{Details, Receipt};
use super::features::Features;
use super::lifecycle::{Lifecycle, Progress, Timing};
use super::sources::Sources;
use super::store::JobStore;
use super::submission::{Input, Submission};
use super::upload::Upload;
use super::{features, history, upload};
use crate::auth::Keys;
use crate::base_url::BaseUrl;
use crate::error::{Error, Segments};
use crate::models::{self, Model, Outcome, Version};
use crate::timestamp;

/// Jobs with at most this many bytes of input are processed where they are asked for; the work of
/// larger ones would hold up the requests that share the thread.
const INLINE_BYTES: usize = 16 << 10;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    BaseUrl: FromRef<S>,
    Features: FromRef<S>,
    JobStore: FromRef<S>,
    Keys: FromRef<S>,
{
    Router::new()
        .route("/jobs", post(submit).get(history::list))
        .route("/jobs/features", get(features::features))
        .route("/jobs/history", get(history::history))
        .route("/jobs/{job}", get(details).delete(cancel))
        .route("/jobs/{job}/close", post(upload::close))
        .route("/jobs/{job}/{input}/{modelInput}", post(upload::append))
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
    timing: Timing,
    pub(super) created: Moment,
    /// When a job that was opened got all its inputs.
    pub(super) closed: OnceLock<Moment>,
    /// What has been uploaded to a job that was opened; empty again once it is closed.
    pub(super) upload: Option<Upload>,
    /// Absent while the job is open.
    pub(super) inputs: OnceLock<Vec<Input>>,
    /// When it was canceled, counted from its start.
    pub(super) canceled: OnceLock<Duration>,
    outcomes: OnceCell<Vec<Outcome>>,
}

#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) instant: Instant,
    timestamp: Timestamp,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self {
            instant: Instant::now(),
            timestamp: Timestamp::now(),
        }
    }
}

impl Job {
    pub(super) fn new(submission: Submission, id: String, key_prefix: &str, timing: Timing) -> Result<Self, Error> {
        let model = models::find(&submission.model)?;
        let version = models::find_version(model, &submission.version)?;
        Ok(Self {
            id,
            model,
            version,
            key_prefix: key_prefix.to_owned(),
            explain: submission.explain,
            timeout: submission.timeout,
            timing,
            created: Moment::now(),
            closed: OnceLock::new(),
            upload: submission.sources.is_none().then(Upload::default),
            inputs: match submission.sources {
                Some(sources) => OnceLock::from(sources.inputs(version)),
                None => OnceLock::new(),
            },
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
            sources: Some(Sources::Inputs(vec![Input::sample(version)])),
        };
        let timing = Timing {
            submitted: Duration::ZERO,
            in_progress: Duration::ZERO,
        };
        let job = Self::new(submission, Uuid::nil().to_string(), "sample", timing)?;
        let created = Moment {
            timestamp: version.created_at,
            ..job.created
        };
        Ok(Self { created, ..job })
    }

    /// Where the job stands by now.
    pub(crate) fn progress(&self) -> Progress {
        // In this order: a close in between leaves the job open, rather than running since its receipt.
        let lifecycle = self.lifecycle();
        lifecycle.at(self.start().instant.elapsed(), self.canceled.get().copied())
    }

    fn lifecycle(&self) -> Lifecycle {
        Lifecycle {
            timing: self.timing,
            is_open: self.is_open(),
            timeout: self.timeout,
            inputs: self.inputs().len(),
        }
    }

    /// Whether it waits for uploads, or was canceled while it did.
    pub(super) fn is_open(&self) -> bool {
        self.inputs.get().is_none()
    }

    /// The moment from which its ages count: the close of a job that was opened, otherwise its receipt.
    fn start(&self) -> Moment {
        self.closed.get().copied().unwrap_or(self.created)
    }

    pub(crate) fn created_at(&self) -> Timestamp {
        self.created.timestamp
    }

    pub(crate) fn submitted_at(&self) -> Timestamp {
        self.start().timestamp
    }

    /// The span in which the input with this index is processed, counted from the start.
    pub(crate) fn span(&self, index: usize) -> (Duration, Duration) {
        self.lifecycle().span(index)
    }

    /// The moment `offset` after the start.
    pub(crate) fn moment(&self, offset: Duration) -> Timestamp {
        timestamp::after(self.submitted_at(), offset)
    }

    /// The inputs that the model gets; none while the job is open.
    pub(crate) fn inputs(&self) -> &[Input] {
        self.inputs.get().map_or(&[], Vec::as_slice)
    }

    /// The keys of all inputs, those of an open job included.
    pub(crate) fn keys(&self) -> Vec<String> {
        match (self.inputs.get(), &self.upload) {
            (None, Some(upload)) => upload.keys(),
            _ => self.inputs().iter().map(|input| input.key.clone()).collect(),
        }
    }

    pub(crate) fn input_bytes(&self) -> usize {
        match (self.inputs.get(), &self.upload) {
            (None, Some(upload)) => upload.bytes(),
            _ => self.inputs().iter().map(Input::bytes).sum(),
        }
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
        self.inputs()
            .iter()
            .map(|input| models::run(self.model, self.version, &input.values, self.explain))
            .collect()
    }

    fn cancel(&self) -> Result<(), Error> {
        // No chunk and no close may come in between.
        let _held = self.upload.as_ref().map(Upload::hold);
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

async fn submit(
    State(jobs): State<JobStore>,
    State(features): State<Features>,
    State(keys): State<Keys>,
    body: Bytes,
) -> Result<(StatusCode, Json<Receipt>), Error> {
    let submission = Submission::parse(&body)?;
    features.check_inputs(submission.sources.as_ref().map_or(0, Sources::count))?;
    let job = jobs.add(submission, keys.prefix())?;
    Ok((StatusCode::ACCEPTED, Json(Receipt::of(&job))))
}

async fn details(State(jobs): State<JobStore>, Segments(id): Segments<String>) -> Result<Json<Details>, Error> {
    let job = jobs.get(&id)?;
    Ok(Json(Details::of(&job).await?))
}

/// Cancels a job that has not ended yet; one that has ended keeps its status, and the answer is a 400.
async fn cancel(
    State(jobs): State<JobStore>,
    Segments(id): Segments<String>,
) -> Result<(StatusCode, Json<Details>), Error> {
    let job = jobs.get(&id)?;
    job.cancel()?;
    Ok((StatusCode::ACCEPTED, Json(Details::of(&job).await?)))
}
