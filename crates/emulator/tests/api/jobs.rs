//! Submitting, reading and canceling jobs.

use std::time::Duration;

use futures_util::future::join_all;
use modzy_emulator::Options;
use serde_json::{Value, json};

use crate::support::{FOREVER, MODEL, Server, job, text_job};

/// Returns whether the text is a timestamp with this offset.
fn is_timestamp(value: &Value, offset: &str) -> bool {
    let text = value.as_str().unwrap();
    let Some((date, rest)) = text.split_once('T') else {
        return false;
    };
    let fraction = rest.strip_suffix(offset).and_then(|time| time.split_once('.'));
    date.len() == 10 && fraction.is_some_and(|(time, digits)| time.len() == 8 && digits.len() <= 3)
}

#[tokio::test]
async fn a_submit_is_answered_by_a_receipt() {
    let server = Server::timed(FOREVER, FOREVER).await;
    let mut body = text_job(&["good", "bäd"]);
    body["timeout"] = json!(60_000);
    body["explain"] = json!(true);
    let answer = server.post("/api/jobs", body).await;
    assert_eq!(answer.status, 202);
    let receipt = answer.json();
    let id = receipt["jobIdentifier"].as_str().unwrap();
    assert_eq!((id.len(), &id[14..15]), (36, "4"));
    assert_eq!(
        receipt["model"],
        json!({ "identifier": MODEL, "version": "1.0.1", "name": "Sentiment Analysis" })
    );
    assert_eq!(receipt["status"], "SUBMITTED");
    assert_eq!(receipt["totalInputs"], 2);
    assert_eq!(receipt["jobInputs"], json!({ "identifier": ["0", "1"] }));
    assert_eq!(
        receipt["accessKey"],
        server.emulator.api_key().split_once('.').unwrap().0
    );
    assert_eq!(receipt["explain"], true);
    assert_eq!(receipt["timeout"], 60_000);
    assert_eq!(receipt["jobType"], "batch");
    assert_eq!(receipt["inputByteAmount"], 8);
    assert_eq!(receipt["imageClassificationModel"], false);
    assert!(is_timestamp(&receipt["submittedAt"], "+00:00"));
    for member in ["accountIdentifier", "team", "user", "hoursDeleteInput"] {
        assert!(!receipt[member].is_null(), "{member}");
    }
    assert!(receipt["user"].get("accessKeys").is_none());
}

#[tokio::test]
async fn job_details_have_both_timestamp_formats_and_an_array_of_inputs() {
    let server = Server::timed(FOREVER, FOREVER).await;
    let id = server.submit(&["a b", "c d"]).await;
    let answer = server.get(&format!("/api/jobs/{id}")).await;
    assert_eq!(answer.status, 200);
    let details = answer.json();
    assert_eq!(details["jobIdentifier"], id.as_str());
    assert_eq!(details["status"], "SUBMITTED");
    assert_eq!(
        details["jobInputs"],
        json!([{ "identifier": "0" }, { "identifier": "1" }])
    );
    for (member, figure) in [("total", 2), ("pending", 2), ("completed", 0), ("failed", 0)] {
        assert_eq!(details[member], figure, "{member}");
    }
    assert!(is_timestamp(&details["createdAt"], "+0000"));
    assert!(is_timestamp(&details["submittedAt"], "+00:00"));
    assert!(is_timestamp(&details["updatedAt"], "+00:00"));
    assert!(details["elapsedTime"].as_u64().unwrap() < 5000);
    assert_eq!(details["elapsedTime"], details["queueTime"]);
    let prefix = server.emulator.api_key().split_once('.').unwrap().0;
    assert_eq!(details["submittedBy"], prefix);
    assert_eq!(
        details["user"]["accessKeys"],
        json!([{ "prefix": prefix, "isDefault": true }])
    );
    assert!(details["team"]["identifier"].is_string());
    assert_eq!(details["explain"], false);
    assert!(details.get("timeout").is_none());
}

#[tokio::test]
async fn a_job_goes_from_submitted_through_in_progress_to_completed() {
    let server = Server::timed(Duration::from_millis(150), Duration::from_millis(400)).await;
    let id = server.submit(&["good"; 4]).await;
    let mut seen = Vec::<(String, u64)>::new();
    loop {
        let details = server.get(&format!("/api/jobs/{id}")).await.json();
        let completed = details["completed"].as_u64().unwrap();
        assert_eq!(details["total"], 4);
        assert_eq!(details["pending"], 4 - completed);
        let status = details["status"].as_str().unwrap().to_owned();
        if seen.last() != Some(&(status.clone(), completed)) {
            seen.push((status.clone(), completed));
        }
        if status == "COMPLETED" {
            assert_eq!(
                (&details["elapsedTime"], &details["queueTime"]),
                (&json!(550), &json!(150))
            );
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(seen.first(), Some(&("SUBMITTED".to_owned(), 0)));
    assert_eq!(seen.last(), Some(&("COMPLETED".to_owned(), 4)));
    assert!(
        seen.iter()
            .any(|(status, completed)| status == "IN_PROGRESS" && *completed > 0)
    );
    assert!(seen.is_sorted_by_key(|(_, completed)| *completed));
}

#[tokio::test]
async fn without_an_input_a_job_is_opened_and_stays_open() {
    let server = Server::instant().await;
    let body = json!({ "model": { "identifier": MODEL, "version": "1.0.1" }, "timeout": 1 });
    let receipt = server.post("/api/jobs", body).await.json();
    assert_eq!(receipt["status"], "OPEN");
    assert_eq!(receipt["jobInputs"], json!({ "identifier": [] }));
    let id = receipt["jobIdentifier"].as_str().unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(server.status(id).await, "OPEN");
    let canceled = server.delete(&format!("/api/jobs/{id}")).await;
    assert_eq!((canceled.status, &canceled.json()["status"]), (202, &json!("CANCELED")));
}

#[tokio::test]
async fn a_cancel_answers_with_the_details_of_the_canceled_job() {
    let server = Server::timed(Duration::ZERO, FOREVER).await;
    let id = server.submit(&["good"]).await;
    let path = format!("/api/jobs/{id}");
    let canceled = server.delete(&path).await;
    assert_eq!(canceled.status, 202);
    assert_eq!(canceled.json()["status"], "CANCELED");
    assert_eq!(canceled.json()["jobInputs"], json!([{ "identifier": "0" }]));
    assert_eq!(server.get(&path).await.json(), canceled.json());
}

#[tokio::test]
async fn a_final_job_cannot_be_canceled() {
    let server = Server::instant().await;
    let id = server.submit(&["good"]).await;
    let answer = server.delete(&format!("/api/jobs/{id}")).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.message(),
        format!("the job {id} is COMPLETED and can no longer be canceled")
    );
    assert_eq!(server.status(&id).await, "COMPLETED");
}

#[tokio::test]
async fn a_job_is_canceled_once_by_concurrent_requests() {
    let server = Server::timed(FOREVER, FOREVER).await;
    let path = format!("/api/jobs/{}", server.submit(&["good"]).await);
    let deletes = (0..20).map(|_| async { server.delete(&path).await.status });
    let statuses = join_all(deletes).await;
    assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 19);
}

