//! The deployment of a model: its steps in order, and which of them to take. Each step's requests are in `steps`, the description
//! of the model in `spec`.

mod spec;
mod steps;

use serde::Deserialize;

pub use self::spec::{ModelSpec, Sample, SpecInput, SpecOutput};
use self::{spec::Files, steps::technical_information};
use crate::{
    client::Client,
    document::Document,
    error::{Error, Result},
    steps::{StepOptions, StepProgress},
};

/// A step of a deployment, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Step {
    /// Creates the model, or the version of an existing one.
    Create,
    /// Sets the description and the tags of the model, if there are any.
    Describe,
    /// Has the server pull the image, and waits until it has.
    Image,
    /// Sets the attributes of the version.
    Attributes,
    /// Has the server start the container.
    Load,
    /// Sends the samples of the inputs.
    TestInput,
    /// Has the server run the model on the samples, and waits until it has.
    Run,
    /// Stores samples of a job and of its results.
    Samples,
    /// Sets the attributes again, since the run has overwritten some.
    Restore,
    /// Sets the picture, if there is one.
    Picture,
    /// Makes the version available for jobs.
    Activate,
}

impl Step {
    const ALL: [Self; 11] = [
        Self::Create,
        Self::Describe,
        Self::Image,
        Self::Attributes,
        Self::Load,
        Self::TestInput,
        Self::Run,
        Self::Samples,
        Self::Restore,
        Self::Picture,
        Self::Activate,
    ];

    /// Returns the name of the step.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Describe => "describe",
            Self::Image => "image",
            Self::Attributes => "attributes",
            Self::Load => "load",
            Self::TestInput => "testInput",
            Self::Run => "run",
            Self::Samples => "samples",
            Self::Restore => "restore",
            Self::Picture => "picture",
            Self::Activate => "activate",
        }
    }

    /// Whether a version that the server cannot test has the step.
    fn is_of_test(self) -> bool {
        matches!(self, Self::TestInput | Self::Run | Self::Samples | Self::Restore)
    }
}

/// Which steps to take, and for how long to wait.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct DeployOptions {
    from: Option<Step>,
    until: Option<Step>,
    wait: StepOptions,
}

impl DeployOptions {
    /// Begins with this step, after an earlier deployment that failed there. Needs the model's identifier.
    pub fn from(mut self, step: Step) -> Self {
        self.from = Some(step);
        self
    }

    /// Ends with this step.
    pub fn until(mut self, step: Step) -> Self {
        self.until = Some(step);
        self
    }

    /// Sets how the steps are waited for.
    pub fn wait(mut self, options: StepOptions) -> Self {
        self.wait = options;
        self
    }
}

impl Client {
    /// Deploys a model from its container image: creates it, has the server pull, load and test the image, and activates the
    /// version. Returns the version, as `GET /models/{model}/versions/{version}` shows it. Calls `on_progress` at the beginning of
    /// each step, with each percentage that the server reports, and at its end.
    ///
    /// Dropping the future ends the deployment within its step. [`DeployOptions::from`] resumes it.
    ///
    /// # Errors
    /// [`Error::Argument`] for a spec that cannot work, before anything is created. [`Error::Step`] for a step that fails, or that
    /// takes longer than [`StepOptions::limit`]; it holds the identifier of the model.
    pub async fn deploy_model(
        &self,
        spec: &ModelSpec,
        options: &DeployOptions,
        mut on_progress: impl FnMut(StepProgress) + Send,
    ) -> Result<Document> {
        spec.check()?;
        let first = options.from.unwrap_or(Step::Create);
        let last = options.until.unwrap_or(Step::Activate);
        if first > Step::Create && spec.model_id.is_none() {
            return Err(Error::argument("model_id", "must be given to resume a deployment"));
        }
        if first > last {
            return Err(Error::argument("from", "must not be after until"));
        }
        let files = spec.files().await?;
        let mut model_id = spec.model_id.clone();
        let mut test = None;
        let steps = Step::ALL.into_iter().filter(|step| (first..=last).contains(step));
        for step in steps.filter(|step| spec.is_tested() || !step.is_of_test()) {
            let mut report = |percentage| {
                on_progress(StepProgress {
                    step: step.name(),
                    percentage,
                });
            };
            report(0);
            let taken = self
                .take_step(step, spec, &files, &mut model_id, &mut test, &options.wait, &mut report)
                .await;
            taken.map_err(|error| of_step(step, model_id.as_deref(), error))?;
            report(100);
        }
        let model_id = model_id.unwrap_or_default();
        self.get_model_version(&model_id, &spec.version, &options.wait.request)
            .await
    }

    #[expect(clippy::too_many_arguments, reason = "the state of a deployment")]
    async fn take_step(
        &self,
        step: Step,
        spec: &ModelSpec,
        files: &Files,
        model_id: &mut Option<String>,
        test: &mut Option<Document>,
        wait: &StepOptions,
        report: &mut (impl FnMut(u32) + Send),
    ) -> Result<()> {
        let request = &wait.request;
        if step == Step::Create {
            match model_id.as_deref() {
                Some(model) => self.create_model_version(model, &spec.version, request).await?,
                None => *model_id = Some(self.create_model(&spec.name, &spec.version, request).await?),
            }
            return Ok(());
        }
        let model = model_id.as_deref().unwrap_or_default();
        let version = spec.version.as_str();
        match step {
            Step::Create => {}
            Step::Describe => self.describe_model(model, spec, request).await?,
            Step::Image => {
                self.pull_image(model, spec, request).await?;
                self.wait_for_image(model, version, wait, report).await?;
            }
            Step::Attributes | Step::Restore => self.set_attributes(model, spec, request).await?,
            Step::Load => self.load_model(model, version, wait).await?,
            Step::TestInput => {
                for sample in &files.samples {
                    self.send_test_input(model, version, sample, request).await?;
                }
            }
            Step::Run => {
                self.start_test(model, version, request).await?;
                *test = Some(self.wait_for_test(model, version, wait, report).await?);
            }
            Step::Samples => {
                let tested = match test.take() {
                    Some(tested) => tested,
                    None => self.wait_for_test(model, version, wait, report).await?,
                };
                self.store_samples(model, spec, &tested, request).await?;
            }
            Step::Picture => {
                if let Some(picture) = &files.picture {
                    self.send_picture(model, picture, request).await?;
                }
            }
            Step::Activate => self.activate_model_version(model, version, request).await?,
        }
        Ok(())
    }
}

/// Returns the error of a step, with the model that it belongs to.
fn of_step(step: Step, model: Option<&str>, error: Error) -> Error {
    let model_id = model.map(str::to_owned);
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
            reason: format!("failed: {error}"),
            model_id,
            technical_information: technical_information(&error),
            source: Some(Box::new(error)),
        },
    }
}
