//! Changes of models and versions: what a patch replaces, and whom it is allowed.

use axum::http::Method;
use modzy_emulator::Options;
use serde_json::{Value, json};

use crate::deployment::{attributes, create, server};
use crate::support::{MODEL, Server, text_job};

/// Asserts that the models have no room.
async fn assert_full(server: &Server, method: Method, path: &str, body: &Value) {
    let refused = server.send(method, path, body).await.unwrap();
    assert_eq!(refused.status, 507, "{path}");
    assert!(
        refused
            .message()
            .starts_with("no room: what was created and changed of models takes at most 10000 bytes (max_model_bytes)")
    );
}

async fn limited() -> Server {
    Server::start(Options {
        max_model_bytes: 10_000,
        max_finished_jobs: 1,
        submitted: std::time::Duration::ZERO,
        in_progress: std::time::Duration::ZERO,
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn models_and_versions_are_created_until_their_memory_is_full() {
    let server = limited().await;
    let before = server.get("/api/models?per-page=1000").await.json();
    let model = json!({ "name": "x".repeat(200_000), "version": "1.0.0" });
    assert_full(&server, Method::POST, "/api/models", &model).await;
    let version = create(&server).await;
    let versions = version.strip_suffix("/0.0.1").unwrap();
    let mut created = 1;
    loop {
        let added = server
            .post(versions, json!({ "version": format!("{created}.0.0") }))
            .await;
        if added.status != 201 {
            break;
        }
        created += 1;
    }
    // Each takes a kilobyte at least.
    assert!((3..10).contains(&created), "{created}");
    assert_full(&server, Method::POST, versions, &json!({ "version": "9.0.0" })).await;
    assert_full(
        &server,
        Method::POST,
        "/api/models",
        &json!({ "name": "x", "version": "1.0.0" }),
    )
    .await;
    let after = server.get("/api/models?per-page=1000").await.json();
    assert_eq!(after.as_array().unwrap().len(), before.as_array().unwrap().len() + 1);
}

#[tokio::test]
async fn whatever_is_set_for_a_model_counts_and_is_left_as_it_was_if_it_does_not_fit() {
    let server = limited().await;
    let version = create(&server).await;
    let (model, _) = version.split_once("/versions").unwrap();
    let built_in = format!("/api/models/{MODEL}");
    let long = "x".repeat(10_000);
    for (method, path, body) in [
        (Method::PATCH, model.to_owned(), json!({ "description": long })),
        (Method::PATCH, model.to_owned(), json!({ "name": long })),
        (Method::PATCH, model.to_owned(), json!({ "tags": [long] })),
        (Method::PATCH, built_in, json!({ "description": long })),
        (Method::PATCH, version.clone(), json!({ "longDescription": long })),
        (Method::PATCH, version.clone(), json!({ "inputs": [{ "name": long }] })),
        (Method::PATCH, version.clone(), json!({ "statistics": vec![0; 1000] })),
        (Method::PUT, format!("{version}/sample-input"), json!({ "a": long })),
        (Method::PUT, format!("{version}/sample-output"), json!({ "a": long })),
        (
            Method::POST,
            format!("{version}/container-image"),
            json!({ "registry": { "url": long } }),
        ),
    ] {
        let before = server.get(&version).await.json();
        assert_full(&server, method, &path, &body).await;
        assert_eq!(server.get(&version).await.json(), before, "{path}");
    }
    server.patch(&version, json!({ "inputs": [{ "name": "input" }] })).await;
    let file = server
        .file(&format!("{version}/testInput?name=input"), "a", long.as_bytes())
        .await;
    assert_eq!(file.status, 507);
    // What is replaced makes room.
    for _ in 0..5 {
        let description = json!({ "longDescription": "x".repeat(5_000) });
        assert_eq!(server.patch(&version, description).await.status, 200);
    }
}

#[tokio::test]
async fn the_earlier_state_of_a_model_counts_for_as_long_as_a_job_has_it() {
    let server = limited().await;
    let model = format!("/api/models/{MODEL}");
    let describe = |letter: &str| json!({ "description": letter.repeat(5_000) });
    assert_eq!(server.patch(&model, describe("a")).await.status, 200);
    assert_eq!(server.post("/api/jobs", text_job(&["a"])).await.status, 202);
    assert_eq!(server.patch(&model, describe("b")).await.status, 200);
    assert_full(&server, Method::PATCH, &model, &describe("c")).await;
    // Drops the first job.
    assert_eq!(server.post("/api/jobs", text_job(&["b"])).await.status, 202);
    assert_eq!(server.patch(&model, describe("c")).await.status, 200);
}

#[tokio::test]
async fn a_patch_overwrites_what_it_names_and_null_clears() {
    let server = server().await;
    let version = create(&server).await;
    let both = json!([{ "name": "a" }, { "name": "b", "description": "B" }]);
    server.patch(&version, attributes(&both, &json!([]))).await;
    let patched = server.patch(&version, json!({ "longDescription": "new" })).await.json();
    assert_eq!(
        (&patched["longDescription"], &patched["technicalDetails"]),
        (&json!("new"), &json!("Technical"))
    );
    assert_eq!(
        patched["inputs"][1],
        json!({ "name": "b", "acceptedMediaTypes": "", "maximumSize": 0, "description": "B" })
    );
    let patched = server
        .patch(
            &version,
            json!({ "inputs": null, "technicalDetails": null, "timeout": { "run": 5 } }),
        )
        .await
        .json();
    assert_eq!(
        (&patched["inputs"], &patched["technicalDetails"]),
        (&json!([]), &json!(""))
    );
    assert_eq!(patched["timeout"], json!({ "status": 60_000, "run": 5 }));
    for (body, message) in [
        (json!({ "inputs": [{}] }), "inputs must be a list of inputs with a name"),
        (json!({ "longDescription": 5 }), "longDescription must be a string"),
        (json!({ "status": "partial" }), "status must be active"),
        (json!({ "requirement": {} }), "requirement.requirementId is missing"),
        (
            json!({ "processing": { "minimumParallelCapacity": -1 } }),
            "processing.minimumParallelCapacity must be a whole number in range",
        ),
    ] {
        let refused = server.patch(&version, &body).await;
        assert_eq!((refused.status, refused.message().as_str()), (400, message), "{body}");
    }
    assert_eq!(server.get(&version).await.json()["longDescription"], "new");
}

#[tokio::test]
async fn a_data_scientist_changes_only_the_own_models() {
    let server = server().await;
    let as_key = async |key: &str, method: Method, path: &str, body: Value| {
        let header = format!("ApiKey {key}");
        server
            .send_as(Some(&header), method, path, body.to_string().into())
            .await
            .unwrap()
    };
    let model = json!({ "name": "Mine", "version": "1.0.0" });
    assert_eq!(
        as_key("dev.secret", Method::POST, "/api/models", model.clone())
            .await
            .status,
        403
    );
    let created = as_key("science.secret", Method::POST, "/api/models", model)
        .await
        .json();
    assert_eq!(created["createdByEmail"], "ben@emulator.local");
    let own = format!("/api/models/{}", created["identifier"].as_str().unwrap());
    let description = json!({ "description": "x" });
    assert_eq!(
        as_key("science.secret", Method::PATCH, &own, description.clone())
            .await
            .status,
        200
    );
    let foreign = as_key(
        "science.secret",
        Method::PATCH,
        "/api/models/ed542963de",
        description.clone(),
    )
    .await;
    assert_eq!(foreign.status, 403);
    assert_eq!(server.patch(&own, description).await.status, 200);
}
