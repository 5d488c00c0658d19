//! The deployment of models, step by step.

use std::time::Duration;

use axum::http::Method;
use modzy_emulator::{Options, Role};
use serde_json::{Value, json};

use crate::support::Server;

const STEP: Duration = Duration::from_millis(60);
const SETTLE: Duration = Duration::from_millis(30);

pub(crate) async fn server() -> Server {
    Server::start(Options {
        submitted: Duration::ZERO,
        in_progress: Duration::ZERO,
        deployment_step: STEP,
        image_settle: SETTLE,
        engine_start: STEP,
        keys: vec![
            (Role::DataScientist, "science.secret".to_owned()),
            (Role::Developer, "dev.secret".to_owned()),
        ],
        ..Options::default()
    })
    .await
}

/// Creates a model, and returns the path of its version.
pub(crate) async fn create(server: &Server) -> String {
    let created = server
        .post("/api/models", json!({ "name": "My Echo Model", "version": "0.0.1" }))
        .await;
    assert_eq!(created.status, 201);
    format!(
        "/api/models/{}/versions/0.0.1",
        created.json()["identifier"].as_str().unwrap()
    )
}

pub(crate) async fn pull(server: &Server, version: &str, image: &str) {
    let body = json!({ "registry": { "url": image, "username": "me", "password": "a secret" } });
    assert_eq!(
        server.post(&format!("{version}/container-image"), body).await.status,
        200
    );
}

