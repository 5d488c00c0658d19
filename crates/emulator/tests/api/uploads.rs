//! Open jobs: chunks and the close.

use std::time::Duration;

use modzy_emulator::Options;
use serde_json::{Value, json};

use crate::support::{FOREVER, MODEL, Server};

pub(crate) async fn limited(chunk_size: &str, max_chunks: usize, max_inputs: usize) -> Server {
    Server::start(Options {
        submitted: Duration::ZERO,
        in_progress: Duration::ZERO,
        chunk_size: chunk_size.to_owned(),
        max_chunks,
        max_inputs,
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn the_features_are_those_of_the_options() {
    let features = |server: Server| async move { server.get("/api/jobs/features").await.json() };
    assert_eq!(
        features(Server::instant().await).await,
        json!({ "inputChunkMaximumSize": "1Mi", "maximumInputChunks": 10_000, "maximumInputsPerJob": 10_000 })
    );
    assert_eq!(
        features(limited("1.5Ki", 7, 3).await).await,
        json!({ "inputChunkMaximumSize": "1.5Ki", "maximumInputChunks": 7, "maximumInputsPerJob": 3 })
    );
}

#[tokio::test]
async fn chunks_are_appended_in_the_order_of_their_arrival() {
    let server = Server::instant().await;
    let id = server.open(MODEL, "1.0.1").await;
    for (key, chunk) in [("a", "I lo"), ("b", "I hate"), ("a", "ve it!"), ("b", " it, terrible")] {
        let answer = server.chunk(&format!("{id}/{key}/input.txt"), chunk.as_bytes()).await;
        assert_eq!((answer.status, answer.body.len()), (202, 0));
    }
    let details = server.get(&format!("/api/jobs/{id}")).await.json();
    assert_eq!((&details["status"], &details["total"]), (&json!("OPEN"), &json!(2)));
    assert_eq!(
        details["jobInputs"],
        json!([{ "identifier": "a" }, { "identifier": "b" }])
    );
    assert_eq!(details["inputByteAmount"], 29);
    let answer = server.close(&id).await;
    assert_eq!(answer.status, 202);
    let receipt = answer.json();
    assert_eq!(
        (&receipt["status"], &receipt["totalInputs"]),
        (&json!("SUBMITTED"), &json!(2))
    );
    assert_eq!(receipt["jobInputs"], json!({ "identifier": ["a", "b"] }));
    assert_eq!(receipt["jobIdentifier"], id.as_str());
    assert_eq!(server.status(&id).await, "COMPLETED");
    let results = server.get(&format!("/api/results/{id}")).await.json();
    assert_eq!((&results["completed"], &results["inputSize"]), (&json!(2), &json!(29)));
    for (key, best) in [("a", "positive"), ("b", "negative")] {
        let predictions = &results["results"][key]["results.json"]["data"]["result"]["classPredictions"];
        assert_eq!(predictions[0]["class"], best);
    }
}

#[tokio::test]
async fn a_closed_job_starts_at_its_close() {
    let server = Server::timed(Duration::from_millis(200), FOREVER).await;
    let id = server.open(MODEL, "1.0.1").await;
    server.chunk(&format!("{id}/a/input.txt"), b"good").await;
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(server.post(&format!("/api/jobs/{id}/close"), "").await.status, 202);
    let details = server.get(&format!("/api/jobs/{id}")).await.json();
    assert_eq!(details["status"], "SUBMITTED");
    assert!(details["elapsedTime"].as_u64().unwrap() < 200);
    let (created, submitted) = (
        details["createdAt"].as_str().unwrap(),
        details["submittedAt"].as_str().unwrap(),
    );
    assert!(created[..22] < submitted[..22], "{created} {submitted}");
    tokio::time::sleep(Duration::from_millis(210)).await;
    assert_eq!(server.status(&id).await, "IN_PROGRESS");
    assert_eq!(
        server.delete(&format!("/api/jobs/{id}")).await.json()["status"],
        "CANCELED"
    );
}

#[tokio::test]
async fn keys_are_percent_decoded() {
    let server = Server::instant().await;
    let id = server.open(MODEL, "1.0.1").await;
    for key in ["a%2Fb%3F%23%25%20%C3%BC", "close", "%2E%2E"] {
        let answer = server.chunk(&format!("{id}/{key}/input%2Etxt"), b"good").await;
        assert_eq!(answer.status, 202, "{key}");
    }
    let receipt = server.close(&id).await.json();
    assert_eq!(receipt["jobInputs"]["identifier"], json!(["a/b?#% ü", "close", ".."]));
    assert_eq!(
        server.chunk("x/%FF/input.txt", b"x").await.message(),
        "the path is not percent-encoded UTF-8"
    );
}

#[tokio::test]
async fn uploads_do_not_wait_for_the_store() {
    let server = Server::start(Options {
        store_delay: FOREVER,
        ..Options::default()
    })
    .await;
    let id = server.open(MODEL, "1.0.1").await;
    assert_eq!(server.chunk(&format!("{id}/a/input.txt"), b"x").await.status, 202);
    assert_eq!(server.close(&id).await.status, 202);
    assert_eq!(server.get(&format!("/api/jobs/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_text_that_is_not_utf_8_fails_its_input() {
    let server = Server::instant().await;
    let id = server.open(MODEL, "1.0.1").await;
    server.chunk(&format!("{id}/bad/input.txt"), b"\xff").await;
    // A character may be split between two chunks.
    server.chunk(&format!("{id}/good/input.txt"), b"\xc3").await;
    server.chunk(&format!("{id}/good/input.txt"), b"\xbc").await;
    server.close(&id).await;
    let results = server.get(&format!("/api/results/{id}")).await.json();
    assert_eq!(
        results["failures"]["bad"]["error"],
        "the model input input.txt is not UTF-8 text"
    );
    assert_ne!(results["results"]["good"], Value::Null);
}
