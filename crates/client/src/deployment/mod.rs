//! The deployment of a model: which of its steps to take. Each step's requests are in `steps`, the description
//! of the model in `spec`, its checks in `check`, its files in `files`.

mod check;
mod course;
mod done;
mod files;
mod progress;
mod samples;
mod spec;
mod step;
mod steps;

use std::ops::RangeInclusive;

use self::{course::Deployment, done::Done, files::NamedFiles};
pub use self::{
    files::Sample,
    spec::{ContainerImage, ModelDescription, ModelSpec, SpecInput, SpecOutput},
    step::Step,
};
use crate::{
    client::Client,
    document::Document,
    error::{Error, Result},
    steps::{StepOptions, StepProgress},
};

/// Which steps to take, and for how long to wait.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct DeployOptions {
    from: Option<Step>,
    until: Option<Step>,
    resumes: bool,
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

    /// Leaves out the steps that are done, as far as the server says so: it has created the version, pulled its image, loaded it, run
    /// it, or activated it. Waits for a pull or a run that is under way, and repeats one that has failed. Needs the model's identifier.
    /// The server does not say which image it has pulled: begin [from](DeployOptions::from) [`Step::Image`] with another image.
    pub fn resume(mut self) -> Self {
        self.resumes = true;
        self
    }

    /// Sets how the steps are waited for.
    pub fn wait(mut self, options: StepOptions) -> Self {
        self.wait = options;
        self
    }

    /// Returns the steps to take, as a range.
    fn steps(&self, spec: &ModelSpec) -> Result<RangeInclusive<Step>> {
        let refused = |name, reason| Err(Error::argument(name, reason));
        let first = self.from.unwrap_or(Step::Create);
        let last = self.until.unwrap_or(Step::Activate);
        if (self.resumes || first > Step::Create) && spec.model_id.is_none() {
            return refused("model_id", "must be given to resume a deployment");
        }
        if self.resumes && self.from.is_some() {
            return refused("resume", "finds the first step, so from must not be given");
        }
        if first > last {
            return refused("from", "must not be after until");
        }
        Ok(first..=last)
    }

    /// Returns the steps to take, and the files that they send. Refuses a spec that cannot work in them.
    fn check(&self, spec: &ModelSpec) -> Result<(RangeInclusive<Step>, NamedFiles)> {
        let steps = self.steps(spec)?;
        if self.wait.longest().is_zero() {
            return Err(Error::argument("limit", "must be longer than 0"));
        }
        spec.check(&steps)?;
        let files = spec.files(&steps)?;
        Ok((steps, files))
    }
}

impl Client {
    /// Deploys a model from its container image: creates it, has the server pull, load and test the image, and activates the
    /// version. Returns the version, as `GET /models/{model}/versions/{version}` shows it. Calls `on_progress` at the beginning of
    /// each step, with each new percentage that the server reports, and at its end.
    ///
    /// Relative paths of the spec are resolved in the call, before its future is first polled.
    ///
    /// Dropping the future ends the deployment within its step. [`DeployOptions::from`] and [`DeployOptions::resume`] continue it.
    ///
    /// # Errors
    /// [`Error::Argument`] for a spec that cannot work, and [`Error::Input`] for a file that changes while it is read, before anything
    /// is created. [`Error::Step`] for a step that fails, or that
    /// takes longer than [`StepOptions::limit`]; it holds the identifier of the model. It [is retryable](Error::is_retryable) only if
    /// the same call would not repeat a step that has been taken: before the first has been, and with [`DeployOptions::resume`].
    pub fn deploy_model(
        &self,
        spec: &ModelSpec,
        options: &DeployOptions,
        on_progress: impl FnMut(StepProgress<'_>) + Send,
    ) -> impl Future<Output = Result<Document>> + Send {
        let checked = options.check(spec);
        async move {
            let (steps, files) = checked?;
            self.deploy(spec, options, steps, files, on_progress).await
        }
    }

    async fn deploy(
        &self,
        spec: &ModelSpec,
        options: &DeployOptions,
        steps: RangeInclusive<Step>,
        files: NamedFiles,
        mut on_progress: impl FnMut(StepProgress<'_>) + Send,
    ) -> Result<Document> {
        let mut deployment = Deployment {
            client: self,
            spec,
            files: files.read().await?,
            wait: &options.wait,
            done: Done::default(),
            model_id: spec.model_id.clone(),
            test: None,
        };
        if let Some(model) = spec.model_id.as_deref().filter(|_| options.resumes) {
            deployment.done = Done::read(self, model, &spec.version, options.wait.request_options()).await?;
        }
        // Whether the same call would take a step again.
        let mut repeats = false;
        let judged = |error: Error, repeats| if repeats { error.after_change() } else { error };
        for step in Step::ALL.into_iter().filter(|step| steps.contains(step)) {
            if !deployment.needs(step) {
                continue;
            }
            let mut reported = None;
            let mut report = |percentage, model_id: Option<&str>| {
                if reported.replace(percentage) != Some(percentage) {
                    on_progress(StepProgress::new(step.name(), percentage, model_id));
                }
            };
            let known = deployment.model_id.clone();
            report(0, known.as_deref());
            let taken = deployment.take(step, |percentage| report(percentage, known.as_deref()));
            taken
                .await
                .map_err(|error| judged(deployment.failure(step, "failed", error), repeats))?;
            repeats = !options.resumes;
            report(100, deployment.model_id.as_deref());
        }
        let deployed = deployment.version(*steps.end()).await;
        deployed.map_err(|error| judged(error, repeats))
    }
}
