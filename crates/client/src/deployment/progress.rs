//! The progress of the steps that the server takes: the waits for them, and what its reports mean.

use http::Method;
use serde::Deserialize;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    error::{Error, Result},
    models::version_route,
    steps::StepOptions,
    transport::{Expect, Request, Shape, is_failed},
};

/// A step that the server takes, and reports about.
pub(super) struct Reported {
    step: &'static str,
    /// The route of the reports, below that of the version.
    route: &'static str,
    percentage: fn(&Document) -> u32,
    failure: fn(&Document) -> Option<Error>,
}

pub(super) const PULL: Reported = Reported {
    step: "image",
    route: "container-image",
    percentage: percentage_of,
    failure: |_| None,
};

pub(super) const TEST: Reported = Reported {
    step: "run",
    route: "run-process",
    percentage: test_percentage,
    failure: test_failure,
};

impl Reported {
    /// Asks for a report, and returns the percentage of the step, which is 0 where it has failed.
    ///
    /// # Errors
    /// As every read.
    pub(super) async fn read(
        &self,
        client: &Client,
        model_id: &str,
        version: &str,
        options: &RequestOptions,
    ) -> Result<u32> {
        let report = client.send(&self.request(client, model_id, version)?, options).await?;
        Ok(match (self.failure)(&report) {
            Some(_) => 0,
            None => (self.percentage)(&report),
        })
    }

    /// Waits until the step has ended, and returns the last report.
    async fn wait(
        &self,
        client: &Client,
        (model_id, version): (&str, &str),
        options: &StepOptions,
        on_progress: impl FnMut(u32) + Send,
    ) -> Result<Document> {
        let request = || self.request(client, model_id, version);
        // Refuses what no path can hold before the wait begins.
        request()?;
        let Self {
            step,
            percentage,
            failure,
            ..
        } = self;
        client
            .wait_for_step(step, request, percentage, failure, options, on_progress)
            .await
    }

    fn request(&self, client: &Client, model_id: &str, version: &str) -> Result<Request> {
        let path = version_route(model_id, version, self.route)?;
        Ok(Request {
            expect: Expect::Body(Shape::Progress),
            ..client.request(Method::GET, &path, None)
        })
    }
}

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
        PULL.wait(self, (model_id, version), options, on_progress).await
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
        let report = TEST.wait(self, (model_id, version), options, on_progress).await?;
        Ok(report.member("result").unwrap_or_default())
    }
}

/// Returns the percentage of a step.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is clamped")]
fn percentage_of(answer: &Document) -> u32 {
    #[derive(Deserialize)]
    struct Progress {
        percentage: f64,
    }
    let percentage = answer.parse::<Progress>().map_or(0.0, |progress| progress.percentage);
    percentage.clamp(0.0, 100.0) as u32
}

/// Returns the percentage of a run, which is not complete without its result.
fn test_percentage(answer: &Document) -> u32 {
    let has_result = answer.member("result").is_some_and(|result| result.as_str() != "null");
    percentage_of(answer).min(if has_result { 100 } else { 99 })
}

/// Returns why a run has failed, if it has, at any percentage.
fn test_failure(answer: &Document) -> Option<Error> {
    let result = answer.member("result")?;
    if !result.string_member("status").is_some_and(|status| is_failed(&status)) {
        return None;
    }
    let reason = result.text_member("error").filter(|reason| !reason.trim().is_empty());
    let technical = result.text_member("technicalInformation");
    Some(Error::Step {
        step: "run",
        reason: format!("failed: {}", reason.as_deref().unwrap_or("the server gives no reason")),
        model_id: None,
        technical_information: technical
            .or_else(|| answer.text_member("technicalInformation"))
            .or(reason),
        source: None,
    })
}
