//! Dispatches each operation to its function, with one dispatcher per entry point. The functions are in the files of their
//! resources. Aborts are handled in `calls`.

mod account;
mod accounting;
mod data_urls;
mod deployment;
mod engines;
mod filters;
mod jobs;
mod journals;
mod models;
mod outputs;
mod raw;
mod results;
mod run;
mod sources;
mod streams;
mod submits;
mod tags;
mod uploads;

use modzy_client::{Client, Document, Error, JobOfCall, RequestOptions, Result};

pub(crate) use self::{streams::next_chunk, uploads::source_idle};
use crate::{
    calls::{Argument, BoxFuture, Call, Context, GivenJob, NO_OPTIONS, Value, WaitContext},
    operation::{BindingRead as Read, BindingSubmit as Submit, BindingWait as Wait, BindingWrite as Write},
    options::BindingCallOptions,
};

/// The settings of a call, if it has any.
pub(crate) type Given = Option<Box<BindingCallOptions>>;

/// Runs an operation that reads.
pub(crate) async fn read(client: Client, operation: Read, argument: Argument, given: Given, call: Call) {
    let options = given.as_deref().unwrap_or(&NO_OPTIONS);
    // Not part of the statement that awaits: the future would reserve memory for both.
    let context = match Context::new(&client, &argument, options, &call) {
        Ok(context) => context,
        Err(error) => return call.settle(Err::<Value, _>(error)),
    };
    call.run(reading(operation, &context)).await;
}

/// Runs an operation that changes something on the server, except one that submits a job.
pub(crate) async fn write(client: Client, operation: Write, argument: Argument, given: Given, call: Call) {
    let options = given.as_deref().unwrap_or(&NO_OPTIONS);
    // Not part of the statement that awaits: the future would reserve memory for both.
    let context = match Context::new(&client, &argument, options, &call) {
        Ok(context) => context,
        Err(error) => return call.settle(Err::<Value, _>(error)),
    };
    call.run_write(writing(operation, &context)).await;
}

/// Runs an operation that submits a job. An abort may cancel the job.
pub(crate) async fn submit(
    client: Client,
    operation: Submit,
    argument: Argument,
    given: Given,
    cancels_job: bool,
    call: Call,
) {
    let options = given.as_deref().unwrap_or(&NO_OPTIONS);
    let job = JobOfCall::Submitted;
    let refused = 'refused: {
        let context = match Context::new(&client, &argument, options, &call) {
            Ok(context) => context,
            Err(error) => break 'refused error,
        };
        let given = GivenJob {
            job,
            options: &context.request,
            cancels_job,
        };
        return submitting(operation, &context, given).await;
    };
    Box::pin(refuse(&client, &call, job, cancels_job, refused)).await;
}

/// Runs an operation that waits for a job. An abort may cancel the job.
#[expect(
    clippy::manual_async_fn,
    reason = "an async fn holds its arguments twice, in each of thousands of waits"
)]
pub(crate) fn wait(
    client: Client,
    operation: Wait,
    job_id: String,
    given: Given,
    cancels_job: bool,
    call: Call,
) -> impl Future<Output = ()> + Send {
    async move {
        let options = given.as_deref().unwrap_or(&NO_OPTIONS);
        let job = JobOfCall::Known(&job_id);
        let refused = 'refused: {
            let context = match WaitContext::new(&client, &job_id, options, &call) {
                Ok(context) => context,
                Err(error) => break 'refused error,
            };
            // The settings have been read. They need not stay in memory until the job ends.
            drop(given);
            let given = GivenJob {
                job,
                options: context.options.request_options(),
                cancels_job,
            };
            match operation {
                Wait::BlockUntilComplete => {
                    let waiting = Box::pin(jobs::block_until_complete(&context));
                    call.run_with_job(&client, given, waiting).await;
                }
                Wait::BlockUntilOutcome => {
                    let waiting = Box::pin(results::block_until_outcome(&context));
                    call.run_with_job(&client, given, waiting).await;
                }
                Wait::BlockUntilResult => {
                    let waiting = Box::pin(results::block_until_result(&context));
                    call.run_with_job(&client, given, waiting).await;
                }
            }
            return;
        };
        Box::pin(refuse(&client, &call, job, cancels_job, refused)).await;
    }
}