#[tokio::test]
async fn a_job_that_exceeds_its_timeout_is_timedout() {
    let server = Server::timed(Duration::from_millis(10), FOREVER).await;
    let mut body = text_job(&["good"]);
    body["timeout"] = json!(30);
    let receipt = server.post("/api/jobs", body).await.json();
    let id = receipt["jobIdentifier"].as_str().unwrap();
    tokio::time::sleep(Duration::from_millis(35)).await;
    let details = server.get(&format!("/api/jobs/{id}")).await.json();
    assert_eq!(details["status"], "TIMEDOUT");
    assert_eq!(details["timeout"], 30);
    assert_eq!((&details["elapsedTime"], &details["pending"]), (&json!(30), &json!(1)));
}

#[tokio::test]
async fn a_job_is_not_found_until_it_is_stored() {
    let server = Server::start(Options {
        submitted: Duration::ZERO,
        in_progress: Duration::ZERO,
        store_delay: Duration::from_millis(300),
        ..Options::default()
    })
    .await;
    let id = server.submit(&["good"]).await;
    for route in ["jobs", "results"] {
        let answer = server.get(&format!("/api/{route}/{id}")).await;
        assert_eq!(answer.status, 404, "{route}");
        assert_eq!(answer.message(), format!("the job {id} does not exist"));
    }
    tokio::time::sleep(Duration::from_millis(310)).await;
    assert_eq!(server.status(&id).await, "COMPLETED");
    assert_eq!(server.get(&format!("/api/results/{id}")).await.status, 200);
}

#[tokio::test]
async fn a_submit_of_the_wrong_shape_names_the_member() {
    let server = Server::instant().await;
    let unknown_model = json!({ "model": { "identifier": "nope", "version": "1" } });
    let unknown_version = json!({ "model": { "identifier": MODEL, "version": "9.9.9" } });
    for (body, status, message) in [
        (json!([]), 400, "the body must be a JSON object"),
        (json!({}), 400, "model is missing"),
        (job(&json!({})), 400, "input.type is missing"),
        (
            job(&json!({ "type": "text", "sources": {} })),
            400,
            "input.sources must have at least one input",
        ),
        (
            job(&json!({ "type": "text", "sources": { "a": { "input.txt": 5 } } })),
            400,
            "input.sources.a.input.txt must be a string",
        ),
        (job(&json!({ "type": "aws-s3" })), 400, "input.accessKeyID is missing"),
        (unknown_model, 404, "the model nope does not exist"),
        (unknown_version, 404, "the model ed542963de has no version 9.9.9"),
    ] {
        let answer = server.post("/api/jobs", &body).await;
        assert_eq!((answer.status, answer.message().as_str()), (status, message), "{body}");
    }
    let malformed = server.post("/api/jobs", "{\"model\":").await;
    assert_eq!(malformed.status, 400);
    assert!(malformed.message().starts_with("the body is not JSON: EOF"));
}

#[tokio::test]
async fn a_submit_beyond_the_memory_of_unfinished_jobs_is_507() {
    let server = Server::start(Options {
        max_job_bytes: 10_000,
        ..Options::default()
    })
    .await;
    let first = server.open("d1g35t0256", "1.1.0").await;
    let path = format!("{first}/a/input");
    assert_eq!(server.chunk(&path, &[b'x'; 6000]).await.status, 202);
    let refused = server.chunk(&path, &[b'x'; 4000]).await;
    assert_eq!(refused.status, 507);
    assert!(
        refused
            .message()
            .starts_with("no room: the jobs take at most 10000 bytes")
    );
    let text = "x".repeat(4000);
    assert_eq!(server.post("/api/jobs", text_job(&[&text])).await.status, 507);
    assert_eq!(server.emulator.dropped_jobs(), 0);

    // A finished job makes room.
    assert_eq!(server.delete(&format!("/api/jobs/{first}")).await.status, 202);
    assert_eq!(server.post("/api/jobs", text_job(&[&text])).await.status, 202);
    assert_eq!(server.emulator.dropped_jobs(), 1);
    let gone = server.get(&format!("/api/jobs/{first}")).await;
    assert!(
        gone.message().contains("1 finished jobs have been dropped"),
        "{}",
        gone.message()
    );
}
