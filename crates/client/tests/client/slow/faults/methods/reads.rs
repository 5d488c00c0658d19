//! Methods that read, and cancels.

use std::time::Instant;

use http::Method as HttpMethod;
use modzy_client::{
    Abort, Cancellation, Document, Error, JobFilter, JobHistoryFilter, JobOfCall, JobSearch, ModelFilter,
    ModelVersionFilter, OutputRef, ProjectFilter, ReportFilter, RunOptions, UserFilter, WaitOptions,
};

use super::{
    super::calls::SUBMIT,
    Method, Rule,
    arguments::{changes, file_job, file_run, latest_run, never, output, raw},
    method,
};
use crate::support::{folder::Folder, options};

pub(super) fn reads_of_jobs() -> Vec<Method> {
    vec![
        method!(Read, "GET /api/jobs/j", get_job("j", &options())),
        method!(Read, "GET /api/jobs", get_jobs(&JobFilter::default(), &options())),
        method!(Read, "GET /api/jobs", get_jobs_page(&JobFilter::default(), &options())),
        method!(Read, "GET /api/jobs/j", get_jobs_by_id(&["j"], &options())),
        method!(Read, "DELETE /api/jobs/j", cancel_job("j", &options())),
        method!(Cancellation, "DELETE /api/jobs/j", cancel_aborted("j", &options())),
        method!(
            Cancellation,
            "DELETE /api/jobs/j",
            cancel_ended(Err::<Document, _>(Error::Aborted), JobOfCall::Known("j"), &options())
        ),
        Method {
            name: "unless_aborted",
            rule: Rule::Cancellation,
            line: "DELETE /api/jobs/j",
            call: |client| {
                Box::pin(async move {
                    let (abort, options, wait) = (Abort::default(), options(), WaitOptions::default());
                    abort.abort(Some(Cancellation::at(Instant::now())));
                    let waiting = Box::pin(client.block_until_complete("j", &wait, |_| {}));
                    let job = JobOfCall::Known("j");
                    client.unless_aborted(waiting, job, &abort, &options).await;
                })
            },
        },
        Method {
            name: "cancel_submitted",
            rule: Rule::Cancellation,
            line: "DELETE /api/jobs/j",
            call: |client| {
                Box::pin(async move {
                    let options = options();
                    let submit = client.submit_job(SUBMIT, &options);
                    client.cancel_submitted(submit, &options).await.result.unwrap_err();
                })
            },
        },
        method!(
            Read,
            "GET /api/jobs/history",
            get_job_history(&JobHistoryFilter::default(), &options())
        ),
        method!(
            Read,
            "GET /api/jobs/history",
            get_job_history_page(&JobHistoryFilter::default(), &options())
        ),
        method!(
            Read,
            "GET /api/jobs/history?",
            find_jobs(&JobSearch::new("a"), &options())
        ),
        method!(Read, "GET /api/jobs/features", get_features(&options())),
        method!(
            Read,
            "GET /api/jobs/features",
            submit_job_files(file_job(), &options(), &never(), |_| {})
        ),
        method!(
            Read,
            "GET /api/jobs/features",
            submit(file_run(), &options(), &never(), |_| {})
        ),
        method!(
            Read,
            "GET /api/models/m",
            submit(latest_run(), &options(), &never(), |_| {})
        ),
        method!(
            Read,
            "GET /api/models/m",
            run(latest_run(), &RunOptions::default(), &never(), &mut ())
        ),
        method!(Read, "GET /api/results/j", get_result("j", &options())),
        method!(Read, "GET /api/results/j", get_input_result("j", "key", &options())),
        method!(Read, "GET /api/results/j", stream_results("j", &options())),
        method!(Read, "GET /api/results/j/", get_output_contents(&output(), &options())),
        Method {
            name: "get_output_contents",
            rule: Rule::Read,
            line: "GET /api/elsewhere",
            call: |client| {
                Box::pin(async move {
                    let url = OutputRef::Url(format!("{}/elsewhere", client.base_url().as_str()));
                    client.get_output_contents(&url, &options()).await.unwrap_err();
                })
            },
        },
        method!(Read, "GET /api/results/j/", open_output(&output(), &options())),
        method!(
            Read,
            "GET /api/results/j/",
            download_output(&output(), &Folder::new().place(), &options(), |_| {})
        ),
    ]
}

