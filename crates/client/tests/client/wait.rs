//! Waits: what ends a wait, and what it reports meanwhile.

use std::time::Duration;

use modzy_client::{BodyFault, Error, WaitOptions};
use modzy_emulator::{Fault, Options};

use crate::support::{
    TOLERANCE, attempts, body_fault, builder, emulator, emulator_with, millis, options,
    server::{Reply, Server, answer, job, ok, status},
    skipping, submit, text_job,
};

fn quick() -> WaitOptions {
    WaitOptions::default().poll_interval(millis(10))
}

fn status_of(job: &modzy_client::Document) -> String {
    job.string_member("status").unwrap()
}

#[tokio::test]
async fn a_job_is_watched_from_submitted_to_completed() {
    let (emulator, builder) = emulator(100, 200).await;
    let client = builder.build().unwrap();
    let id = submit(&client).await;
    let mut seen = Vec::new();
    let job = client
        .block_until_complete(&id, &quick(), |job| seen.push(status_of(job)))
        .await
        .unwrap();
    assert_eq!(status_of(&job), "COMPLETED");
    let polls = emulator.requests().len() - 1;
    assert_eq!(seen.len(), polls);
    assert!((5..=40).contains(&polls), "{polls}");
    seen.dedup();
    assert_eq!(seen, ["SUBMITTED", "IN_PROGRESS", "COMPLETED"]);
}

#[tokio::test]
async fn a_job_that_timed_out_ends_a_wait_like_any_other() {
    let (_emulator, builder) = emulator(0, 60_000).await;
    let client = builder.build().unwrap();
    let mut job = text_job();
    job.timeout = Some(50);
    let receipt = client.submit_job_text(&job, &options()).await.unwrap();
    let id = receipt.string_member("jobIdentifier").unwrap();
    let job = client.block_until_complete(&id, &quick(), |_| {}).await.unwrap();
    assert_eq!(status_of(&job), "TIMEDOUT");
}

#[tokio::test]
async fn a_job_that_another_caller_cancels_ends_a_wait_like_any_other() {
    let (_emulator, builder) = emulator(60_000, 60_000).await;
    let client = builder.build().unwrap();
    let id = submit(&client).await;
    let options = quick();
    let waited = client.block_until_complete(&id, &options, |_| {});
    let cancel = async {
        tokio::time::sleep(millis(50)).await;
        client.cancel_job(&id, &crate::support::options()).await.unwrap();
    };
    let (job, ()) = tokio::join!(waited, cancel);
    assert_eq!(status_of(&job.unwrap()), "CANCELED");
}

#[tokio::test]
async fn a_wait_continues_only_on_the_four_statuses_of_an_unfinished_job() {
    let script = ["OPEN", "SUBMITTED", "PENDING", "IN_PROGRESS"];
    for end in [
        "COMPLETED",
        "CANCELED",
        "TIMEDOUT",
        "ERROR",
        "ARCHIVED",
        "completed",
        "open",
    ] {
        let server = Server::start(move |_, nth| job(script.get(nth).copied().unwrap_or(end))).await;
        let (client, clock) = skipping(&server.api());
        let mut seen = Vec::new();
        let job = client
            .block_until_complete("j", &WaitOptions::default(), |job| seen.push(status_of(job)))
            .await
            .unwrap();
        assert_eq!(status_of(&job), end);
        assert_eq!(seen, ["OPEN", "SUBMITTED", "PENDING", "IN_PROGRESS", end]);
        assert_eq!(clock.pauses(), [2000; 4]);
    }
}