/// Polls a route until its percentage is 100. Returns the percentages, and the last response.
pub(crate) async fn complete(server: &Server, path: &str) -> (Vec<u64>, Value) {
    let mut seen = Vec::new();
    loop {
        let progress = server.get(path).await.json();
        let percentage = progress["percentage"].as_u64().unwrap();
        if seen.last() != Some(&percentage) {
            seen.push(percentage);
        }
        if percentage == 100 {
            return (seen, progress);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Loads the image, and returns how many loads were refused before.
pub(crate) async fn load(server: &Server, version: &str) -> usize {
    for refused in 0.. {
        let loaded = server.post(&format!("{version}/load-process"), "").await;
        if loaded.status == 200 {
            assert!(loaded.body.is_empty());
            return refused;
        }
        assert_eq!(
            (loaded.status, loaded.message().as_str()),
            (400, "the container image is not available yet")
        );
        tokio::time::sleep(SETTLE).await;
    }
    unreachable!()
}

pub(crate) fn attributes(inputs: &Value, outputs: &Value) -> Value {
    json!({
        "requirement": { "requirementId": 1 },
        "timeout": { "run": 60_000, "status": 60_000 },
        "inputs": inputs,
        "outputs": outputs,
        "statistics": [],
        "processing": { "minimumParallelCapacity": 0, "maximumParallelCapacity": 1 },
        "longDescription": "Long",
        "technicalDetails": "Technical",
        "performanceSummary": "Fast",
    })
}

/// Deploys a version to its end, and returns the result of its run.
async fn deploy(server: &Server, version: &str, image: &str, attributes: &Value) -> Value {
    pull(server, version, image).await;
    assert_eq!(server.patch(version, attributes).await.status, 200);
    complete(server, &format!("{version}/container-image")).await;
    load(server, version).await;
    let name = attributes["inputs"][0]["name"].as_str().unwrap();
    let path = format!("{version}/testInput?name={name}");
    assert_eq!(
        server.file(&path, "sample.json", br#"["one two", 3]"#).await.status,
        200
    );
    let run = server.post(&format!("{version}/run-process"), "").await;
    assert_eq!((run.status, run.body.len()), (200, 0));
    let (_, progress) = complete(server, &format!("{version}/run-process")).await;
    let activated = server.patch(version, json!({ "status": "active" })).await;
    assert_eq!(activated.status, 200, "{}", activated.json());
    progress["result"].clone()
}

fn one(name: &str, media_type: &str) -> Value {
    json!([{ "name": name, "acceptedMediaTypes": media_type, "mediaType": media_type, "maximumSize": 1_000_000 }])
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one deployment, from its beginning to its end")]
async fn a_model_is_deployed_from_nothing_to_the_result_of_a_job() {
    let server = server().await;
    let version = create(&server).await;
    let identifier = version.split('/').nth(3).unwrap();
    let model = format!("/api/models/{identifier}");
    let described = server
        .patch(
            &model,
            json!({ "description": "Echoes", "tags": ["Computer Vision", "My Tag"] }),
        )
        .await;
    assert_eq!(described.json()["description"], "Echoes");
    let fresh = server.get(&version).await.json();
    for (member, value) in [
        ("status", json!("partial")),
        ("isActive", json!(false)),
        ("requirement", json!({ "requirementId": 1 })),
        (
            "processing",
            json!({ "minimumParallelCapacity": 0, "maximumParallelCapacity": 1 }),
        ),
        ("originSidecar", json!(false)),
    ] {
        assert_eq!(fresh[member], value, "{member}");
    }
    for (member, value) in [
        ("permalink", json!(format!("{identifier}-emulator-my-echo-model"))),
        ("latestVersion", json!("0.0.1")),
        ("latestActiveVersion", json!("")),
        ("createdByFullName", json!("Emulator User")),
        ("visibility", json!({ "scope": "PRIVATE" })),
    ] {
        assert_eq!(fresh["model"][member], value, "{member}");
    }
    let attributes = attributes(
        &one("input", "application/json"),
        &one("results.json", "application/json"),
    );

    pull(&server, &version, "modzy/grpc-echo-model:1.0.0").await;
    let patched = server.patch(&version, &attributes).await.json();
    assert_eq!(
        (&patched["version"], &patched["inputs"][0]["name"]),
        (&json!("0.0.1"), &json!("input"))
    );
    assert_eq!(patched["containerImage"]["repositoryName"], identifier);
    let (percentages, _) = complete(&server, &format!("{version}/container-image")).await;
    assert!(
        percentages
            .iter()
            .all(|percentage| [0, 5, 13, 16, 47, 50, 100].contains(percentage)),
        "{percentages:?}"
    );
    assert!(load(&server, &version).await >= 1);
    let path = format!("{version}/testInput?name=input");
    assert_eq!(server.file(&path, "sample.json", br#"{"a": 1}"#).await.status, 200);
    server.post(&format!("{version}/run-process"), "").await;
    let (percentages, progress) = complete(&server, &format!("{version}/run-process")).await;
    assert!(
        percentages
            .iter()
            .all(|percentage| [20, 40, 55, 70, 95, 100].contains(percentage)),
        "{percentages:?}"
    );
    assert_eq!((&progress["step"], progress["stepName"].is_string()), (&json!(5), true));
    let result = &progress["result"];
    assert_eq!(
        (&result["status"], &result["error"]),
        (&json!("SUCCESSFUL"), &Value::Null)
    );
    assert_eq!(
        (&result["results.json"], &result["inputSize"]),
        (&json!({ "a": 1 }), &json!(8))
    );
    for member in ["engine", "startTime", "endTime", "updateTime"] {
        assert!(result[member].is_string(), "{member}");
    }
    // The run has overwritten the texts.
    let run = server.get(&version).await.json();
    assert_eq!(
        (&run["longDescription"], &run["inputs"]),
        (&json!(""), &patched["inputs"])
    );
    server.patch(&version, &attributes).await;
    for (sample, document) in [
        ("sample-input", json!({ "input": {} })),
        ("sample-output", json!({ "total": "<number>" })),
    ] {
        let path = format!("{version}/{sample}");
        assert_eq!(server.get(&path).await.status, 404);
        let put = server.send(Method::PUT, &path, document.clone()).await.unwrap();
        assert_eq!(put.status, 200);
        assert_eq!(server.get(&path).await.json(), document);
    }
    let picture = server
        .file(&format!("{model}/image?description=a%20card"), "card.png", b"\x89PNG")
        .await;
    assert_eq!(picture.json()["caption"], "a card");
    let activated = server.patch(&version, json!({ "status": "active" })).await.json();
    assert_eq!(
        (&activated["status"], &activated["longDescription"]),
        (&json!("active"), &json!("Long"))
    );

    let details = server.get(&model).await.json();
    assert_eq!(
        (&details["isActive"], &details["latestActiveVersion"]),
        (&json!(true), &json!("0.0.1"))
    );
    assert_eq!(
        (&details["images"][0], details["tags"].as_array().unwrap().len()),
        (&picture.json(), 2)
    );
    assert_eq!(details["tags"][1]["identifier"], "my_tag");
    assert_eq!(details["tags"][1]["isUserCreated"], true);
    let found = server.get("/api/models?name=my%20echo").await.json();
    assert_eq!(found[0]["modelId"], identifier);
    let body = json!({
        "model": { "identifier": identifier, "version": "0.0.1" },
        "input": { "type": "text", "sources": { "k": { "input": "[1, 2]" }, "bad": {} } },
    });
    let receipt = server.post("/api/jobs", body).await.json();
    let job = receipt["jobIdentifier"].as_str().unwrap();
    let results = server.get(&format!("/api/results/{job}")).await.json();
    assert_eq!(results["results"]["k"]["results.json"], json!([1, 2]));
    assert_eq!(results["failures"]["bad"]["error"], "the model input input is missing");
}

#[tokio::test]
async fn outputs_may_have_any_name_and_type() {
    let server = server().await;
    let version = create(&server).await;
    let outputs = json!([
        { "name": "copy", "mediaType": "text/plain" },
        { "name": "as json.json", "mediaType": "application/json" },
    ]);
    let result = deploy(
        &server,
        &version,
        "echo",
        &attributes(&one("in", "text/plain"), &outputs),
    )
    .await;
    assert_eq!(result["as json.json"], json!(["one two", 3]));
    let identifier = version.split('/').nth(3).unwrap();
    let body = json!({
        "model": { "identifier": identifier, "version": "0.0.1" },
        "input": { "type": "text", "sources": { "k": { "in": "hello" } } },
    });
    let job = server.post("/api/jobs", body).await.json()["jobIdentifier"]
        .as_str()
        .unwrap()
        .to_owned();
    let copy = server.get(&format!("/api/results/{job}/k/copy")).await;
    assert_eq!(
        (&*copy.body, copy.headers["content-type"].to_str().unwrap()),
        (&b"hello"[..], "text/plain")
    );
}

#[tokio::test]
async fn a_counting_model_counts() {
    let server = server().await;
    let version = create(&server).await;
    let attributes = attributes(&one("input", "text/plain"), &json!([]));
    let result = deploy(&server, &version, "registry:5000/word-count:1", &attributes).await;
    let counts = json!({ "input": { "bytes": 14, "words": 3, "lines": 1 } });
    assert_eq!(result["results.json"]["data"]["result"], counts);
}

#[tokio::test]
async fn a_second_version_is_added_to_a_model() {
    let server = server().await;
    let first = create(&server).await;
    let versions = first.strip_suffix("/0.0.1").unwrap();
    let attributes = attributes(&one("input", "text/plain"), &json!([]));
    deploy(&server, &first, "echo", &attributes).await;
    let added = server.post(versions, json!({ "version": "0.0.2" })).await;
    assert_eq!((added.status, &added.json()["status"]), (201, &json!("partial")));
    let model = &added.json()["model"];
    assert_eq!(
        (&model["latestVersion"], &model["latestActiveVersion"]),
        (&json!("0.0.2"), &json!("0.0.1"))
    );
    assert_eq!(
        (&model["versions"], &model["isActive"]),
        (&json!(["0.0.1", "0.0.2"]), &json!(true))
    );
    let again = server.post(versions, json!({ "version": "0.0.2" })).await;
    assert_eq!(
        (again.status, again.message().as_str()),
        (400, "the version 0.0.2 already exists")
    );
    for version in ["", "1", "1.0", "1.0.x", "1.0.0/../2"] {
        assert_eq!(
            server.post(versions, json!({ "version": version })).await.status,
            400,
            "{version}"
        );
    }
}

#[tokio::test]
async fn a_model_for_arm_is_activated_without_a_run() {
    let server = server().await;
    let version = create(&server).await;
    pull(&server, &version, "echo:arm64").await;
    complete(&server, &format!("{version}/container-image")).await;
    load(&server, &version).await;
    let activate = json!({ "status": "active" });
    let refused = server.patch(&version, &activate).await;
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (400, "the model has not been run on its test input")
    );
    server
        .patch(&version, json!({ "requirement": { "requirementId": -99 } }))
        .await;
    assert_eq!(server.patch(&version, &activate).await.json()["isActive"], true);
}
