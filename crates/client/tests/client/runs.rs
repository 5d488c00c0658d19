//! From a model and inputs to results in one call, the latest version of a model, and requests to any route.

use http::Method;
use modzy_client::{
    Abort, Cancellation, Document, Error, Failures, FileSource, RawRequest, RunInputs, RunJob, RunListener, RunOptions,
    Sent, Sources, UploadProgress, WaitOptions,
};
use serde_json::{Value, json};

use crate::support::{
    attempts, builder, emulator, millis, options,
    server::{Reply, Server, answer, ok, status},
};

const TEXT: [(&str, &str); 1] = [("input.txt", "What a lovely day!")];

/// Answers each route of a run of the job `j` whose wait ends with this status and which has these results.
async fn server(job_status: &'static str, results: Value) -> Server {
    Server::start(move |request, _| match request.line() {
        "GET /api/models/m" => ok(r#"{"modelId":"m","latestVersion":"2","latestActiveVersion":"1.0.1"}"#),
        "POST /api/jobs" => ok(r#"{"jobIdentifier":"j"}"#),
        "GET /api/jobs/j" => ok(json!({"jobIdentifier": "j", "status": job_status}).to_string()),
        "GET /api/results/j" => ok(results.to_string()),
        "DELETE /api/jobs/j" => ok(r#"{"jobIdentifier":"j","status":"CANCELED"}"#),
        _ => status(404),
    })
    .await
}

fn results(sections: &Value) -> Value {
    let mut all = json!({"jobIdentifier": "j", "finished": true});
    all.as_object_mut()
        .unwrap()
        .extend(sections.as_object().unwrap().clone());
    all
}

fn quickly() -> RunOptions {
    RunOptions::default().wait(WaitOptions::default().poll_interval(millis(5)))
}

#[derive(Default)]
struct Seen {
    events: Vec<String>,
    aborts: Option<Abort>,
}

impl RunListener for Seen {
    fn uploaded(&mut self, progress: &UploadProgress<'_>) {
        self.events.push(format!("uploaded {}", progress.loaded_bytes));
    }

    fn submitted(&mut self, job_identifier: &str) {
        self.events.push(format!("submitted {}", job_identifier.len()));
        if let Some(abort) = &self.aborts {
            abort.abort(Some(Cancellation::at(std::time::Instant::now())));
        }
    }

    fn polled(&mut self, job: &Document) {
        self.events.extend(job.string_member("status"));
    }
}

#[tokio::test]
async fn a_text_and_a_file_give_the_same_outputs() {
    let (_emulator, builder) = emulator(0, 0).await;
    let client = builder.build().unwrap();
    let mut all = Vec::new();
    for job in [
        RunJob::new("ed542963de", TEXT),
        RunJob::new("ed542963de@1.0.1", [("input.txt", FileSource::Bytes(TEXT[0].1.into()))]),
    ] {
        let mut seen = Seen::default();
        let outcome = client.run(job, &quickly(), &Abort::default(), &mut seen).await;
        let ran = outcome.result.unwrap();
        assert_eq!(ran.job.string_member("jobIdentifier"), outcome.job_identifier);
        assert_eq!(ran.failures.as_str(), "{}");
        assert_eq!(seen.events.last().unwrap(), "COMPLETED");
        assert!(seen.events.contains(&"submitted 36".to_owned()), "{:?}", seen.events);
        all.push(ran.outputs.unwrap());
    }
    assert!(all[0].as_str().contains("positive"), "{}", all[0].as_str());
    assert_eq!(all[0], all[1]);
}

#[tokio::test]
async fn the_latest_active_version_is_used_and_never_a_newer_one() {
    let server = server("COMPLETED", results(&json!({"results": {"job": {"o": 1}}}))).await;
    let client = builder(&server.api()).build().unwrap();
    let outcome = client
        .run(RunJob::new("m", TEXT), &quickly(), &Abort::default(), &mut ())
        .await;
    assert_eq!(outcome.result.unwrap().outputs.unwrap().as_str(), r#"{"o":1}"#);
    assert_eq!(client.latest_version("m", &options()).await.unwrap(), "1.0.1");
    let body = &server.requests()[1].body;
    let sent: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(sent["model"], json!({"identifier": "m", "version": "1.0.1"}));
}

#[tokio::test]
async fn a_model_without_an_active_version_is_an_error() {
    let server = Server::always(ok(r#"{"modelId":"m","latestVersion":"2.0","latestActiveVersion":""}"#)).await;
    let client = builder(&server.api()).build().unwrap();
    let outcome = client
        .submit(RunJob::new("m", TEXT), &options(), &Abort::default(), |_| {})
        .await;
    let error = outcome.result.unwrap_err();
    assert_eq!(error.status(), Some(404));
    let message = "the model m has no active version (its latest version 2.0 is not active); \
                   activate one, or name the number of another";
    assert_eq!((error.to_string().as_str(), server.count()), (message, 1));
}

#[tokio::test]
async fn failures_reject_a_single_input_and_stand_beside_the_results_of_several() {
    let sections = json!({"results": {"a": {"o": 1}}, "failures": {"job": {"error": "why"}}});
    let server = server("COMPLETED", results(&sections)).await;
    let client = builder(&server.api()).build().unwrap();
    let abort = Abort::default();
    let single = || RunJob::new("m@1", TEXT);
    let several = || {
        let parts = TEXT
            .map(|(name, text)| (name.to_owned(), text.into()))
            .into_iter()
            .collect();
        RunJob::new("m@1", RunInputs::Many(Sources::from([("a".to_owned(), parts)])))
    };
    for (job, failures) in [(single(), None), (several(), Some(Failures::Reject))] {
        let mut options = quickly();
        if let Some(failures) = failures {
            options = options.failures(failures);
        }
        let outcome = client.run(job, &options, &abort, &mut ()).await;
        assert_eq!(outcome.job_identifier.as_deref(), Some("j"));
        assert!(matches!(outcome.result, Err(Error::JobFailed { message, .. }) if message == "why"));
    }
    let returning = quickly().failures(Failures::Return);
    for (job, options) in [(single(), &returning), (several(), &quickly())] {
        let ran = client.run(job, options, &abort, &mut ()).await.result.unwrap();
        assert_eq!(ran.failures.as_str(), r#"{"job":{"error":"why"}}"#);
        assert_eq!(ran.outputs, None);
    }
}

#[tokio::test]
async fn a_job_that_does_not_complete_has_failed_and_its_results_are_not_read() {
    for ended in ["CANCELED", "TIMEDOUT", "ERROR"] {
        let server = server(ended, results(&json!({}))).await;
        let client = builder(&server.api()).build().unwrap();
        let outcome = client
            .run(RunJob::new("m@1", TEXT), &quickly(), &Abort::default(), &mut ())
            .await;
        let message = outcome.result.unwrap_err().to_string();
        assert_eq!(message, format!("job j ended with the status {ended}"));
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn a_run_that_fails_after_its_submit_is_not_worth_another() {
    for (polled, read, limit) in [
        (status(500), status(404), None),
        (Reply::Reset, status(404), None),
        (Reply::Keep(answer(429, "retry-after: 0\r\n", "")), status(404), None),
        (
            ok(r#"{"jobIdentifier":"j","status":"IN_PROGRESS"}"#),
            status(404),
            Some(millis(0)),
        ),
        (ok(r#"{"jobIdentifier":"j","status":"COMPLETED"}"#), status(500), None),
    ] {
        let server = Server::start(move |request, _| match request.line() {
            "POST /api/jobs" => ok(r#"{"jobIdentifier":"j"}"#),
            "GET /api/jobs/j" => polled.clone(),
            _ => read.clone(),
        })
        .await;
        let client = builder(&server.api()).build().unwrap();
        let mut wait = WaitOptions::default().poll_interval(millis(5)).max_outage(millis(0));
        if let Some(limit) = limit {
            wait = wait.wait_timeout(limit);
        }
        let options = RunOptions::default().wait(wait);
        let outcome = client
            .run(RunJob::new("m@1", TEXT), &options, &Abort::default(), &mut ())
            .await;
        assert_eq!(outcome.job_identifier.as_deref(), Some("j"));
        let error = outcome.result.unwrap_err();
        assert!(!error.is_retryable(), "{error:?}");
        assert_eq!(
            server.lines().iter().filter(|line| line.starts_with("POST ")).count(),
            1
        );
    }
}

#[tokio::test]
async fn an_abort_of_the_wait_cancels_the_job() {
    let server = server("IN_PROGRESS", results(&json!({}))).await;
    let client = builder(&server.api()).build().unwrap();
    let abort = Abort::default();
    let mut seen = Seen {
        aborts: Some(abort.clone()),
        ..Seen::default()
    };
    let outcome = client
        .run(RunJob::new("m@1", TEXT), &quickly(), &abort, &mut seen)
        .await;
    assert!(matches!(outcome.result, Err(Error::Aborted)));
    let canceled = outcome.canceled.unwrap();
    assert_eq!(canceled.job_identifier.as_deref(), Some("j"));
    assert_eq!(
        canceled.result.unwrap().string_member("status").as_deref(),
        Some("CANCELED")
    );
}

#[tokio::test]
async fn an_abort_before_the_submit_sends_nothing() {
    let server = server("IN_PROGRESS", results(&json!({}))).await;
    let client = builder(&server.api()).build().unwrap();
    let abort = Abort::default();
    abort.end();
    let outcome = client.run(RunJob::new("m", TEXT), &quickly(), &abort, &mut ()).await;
    assert!(matches!(outcome.result, Err(Error::Aborted)));
    assert_eq!((outcome.sent, server.count()), (Sent::No, 0));
}

#[tokio::test]
async fn a_request_of_any_kind_has_the_retries_of_its_method() {
    for (method, count) in [("GET", 3), ("DELETE", 3), ("POST", 1), ("PUT", 1), ("PATCH", 1)] {
        let server = Server::always(status(502)).await;
        let client = crate::support::skipping(&server.api()).0;
        let request = RawRequest::new(method.parse::<Method>().unwrap(), "/x");
        let error = client.raw_request(&request, &options().retries(2)).await.unwrap_err();
        assert_eq!((attempts(&error), server.count()), (count, count as usize), "{method}");
    }
}

#[tokio::test]
async fn a_request_of_any_kind_returns_status_headers_and_body() {
    let server = Server::always(Reply::Keep(answer(203, "x-own: 1\r\n", "[1]"))).await;
    let client = builder(&server.api()).build().unwrap();
    let mut request = RawRequest::new(Method::GET, "/a b?x=1");
    request.query = vec![("q".to_owned(), "ü&".to_owned())];
    let response = client.raw_request(&request, &options()).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (203, &b"[1]"[..]));
    assert_eq!(response.headers["x-own"], "1");
    assert_eq!(server.requests()[0].line(), "GET /api/a%20b?x=1&q=%C3%BC%26");
}