/// Reads of models and their engines.
pub(super) fn reads_of_models() -> Vec<Method> {
    vec![
        method!(Read, "GET /api/models", get_models(&ModelFilter::default(), &options())),
        method!(
            Read,
            "GET /api/models",
            get_models_page(&ModelFilter::default(), &options())
        ),
        method!(Read, "GET /api/models/latest", get_active_models(&options())),
        method!(Read, "GET /api/models/m", get_model("m", &options())),
        method!(Read, "GET /api/models?", get_model_by_name("m", true, &options())),
        method!(Read, "GET /api/models/m/", get_related_models("m", &options())),
        method!(Read, "GET /api/models/m/", get_model_versions("m", &options())),
        method!(Read, "GET /api/models/m/", get_model_version("m", "v", &options())),
        method!(
            Read,
            "GET /api/models/m/",
            get_model_version_input_sample("m", "v", &options())
        ),
        method!(
            Read,
            "GET /api/models/m/",
            get_model_version_output_sample("m", "v", &options())
        ),
        method!(Read, "GET /api/models/tags", get_all_tags(&options())),
        method!(Read, "GET /api/models/tags/t", get_tags_and_models(&["t"], &options())),
        method!(Read, "GET /api/resources/", get_processing_engine_status(&options())),
        method!(
            Read,
            "GET /api/models/all/versions/all",
            get_all_model_versions_page(&ModelVersionFilter::default(), &options())
        ),
        method!(Read, "GET /api/models/m", latest_version("m", &options())),
        method!(
            Read,
            "GET /api/models/m/versions/v",
            edit_model_version("m", "v", &changes(), &options())
        ),
        method!(
            Read,
            "GET /api/models/processing-engines",
            get_minimum_engines(&options())
        ),
        method!(Read, "GET /api/models/requirements/account", get_hardware(&options())),
        method!(
            Read,
            "GET /api/resources/processing/models",
            get_processing_engine_details(&options())
        ),
    ]
}

/// Reads of accounts, the dashboard, and routes without a method.
pub(super) fn other_reads() -> Vec<Method> {
    vec![
        method!(Read, "GET /api/accounting/", get_api_keys("e", &options())),
        method!(
            Read,
            "GET /api/accounting/users",
            get_users(&UserFilter::default(), &options())
        ),
        method!(
            Read,
            "GET /api/accounting/users",
            get_users_page(&UserFilter::default(), &options())
        ),
        method!(
            Read,
            "GET /api/accounting/projects",
            get_projects(&ProjectFilter::default(), &options())
        ),
        method!(
            Read,
            "GET /api/accounting/projects",
            get_projects_page(&ProjectFilter::default(), &options())
        ),
        method!(Read, "GET /api/accounting/projects/p", get_project("p", &options())),
        method!(Read, "GET /api/accounting/teams", get_teams(&options())),
        method!(Read, "GET /api/accounting/accounts", get_accounts(&options())),
        method!(Read, "GET /api/accounting/accounts/a", get_account("a", &options())),
        method!(Read, "GET /api/license", get_license(&options())),
        method!(Read, "GET /api/notifications/alerts", get_alerts(&options())),
        method!(
            Read,
            "GET /api/notifications/alerts/t",
            get_alert_entities("t", &options())
        ),
        method!(
            Read,
            "GET /api/metrics/data-processed",
            get_data_processed(&ReportFilter::default(), &options())
        ),
        method!(
            Read,
            "GET /api/metrics/predictions-made",
            get_predictions_made(&ReportFilter::default(), &options())
        ),
        method!(
            Read,
            "GET /api/metrics/active-users",
            get_most_active_users(&ReportFilter::default(), &options())
        ),
        method!(
            Read,
            "GET /api/metrics/active-models",
            get_most_active_models(&ReportFilter::default(), &options())
        ),
        method!(
            Read,
            "GET /api/metrics/prometheus/cpu-used",
            get_cluster_metric("cpu-used", &ReportFilter::default(), &options())
        ),
        method!(
            Read,
            "GET /api/elsewhere",
            raw_request(&raw(HttpMethod::GET), &options())
        ),
        method!(
            Read,
            "DELETE /api/elsewhere",
            raw_request(&raw(HttpMethod::DELETE), &options())
        ),
    ]
}
