//! Changes of models and versions: what a patch replaces, and whom it is allowed.

use axum::http::Method;
use serde_json::{Value, json};

use crate::deployment::{attributes, create, server};

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
