//! The steps of a version's deployment so far. Each step needs the ones before it.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::pace::Pace;
use crate::error::Error;
use crate::json::with;
use crate::models::{Outcome, Output, Timeout, Values};
use crate::timestamp::{after, basic_offset};

/// The nominal steps of a run, which share its percentage evenly.
const RUN_STEPS: [&str; 5] = [
    "Starting the container",
    "Checking the status of the container",
    "Sending the test input",
    "Running the model",
    "Reading the outputs",
];

/// The steps so far.
#[derive(Clone, Default)]
pub(crate) struct Deployment {
    pull: Option<Pull>,
    is_loaded: bool,
    /// The file of each input.
    test_inputs: Values,
    run: Option<Run>,
}

#[derive(Clone)]
struct Pull {
    image: Arc<str>,
    started: Instant,
    /// When a response first reported that it is complete.
    seen: Arc<OnceLock<Instant>>,
}

#[derive(Clone)]
struct Run {
    started: Instant,
    at: Timestamp,
    engine: String,
    input_bytes: usize,
    outcome: Arc<Outcome>,
}

impl Deployment {
    /// Returns the deployment of a built-in model.
    pub(crate) fn complete() -> Self {
        Self {
            is_loaded: true,
            ..Self::default()
        }
    }

    /// Starts to pull an image. Later steps start over.
    pub(super) fn pull(&mut self, image: &str) {
        *self = Self {
            pull: Some(Pull {
                image: image.into(),
                started: Instant::now(),
                seen: Arc::default(),
            }),
            ..Self::default()
        };
    }

    /// Returns the percentage of the pull. An image whose name contains `fail-pull` does not exist.
    pub(super) fn pulled(&self, pace: &Pace) -> Result<u8, Error> {
        let Some(pull) = &self.pull else {
            return if self.is_loaded {
                Ok(100)
            } else {
                Err(Error::not_found("the version has no container image"))
            };
        };
        let percentage = pace.of_pull(pull.started.elapsed());
        if percentage == 100 {
            if pull.image.contains("fail-pull") {
                let technical = format!("manifest for {} not found: manifest unknown", pull.image);
                return Err(Error::bad_request("the container image cannot be pulled").with_technical(technical));
            }
            pull.seen.get_or_init(Instant::now);
        }
        Ok(percentage)
    }

    /// Whether the image is there. Right after its pull, it is not.
    pub(super) fn check_image(&self, pace: &Pace) -> Result<(), Error> {
        let not_ready = || Error::bad_request("the container image is not available yet");
        let Some(pull) = &self.pull else {
            return if self.is_loaded {
                Ok(())
            } else {
                Err(Error::bad_request("the version has no container image"))
            };
        };
        if self.pulled(pace)? < 100 {
            return Err(not_ready());
        }
        let seen = pull.seen.get().copied().unwrap_or(pull.started);
        if seen.elapsed() < pace.settle {
            return Err(not_ready());
        }
        Ok(())
    }

