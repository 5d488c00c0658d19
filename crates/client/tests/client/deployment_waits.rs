//! What ends a wait for a step before its time, against scripted servers: a step that does not exist, and a run that has failed.

use std::time::Duration;

use modzy_client::{Error, StepOptions};

use crate::support::{
    server::{Reply, Server, answer, ok, status},
    skipping,
};

/// Returns the options of a wait that polls each second.
fn each_second() -> StepOptions {
    StepOptions::default().poll_interval(Duration::from_secs(1))
}

#[tokio::test]
async fn a_step_that_the_server_does_not_know_fails_with_its_message_after_four_seconds_or_at_a_shorter_limit() {
    for (limit, waited) in [(600, 4000), (4, 4000), (2, 2000)] {
        let body = r#"{"message":"no such version"}"#;
        let server = Server::always(Reply::Keep(answer(404, "", body))).await;
        let (client, clock) = skipping(&server.api());
        let options = each_second().limit(Duration::from_secs(limit));
        for (step, error) in [
            (
                "image",
                client.wait_for_image("m", "1.0.0", &options, |_| {}).await.err(),
            ),
            ("run", client.wait_for_test("m", "1.0.0", &options, |_| {}).await.err()),
        ] {
            let error = error.unwrap();
            let message = error.to_string();
            assert!(message.starts_with(&format!("the step {step} failed: ")), "{message}");
            assert!(message.contains("no such version"), "{message}");
            let Error::Step {
                source: Some(source), ..
            } = error
            else {
                panic!("{error:?}");
            };
            assert!(matches!(*source, Error::Status { status: 404, .. }), "{source:?}");
        }
        assert_eq!(clock.pauses().iter().sum::<u128>(), 2 * waited);
    }
}

#[tokio::test]
async fn a_wait_that_reaches_its_limit_during_an_outage_has_the_last_failure() {
    let server = Server::always(status(503)).await;
    let (client, _) = skipping(&server.api());
    let options = each_second().limit(Duration::from_secs(30));
    let error = client.wait_for_image("m", "1.0.0", &options, |_| {}).await.unwrap_err();
    let Error::Step {
        source: Some(source), ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert!(matches!(*source, Error::Status { status: 503, .. }), "{source:?}");
}

#[tokio::test]
async fn a_failed_run_ends_a_wait_at_any_percentage_and_in_any_letter_case() {
    for name in ["FAILED", "failed", "Error", "TIMEDOUT", "TimedOut", "CANCELED"] {
        for percentage in [0, 40, 100] {
            let body = format!(r#"{{"percentage":{percentage},"result":{{"status":"{name}","error":"no memory"}}}}"#);
            let server = Server::always(ok(body)).await;
            let (client, clock) = skipping(&server.api());
            let mut seen = Vec::new();
            let error = client
                .wait_for_test("m", "1.0.0", &each_second(), |percentage| seen.push(percentage))
                .await
                .unwrap_err();
            assert_eq!(error.to_string(), "the step run failed: no memory");
            assert_eq!(
                (server.count(), seen, clock.pauses()),
                (1, vec![], vec![]),
                "{name} at {percentage} %"
            );
        }
    }
}

#[tokio::test]
async fn a_run_that_failed_with_an_empty_reason_says_that_there_is_none() {
    for reason in ["\"\"", "\" \"", "null"] {
        let body = format!(r#"{{"percentage":100,"result":{{"status":"FAILED","error":{reason}}}}}"#);
        let server = Server::always(ok(body)).await;
        let (client, _) = skipping(&server.api());
        let error = client.wait_for_test("m", "1.0.0", &each_second(), |_| {}).await;
        let message = error.unwrap_err().to_string();
        assert_eq!(message, "the step run failed: the server gives no reason", "{reason}");
    }
}
