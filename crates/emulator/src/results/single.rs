//! The document of one input's result. Its shape differs from that of the same input within the results of its job: times
//! are whole seconds since 1970, the outputs are under `result`, and there is neither a status nor an error.

use jiff::Timestamp;
use serde::Serialize;

use super::documents::{InputResult, JobResults, Outputs};
use crate::account::{ACCOUNT, TEAM, Team};
use crate::jobs::{Job, Voting};

/// The response to `GET /results/{job}/datasource/{input}`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SingleResult {
    job: JobOfResult,
    input_name: String,
    start_time: u64,
    update_time: u64,
    end_time: u64,
    explained: bool,
    engine: String,
    queue_time: u64,
    input_fetching_time: u64,
    output_uploading_time: u64,
    model_latency: f64,
    input_completed_time: u64,
    access_key: String,
    input_size: usize,
    #[serde(rename = "useLegacyDatasourceJSON")]
    use_legacy_datasource_json: bool,
    result: Outputs,
    voting: Voting,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JobOfResult {
    identifier: String,
    created_at: u64,
    updated_at: u64,
    model: ModelOfResult,
    user: UserOfResult,
    submitted_by: String,
    team: Team,
    account: AccountOfResult,
    tags: [&'static str; 0],
    total_input_count: usize,
    completed_input_count: usize,
    failed_input_count: usize,
    submitted_at: u64,
    initial_queue_time: u64,
    total_queue_time: u64,
    average_model_latency: f64,
    result_summary_started_at: u64,
    input_size: usize,
    finished: bool,
    elapsed_time: u64,
    result_summarizing_time: u64,
}

#[derive(Serialize)]
struct ModelOfResult {
    identifier: String,
    version: String,
    name: String,
}

#[derive(Serialize)]
struct UserOfResult {
    identifier: &'static str,
    email: &'static str,
    name: String,
}

#[derive(Serialize)]
struct AccountOfResult {
    identifier: &'static str,
}

impl SingleResult {
    /// Returns the document of the input with this index, from its part of all results.
    pub(super) fn of(job: &Job, index: usize, input: InputResult, all: &JobResults) -> Self {
        let (start, end) = job.span(index);
        let end = seconds(job.moment(end));
        let (key, size) = job
            .inputs()
            .get(index)
            .map_or(("", 0), |input| (input.key.as_str(), input.bytes()));
        let person = job.submitter.person();
        let updated = seconds(job.moment(job.progress().updated));
        Self {
            job: JobOfResult {
                identifier: job.id.clone(),
                created_at: seconds(job.created_at()),
                updated_at: updated,
                model: ModelOfResult {
                    identifier: job.model.identifier.clone(),
                    version: job.version.number.clone(),
                    name: job.model.name.clone(),
                },
                user: UserOfResult {
                    identifier: person.identifier,
                    email: person.email,
                    name: format!("{} {}", person.first_name, person.last_name),
                },
                submitted_by: job.submitter.prefix.to_string(),
                team: TEAM,
                account: AccountOfResult { identifier: ACCOUNT },
                tags: [],
                total_input_count: all.total,
                completed_input_count: all.completed,
                failed_input_count: all.failed,
                submitted_at: seconds(job.submitted_at()),
                initial_queue_time: all.initial_queue_time,
                total_queue_time: all.total_queue_time,
                average_model_latency: all.average_model_latency,
                result_summary_started_at: updated,
                input_size: all.input_size,
                finished: all.finished,
                elapsed_time: all.elapsed_time,
                result_summarizing_time: all.result_summarizing,
            },
            input_name: key.to_owned(),
            start_time: seconds(job.moment(start)),
            update_time: end,
            end_time: end,
            explained: all.explained,
            engine: input.engine,
            queue_time: input.queue_time,
            input_fetching_time: input.input_fetching,
            output_uploading_time: input.output_uploading.unwrap_or_default(),
            model_latency: input.model_latency,
            input_completed_time: end,
            access_key: job.submitter.prefix.to_string(),
            input_size: size,
            use_legacy_datasource_json: false,
            result: input.outputs,
            voting: input.voting,
        }
    }
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or_default()
}
