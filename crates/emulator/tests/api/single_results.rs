//! The result of one input, and the votes on it.

use axum::http::Method;
use bytes::Bytes;
use modzy_emulator::{Options, Role};
use serde_json::{Value, json};

use crate::support::{Answer, MODEL, Server, job};

const KEYS: [(Role, &str); 2] = [(Role::Developer, "dev.secret"), (Role::Auditor, "audit.secret")];

async fn server() -> Server {
    Server::start(Options {
        submitted: std::time::Duration::ZERO,
        in_progress: std::time::Duration::ZERO,
        keys: KEYS.map(|(role, key)| (role, key.to_owned())).into(),
        ..Options::default()
    })
    .await
}

async fn mixed(server: &Server) -> String {
    let sources = json!({ "a b": { "input.txt": "good" }, "bad": {} });
    let receipt = server
        .post("/api/jobs", job(&json!({ "type": "text", "sources": sources })))
        .await;
    receipt.json()["jobIdentifier"].as_str().unwrap().to_owned()
}

async fn with_key(server: &Server, key: &str, method: Method, path: &str) -> Answer {
    let header = format!("ApiKey {key}");
    server.send_as(Some(&header), method, path, Bytes::new()).await.unwrap()
}

#[tokio::test]
async fn the_result_of_one_input_has_its_job_and_the_outputs_under_result() {
    let server = server().await;
    let id = mixed(&server).await;
    let results = server.get(&format!("/api/results/{id}")).await.json();
    let result = server.get(&format!("/api/results/{id}/datasource/a%20b")).await.json();
    assert_eq!(
        result["result"],
        json!({ "results.json": results["results"]["a b"]["results.json"] })
    );
    for member in ["status", "error", "results.json"] {
        assert!(result.get(member).is_none(), "{member}");
    }
    for (member, value) in [
        ("inputName", json!("a b")),
        ("inputSize", json!(4)),
        ("engine", results["results"]["a b"]["engine"].clone()),
        ("accessKey", results["submittedByKey"].clone()),
        ("explained", json!(false)),
        ("useLegacyDatasourceJSON", json!(false)),
        ("voting", json!({ "up": 0, "down": 0 })),
    ] {
        assert_eq!(result[member], value, "{member}");
    }
    let about = &result["job"];
    for (member, value) in [
        ("identifier", json!(id)),
        (
            "model",
            json!({ "identifier": MODEL, "version": "1.0.1", "name": "Sentiment Analysis" }),
        ),
        ("totalInputCount", json!(2)),
        ("completedInputCount", json!(1)),
        ("failedInputCount", json!(1)),
        ("finished", json!(true)),
        ("tags", json!([])),
        ("account", json!({ "identifier": "emulator" })),
    ] {
        assert_eq!(about[member], value, "{member}");
    }
    for time in [
        &result["startTime"],
        &result["updateTime"],
        &result["endTime"],
        &about["createdAt"],
    ] {
        assert!(time.as_u64().unwrap() > 1_700_000_000, "{time}");
    }
    let failed = server.get(&format!("/api/results/{id}/datasource/bad")).await.json();
    assert_eq!((&failed["result"], failed.get("error")), (&json!({}), None));
}

async fn vote(server: &Server, key: &str, method: Method, path: &str) -> Value {
    let answer = with_key(server, key, method, path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.json()
}

#[tokio::test]
async fn each_key_has_one_vote_on_a_result() {
    let server = server().await;
    let owner = server.emulator.api_key().to_owned();
    let id = mixed(&server).await;
    let vote_path = format!("/api/results/{id}/vote/a%20b");
    let [up, down] = ["upvote", "downvote"].map(|way| format!("/api/results/{id}/{way}/a%20b"));
    assert_eq!(
        vote(&server, &owner, Method::GET, &vote_path).await,
        json!({ "vote": "NO_VOTES" })
    );
    for _ in 0..2 {
        assert_eq!(vote(&server, &owner, Method::POST, &up).await, json!({}));
    }
    vote(&server, "dev.secret", Method::POST, &up).await;
    let voting = async || {
        let results = server.get(&format!("/api/results/{id}")).await.json();
        let single = server.get(&format!("/api/results/{id}/datasource/a%20b")).await.json();
        assert_eq!(single["voting"], results["results"]["a b"]["voting"]);
        single["voting"].clone()
    };
    assert_eq!(voting().await, json!({ "up": 2, "down": 0 }));
    vote(&server, "dev.secret", Method::POST, &down).await;
    assert_eq!(voting().await, json!({ "up": 1, "down": 1 }));
    assert_eq!(
        vote(&server, "dev.secret", Method::GET, &vote_path).await,
        json!({ "vote": "DOWN" })
    );
    vote(&server, "dev.secret", Method::DELETE, &vote_path).await;
    assert_eq!(voting().await, json!({ "up": 1, "down": 0 }));
    assert_eq!(with_key(&server, "audit.secret", Method::POST, &up).await.status, 403);
    let unknown = server.post(&format!("/api/results/{id}/upvote/nope"), "").await;
    assert_eq!(unknown.status, 404);
}