#[tokio::test]
async fn an_unknown_status_of_the_emulator_ends_a_wait() {
    let (emulator, builder) = emulator(0, 0).await;
    for (code, body) in [("OPEN", true), ("PENDING", true), ("ERROR", false)] {
        emulator
            .fault(Fault {
                method: Some("GET".to_owned()),
                times: Some(1),
                status: Some(200),
                body: Some(format!(r#"{{"jobIdentifier":"j","status":"{code}","running":{body}}}"#)),
                ..Fault::default()
            })
            .unwrap();
    }
    let client = builder.build().unwrap();
    let job = client.block_until_complete("j", &quick(), |_| {}).await.unwrap();
    assert_eq!(
        job.as_str(),
        r#"{"jobIdentifier":"j","status":"ERROR","running":false}"#
    );
    assert_eq!(emulator.requests().len(), 3);
}

#[tokio::test]
async fn a_wait_ends_at_its_limit_with_the_last_seen_job() {
    let server = Server::always(job("IN_PROGRESS")).await;
    let (client, clock) = skipping(&server.api());
    let options = WaitOptions::default().wait_timeout(Duration::from_secs(5));
    let error = client.block_until_complete("j", &options, |_| {}).await.unwrap_err();
    let Error::WaitTimeout {
        job_identifier,
        job,
        limit,
        ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!((job_identifier.as_str(), *limit), ("j", Duration::from_secs(5)));
    assert_eq!(status_of(job.as_ref().unwrap()), "IN_PROGRESS");
    assert!(error.is_retryable());
    assert_eq!(error.to_string(), "job j was not final after 5000 ms of waiting");
    assert_eq!((server.count(), clock.pauses()), (3, vec![2000, 2000, 1000]));
}

#[tokio::test]
async fn a_wait_ends_at_its_limit_in_the_middle_of_a_poll() {
    let server = Server::scripted(vec![job("SUBMITTED"), Reply::Stall(Vec::new())]).await;
    let client = builder(&server.api()).build().unwrap();
    let options = quick().wait_timeout(millis(600));
    let started = std::time::Instant::now();
    let error = client.block_until_complete("j", &options, |_| {}).await.unwrap_err();
    assert!(
        (millis(600)..millis(600) + TOLERANCE).contains(&started.elapsed()),
        "{:?}",
        started.elapsed()
    );
    let Error::WaitTimeout { job: Some(job), .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(status_of(&job), "SUBMITTED");
    crate::support::until(|| server.open() == 0).await;
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_limit_of_zero_makes_no_request() {
    let server = Server::always(job("COMPLETED")).await;
    let (client, _) = skipping(&server.api());
    let options = WaitOptions::default().wait_timeout(Duration::ZERO);
    let error = client.block_until_complete("j", &options, |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::WaitTimeout { job: None, .. }), "{error:?}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_refusal_ends_a_wait_at_once() {
    for code in [301, 304, 400, 401, 403, 405, 409, 410, 422] {
        let body = if code == 304 { "" } else { "{}" };
        let server = Server::scripted(vec![job("OPEN"), Reply::Keep(answer(code, "", body))]).await;
        let (client, clock) = skipping(&server.api());
        let mut shown = 0;
        let error = client
            .block_until_complete("j", &WaitOptions::default(), |_| shown += 1)
            .await
            .unwrap_err();
        assert_eq!((error.status(), attempts(&error)), (Some(code), 1));
        assert_eq!(error.call().unwrap().job_identifier.as_deref(), Some("j"));
        assert_eq!((server.count(), clock.pauses(), shown), (2, vec![2000], 1));
    }
}

#[tokio::test]
async fn the_emulators_refusals_of_a_key_end_a_wait_at_once() {
    let (emulator, _) = emulator_with(Options {
        restricted_key: Some("known.withoutRights".to_owned()),
        ..Options::default()
    })
    .await;
    for (key, status) in [("un.known", 401), ("known.withoutRights", 403)] {
        let base = modzy_client::BaseUrl::api(emulator.base_url()).unwrap();
        let client = modzy_client::Client::new(base, modzy_client::Auth::api_key(key)).unwrap();
        emulator.clear_requests();
        let error = client.block_until_complete("j", &quick(), |_| {}).await.unwrap_err();
        assert_eq!((error.status(), emulator.requests().len()), (Some(status), 1));
    }
}

#[tokio::test]
async fn a_404_is_believed_after_four_seconds() {
    let server = Server::always(status(404)).await;
    let (client, clock) = skipping(&server.api());
    let error = client
        .block_until_complete("j", &WaitOptions::default(), |_| {})
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert_eq!((server.count(), clock.pauses()), (3, vec![2000, 2000]));
}

#[tokio::test]
async fn a_job_that_is_stored_after_its_receipt_is_waited_for() {
    let (emulator, builder) = emulator_with(Options {
        submitted: Duration::ZERO,
        in_progress: Duration::ZERO,
        store_delay: millis(150),
        ..Options::default()
    })
    .await;
    let client = builder.build().unwrap();
    let id = submit(&client).await;
    let mut shown = 0;
    let job = client
        .block_until_complete(&id, &quick(), |_| shown += 1)
        .await
        .unwrap();
    assert_eq!((status_of(&job).as_str(), shown), ("COMPLETED", 1));
    let answers: Vec<_> = emulator
        .requests()
        .iter()
        .skip(1)
        .map(|request| request.status)
        .collect();
    assert_eq!((answers.first(), answers.last()), (Some(&Some(404)), Some(&Some(200))));
}

#[tokio::test]
async fn a_good_response_ends_the_doubt_about_a_404() {
    let answers = [404, 404, 200, 404, 404, 200];
    let server = Server::start(move |_, nth| match answers.get(nth) {
        Some(404) => status(404),
        Some(_) => job("SUBMITTED"),
        None => job("COMPLETED"),
    })
    .await;
    let (client, clock) = skipping(&server.api());
    client
        .block_until_complete("j", &WaitOptions::default(), |_| {})
        .await
        .unwrap();
    assert_eq!((server.count(), clock.pauses()), (7, vec![2000; 6]));
}

#[tokio::test]
async fn a_response_that_is_not_the_job_is_an_outage_and_fails_the_wait_at_its_end() {
    let answers = [
        ("[]", BodyFault::NotObject),
        ("\"COMPLETED\"", BodyFault::NotObject),
        ("null", BodyFault::NotObject),
        ("7", BodyFault::NotObject),
        ("[{\"status\":\"COMPLETED\"}]", BodyFault::NotObject),
        ("<html></html>", BodyFault::NotJson),
        ("", BodyFault::Missing),
        ("{}", BodyFault::NoStatus),
        (r#"{"jobIdentifier":"j"}"#, BodyFault::NoStatus),
        (r#"{"jobIdentifier":"j","status":null}"#, BodyFault::NoStatus),
        (r#"{"jobIdentifier":"j","status":7}"#, BodyFault::NoStatus),
        (r#"{"jobIdentifier":"j","status":["COMPLETED"]}"#, BodyFault::NoStatus),
        (r#"{"jobIdentifier":"j","status":""}"#, BodyFault::NoStatus),
        (r#"{"jobIdentifier":"j","status":" \t"}"#, BodyFault::NoStatus),
        (r#"{"status":"COMPLETED"}"#, BodyFault::NoJob),
        (r#"{"jobIdentifier":null,"status":"COMPLETED"}"#, BodyFault::NoJob),
        (r#"{"status":"WHATEVER"}"#, BodyFault::NoJob),
        (r#"{"status":"ERROR","error":"upstream"}"#, BodyFault::Message),
        (r#"{"message":"Service under maintenance"}"#, BodyFault::NoStatus),
        (
            r#"{"message":"Down","status":"Service Unavailable"}"#,
            BodyFault::Message,
        ),
        (r#"{"jobIdentifier":"k","status":"COMPLETED"}"#, BodyFault::AnotherJob),
        (r#"{"jobIdentifier":7,"status":"COMPLETED"}"#, BodyFault::AnotherJob),
    ];
    for (body, fault) in answers {
        let server = Server::always(ok(body)).await;
        let (client, clock) = skipping(&server.api());
        let mut shown = 0;
        let options = WaitOptions::default().max_outage(Duration::from_secs(10));
        let error = client
            .block_until_complete("j", &options, |_| shown += 1)
            .await
            .unwrap_err();
        assert_eq!((body_fault(&error), error.status()), (Some(fault), Some(200)), "{body}");
        assert_eq!(
            (server.count(), clock.pauses(), shown),
            (3, vec![4000, 6000], 0),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_response_that_is_not_the_job_may_be_followed_by_a_good_one() {
    let others = [
        "[]",
        "<html></html>",
        "{}",
        r#"{"message":"Service under maintenance"}"#,
    ];
    let server = Server::scripted(others.map(ok).into()).await;
    let (client, _) = skipping(&server.api());
    let job = client
        .block_until_complete("j", &WaitOptions::default(), |_| {})
        .await
        .unwrap();
    assert_eq!((status_of(&job).as_str(), server.count()), ("COMPLETED", 5));
}

#[tokio::test]
async fn identifiers_of_jobs_are_compared_without_case() {
    for identifier in [r#""AB-Cd""#, r#""ab-\u0063D""#] {
        let body = format!(r#"{{"jobIdentifier":{identifier},"status":"COMPLETED"}}"#);
        let server = Server::always(ok(&body)).await;
        let (client, _) = skipping(&server.api());
        let options = WaitOptions::default();
        let job = client.block_until_complete("aB-cd", &options, |_| {}).await.unwrap();
        assert_eq!((job.as_str(), server.count()), (body.as_str(), 1));
    }
}

#[tokio::test]
async fn a_response_that_is_not_the_job_does_not_end_the_doubt_about_a_404() {
    let server = Server::start(|_, nth| if nth % 2 == 0 { status(404) } else { ok("{}") }).await;
    let (client, clock) = skipping(&server.api());
    let error = client
        .block_until_complete("j", &WaitOptions::default(), |_| {})
        .await
        .unwrap_err();
    assert_eq!((error.status(), server.count()), (Some(404), 3));
    assert_eq!(clock.pauses(), [2000, 4000]);
}
