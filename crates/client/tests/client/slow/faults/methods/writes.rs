//! Methods that write.

use http::Method as HttpMethod;
use modzy_client::{DeployOptions, RunOptions, Step, StepOptions};

use super::{
    super::calls::SUBMIT,
    Method, Rule,
    arguments::{
        azure_job, changes, description, embedded_job, engines, file_job, file_run, image, jdbc_job, job_input, never,
        only, raw, s3_job, sample, spec, storage_grid_job, text_run, version_spec,
    },
    method,
};
use crate::support::{options, text_job};

pub(super) fn writes() -> Vec<Method> {
    vec![
        method!(Write, "POST /api/jobs", submit_job(SUBMIT, &options())),
        method!(Write, "POST /api/jobs", submit_job_text(&text_job(), &options())),
        method!(
            Write,
            "POST /api/jobs",
            submit_job_embedded(&embedded_job(), &options())
        ),
        method!(Write, "POST /api/jobs", submit_job_aws_s3(&s3_job(), &options())),
        method!(Write, "POST /api/jobs", submit_job_aws_s3_folder(&s3_job(), &options())),
        method!(Write, "POST /api/jobs", submit_job_azure_blob(&azure_job(), &options())),
        method!(
            Write,
            "POST /api/jobs",
            submit_job_storage_grid(&storage_grid_job(), &options())
        ),
        method!(Write, "POST /api/jobs", submit_job_jdbc(&jdbc_job(), &options())),
        method!(
            Write,
            "POST /api/jobs",
            submit_job_files(file_job(), &options(), &never(), |_| {})
        ),
        method!(
            Write,
            "POST /api/jobs/j/key/",
            submit_job_files(file_job(), &options(), &never(), |_| {})
        ),
        method!(
            Write,
            "POST /api/jobs/j/close",
            submit_job_files(file_job(), &options(), &never(), |_| {})
        ),
        method!(
            Write,
            "POST /api/jobs/j/key/",
            append_input(job_input(), &options(), |_| {})
        ),
        method!(Write, "POST /api/jobs/j/close", close_job("j", &options())),
        method!(Write, "POST /api/accounting/", get_key_body("p", &options())),
        method!(
            Write,
            "POST /api/jobs",
            submit(text_run(), &options(), &never(), |_| {})
        ),
        method!(
            Write,
            "POST /api/jobs",
            submit(file_run(), &options(), &never(), |_| {})
        ),
        method!(
            Write,
            "POST /api/jobs/j/job/",
            submit(file_run(), &options(), &never(), |_| {})
        ),
        method!(
            Write,
            "POST /api/jobs/j/close",
            submit(file_run(), &options(), &never(), |_| {})
        ),
        method!(
            Write,
            "POST /api/jobs",
            run(text_run(), &RunOptions::default(), &never(), &mut ())
        ),
        method!(
            Write,
            "POST /api/jobs/j/job/",
            run(file_run(), &RunOptions::default(), &never(), &mut ())
        ),
        method!(
            Write,
            "POST /api/accounting/users/search",
            search_users(&["e"], &options())
        ),
        method!(
            Write,
            "PATCH /api/models/m/versions/v",
            edit_model_version("m", "v", &changes(), &options())
        ),
        method!(
            Write,
            "PATCH /api/models/m/versions/v",
            update_processing_engines("m", "v", engines(), &options())
        ),
        method!(
            Write,
            "POST /api/elsewhere",
            raw_request(&raw(HttpMethod::POST), &options())
        ),
        method!(
            Write,
            "PUT /api/elsewhere",
            raw_request(&raw(HttpMethod::PUT), &options())
        ),
        method!(
            Write,
            "PATCH /api/elsewhere",
            raw_request(&raw(HttpMethod::PATCH), &options())
        ),
    ]
}