    /// Starts the container, which must have started before `timeout.status`. An image whose name contains `fail-load` does
    /// not start.
    pub(super) fn load(&mut self, pace: &Pace, timeout: Timeout) -> Result<(), Error> {
        let refused = |technical: String| {
            let error = Error::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the container image cannot be loaded",
            );
            Err(error.with_technical(technical))
        };
        if self.pull.as_ref().is_some_and(|pull| pull.image.contains("fail-load")) {
            return refused("the container exited with code 137 before its first status".to_owned());
        }
        if pace.step.as_millis() > u128::from(timeout.status) {
            return refused(format!("the container had no status after {} ms", timeout.status));
        }
        self.is_loaded = true;
        Ok(())
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.is_loaded
    }

    /// Returns the estimated memory of what callers set, and of the outcome of the run.
    pub(crate) fn memory(&self) -> usize {
        let image = self.pull.as_ref().map_or(0, |pull| pull.image.len());
        let inputs = self
            .test_inputs
            .iter()
            .map(|(name, content)| name.len() + content.len());
        let run = self.run.as_ref().map_or(0, |run| match &*run.outcome {
            Ok(outputs) => outputs
                .iter()
                .map(|(name, output)| name.len() + output.memory())
                .sum::<usize>(),
            Err(reason) => reason.len(),
        });
        image + inputs.sum::<usize>() + run
    }

    pub(super) fn set_test_input(&mut self, name: String, content: Bytes) {
        self.test_inputs.insert(name, content);
    }

    /// Returns the values of the test, if the version can be run.
    pub(super) fn test_values(&self) -> Result<Values, Error> {
        if !self.is_loaded {
            return Err(Error::bad_request("the container image is not loaded"));
        }
        if self.test_inputs.is_empty() {
            return Err(Error::bad_request("the version has no test input"));
        }
        Ok(self.test_inputs.clone())
    }

    pub(super) fn run(&mut self, engine: String, input_bytes: usize, outcome: Outcome) {
        self.run = Some(Run {
            started: Instant::now(),
            at: Timestamp::now(),
            engine,
            input_bytes,
            outcome: Arc::new(outcome),
        });
    }

    /// Whether the test has passed.
    pub(super) fn has_passed(&self, pace: &Pace, timeout: Timeout) -> bool {
        let run = self
            .run
            .as_ref()
            .filter(|run| pace.of_run(run.started.elapsed()) == 100);
        run.is_some_and(|run| run.failure(pace, timeout).is_none())
    }

    /// Returns the progress of the run, and at its end the result. An image whose name contains `crash-run` is deleted during
    /// the run.
    pub(super) fn progress(&self, pace: &Pace, timeout: Timeout) -> Result<Value, Error> {
        let Some(run) = &self.run else {
            return Err(Error::not_found("the version has not been run"));
        };
        let percentage = pace.of_run(run.started.elapsed());
        let step = usize::from(percentage) * RUN_STEPS.len() / 101;
        let progress = json!({
            "step": step + 1,
            "stepName": RUN_STEPS.get(step),
            "percentage": percentage,
        });
        if percentage < 100 {
            return Ok(progress);
        }
        if self.pull.as_ref().is_some_and(|pull| pull.image.contains("crash-run")) {
            let error = Error::bad_request("the model cannot be run");
            return Err(error.with_technical("the container was deleted for lack of resources".to_owned()));
        }
        Ok(with(progress, [("result", run.result(pace, timeout))]))
    }

    /// Returns `containerImage` of the version's document.
    pub(crate) fn container_image(&self, repository: &str, pace: &Pace) -> Value {
        let pulled = self.pulled(pace);
        let is_pulled = matches!(pulled, Ok(100));
        let upload_status = match pulled {
            Err(_) if self.pull.is_some() => "FAILED",
            Ok(100) => "IMAGE_UPLOAD_COMPLETE",
            _ => "IN_PROGRESS",
        };
        json!({
            "uploadStatus": upload_status,
            "loadStatus": if self.is_loaded { "CONTAINER_IMAGE_LOADED" } else { "IN_PROGRESS" },
            "uploadPercentage": pulled.unwrap_or_default(),
            "loadPercentage": if self.is_loaded { 100 } else { 0 },
            "containerImageSize": if is_pulled { 31_457_280 } else { 0 },
            "repositoryName": repository,
        })
    }
}

impl Run {
    /// Returns the reason for the failure of the test.
    fn failure(&self, pace: &Pace, timeout: Timeout) -> Option<String> {
        if pace.step.as_millis() > u128::from(timeout.run) {
            return Some(format!("the model took more than {} ms", timeout.run));
        }
        self.outcome.as_ref().as_ref().err().cloned()
    }

    fn result(&self, pace: &Pace, timeout: Timeout) -> Value {
        let failure = self.failure(pace, timeout);
        let end = basic_offset(after(self.at, pace.step));
        let result = json!({
            "status": if failure.is_some() { "FAILED" } else { "SUCCESSFUL" },
            "engine": self.engine,
            "error": failure,
            "startTime": basic_offset(self.at),
            "updateTime": end,
            "endTime": end,
            "inputSize": self.input_bytes,
            "elapsedTime": u64::try_from(pace.step.as_millis()).unwrap_or(u64::MAX),
        });
        if let Some(failure) = failure {
            let technical = format!("{}: {failure}", self.engine);
            return with(result, [("technicalInformation", technical.into())]);
        }
        let outputs = self.outcome.as_ref().iter().flatten().map(|(name, output)| {
            let value = match output {
                Output::Json(value) => value.clone(),
                Output::Binary(bytes) => STANDARD.encode(bytes).into(),
                Output::GeneratedJson(_) | Output::GeneratedBinary(_) => Value::Null,
            };
            (name.clone(), value)
        });
        with(result, outputs)
    }
}
