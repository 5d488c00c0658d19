//! The events of an observer: every retry and every poll, with its outcome, and without secrets.

use std::{
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use modzy_client::{Abort, Event, FileSource, Observer, OutputRef, RequestOptions, WaitOptions};

use crate::support::{
    KEY, everything, millis, options,
    server::{Reply, Server, answer, cut, job, ok, status},
    skipping,
    upload::{file_job, server_limits},
};

/// Records events as lines.
#[derive(Debug, Default)]
struct Notes {
    lines: Mutex<Vec<String>>,
    errors: Mutex<String>,
    responses: Mutex<Vec<String>>,
}

impl Observer for Notes {
    fn observe(&self, event: &Event<'_>) {
        let millis = |delay: Duration| delay.as_millis();
        let mut failed = |error: &modzy_client::Error| {
            self.errors.lock().unwrap().push_str(&everything(error));
            let phase = error.phase().map(modzy_client::Phase::as_str);
            error
                .status()
                .map_or_else(|| phase.unwrap_or("?").to_owned(), |status| status.to_string())
        };
        let line = match *event {
            Event::Retry { attempt, delay, error } => {
                assert_eq!(error.call().unwrap().attempts, attempt);
                format!("attempt {attempt} failed: {}, +{}", failed(error), millis(delay))
            }
            Event::Poll { polls, answer, delay } => {
                let found = answer.map_or_else(&mut failed, |job| job.string_member("status").unwrap_or_default());
                format!("poll {polls}: {found}, {:?}", delay.map(millis))
            }
            Event::Opened { job_identifier } => format!("opened {job_identifier}"),
            Event::Queue { reason, delay } => format!("queued: {}, +{}", reason.as_str(), millis(delay)),
            // Kept apart: every call has some.
            Event::Response { status, request_id } => {
                let id = request_id.unwrap_or("-");
                self.responses.lock().unwrap().push(format!("{status} {id}"));
                return;
            }
            _ => "another event".to_owned(),
        };
        self.lines.lock().unwrap().push(line);
    }
}

impl Notes {
    fn take(&self) -> Vec<String> {
        mem::take(&mut self.lines.lock().unwrap())
    }
}

fn observed() -> (Arc<Notes>, RequestOptions) {
    let notes = Arc::new(Notes::default());
    (Arc::clone(&notes), options().observer(notes))
}

#[tokio::test]
async fn each_retry_is_reported_with_its_attempt_its_cause_and_its_pause() {
    let asked = Reply::Keep(answer(429, "retry-after: 7\r\n", "{}"));
    let server = Server::scripted(vec![status(503), asked]).await;
    let (client, clock) = skipping(&server.api());
    let (notes, options) = observed();
    client.get_job("j", &options).await.unwrap();
    assert_eq!(
        notes.take(),
        [
            "attempt 1 failed: 503, +1000",
            "attempt 2 failed: 429, +7350",
            "queued: pause, +7350"
        ]
    );
    assert_eq!(clock.pauses(), [1000, 7350]);
}

#[tokio::test]
async fn a_failure_that_ends_the_call_is_not_a_retry() {
    for (reply, retries) in [(status(404), 2), (status(503), 0)] {
        let server = Server::always(reply).await;
        let (client, _) = skipping(&server.api());
        let (notes, options) = observed();
        client.get_job("j", &options.retries(retries)).await.unwrap_err();
        assert!(notes.take().is_empty());
    }
}

#[tokio::test]
async fn a_replay_on_a_stale_socket_is_a_retry_without_a_pause() {
    let server = Server::scripted(vec![job("OPEN"), Reply::Reset]).await;
    let (client, _) = skipping(&server.api());
    let (notes, options) = observed();
    client.get_job("first", &options).await.unwrap();
    client.get_job("second", &options).await.unwrap();
    let lines = notes.take();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("attempt 1 failed: ") && lines[0].ends_with(", +0"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn the_job_of_an_upload_is_reported_once_when_it_is_open_and_before_any_failure_of_its_inputs() {
    let taken = || Reply::Keep(answer(202, "", "{}"));
    let (open, closed) = (job("OPEN"), job("SUBMITTED"));
    for (replies, lines) in [
        (vec![server_limits(), open.clone(), taken(), closed], vec!["opened j"]),
        (
            vec![server_limits(), open, status(400), job("CANCELED")],
            vec!["opened j"],
        ),
        (vec![server_limits(), status(403)], vec![]),
    ] {
        let server = Server::scripted(replies).await;
        let (client, _) = skipping(&server.api());
        let (notes, options) = observed();
        let job = file_job(vec![("a", "input", FileSource::Bytes(Bytes::from_static(b"x")))]);
        let _ended = client.submit_job_files(job, &options, &Abort::default(), |_| {}).await;
        assert_eq!(notes.take(), lines);
    }
}

#[tokio::test]
async fn each_poll_is_reported_with_the_pause_that_follows() {
    let server = Server::scripted(vec![job("SUBMITTED"), status(502), job("IN_PROGRESS")]).await;
    let (client, clock) = skipping(&server.api());
    let (notes, options) = observed();
    let options = WaitOptions::default().request(options);
    client.block_until_complete("j", &options, |_| {}).await.unwrap();
    assert_eq!(
        notes.take(),
        [
            "poll 1: SUBMITTED, Some(2000)",
            "poll 2: 502, Some(4000)",
            "poll 3: IN_PROGRESS, Some(2000)",
            "poll 4: COMPLETED, None",
        ]
    );
    assert_eq!(clock.pauses(), [2000, 4000, 2000]);
}

#[tokio::test]
async fn the_poll_that_ends_a_wait_has_no_pause_whatever_it_found() {
    for (reply, limit, last) in [
        (status(401), None, "poll 1: 401, None"),
        (status(503), Some(Duration::ZERO), "poll 1: 503, None"),
    ] {
        let server = Server::always(reply).await;
        let (client, _) = skipping(&server.api());
        let (notes, options) = observed();
        let mut options = WaitOptions::default().request(options);
        if let Some(limit) = limit {
            options = options.max_outage(limit);
        }
        client.block_until_complete("j", &options, |_| {}).await.unwrap_err();
        assert_eq!(notes.take(), [last]);
    }
}

#[tokio::test]
async fn a_pause_is_no_longer_than_the_rest_of_the_wait() {
    let server = Server::always(job("OPEN")).await;
    let (client, _) = skipping(&server.api());
    let (notes, options) = observed();
    let options = WaitOptions::default().request(options).wait_timeout(millis(3000));
    client.block_until_complete("j", &options, |_| {}).await.unwrap_err();
    let lines = notes.take();
    let last: u64 = lines[1]
        .trim_end_matches(')')
        .rsplit('(')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(lines[0] == "poll 1: OPEN, Some(2000)" && last <= 1000, "{lines:?}");
}

#[tokio::test]
async fn polls_for_results_are_counted_from_one() {
    let results = ok(r#"{"jobIdentifier":"j","results":{}}"#);
    let server = Server::scripted(vec![job("COMPLETED"), status(404), results]).await;
    let (client, _) = skipping(&server.api());
    let (notes, options) = observed();
    let options = WaitOptions::default().request(options);
    client.block_until_result("j", &options, |_| {}).await.unwrap();
    assert_eq!(
        notes.take(),
        ["poll 1: COMPLETED, None", "poll 1: 404, Some(2000)", "poll 2: , None"]
    );
}

const RETRIES_OF_A_BODY: [&str; 2] = ["attempt 1 failed: body, +1000", "attempt 2 failed: 503, +1750"];

#[tokio::test]
async fn retries_that_continue_an_output_are_reported_for_its_call() {
    let head = "content-length: 6\r\netag: \"a\"\r\naccept-ranges: bytes\r\n\r\n";
    let cut = Reply::Close(format!("HTTP/1.1 200 OK\r\n{head}abc").into_bytes());
    let rest =
        "HTTP/1.1 206 Partial Content\r\ncontent-length: 3\r\ncontent-range: bytes 3-5/6\r\netag: \"a\"\r\n\r\ndef";
    let server = Server::scripted(vec![cut, status(503), Reply::Keep(rest.into())]).await;
    let (client, clock) = skipping(&server.api());
    let (notes, options) = observed();
    let output = OutputRef::Url(format!("{}/results/j", server.api()));
    let contents = client.get_output_contents(&output, &options).await.unwrap();
    assert_eq!(contents.bytes, "abcdef");
    assert_eq!(notes.take(), RETRIES_OF_A_BODY);
    assert_eq!(clock.pauses(), [1000, 1750]);
}

#[tokio::test]
async fn retries_before_the_first_streamed_result_are_reported_for_its_call() {
    let server = Server::scripted(vec![cut(), status(503), ok(r#"{"jobIdentifier":"j","results":{}}"#)]).await;
    let (client, clock) = skipping(&server.api());
    let (notes, options) = observed();
    let mut results = client.stream_results("j", &options).await.unwrap();
    assert_eq!(results.next().await.unwrap(), None);
    assert_eq!(notes.take(), RETRIES_OF_A_BODY);
    assert_eq!(clock.pauses(), [1000, 1750]);
}

#[tokio::test]
async fn a_stream_may_have_another_observer_than_the_call_that_opened_it() {
    let server = Server::scripted(vec![cut(), ok(r#"{"jobIdentifier":"j","results":{}}"#)]).await;
    let (client, _) = skipping(&server.api());
    let (opener, options) = observed();
    let mut results = client.stream_results("j", &options).await.unwrap();
    let (reader, _) = observed();
    results.observe(reader.clone());
    assert_eq!(results.next().await.unwrap(), None);
    assert_eq!((opener.take().len(), reader.take().len()), (0, 1));
}

#[tokio::test]
async fn events_hold_no_secret() {
    let echo = Reply::Keep(answer(500, "", format!(r#"{{"message":"no {KEY}"}}"#)));
    let (notes, options) = observed();
    let server = Server::scripted(vec![echo.clone()]).await;
    skipping(&server.api()).0.get_job("j", &options).await.unwrap();
    let server = Server::scripted(vec![echo]).await;
    let waiting = WaitOptions::default().request(options);
    let (client, _) = skipping(&server.api());
    client.block_until_complete("j", &waiting, |_| {}).await.unwrap();
    assert_eq!(
        notes.take(),
        [
            "attempt 1 failed: 500, +1000",
            "poll 1: 500, Some(4000)",
            "poll 2: COMPLETED, None"
        ]
    );
    let shown = notes.errors.lock().unwrap();
    assert!(
        shown.contains("no ***") && !shown.contains("secretBodyOfTheKey"),
        "{shown:.2000}"
    );
}

#[tokio::test]
async fn each_response_is_reported_with_its_status_and_its_identifier() {
    let server = Server::scripted(vec![
        Reply::Keep(answer(503, "x-request-id: refused\r\n", "")),
        Reply::Keep(answer(202, "x-request-id: r-1\r\n", r#"{"jobIdentifier":"j"}"#)),
    ])
    .await;
    let (client, _) = skipping(&server.api());
    let (notes, options) = observed();
    let _ = client.submit_job("{}", &options).await;
    client.submit_job("{}", &options).await.unwrap();
    assert_eq!(*notes.responses.lock().unwrap(), ["202 r-1"]);
}
