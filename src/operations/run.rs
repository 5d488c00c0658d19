//! A model and its inputs: the submit alone, or with the wait and the results.

use modzy_client::{
    Document, Error, Failures, JobOfCall, RunInputs, RunJob, RunListener, RunOptions, RunOutcome, RunSource, Sources,
    UploadProgress,
};
use serde::Deserialize;

use super::sources::{self, Origin};
use crate::calls::{Call, Context, GivenJob, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RunArgument {
    model: String,
    inputs: Vec<RunInput>,
    /// Whether the inputs have one level.
    is_single: bool,
    explain: Option<bool>,
    timeout: Option<u64>,
    chunk_size: Option<u64>,
    failures: Option<FailuresArgument>,
}

/// An input: a text, or as for an upload.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RunInput {
    input_key: String,
    input_name: String,
    text: Option<String>,
    #[serde(flatten)]
    origin: Origin,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum FailuresArgument {
    Reject,
    Return,
}

/// Reports what happens during a run.
struct Reports<'a, F> {
    call: &'a Call,
    on_upload: F,
    has_listener: bool,
}

impl<F: FnMut(&UploadProgress<'_>)> RunListener for Reports<'_, F> {
    fn uploaded(&mut self, progress: &UploadProgress<'_>) {
        (self.on_upload)(progress);
    }

    fn submitted(&mut self, job_identifier: &str) {
        self.call.report_submitted(job_identifier);
    }

    fn polled(&mut self, job: &Document) {
        if self.has_listener {
            self.call.report_job(job);
        }
    }
}

/// Submits a job.
pub(super) async fn submit(context: &Context<'_>, given: GivenJob<'_>) {
    let Context { client, call, .. } = *context;
    let outcome = match context.argument.parse::<RunArgument>() {
        Ok(argument) => {
            let on_progress = context.reports.upload_listener();
            client
                .submit(job(argument, call), &context.request, &call.abort, on_progress)
                .await
        }
        Err(error) => error.into(),
    };
    settle(context, given, outcome).await;
}

/// Submits a job, waits for it, and reads its results.
pub(super) async fn run(context: &Context<'_>, given: GivenJob<'_>) {
    let Context { client, call, .. } = *context;
    let options = context.reports.options;
    let prepared = context.argument.parse::<RunArgument>().and_then(|argument| {
        let run = RunOptions::default().wait(options.wait(&context.request)?);
        Ok((argument, run))
    });
    let outcome = match prepared {
        Ok((argument, mut run)) => {
            run = match argument.failures {
                Some(FailuresArgument::Reject) => run.failures(Failures::Reject),
                Some(FailuresArgument::Return) => run.failures(Failures::Return),
                None => run,
            };
            let mut reports = Reports {
                call,
                on_upload: context.reports.upload_listener(),
                has_listener: options.progress.unwrap_or_default(),
            };
            client.run(job(argument, call), &run, &call.abort, &mut reports).await
        }
        Err(error) => error.into(),
    };
    let known = outcome.job_identifier.clone();
    let job = known.as_deref().map_or(given.job, JobOfCall::Known);
    settle(context, GivenJob { job, ..given }, outcome).await;
}

async fn settle<T>(context: &Context<'_>, given: GivenJob<'_>, outcome: RunOutcome<T>)
where
    T: AsRef<Document> + Into<Value> + Send,
{
    let call = context.call;
    let RunOutcome {
        result, canceled, sent, ..
    } = outcome;
    match (result, canceled) {
        (Err(Error::Aborted), canceled) => call.settle_aborted(canceled, sent),
        (Err(error), Some(canceled)) => call.settle_canceled(&error, canceled),
        (result, None | Some(_)) => {
            if let Some(lingering) = call.settle_with_job(context.client, given, result) {
                lingering.await;
            }
        }
    }
}

fn job(argument: RunArgument, call: &Call) -> RunJob {
    let mut pulled = 0;
    let mut sources = Sources::<RunSource>::default();
    for input in argument.inputs {
        let source = match input.text {
            Some(text) => RunSource::Text(text),
            None => RunSource::File(sources::source(input.origin, call, &mut pulled)),
        };
        sources
            .entry(input.input_key)
            .or_default()
            .insert(input.input_name, source);
    }
    let inputs = if argument.is_single {
        RunInputs::One(sources.into_iter().flat_map(|(_, parts)| parts).collect())
    } else {
        RunInputs::Many(sources)
    };
    let mut job = RunJob::new(argument.model, inputs);
    job.explain = argument.explain;
    job.timeout = argument.timeout;
    job.chunk_size = argument.chunk_size;
    job
}