/// Programs wait for tens of thousands of jobs, and each wait holds this future until its end.
const _: () = assert!(
    size_of_wait(&wait) <= 700,
    "a wait must not hold what only its end needs"
);

const fn size_of_wait<F>(_: &impl Fn(Client, Wait, String, Given, bool, Call) -> F) -> usize {
    size_of::<F>()
}

/// Ends a call whose settings were refused.
async fn refuse(client: &Client, call: &Call, job: JobOfCall<'_>, cancels_job: bool, error: Error) {
    let options = &RequestOptions::default();
    let given = GivenJob {
        job,
        options,
        cancels_job,
    };
    if let Some(lingering) = call.settle_with_job(client, given, Err::<Document, _>(error)) {
        lingering.await;
    }
}

fn reading<'a>(operation: Read, context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    match operation {
        Read::GetJob => boxed(jobs::get_job(context)),
        Read::GetJobs => boxed(jobs::get_jobs(context)),
        Read::GetJobsPage => boxed(jobs::get_jobs_page(context)),
        Read::GetJobsById => boxed(jobs::get_jobs_by_id(context)),
        Read::GetJobHistory => boxed(jobs::get_job_history(context)),
        Read::GetJobHistoryPage => boxed(jobs::get_job_history_page(context)),
        Read::FindJobs => boxed(jobs::find_jobs(context)),
        Read::OpenJournal => boxed(journals::open(context)),
        Read::TakeKey => boxed(journals::take(context)),
        Read::GetFeatures => boxed(uploads::get_features(context)),
        Read::GetProcessingEngineStatus => boxed(engines::get_processing_engine_status(context)),
        Read::GetProcessingEngineDetails => boxed(engines::get_processing_engine_details(context)),
        Read::GetMinimumEngines => boxed(engines::get_minimum_engines(context)),
        Read::GetHardware => boxed(engines::get_hardware(context)),
        Read::WaitForImage => boxed(deployment::wait_for_image(context)),
        Read::WaitForTest => boxed(deployment::wait_for_test(context)),
        Read::WaitForEngines => boxed(engines::wait_for_engines(context)),
        Read::GetAllModelVersionsPage => boxed(models::get_all_model_versions_page(context)),
        Read::GetResult => boxed(results::get_result(context)),
        Read::GetInputResult => boxed(results::get_input_result(context)),
        Read::OpenResults => boxed(results::open_results(context)),
        Read::GetOutputContents => boxed(outputs::get_output_contents(context)),
        Read::DownloadOutput => boxed(outputs::download_output(context)),
        Read::OpenOutput => boxed(outputs::open_output(context)),
        Read::GetModels => boxed(models::get_models(context)),
        Read::GetModelsPage => boxed(models::get_models_page(context)),
        Read::GetActiveModels => boxed(models::get_active_models(context)),
        Read::GetModel => boxed(models::get_model(context)),
        Read::GetModelByName => boxed(models::get_model_by_name(context)),
        Read::GetRelatedModels => boxed(models::get_related_models(context)),
        Read::GetModelVersions => boxed(models::get_model_versions(context)),
        Read::GetModelVersion => boxed(models::get_model_version(context)),
        Read::GetModelVersionInputSample => boxed(models::get_model_version_input_sample(context)),
        Read::GetModelVersionOutputSample => boxed(models::get_model_version_output_sample(context)),
        Read::GetAllTags => boxed(tags::get_all_tags(context)),
        Read::GetTagsAndModels => boxed(tags::get_tags_and_models(context)),
        Read::GetApiKeys => boxed(accounting::get_api_keys(context)),
        Read::RawRead => boxed(raw::raw_request(context)),
        Read::GetUsers => boxed(account::get_users(context)),
        Read::GetUsersPage => boxed(account::get_users_page(context)),
        Read::SearchUsers => boxed(account::search_users(context)),
        Read::GetProjects => boxed(account::get_projects(context)),
        Read::GetProjectsPage => boxed(account::get_projects_page(context)),
        Read::GetProject => boxed(account::get_project(context)),
        Read::GetTeams => boxed(account::get_teams(context)),
        Read::GetAccounts => boxed(account::get_accounts(context)),
        Read::GetAccount => boxed(account::get_account(context)),
        Read::GetLicense => boxed(account::get_license(context)),
        Read::GetAlerts => boxed(account::get_alerts(context)),
        Read::GetAlertEntities => boxed(account::get_alert_entities(context)),
        Read::GetDataProcessed => boxed(account::get_data_processed(context)),
        Read::GetPredictionsMade => boxed(account::get_predictions_made(context)),
        Read::GetMostActiveUsers => boxed(account::get_most_active_users(context)),
        Read::GetMostActiveModels => boxed(account::get_most_active_models(context)),
        Read::GetClusterMetric => boxed(account::get_cluster_metric(context)),
        Read::PathToDataUrl => boxed(data_urls::path_to_data_url(context)),
    }
}

