//! Cancels of jobs whose calls were aborted, and cancels whose response was lost.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use modzy_client::{Cancellation, Client, ConnectionFault as Broken, Error, Sent};
use modzy_emulator::{ConnectionFault, Fault};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::support::{
    TOLERANCE, attempts, builder,
    clock::FastClock,
    connection_fault, emulator, millis, options,
    server::{Reply, Server, answer, job, ok, status},
    skipping, submit, text_job, until,
};

const FACTOR: u32 = 10;

/// Builds a client whose clock runs ten times as fast.
fn fast(api: &str) -> Client {
    builder(api).clock(Arc::new(FastClock::new(FACTOR))).build().unwrap()
}

/// Returns the time that has passed for such a client.
fn passed(since: Instant) -> Duration {
    since.elapsed() * FACTOR
}

/// Makes a call that builds the HTTP client, so that the measurement does not include it.
async fn warm_up(client: &Client) {
    // The result does not matter.
    let _ = client
        .get_job("warm-up", &options().retries(0).request_timeout(Duration::from_secs(5)))
        .await;
}

#[tokio::test]
async fn a_cancel_whose_response_was_lost_is_settled_by_the_job() {
    let (emulator, builder) = emulator(60_000, 60_000).await;
    let clock = Arc::new(crate::support::clock::SkippingClock::default());
    let client = builder.clock(clock.clone()).build().unwrap();
    let id = submit(&client).await;
    let lost = Fault {
        method: Some("DELETE".to_owned()),
        times: Some(1),
        connection: Some(ConnectionFault::Cut),
        ..Fault::default()
    };
    emulator.fault(lost).unwrap();
    let job = client.cancel_job(&id, &options()).await.unwrap();
    assert_eq!(job.string_member("status").as_deref(), Some("CANCELED"));
    let requests: Vec<_> = emulator
        .requests()
        .into_iter()
        .skip(1)
        .map(|request| (request.method, request.status))
        .collect();
    let seen = |method: &str, status| (method.to_owned(), Some(status));
    assert_eq!(requests[1..], [seen("DELETE", 400), seen("GET", 200)]);
    assert_eq!((requests.len(), clock.pauses()), (3, vec![1000]));
}

#[tokio::test]
async fn a_repeated_cancel_of_a_job_that_ended_otherwise_fails_with_the_servers_status() {
    for end in ["COMPLETED", "TIMEDOUT", "IN_PROGRESS"] {
        let server = Server::scripted(vec![status(502), status(409), job(end)]).await;
        let (client, _) = skipping(&server.api());
        let error = client.cancel_job("j", &options()).await.unwrap_err();
        assert_eq!((error.status(), attempts(&error)), (Some(409), 2));
        assert_eq!(
            server.lines(),
            ["DELETE /api/jobs/j", "DELETE /api/jobs/j", "GET /api/jobs/j"]
        );
    }
}

#[tokio::test]
async fn a_repeated_cancel_of_a_job_that_cannot_be_read_fails_with_the_servers_status() {
    let server = Server::scripted(vec![status(502), status(404), status(404)]).await;
    let (client, _) = skipping(&server.api());
    let error = client.cancel_job("j", &options()).await.unwrap_err();
    assert_eq!((error.status(), server.count()), (Some(404), 3));
}

#[tokio::test]
async fn a_cancel_that_may_have_arrived_stays_so_if_later_attempts_find_no_server() {
    let server = Server::always(Reply::Reset).await;
    let client = builder(&server.api()).build().unwrap();
    let options = options();
    let gone = async {
        until(|| server.count() == 1).await;
        drop(server);
    };
    let (canceled, ()) = tokio::join!(client.cancel_job("j", &options), gone);
    let error = canceled.unwrap_err();
    assert_eq!(connection_fault(&error), Some(Broken::Refused), "{error:?}");
    assert_eq!((error.sent(), attempts(&error)), (Some(Sent::Maybe), 3));
}

