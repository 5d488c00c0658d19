//! Every method of the client follows the rules of its class. Only reads repeat a 500. Writes, too, repeat a 503 with
//! `Retry-After`.

use std::{collections::BTreeSet, fs, path::Path, pin::Pin, sync::Arc, time::Instant};

use bytes::Bytes;
use modzy_client::{
    Abort, AzureJob, Cancellation, Client, Document, EmbeddedJob, EmbeddedValue, Error, FileJob, FileSource, JdbcJob,
    JobFilter, JobHistoryFilter, JobInput, JobOfCall, ModelFilter, OutputRef, S3Job, Sources, StorageGridJob,
    WaitOptions,
};

use super::calls::SUBMIT;
use crate::support::{
    clock::SkippingClock,
    folder::Folder,
    options, plain,
    server::{Reply, Server, answer, ok},
    text_job,
};

/// How often a request is made under the two faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Three times under both.
    Read,
    /// Once under the 500, and three times under the 503.
    Write,
    /// Until `maxOutage` is over.
    Poll,
}

struct Method {
    name: &'static str,
    rule: Rule,
    /// The beginning of the request that meets the fault.
    line: &'static str,
    call: fn(Client) -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

macro_rules! method {
    ($rule:ident, $line:literal, $method:ident($($argument:expr),* $(,)?)) => {
        Method {
            name: stringify!($method),
            rule: Rule::$rule,
            line: $line,
            call: |client| {
                Box::pin(async move {
                    // Other tests assert the result.
                    let _ = client.$method($($argument),*).await;
                })
            },
        }
    };
}

fn output() -> OutputRef {
    OutputRef::Named {
        job_id: "j".to_owned(),
        input_key: "key".to_owned(),
        output_name: "o".to_owned(),
    }
}

fn sources<T>(source: T) -> Sources<T> {
    [(
        "key".to_owned(),
        [("input.txt".to_owned(), source)].into_iter().collect(),
    )]
    .into_iter()
    .collect()
}

fn memory() -> FileSource {
    FileSource::Bytes(Bytes::from_static(b"What a lovely day!"))
}

fn file_job() -> FileJob {
    FileJob::new("m", "v", sources(memory()))
}

fn embedded_job() -> EmbeddedJob {
    EmbeddedJob::new("m", "v", sources(EmbeddedValue::DataUri("data:,x".to_owned())))
}

fn s3_job() -> S3Job<Sources<&'static str>> {
    S3Job::builder("m", "v", sources("x"))
        .access_key("a", "s")
        .region("r")
        .build()
        .unwrap()
}

fn azure_job() -> AzureJob<Sources<&'static str>> {
    AzureJob::builder("m", "v", sources("x"))
        .account("a", "k")
        .build()
        .unwrap()
}

fn storage_grid_job() -> StorageGridJob<Sources<&'static str>> {
    StorageGridJob::builder("m", "v", sources("x"))
        .access_key("a", "s")
        .endpoint("https://grid.example")
        .build()
        .unwrap()
}

fn jdbc_job() -> JdbcJob {
    JdbcJob::builder("m", "v")
        .url("jdbc:x")
        .credentials("u", "p")
        .driver("d")
        .query("q")
        .build()
        .unwrap()
}

fn job_input() -> JobInput {
    JobInput::new("j", "key", "input.txt", memory())
}

fn never() -> Abort {
    Abort::default()
}