fn writing<'a>(operation: Write, context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    match operation {
        Write::CancelJob => boxed(jobs::cancel_job(context)),
        Write::AppendInput => boxed(uploads::append_input(context)),
        Write::CloseJob => boxed(uploads::close_job(context)),
        Write::RawWrite => boxed(raw::raw_request(context)),
        Write::EditModelVersion => boxed(models::edit_model_version(context)),
        Write::UpdateProcessingEngines => boxed(engines::update_processing_engines(context)),
        Write::DeployModel => boxed(deployment::deploy_model(context)),
        Write::CreateModel => boxed(deployment::create_model(context)),
        Write::CreateModelVersion => boxed(deployment::create_model_version(context)),
        Write::DescribeModel => boxed(deployment::describe_model(context)),
        Write::PullImage => boxed(deployment::pull_image(context)),
        Write::LoadModel => boxed(deployment::load_model(context)),
        Write::SendTestInput => boxed(deployment::send_test_input(context)),
        Write::StartTest => boxed(deployment::start_test(context)),
        Write::SetModelVersionInputSample => boxed(deployment::set_input_sample(context)),
        Write::SetModelVersionOutputSample => boxed(deployment::set_output_sample(context)),
        Write::SendPicture => boxed(deployment::send_picture(context)),
        Write::ActivateModelVersion => boxed(deployment::activate_model_version(context)),
        Write::GetKeyBody => boxed(accounting::get_key_body(context)),
    }
}

async fn submitting(operation: Submit, context: &Context<'_>, given: GivenJob<'_>) {
    let submitting: BoxFuture<'_, Document> = match operation {
        Submit::SubmitJob => Box::pin(submits::submit_job(context)),
        Submit::SubmitJobText => Box::pin(submits::submit_job_text(context)),
        Submit::SubmitJobEmbedded => Box::pin(submits::submit_job_embedded(context)),
        Submit::SubmitJobAwsS3 => Box::pin(submits::submit_job_aws_s3(context)),
        Submit::SubmitJobAwsS3Folder => Box::pin(submits::submit_job_aws_s3_folder(context)),
        Submit::SubmitJobAzureBlob => Box::pin(submits::submit_job_azure_blob(context)),
        Submit::SubmitJobStorageGrid => Box::pin(submits::submit_job_storage_grid(context)),
        Submit::SubmitJobJdbc => Box::pin(submits::submit_job_jdbc(context)),
        // An upload cancels its job after any failure.
        Submit::SubmitJobFiles => return Box::pin(uploads::submit_job_files(context, given)).await,
        Submit::Submit => return Box::pin(run::submit(context, given)).await,
        Submit::Run => return Box::pin(run::run(context, given)).await,
    };
    context.call.run_with_job(context.client, given, submitting).await;
}

/// Moves an operation to the heap, so that the ten thousand futures of waits do not reserve memory for other operations.
fn boxed<'a, T: Into<Value>>(operation: impl Future<Output = Result<T>> + Send + 'a) -> BoxFuture<'a, Value> {
    Box::pin(async move { Ok(operation.await?.into()) })
}