#[tokio::test]
async fn a_cancel_that_is_refused_at_once_does_not_read_the_job() {
    let server = Server::always(status(409)).await;
    let (client, _) = skipping(&server.api());
    client.cancel_job("j", &options()).await.unwrap_err();
    assert_eq!(server.lines(), ["DELETE /api/jobs/j"]);
}

#[tokio::test]
async fn a_cancel_that_a_rate_limit_refuses_reads_the_job_only_after_an_attempt_in_doubt() {
    let server = Server::always(status(429)).await;
    let (client, _) = skipping(&server.api());
    let error = client.cancel_job("j", &options()).await.unwrap_err();
    assert_eq!((error.status(), attempts(&error)), (Some(429), 3));
    assert_eq!(server.lines(), ["DELETE /api/jobs/j"; 3]);
    for first in [status(502), Reply::Reset] {
        let server = Server::scripted(vec![first, status(429), status(429), job("CANCELED")]).await;
        let (client, _) = skipping(&server.api());
        client.cancel_job("j", &options()).await.unwrap();
        assert_eq!((server.count(), server.lines()[3].as_str()), (4, "GET /api/jobs/j"));
    }
}

#[tokio::test]
async fn a_cancel_that_is_replayed_on_a_new_socket_is_settled_by_the_job_too() {
    let server = Server::scripted(vec![job("OPEN"), Reply::Reset, status(400), job("CANCELED")]).await;
    let (client, clock) = skipping(&server.api());
    client.get_job("j", &options()).await.unwrap();
    client.cancel_job("j", &options()).await.unwrap();
    assert_eq!((server.count(), clock.pauses().len()), (4, 0));
}

#[tokio::test]
async fn the_job_of_an_aborted_call_is_canceled() {
    let (emulator, builder) = emulator(60_000, 60_000).await;
    let client = builder.build().unwrap();
    let id = submit(&client).await;
    let outcome = client.cancel_aborted(&id, &options()).await;
    assert_eq!(outcome.job_identifier, Some(id));
    assert_eq!(
        outcome.result.unwrap().string_member("status").as_deref(),
        Some("CANCELED")
    );
    assert_eq!(emulator.requests().len(), 2);
}

#[tokio::test]
async fn a_cancel_after_an_abort_takes_at_most_five_seconds() {
    let slow_refusal = Reply::Late(Duration::from_secs(4) / FACTOR, answer(409, "", "{}"));
    let courses = [
        ("stalled", vec![Reply::Stall(Vec::new())]),
        ("stalled body", vec![Reply::Stall(b"HTTP/1.1 200 OK\r\n\r\n{".to_vec())]),
        (
            "asked to wait",
            vec![Reply::Keep(answer(429, "retry-after: 60\r\n", ""))],
        ),
        (
            "failing, then stalled",
            vec![status(503), status(503), Reply::Stall(Vec::new())],
        ),
        (
            "settled by a stalled read",
            vec![Reply::Reset, slow_refusal, Reply::Stall(Vec::new())],
        ),
    ];
    let mut all = JoinSet::new();
    for (name, course) in courses {
        all.spawn(async move {
            let server = Server::start(move |request, nth| {
                if request.line().ends_with("warm-up") {
                    return job("OPEN");
                }
                course.get(nth - 1).or(course.last()).cloned().unwrap()
            })
            .await;
            let client = fast(&server.api());
            warm_up(&client).await;
            let started = Instant::now();
            let outcome = client.cancel_aborted("j", &options()).await;
            let passed = passed(started);
            assert!(outcome.result.is_err(), "{name}");
            assert_eq!(outcome.job_identifier.as_deref(), Some("j"));
            // A second of this clock is 100 ms, by which a busy machine may be late.
            assert!(passed < Duration::from_secs(8), "{name}: {passed:?}");
            until(|| server.busy() == 0).await;
        });
    }
    while let Some(course) = all.join_next().await {
        course.unwrap();
    }
}