/// The steps of a deployment.
pub(super) fn steps() -> Vec<Method> {
    let mut all = vec![
        method!(Write, "POST /api/models", create_model("n", "v", &options())),
        method!(
            Write,
            "POST /api/models/m/versions",
            create_model_version("m", "v", &options())
        ),
        method!(
            Write,
            "PATCH /api/models/m",
            describe_model("m", &description(), &options())
        ),
        method!(
            Write,
            "POST /api/models/m/versions/v/container-image",
            pull_image("m", "v", &image(), &StepOptions::default())
        ),
        method!(
            Write,
            "PATCH /api/models/m/versions/v",
            set_attributes("m", &spec(), &options())
        ),
        method!(
            Write,
            "POST /api/models/m/versions/v/load-process",
            load_model("m", "v", &StepOptions::default())
        ),
        method!(
            Write,
            "POST /api/models/m/versions/v/testInput?",
            send_test_input("m", "v", &sample(), &options())
        ),
        method!(
            Write,
            "POST /api/models/m/versions/v/run-process",
            start_test("m", "v", &options())
        ),
        method!(
            Write,
            "POST /api/models/m/image?",
            send_picture("m", &sample(), "d", &options())
        ),
        method!(
            Write,
            "PATCH /api/models/m/versions/v",
            activate_model_version("m", "v", &options())
        ),
        method!(
            Write,
            "PUT /api/models/m/versions/v/sample-input",
            set_model_version_input_sample("m", "v", &changes(), &options())
        ),
        method!(
            Write,
            "PUT /api/models/m/versions/v/sample-output",
            set_model_version_output_sample("m", "v", &changes(), &options())
        ),
    ];
    all.extend(
        [
            "PUT /api/models/m/versions/v/sample-input",
            "PUT /api/models/m/versions/v/sample-output",
        ]
        .map(|line| Method {
            name: "store_samples",
            rule: Rule::Write,
            line,
            call: |client| {
                Box::pin(async move {
                    let tested = client.get_account("a", &options()).await.unwrap();
                    let stored = client.store_samples("m", &spec(), &tested, &options()).await;
                    stored.unwrap_err();
                })
            },
        }),
    );
    all
}

/// The requests of a whole deployment, and of parts of one.
pub(super) fn deployments() -> Vec<Method> {
    let mut all = vec![
        method!(
            Write,
            "POST /api/models/m/versions",
            deploy_model(&version_spec(), &DeployOptions::default(), |_| {})
        ),
        method!(
            Write,
            "PATCH /api/models/m/versions/v",
            deploy_model(&version_spec(), &only(Step::Restore), |_| {})
        ),
        method!(
            Write,
            "PATCH /api/models/m/versions/v",
            deploy_model(&version_spec(), &only(Step::Activate), |_| {})
        ),
    ];
    all.extend(
        [
            (Rule::Write, "POST /api/models"),
            (Rule::Write, "PATCH /api/models/m"),
            (Rule::Write, "POST /api/models/m/versions/v/container-image"),
            (Rule::Poll, "GET /api/models/m/versions/v/container-image"),
            (Rule::Write, "PATCH /api/models/m/versions/v"),
            (Rule::Write, "POST /api/models/m/versions/v/load-process"),
            (Rule::Write, "POST /api/models/m/versions/v/testInput?"),
            (Rule::Write, "POST /api/models/m/versions/v/run-process"),
            (Rule::Poll, "GET /api/models/m/versions/v/run-process"),
            (Rule::Write, "PUT /api/models/m/versions/v/sample-input"),
            (Rule::Write, "PUT /api/models/m/versions/v/sample-output"),
            (Rule::Write, "POST /api/models/m/image?"),
            (Rule::Read, "GET /api/models/m/versions/v"),
        ]
        .map(|(rule, line)| Method {
            name: "deploy_model",
            rule,
            line,
            call: |client| {
                Box::pin(async move {
                    let deployed = client.deploy_model(&spec(), &DeployOptions::default(), |_| {}).await;
                    deployed.unwrap_err();
                })
            },
        }),
    );
    all
}
