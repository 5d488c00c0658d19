//! Deployments that fail, and steps out of order.

use serde_json::{Value, json};

use crate::deployment::{attributes, complete, create, load, pull, server};
use crate::support::{Answer, Server};

/// Returns the message and the technical information of an error.
fn failure(answer: &Answer, status: u16) -> (String, String) {
    assert_eq!(answer.status, status);
    let body = answer.json();
    let member = |name: &str| body[name].as_str().unwrap().to_owned();
    (member("message"), member("technicalInformation"))
}

async fn loaded(server: &Server, image: &str, timeout: u64) -> String {
    let version = create(server).await;
    pull(server, &version, image).await;
    let mut attributes = attributes(&json!([{ "name": "input" }]), &json!([]));
    attributes["timeout"]["run"] = json!(timeout);
    server.patch(&version, attributes).await;
    complete(server, &format!("{version}/container-image")).await;
    load(server, &version).await;
    version
}

async fn run(server: &Server, version: &str) {
    let path = format!("{version}/testInput?name=input");
    assert_eq!(server.file(&path, "sample", b"x").await.status, 200);
    assert_eq!(server.post(&format!("{version}/run-process"), "").await.status, 200);
}

#[tokio::test]
async fn an_image_that_does_not_exist_ends_the_pull() {
    let server = server().await;
    let version = create(&server).await;
    pull(&server, &version, "registry/fail-pull:1").await;
    let path = format!("{version}/container-image");
    let failed = loop {
        let answer = server.get(&path).await;
        if answer.status != 200 {
            break answer;
        }
    };
    let (message, technical) = failure(&failed, 400);
    assert_eq!(message, "the container image cannot be pulled");
    assert_eq!(
        technical,
        "manifest for registry/fail-pull:1 not found: manifest unknown"
    );
    assert_eq!(
        server.get(&version).await.json()["containerImage"]["uploadStatus"],
        "FAILED"
    );
}

#[tokio::test]
async fn a_container_that_does_not_start_fails_the_load() {
    let server = server().await;
    for (image, status_timeout, reason) in [
        (
            "fail-load",
            60_000,
            "the container exited with code 137 before its first status",
        ),
        ("echo", 1, "the container had no status after 1 ms"),
    ] {
        let version = create(&server).await;
        pull(&server, &version, image).await;
        server
            .patch(&version, json!({ "timeout": { "status": status_timeout } }))
            .await;
        complete(&server, &format!("{version}/container-image")).await;
        let failed = loop {
            let answer = server.post(&format!("{version}/load-process"), "").await;
            if answer.status != 400 {
                break answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        };
        let (message, technical) = failure(&failed, 500);
        assert_eq!(
            (message.as_str(), technical.as_str()),
            ("the container image cannot be loaded", reason)
        );
    }
}

#[tokio::test]
async fn a_failed_run_is_a_result_with_its_reason() {
    let server = server().await;
    for (image, timeout, reason) in [
        ("fail-run", 60_000, "the container cannot process its input"),
        ("echo", 1, "the model took more than 1 ms"),
    ] {
        let version = loaded(&server, image, timeout).await;
        run(&server, &version).await;
        let (_, progress) = complete(&server, &format!("{version}/run-process")).await;
        let result = &progress["result"];
        assert_eq!(
            (&result["status"], &result["error"]),
            (&json!("FAILED"), &json!(reason))
        );
        assert!(result["technicalInformation"].as_str().unwrap().ends_with(reason));
        assert_eq!(server.patch(&version, json!({ "status": "active" })).await.status, 400);
    }
    let version = loaded(&server, "crash-run", 60_000).await;
    run(&server, &version).await;
    let failed = loop {
        let answer = server.get(&format!("{version}/run-process")).await;
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!(
        failure(&failed, 400).1,
        "the container was deleted for lack of resources"
    );
}

#[tokio::test]
async fn each_step_needs_those_before() {
    let server = server().await;
    let version = create(&server).await;
    let path = |step: &str| format!("{version}/{step}");
    let refused = async |path: String, message: &str| {
        let answer = server.post(&path, "").await;
        assert_eq!((answer.status, answer.message().as_str()), (400, message), "{path}");
    };
    for step in ["container-image", "run-process"] {
        assert_eq!(server.get(&path(step)).await.status, 404, "{step}");
    }
    refused(path("load-process"), "the version has no container image").await;
    refused(path("run-process"), "the container image is not loaded").await;
    pull(&server, &version, "echo").await;
    refused(path("load-process"), "the container image is not available yet").await;
    let identifier = version.split('/').nth(3).unwrap();
    let body = json!({
        "model": { "identifier": identifier, "version": "0.0.1" },
        "input": { "type": "text", "sources": { "k": { "input": "x" } } },
    });
    let job = server.post("/api/jobs", body).await;
    let message = format!("the version 0.0.1 of the model {identifier} is not loaded");
    assert_eq!((job.status, job.message()), (400, message));
    let active = server.patch(&version, json!({ "status": "active" })).await;
    assert_eq!(active.message(), "the container image is not loaded");

    let version = loaded(&server, "echo", 60_000).await;
    refused(format!("{version}/run-process"), "the version has no test input").await;
    let unknown = server.file(&format!("{version}/testInput?name=nope"), "x", b"x").await;
    assert_eq!(
        unknown.message(),
        "name must be an input of the version, and is \"nope\""
    );
    let empty = server.file(&format!("{version}/testInput?name=input"), "x", b"").await;
    assert_eq!(empty.message(), "the file is empty");
    run(&server, &version).await;
    complete(&server, &format!("{version}/run-process")).await;
    server.patch(&version, json!({ "status": "active" })).await;
    refused(
        format!("{version}/run-process"),
        "the version 0.0.1 is active and not partial",
    )
    .await;
}

#[tokio::test]
async fn a_password_of_a_registry_is_in_no_response() {
    let server = server().await;
    let version = create(&server).await;
    pull(&server, &version, "echo").await;
    let answer = server.get(&version).await;
    assert!(!String::from_utf8_lossy(&answer.body).contains("a secret"));
    for body in [
        json!({}),
        json!({ "registry": {} }),
        json!({ "registry": { "url": " " } }),
    ] {
        assert_eq!(
            server.post(&format!("{version}/container-image"), &body).await.status,
            400,
            "{body}"
        );
    }
    let unknown: Value = server
        .post("/api/models/nope/versions", json!({ "version": "1.0.0" }))
        .await
        .json();
    assert_eq!(unknown["message"], "the model nope does not exist");
}

#[tokio::test]
async fn a_run_needs_the_test_file_of_each_input() {
    let server = server().await;
    let version = create(&server).await;
    pull(&server, &version, "echo").await;
    let attributes = attributes(&json!([{ "name": "a" }, { "name": "b" }]), &json!([]));
    server.patch(&version, attributes).await;
    complete(&server, &format!("{version}/container-image")).await;
    load(&server, &version).await;
    let mut statuses = Vec::new();
    for name in ["a", "b"] {
        let path = format!("{version}/testInput?name={name}");
        assert_eq!(server.file(&path, "sample", name.as_bytes()).await.status, 200);
        assert_eq!(server.post(&format!("{version}/run-process"), "").await.status, 200);
        let (_, progress) = complete(&server, &format!("{version}/run-process")).await;
        let result = &progress["result"];
        statuses.push((result["status"].clone(), result["error"].clone()));
    }
    let missing = (json!("FAILED"), json!("the model input b is missing"));
    assert_eq!(statuses, [missing, (json!("SUCCESSFUL"), json!(null))]);
}