#[tokio::test]
async fn a_cancel_that_waits_for_a_socket_expires_after_five_seconds() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let client = builder(&server.api())
        .clock(Arc::new(FastClock::new(FACTOR)))
        .max_sockets(1)
        .request_timeout(Duration::from_hours(1))
        .build()
        .unwrap();
    let holder = {
        let client = client.clone();
        tokio::spawn(async move { client.get_job("holder", &options()).await })
    };
    until(|| server.busy() == 1).await;
    let started = Instant::now();
    let error = client.cancel_aborted("j", &options()).await.result.unwrap_err();
    assert!(passed(started) >= Duration::from_secs(5) && passed(started) < Duration::from_secs(10));
    assert_eq!((error.sent(), server.count()), (Some(Sent::No), 1), "{error:?}");
    holder.abort();
}

#[tokio::test]
async fn a_cancel_has_the_rest_of_the_five_seconds_since_the_abort() {
    let server = Server::start(|_, nth| match nth {
        0 => job("OPEN"),
        _ => Reply::Stall(Vec::new()),
    })
    .await;
    let client = builder(&server.api()).build().unwrap();
    warm_up(&client).await;
    for (spent, requests) in [(Duration::from_secs(5), 1), (millis(4000), 2)] {
        let started = Instant::now();
        let aborted = options().canceling(Cancellation::at(started.checked_sub(spent).unwrap()));
        let error = client.cancel_aborted("j", &aborted).await.result.unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
        assert_eq!(server.count(), requests, "{error:?}");
    }
}

#[tokio::test]
async fn the_job_of_an_aborted_submit_is_canceled_once_the_receipt_has_come() {
    let (emulator, builder) = emulator(60_000, 60_000).await;
    let slow = Fault {
        method: Some("POST".to_owned()),
        delay_ms: 100,
        ..Fault::default()
    };
    emulator.fault(slow).unwrap();
    let client = builder.build().unwrap();
    let job = text_job();
    let outcome = client
        .cancel_submitted(client.submit_job_text(&job, &options()), &options())
        .await;
    let canceled = outcome.result.unwrap();
    assert_eq!(canceled.string_member("status").as_deref(), Some("CANCELED"));
    assert_eq!(outcome.job_identifier, canceled.string_member("jobIdentifier"));
    let methods: Vec<_> = emulator.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, ["POST", "DELETE"]);
}

#[tokio::test]
async fn an_aborted_submit_whose_receipt_does_not_come_is_closed_after_five_seconds() {
    let server = Server::scripted(vec![job("OPEN"), Reply::Stall(Vec::new())]).await;
    let client = fast(&server.api());
    warm_up(&client).await;
    let started = Instant::now();
    let outcome = client
        .cancel_submitted(client.submit_job("{}", &options()), &options())
        .await;
    let passed = passed(started);
    assert!(
        (Duration::from_secs(5)..Duration::from_secs(10)).contains(&passed),
        "{passed:?}"
    );
    assert_eq!(outcome.job_identifier, None);
    let error = outcome.result.unwrap_err();
    assert!(matches!(error, Error::Timeout { limit, sent: Sent::Maybe, .. } if limit == Duration::from_secs(5)));
    assert!(error.to_string().contains("may have accepted"), "{error}");
    until(|| server.open() == 0).await;
    assert_eq!(server.lines()[1..], ["POST /api/jobs"]);
}

#[tokio::test]
async fn an_aborted_submit_that_fails_has_no_job_to_cancel() {
    for (reply, code) in [(status(400), Some(400)), (Reply::Reset, None), (status(503), Some(503))] {
        let server = Server::always(reply).await;
        let (client, _) = skipping(&server.api());
        let outcome = client
            .cancel_submitted(client.submit_job("{}", &options()), &options())
            .await;
        assert_eq!(
            (outcome.job_identifier, outcome.result.unwrap_err().status()),
            (None, code)
        );
        assert_eq!(server.lines(), ["POST /api/jobs"]);
    }
}

