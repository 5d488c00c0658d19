//! The progress of the steps that the server takes: the waits for them, and what the responses mean.

use http::Method;
use serde::Deserialize;

use crate::{
    client::Client,
    document::Document,
    error::{Error, Result},
    models::version_path,
    steps::StepOptions,
    transport::{Expect, Request, Shape},
};

impl Client {
    /// Waits until the server has pulled the image: `GET …/container-image`. Rides out outages. Calls `on_progress` with each new
    /// percentage. Returns the last response.
    ///
    /// # Errors
    /// [`Error::Step`] when the limit passes or a 404 is repeated for four seconds; the server's refusal if the pull fails;
    /// otherwise as [`Client::block_until_complete`].
    pub async fn wait_for_image(
        &self,
        model_id: &str,
        version: &str,
        options: &StepOptions,
        on_progress: impl FnMut(u32) + Send,
    ) -> Result<Document> {
        let request = || self.image_progress(model_id, version);
        request()?;
        self.wait_for_step("image", request, percentage_of, |_| None, options, on_progress)
            .await
    }

    /// Waits until the run has ended, and returns its result: `GET …/run-process`. Rides out outages. Calls `on_progress` with each
    /// new percentage.
    ///
    /// # Errors
    /// [`Error::Step`] if the run failed or the limit passes; otherwise as [`Client::wait_for_image`].
    pub async fn wait_for_test(
        &self,
        model_id: &str,
        version: &str,
        options: &StepOptions,
        on_progress: impl FnMut(u32) + Send,
    ) -> Result<Document> {
        let request = || self.test_progress(model_id, version);
        request()?;
        let answer = self
            .wait_for_step("run", request, test_percentage, test_failure, options, on_progress)
            .await?;
        Ok(answer.member("result").unwrap_or_default())
    }

    pub(super) fn image_progress(&self, model_id: &str, version: &str) -> Result<Request> {
        Ok(self.progress(&format!("{}/container-image", version_path(model_id, version)?)))
    }

    pub(super) fn test_progress(&self, model_id: &str, version: &str) -> Result<Request> {
        Ok(self.progress(&format!("{}/run-process", version_path(model_id, version)?)))
    }

    fn progress(&self, path: &str) -> Request {
        Request {
            expect: Expect::Body(Shape::Progress),
            ..self.request(Method::GET, path, None)
        }
    }
}

/// Returns the percentage of a step.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
pub(super) fn percentage_of(answer: &Document) -> u32 {
    #[derive(Deserialize)]
    struct Progress {
        percentage: f64,
    }
    let percentage = answer.parse::<Progress>().map_or(0.0, |progress| progress.percentage);
    percentage.clamp(0.0, 100.0) as u32
}

/// Returns the percentage of a run, which is not complete without its result.
pub(super) fn test_percentage(answer: &Document) -> u32 {
    let has_result = answer.member("result").is_some_and(|result| result.as_str() != "null");
    percentage_of(answer).min(if has_result { 100 } else { 99 })
}

/// The statuses of a run that has failed, in any letter case and at any percentage.
const FAILED: [&str; 3] = ["FAILED", "ERROR", "TIMEDOUT"];

/// Returns why a run has failed, if it has.
pub(super) fn test_failure(answer: &Document) -> Option<Error> {
    let result = answer.member("result")?;
    let status = result.string_member("status")?;
    if !FAILED.iter().any(|failed| status.eq_ignore_ascii_case(failed)) {
        return None;
    }
    let reason = result.string_member("error");
    Some(Error::Step {
        step: "run",
        reason: format!("failed: {}", reason.as_deref().unwrap_or("the server gives no reason")),
        model_id: None,
        technical_information: result.string_member("technicalInformation").or(reason),
        source: None,
    })
}
