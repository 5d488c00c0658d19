//! The API's documents about the processed inputs of a job.

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

use super::link::link;
use crate::account::{ACCOUNT, TEAM, Team};
use crate::error::Error;
use crate::jobs::{Job, Voting, milliseconds};
use crate::models::{Outcome, Output, Predictions};
use crate::timestamp::{basic_offset, extended_offset};

/// Returns the index and the outcome of the input with this key, if it is processed.
pub(super) async fn processed<'a>(job: &'a Arc<Job>, key: &str) -> Result<(usize, &'a Outcome), Error> {
    let outcomes = job.outcomes(job.progress().processed).await?;
    let index = job.inputs().iter().position(|input| input.key == key);
    index
        .and_then(|index| Some((index, outcomes.get(index)?)))
        .ok_or_else(|| Error::not_found(format!("the job {} has no result for the input {key}", job.id)))
}

/// The response to `GET /results/{job}`. `results` and `failures` are absent while they would be empty.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JobResults {
    job_identifier: String,
    account_identifier: &'static str,
    team: Team,
    pub(super) total: usize,
    pub(super) completed: usize,
    pub(super) failed: usize,
    pub(super) finished: bool,
    submitted_by_key: String,
    pub(super) explained: bool,
    submitted_at: String,
    pub(super) initial_queue_time: u64,
    pub(super) total_queue_time: u64,
    pub(super) average_model_latency: f64,
    total_model_latency: f64,
    pub(super) elapsed_time: u64,
    starting_result_summarizing: String,
    pub(super) result_summarizing: u64,
    pub(super) input_size: usize,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    results: IndexMap<String, InputResult>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    failures: IndexMap<String, InputResult>,
}

/// The outcome of one input: its metadata, and beside them its outputs or its error.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InputResult {
    status: &'static str,
    pub(super) engine: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    pub(super) input_fetching: u64,
    pub(super) output_uploading: Option<u64>,
    pub(super) model_latency: f64,
    pub(super) queue_time: u64,
    start_time: String,
    update_time: String,
    end_time: String,
    pub(super) voting: Voting,
    #[serde(flatten)]
    pub(super) outputs: Outputs,
}

/// The form of an output in the results.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Shown {
    Value(Value),
    Generated(Predictions),
}

/// The outputs of an input, by name.
pub(super) type Outputs = IndexMap<Cow<'static, str>, Shown>;

impl JobResults {
    /// Returns the results of the inputs that are processed so far.
    pub(super) async fn of(job: &Arc<Job>, base_url: &str) -> Result<Self, Error> {
        let progress = job.progress();
        let outcomes = job.outcomes(progress.processed).await?;
        let mut results = IndexMap::new();
        let mut failures = IndexMap::new();
        let mut latency = 0.0;
        for (index, (input, outcome)) in job.inputs().iter().zip(outcomes).enumerate() {
            let result = InputResult::of(job, index, outcome, base_url);
            latency += result.model_latency;
            let into = if outcome.is_ok() { &mut results } else { &mut failures };
            into.insert(input.key.clone(), result);
        }
        let processed = u32::try_from(outcomes.len().max(1)).unwrap_or(u32::MAX);
        let queued = milliseconds(progress.queued);
        Ok(Self {
            job_identifier: job.id.clone(),
            account_identifier: ACCOUNT,
            team: TEAM,
            total: job.keys().len(),
            completed: results.len(),
            failed: failures.len(),
            finished: progress.status.is_final(),
            submitted_by_key: job.submitter.prefix.to_string(),
            explained: job.explain && job.model.is_explainable(),
            submitted_at: basic_offset(job.submitted_at()),
            initial_queue_time: queued,
            total_queue_time: queued,
            average_model_latency: latency / f64::from(processed),
            total_model_latency: latency,
            elapsed_time: milliseconds(progress.elapsed),
            starting_result_summarizing: extended_offset(job.moment(progress.updated)),
            result_summarizing: 0,
            input_size: job.input_bytes(),
            results,
            failures,
        })
    }

    /// Returns how many of their bytes are generated while they are sent.
    pub(super) fn generated_bytes(&self) -> u64 {
        self.results.values().map(InputResult::generated_bytes).sum()
    }
}

impl InputResult {
    /// Returns how many of its bytes are generated while they are sent.
    pub(super) fn generated_bytes(&self) -> u64 {
        let sizes = self.outputs.values().map(|shown| match shown {
            Shown::Generated(json) => json.size(),
            Shown::Value(_) => 0,
        });
        sizes.sum()
    }

    pub(super) fn of(job: &Job, index: usize, outcome: &Outcome, base_url: &str) -> Self {
        let (start, end) = job.span(index);
        let key = job.inputs().get(index).map_or("", |input| input.key.as_str());
        let (status, error, outputs) = match outcome {
            Ok(outputs) => {
                let shown = outputs.iter().map(|(name, output)| match output {
                    Output::Json(value) => (name.clone(), Shown::Value(value.clone())),
                    Output::GeneratedJson(json) => (name.clone(), Shown::Generated(*json)),
                    Output::Binary(_) | Output::GeneratedBinary(_) => {
                        (name.clone(), Shown::Value(link(base_url, &job.id, key, name).into()))
                    }
                });
                ("SUCCESSFUL", None, shown.collect())
            }
            Err(error) => ("FAILED", Some(error.clone()), IndexMap::new()),
        };
        Self {
            status,
            engine: job.version.engine(&job.model.identifier),
            error,
            input_fetching: 0,
            output_uploading: None,
            model_latency: (end.saturating_sub(start)).as_secs_f64() * 1000.0,
            queue_time: milliseconds(start),
            start_time: basic_offset(job.moment(start)),
            update_time: extended_offset(job.moment(end)),
            end_time: extended_offset(job.moment(end)),
            voting: job.votes.count(index),
            outputs,
        }
    }
}
