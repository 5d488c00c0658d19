//! The course of a deployment: what each step does, what it needs from those before, and what its failure says.

use super::{
    done::{Done, State},
    files::Files,
    spec::ModelSpec,
    step::Step,
};
use crate::{
    client::Client,
    document::Document,
    error::{Error, Result},
    models::model_path,
    steps::{StepOptions, technical_information},
};

/// A deployment that is under way.
pub(super) struct Deployment<'a> {
    pub(super) client: &'a Client,
    pub(super) spec: &'a ModelSpec,
    pub(super) files: Files,
    pub(super) wait: &'a StepOptions,
    /// What an earlier deployment has done.
    pub(super) done: Done,
    pub(super) model_id: Option<String>,
    /// The result of the run.
    pub(super) test: Option<Document>,
}

impl Deployment<'_> {
    /// Whether a step has to be taken.
    pub(super) fn needs(&self, step: Step) -> bool {
        (self.spec.is_tested() || !step.is_of_test()) && !self.done.has(step)
    }

    /// Takes a step. Calls `report` with the percentages of one that the server takes.
    pub(super) async fn take(&mut self, step: Step, report: impl FnMut(u32) + Send) -> Result<()> {
        let (client, spec, wait) = (self.client, self.spec, self.wait);
        let request = wait.request_options();
        if step == Step::Create {
            match self.model_id.as_deref() {
                Some(model) => {
                    client.create_model_version(model, &spec.version, request).await?;
                }
                None => {
                    self.model_id = Some(identifier(
                        &client.create_model(&spec.name, &spec.version, request).await?,
                    )?);
                }
            }
            return Ok(());
        }
        let model = self.model_id.as_deref().unwrap_or_default();
        let version = spec.version.as_str();
        match step {
            Step::Create => {}
            Step::Describe => {
                let description = spec.model_description();
                if !description.is_empty() {
                    client.describe_model(model, &description, request).await?;
                }
            }
            Step::Image => {
                if self.done.image == State::Open {
                    client.pull_image(model, version, &spec.container_image(), wait).await?;
                }
                client.wait_for_image(model, version, wait, report).await?;
            }
            Step::Attributes | Step::Restore => client.set_attributes(model, spec, request).await?,
            Step::Load => client.load_model(model, version, wait).await?,
            Step::TestInput => {
                for sample in &self.files.samples {
                    client.send_test_input(model, version, sample, request).await?;
                }
            }
            Step::Run => {
                if self.done.test == State::Open {
                    client.start_test(model, version, request).await?;
                }
                self.test = Some(client.wait_for_test(model, version, wait, report).await?);
            }
            Step::Samples => {
                let tested = match self.test.take() {
                    Some(tested) => tested,
                    None => client.wait_for_test(model, version, wait, report).await?,
                };
                client.store_samples(model, spec, &tested, request).await?;
            }
            Step::Picture => {
                if let Some(picture) = &self.files.picture {
                    client.send_picture(model, picture, &picture.name, request).await?;
                }
            }
            Step::Activate => {
                client.activate_model_version(model, version, request).await?;
            }
        }
        Ok(())
    }

    /// Returns the version that was deployed, after its last step.
    pub(super) async fn version(&self, last: Step) -> Result<Document> {
        let model = self.model_id.as_deref().unwrap_or_default();
        let read = self
            .client
            .get_model_version(model, &self.spec.version, self.wait.request_options());
        read.await
            .map_err(|error| self.failure(last, "is complete, but the version cannot be read", error))
    }

    /// Returns the error of a step, with the model that it belongs to.
    pub(super) fn failure(&self, step: Step, what: &str, error: Error) -> Error {
        let model_id = self.model_id.clone();
        match error {
            Error::Step {
                step,
                reason,
                technical_information,
                source,
                ..
            } => Error::Step {
                step,
                reason,
                model_id,
                technical_information,
                source,
            },
            error @ (Error::Argument { .. } | Error::Aborted | Error::System { .. }) => error,
            error => Error::Step {
                step: step.name(),
                reason: format!("{what}: {error}"),
                model_id,
                technical_information: technical_information(&error),
                source: Some(Box::new(error)),
            },
        }
    }
}

/// Returns the identifier of a model that has been created.
fn identifier(model: &Document) -> Result<String> {
    let identifier = model.string_member("identifier");
    identifier
        .filter(|identifier| model_path(identifier).is_ok())
        .ok_or_else(|| Error::step("create", "failed: the response has no identifier of the model"))
}