fn reads_of_jobs() -> Vec<Method> {
    vec![
        method!(Read, "GET /api/jobs/j", get_job("j", &options())),
        method!(Read, "GET /api/jobs", get_jobs(&JobFilter::default(), &options())),
        method!(Read, "GET /api/jobs/j", get_jobs_by_id(&["j"], &options())),
        method!(Read, "DELETE /api/jobs/j", cancel_job("j", &options())),
        method!(Read, "DELETE /api/jobs/j", cancel_aborted("j", &options())),
        method!(
            Read,
            "DELETE /api/jobs/j",
            cancel_ended(Err::<Document, _>(Error::Aborted), JobOfCall::Known("j"), &options())
        ),
        Method {
            name: "unless_aborted",
            rule: Rule::Read,
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
            rule: Rule::Read,
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
        method!(Read, "GET /api/jobs/features", get_features(&options())),
        method!(
            Read,
            "GET /api/jobs/features",
            submit_job_files(file_job(), &options(), &never(), |_| {})
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

fn other_reads() -> Vec<Method> {
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
        method!(Read, "GET /api/accounting/", get_api_keys("e", &options())),
        method!(Read, "GET /api/resources/", get_processing_engine_status(&options())),
    ]
}

fn writes() -> Vec<Method> {
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
    ]
}

fn waits() -> Vec<Method> {
    vec![
        method!(
            Poll,
            "GET /api/jobs/j",
            block_until_complete("j", &WaitOptions::default(), |_| {})
        ),
        method!(
            Poll,
            "GET /api/jobs/j",
            block_until_result("j", &WaitOptions::default(), |_| {})
        ),
        method!(
            Poll,
            "GET /api/results/j",
            block_until_result("j", &WaitOptions::default(), |_| {})
        ),
    ]
}

fn all() -> Vec<Method> {
    [reads_of_jobs(), other_reads(), writes(), waits()]
        .into_iter()
        .flatten()
        .collect()
}

/// Returns how often the request is made if every one gets this reply.
async fn requests(method: &Method, fault: Reply) -> usize {
    let begins = method.line;
    let is_met = move |line: &str| {
        let rest = line.strip_prefix(begins);
        // The path must match to its end, unless the beginning ends in `/` or `?`.
        rest.is_some_and(|rest| rest.is_empty() || begins.ends_with(['/', '?']))
    };
    let server = Server::start(move |request, _| {
        if is_met(request.line()) {
            fault.clone()
        } else {
            ok(r#"{"jobIdentifier":"j","status":"COMPLETED"}"#)
        }
    })
    .await;
    let clock = Arc::new(SkippingClock::default());
    let client = plain(&server.api()).clock(clock).build().unwrap();
    (method.call)(client).await;
    server.lines().iter().filter(|line| is_met(line)).count()
}

#[tokio::test]
async fn every_method_follows_the_rules_of_its_class() {
    for method in &all() {
        let of_500 = requests(method, Reply::Keep(answer(500, "", ""))).await;
        let of_503 = requests(method, Reply::Keep(answer(503, "retry-after: 0\r\n", ""))).await;
        let seen = match (of_500, of_503) {
            (3, 3) => Some(Rule::Read),
            (1, 3) => Some(Rule::Write),
            (20.., 20..) => Some(Rule::Poll),
            _ => None,
        };
        assert_eq!(
            seen,
            Some(method.rule),
            "{}: {of_500} and {of_503} requests",
            method.name
        );
    }
}

#[test]
fn every_public_method_is_tested() {
    let mut entries = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut public = BTreeSet::new();
    while let Some(entry) = entries.pop() {
        if entry.is_dir() {
            entries.extend(fs::read_dir(entry).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(entry).unwrap();
        let asynchronous = text.split("pub async fn ").skip(1);
        // Methods that do work before they are polled.
        let futures = text.split("pub fn ").skip(1).filter(|rest| {
            let signature = rest.split('{').next().unwrap();
            signature.contains("-> impl Future")
        });
        for rest in asynchronous.chain(futures) {
            let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            public.insert(name.to_owned());
        }
    }
    // Reads from what `open_output` or `stream_results` opened.
    public.remove("next");
    // These two send nothing.
    public.remove("path_to_data_uri");
    public.remove("cancel_grace");
    public.remove("source_idle");
    let tested: BTreeSet<_> = all().iter().map(|method| method.name.to_owned()).collect();
    assert!(tested.len() > 30);
    assert_eq!(tested, public);
}