#[tokio::test]
async fn a_receipt_without_a_job_has_no_job_to_cancel_and_is_not_a_timeout() {
    for receipt in ["{}", "[]", r#"{"jobIdentifier":7}"#] {
        let server = Server::always(ok(receipt)).await;
        let (client, _) = skipping(&server.api());
        let outcome = client
            .cancel_submitted(client.submit_job("{}", &options()), &options())
            .await;
        let error = outcome.result.unwrap_err();
        assert_eq!((outcome.job_identifier, error.sent()), (None, Some(Sent::Maybe)));
        assert!(!matches!(error, Error::Timeout { .. }), "{error}");
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_failed_cancel_after_an_abort_says_why() {
    let server = Server::scripted(vec![ok(r#"{"jobIdentifier":"made"}"#), status(403)]).await;
    let (client, _) = skipping(&server.api());
    let outcome = client
        .cancel_submitted(client.submit_job("{}", &options()), &options())
        .await;
    assert_eq!(outcome.job_identifier.as_deref(), Some("made"));
    assert_eq!(outcome.result.unwrap_err().status(), Some(403));
    assert_eq!(server.lines(), ["POST /api/jobs", "DELETE /api/jobs/made"]);
    tokio::time::sleep(millis(20)).await;
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_submit_aborted_in_a_pause_is_not_sent_again() {
    let reply = answer(429, "retry-after: 30\r\n", "{}");
    let server = Server::always(Reply::Keep(reply)).await;
    let client = builder(&server.api()).build().unwrap();
    let token = CancellationToken::new();
    let options = options().nothing_sent_after(token.clone());
    let job = text_job();
    let submit = client.submit_job_text(&job, &options);
    let give_up = async {
        until(|| server.count() == 1).await;
        tokio::time::sleep(millis(50)).await;
        token.cancel();
    };
    let (refused, ()) = tokio::join!(client.cancel_submitted(submit, &options), give_up);
    assert_eq!(refused.job_identifier, None);
    assert_eq!(refused.result.unwrap_err().status(), Some(429));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_submit_aborted_before_it_has_a_socket_is_never_sent() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let client = builder(&server.api()).max_sockets(1).build().unwrap();
    let holder = tokio::spawn({
        let client = client.clone();
        async move { client.get_job("j", &options()).await }
    });
    until(|| server.count() == 1).await;
    let token = CancellationToken::new();
    let options = options().nothing_sent_after(token.clone());
    let job = text_job();
    let submit = client.submit_job_text(&job, &options);
    let give_up = async {
        tokio::time::sleep(millis(50)).await;
        token.cancel();
    };
    let started = Instant::now();
    let (outcome, ()) = tokio::join!(client.cancel_submitted(submit, &options), give_up);
    assert!(started.elapsed() < TOLERANCE);
    assert!(matches!(outcome.result, Err(Error::Aborted)));
    holder.abort();
    tokio::time::sleep(millis(100)).await;
    assert_eq!(server.lines(), ["GET /api/jobs/j"]);
}

#[tokio::test]
async fn a_submit_aborted_while_connecting_is_never_sent() {
    // The listener accepts connections and stays silent, so that the handshake never ends.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("https://{}/api", silent.local_addr().unwrap());
    let client = builder(&api).build().unwrap();
    let token = CancellationToken::new();
    let options = options().nothing_sent_after(token.clone());
    let job = text_job();
    let submit = client.submit_job_text(&job, &options);
    let give_up = async {
        let _socket = silent.accept().await.unwrap();
        token.cancel();
        tokio::time::sleep(millis(500)).await;
    };
    let (outcome, ()) = tokio::join!(client.cancel_submitted(submit, &options), give_up);
    assert!(matches!(outcome.result, Err(Error::Aborted)));
}
