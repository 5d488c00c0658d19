//! The routes that drive the emulator from another process.

use modzy_emulator::Options;
use serde_json::json;

use crate::support::Server;

#[tokio::test]
async fn faults_are_added_and_cleared() {
    let server = Server::instant().await;
    let fault = json!({ "method": "GET", "path": "/api/*", "status": 503, "headers": { "retry-after": "1" } });
    let added = server.post("/control/faults", fault).await;
    assert_eq!((added.status, added.body.len()), (204, 0));
    let answer = server.get("/api/models").await;
    assert_eq!(
        (answer.status, answer.headers["retry-after"].as_bytes()),
        (503, &b"1"[..])
    );
    assert_eq!(server.delete("/control/faults").await.status, 204);
    assert_eq!(server.get("/api/models").await.status, 200);
}

#[tokio::test]
async fn a_bad_fault_is_400_with_the_reason() {
    let server = Server::instant().await;
    for (body, reason) in [
        ("{", "the body is no fault: EOF while parsing"),
        (r#"{"stauts":500}"#, "the body is no fault: unknown field `stauts`"),
        (
            r#"{"connection":"drop"}"#,
            "the body is no fault: unknown variant `drop`",
        ),
        (r#"{"times":-1}"#, "the body is no fault: invalid value: integer `-1`"),
        (r#"{"status":99}"#, "`status` must be between 200 and 599"),
        (r#"{"path":"/jobs"}"#, "`path` must lie under /api"),
    ] {
        let answer = server.post("/control/faults", body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.message().starts_with(reason), "{}", answer.message());
    }
    assert_eq!(server.get("/api/models").await.status, 200);
}

#[tokio::test]
async fn requests_are_read_and_cleared() {
    let server = Server::instant().await;
    server.get("/api/models?page=1").await;
    let requests = server.get("/control/requests").await.json();
    let request = requests[0].as_object().unwrap();
    assert_eq!(requests.as_array().unwrap().len(), 1);
    for (member, value) in [
        ("method", json!("GET")),
        ("path", json!("/api/models")),
        ("query", json!("page=1")),
        ("body", json!("")),
        ("status", json!(200)),
        ("state", json!("answered")),
    ] {
        assert_eq!(request[member], value, "{member}");
    }
    assert_eq!(request["headers"]["authorization"], "ApiKey ***");
    assert!(request["receivedAtMs"].is_number());
    assert_eq!(server.delete("/control/requests").await.status, 204);
    assert_eq!(server.get("/control/requests").await.json(), json!([]));
}

#[tokio::test]
async fn connections_are_counted_without_the_asking_one() {
    let server = Server::instant().await;
    assert_eq!(server.get("/control/connections").await.json(), json!({ "open": 0 }));
    let stall = json!({ "path": "/api/models", "connection": "stall" });
    server.post("/control/faults", stall).await;
    let stalled = server.raw("GET", "/api/models", "").await;
    server.until(|emulator| emulator.requests().len() == 1).await;
    assert_eq!(server.get("/control/connections").await.json(), json!({ "open": 1 }));
    drop(stalled);
    server.until(|emulator| emulator.open_connections() == 1).await;
    assert_eq!(server.get("/control/connections").await.json(), json!({ "open": 0 }));
}

#[tokio::test]
async fn without_the_option_there_is_no_control() {
    let server = Server::start(Options::default()).await;
    for path in ["/control/requests", "/control/connections"] {
        assert_eq!(server.get(path).await.status, 404);
    }
    assert_eq!(server.post("/control/faults", json!({})).await.status, 404);
}
