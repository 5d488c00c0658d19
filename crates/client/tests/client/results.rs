//! Results: of one input, and waits for the results of a job.

use std::time::Duration;

use modzy_client::{BodyFault, Document, Error, JobAndResult, WaitOptions};

use crate::support::{
    body_fault, emulator, millis, options,
    server::{Reply, Server, answer, cut, job, ok, status},
    skipping, submit, until,
};

const BOTH: (&str, &str) = (
    r#"{"jobIdentifier":"j","status":"COMPLETED"}"#,
    r#"{ "jobIdentifier":"j", "results": {"k": 1.10} }"#,
);

/// Returns the texts of the job and of its result.
fn texts(both: &JobAndResult) -> (&str, &str) {
    (both.job.as_str(), both.result.as_str())
}

/// Starts a server whose job is final, and which replies to requests for its results with these.
async fn result_after(replies: Vec<Reply>) -> Server {
    Server::start(move |request, nth| {
        if request.line() == "GET /api/jobs/j" {
            return job("COMPLETED");
        }
        let reply = nth.checked_sub(1).and_then(|nth| replies.get(nth)).cloned();
        reply.unwrap_or_else(|| ok(r#"{ "jobIdentifier":"j", "results": {"k": 1.10} }"#))
    })
    .await
}

#[tokio::test]
async fn the_result_of_an_input_is_the_one_of_all_results() {
    let body = r#"{"jobIdentifier":"j","results":{"a":7,"k \u00fc":{"status" : "SUCCESSFUL","o":1.10},"old":{"old":{"engine":"e"}}},
        "failures":{"..":{"error":"why"},"text":"why"}}"#;
    let server = Server::always(ok(body)).await;
    let (client, _) = skipping(&server.api());
    for (key, value) in [
        ("k ü", r#"{"status" : "SUCCESSFUL","o":1.10}"#),
        ("old", r#"{"engine":"e"}"#),
        ("..", r#"{"error":"why"}"#),
        ("text", r#""why""#),
    ] {
        let result = client.get_input_result("j", key, &options()).await.unwrap();
        assert_eq!(result.as_str(), value);
    }
    assert_eq!(server.lines(), ["GET /api/results/j"; 4]);
    let error = client
        .get_input_result("j", "a", &options().retries(0))
        .await
        .unwrap_err();
    assert_eq!(body_fault(&error), Some(BodyFault::NoResults));
    for (job, input, argument) in [("", "a", "job_id"), ("j", "", "input_key")] {
        let error = client.get_input_result(job, input, &options()).await.unwrap_err();
        assert!(
            matches!(error, Error::Argument { name, .. } if name == argument),
            "{error:?}"
        );
    }
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn a_result_is_returned_before_the_body_has_ended() {
    let mut bytes = answer(
        200,
        "",
        r#"{"jobIdentifier":"j","results":{"a":{},"k":{"o":1},"z":{"o":2}}}"#,
    );
    bytes.truncate(bytes.len() - r#","z":{"o":2}}}"#.len());
    let server = Server::always(Reply::Stall(bytes)).await;
    let (client, _) = skipping(&server.api());
    let result = client.get_input_result("j", "k", &options()).await.unwrap();
    assert_eq!(result.as_str(), r#"{"o":1}"#);
    until(|| server.open() == 0).await;
}

#[tokio::test]
async fn the_result_of_an_input_is_judged_as_all_results_are() {
    for (body, fault) in [
        (r#"{"results":{"k":{"o":1}}}"#, BodyFault::NoResults),
        (
            r#"{"results":{"k":{"o":1}},"jobIdentifier":null}"#,
            BodyFault::NoResults,
        ),
        (
            r#"{"results":{"k":{"o":1}},"jobIdentifier":"other"}"#,
            BodyFault::AnotherJob,
        ),
        (
            r#"{"jobIdentifier":"other","results":{"k":{"o":1}}}"#,
            BodyFault::AnotherJob,
        ),
        (
            r#"{"statusCode":500,"jobIdentifier":"j","results":{"k":{"o":1}}}"#,
            BodyFault::NoResults,
        ),
        (
            r#"{"results":{"k":{"o":1}},"failures":7,"jobIdentifier":"j"}"#,
            BodyFault::NoResults,
        ),
    ] {
        let server = Server::always(ok(body)).await;
        let (client, _) = skipping(&server.api());
        let without_retries = options().retries(0);
        let all = client.get_result("j", &without_retries).await.unwrap_err();
        let one = client.get_input_result("j", "k", &without_retries).await.unwrap_err();
        assert_eq!(
            (body_fault(&all), body_fault(&one)),
            (Some(fault), Some(fault)),
            "{body}"
        );
    }
    // The job may be named at the end, and in another case.
    let server = Server::always(ok(
        r#"{"failures":{"k":{"o":1}},"results":{"k":{"o":2}},"jobIdentifier":"J"}"#,
    ))
    .await;
    let (client, _) = skipping(&server.api());
    let result = client.get_input_result("j", "k", &options()).await.unwrap();
    assert_eq!((result.as_str(), server.count()), (r#"{"o":1}"#, 1));
}

#[tokio::test]
async fn an_input_without_a_result_is_not_found_by_its_name() {
    let server = Server::always(ok(r#"{"jobIdentifier":"j","results":{"a":{}},"failures":null}"#)).await;
    let (client, _) = skipping(&server.api());
    let error = client.get_input_result("j", "k", &options()).await.unwrap_err();
    assert_eq!(
        (error.status(), error.to_string(), server.count()),
        (Some(404), "the job has no result of the input \"k\"".to_owned(), 1)
    );
    assert_eq!(error.call().unwrap().job_identifier.as_deref(), Some("j"));
}

#[tokio::test]
async fn the_read_of_one_input_is_repeated_like_every_read() {
    let server = Server::scripted(vec![
        cut(),
        status(503),
        ok(r#"{"jobIdentifier":"j","results":{"k":{"o":1}}}"#),
    ])
    .await;
    let (client, clock) = skipping(&server.api());
    client.get_input_result("j", "k", &options()).await.unwrap();
    assert_eq!((server.count(), clock.pauses().len()), (3, 2));
}

#[tokio::test]
async fn a_wait_for_a_result_ends_with_the_job_and_the_result_unchanged() {
    let server = Server::start(|request, nth| match (request.line(), nth) {
        ("GET /api/jobs/j", 0) => job("SUBMITTED"),
        ("GET /api/jobs/j", _) => job("COMPLETED"),
        _ => ok(r#"{ "jobIdentifier":"j", "results": {"k": 1.10} }"#),
    })
    .await;
    let (client, clock) = skipping(&server.api());
    let mut seen = Vec::new();
    let progress = |job: &Document| seen.push(job.string_member("status").unwrap());
    let both = client
        .block_until_result("j", &WaitOptions::default(), progress)
        .await
        .unwrap();
    assert_eq!(texts(&both), BOTH);
    assert_eq!(seen, ["SUBMITTED", "COMPLETED"]);
    assert_eq!(
        server.lines(),
        ["GET /api/jobs/j", "GET /api/jobs/j", "GET /api/results/j"]
    );
    assert_eq!(clock.pauses(), [2000]);
}

#[tokio::test]
async fn a_result_that_is_not_stored_yet_is_requested_again() {
    let server = result_after(vec![status(404), ok("<html>"), ok("[]")]).await;
    let (client, clock) = skipping(&server.api());
    let options = WaitOptions::default().poll_interval(millis(1000));
    let both = client.block_until_result("j", &options, |_| {}).await.unwrap();
    assert_eq!(texts(&both), BOTH);
    assert_eq!(server.lines()[1..], ["GET /api/results/j"; 4]);
    assert_eq!(clock.pauses(), [1000, 2000, 3500]);
}

#[tokio::test]
async fn a_404_for_a_result_is_believed_after_four_seconds() {
    let server = result_after(vec![status(404); 10]).await;
    let (client, clock) = skipping(&server.api());
    let error = client
        .block_until_result("j", &WaitOptions::default(), |_| {})
        .await
        .unwrap_err();
    assert_eq!((error.status(), clock.pauses()), (Some(404), vec![2000, 2000]));
    assert_eq!(error.call().unwrap().job_identifier.as_deref(), Some("j"));
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn an_outage_before_the_result_is_ridden_out() {
    let busy = Reply::Keep(answer(503, "retry-after: 7\r\n", ""));
    let server = result_after(vec![cut(), status(502), busy]).await;
    let (client, clock) = skipping(&server.api());
    let options = WaitOptions::default();
    let both = client.block_until_result("j", &options, |_| {}).await.unwrap();
    assert_eq!(texts(&both), BOTH);
    assert_eq!((server.count(), clock.pauses()[2]), (5, 7350));
}

#[tokio::test]
async fn an_outage_beyond_its_limit_and_a_refusal_fail_the_wait() {
    let server = result_after(vec![status(500); 100]).await;
    let (client, _) = skipping(&server.api());
    let options = WaitOptions::default().max_outage(Duration::from_secs(20));
    let error = client.block_until_result("j", &options, |_| {}).await.unwrap_err();
    assert_eq!(error.status(), Some(500));
    for refusal in [401, 403, 410] {
        let server = result_after(vec![status(refusal)]).await;
        let (client, _) = skipping(&server.api());
        let error = client.block_until_result("j", &options, |_| {}).await.unwrap_err();
        assert_eq!((error.status(), server.count()), (Some(refusal), 2));
    }
}

#[tokio::test]
async fn a_response_that_is_not_a_result_is_an_outage_and_fails_the_wait_at_its_end() {
    for (reply, fault) in [
        (Reply::Keep(answer(204, "", "")), BodyFault::Missing),
        (ok("{}"), BodyFault::NoResults),
        (ok(r#"{"results":[]}"#), BodyFault::NoResults),
        (ok(r#"{"message":"Service under maintenance"}"#), BodyFault::NoResults),
        (ok(r#"{"jobIdentifier":"another","results":{}}"#), BodyFault::AnotherJob),
        (
            ok(r#"{"jobIdentifier":"j","finished":false,"results":{}}"#),
            BodyFault::Unfinished,
        ),
        (
            ok(r#"{"jobIdentifier":"j","finished":false,"results":{"a":{"o":1}}}"#),
            BodyFault::Unfinished,
        ),
    ] {
        let server = result_after(vec![reply.clone(); 3]).await;
        let (client, clock) = skipping(&server.api());
        let options = WaitOptions::default();
        let both = client.block_until_result("j", &options, |_| {}).await.unwrap();
        assert_eq!((texts(&both), clock.pauses()), (BOTH, vec![4000, 7000, 8000]));
        let server = result_after(vec![reply; 10]).await;
        let (client, clock) = skipping(&server.api());
        let options = options.max_outage(Duration::from_secs(10));
        let error = client.block_until_result("j", &options, |_| {}).await.unwrap_err();
        assert_eq!((body_fault(&error), error.status().is_some()), (Some(fault), true));
        assert_eq!(clock.pauses(), [4000, 6000]);
    }
}

#[tokio::test]
async fn the_limit_of_a_wait_holds_for_job_and_result_together() {
    let server = Server::start(|request, nth| match (request.line(), nth) {
        ("GET /api/jobs/j", 0) => job("IN_PROGRESS"),
        ("GET /api/jobs/j", _) => job("COMPLETED"),
        _ => status(503),
    })
    .await;
    let (client, clock) = skipping(&server.api());
    let limit = Duration::from_secs(10);
    let options = WaitOptions::default().wait_timeout(limit);
    let error = client.block_until_result("j", &options, |_| {}).await.unwrap_err();
    let Error::WaitTimeout { job, limit, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        (job.unwrap().string_member("status").as_deref(), limit),
        (Some("COMPLETED"), limit)
    );
    assert_eq!(clock.pauses().iter().sum::<u128>(), 10_000);
}

#[tokio::test]
async fn a_result_of_the_emulator_comes_with_its_job() {
    let (_emulator, builder) = emulator(20, 20).await;
    let client = builder.build().unwrap();
    let id = submit(&client).await;
    let options = WaitOptions::default().poll_interval(millis(10));
    let both = client.block_until_result(&id, &options, |_| {}).await.unwrap();
    assert_eq!(both.job.string_member("status").as_deref(), Some("COMPLETED"));
    let result: serde_json::Value = both.result.parse().unwrap();
    assert!(result["results"]["my-input"].is_object(), "{result}");
}
