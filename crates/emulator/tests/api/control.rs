//! The routes that control the emulator from another process.

use axum::http::Method;
use modzy_emulator::Options;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{Server, read_all};

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
        ("{", "the body is not a fault: EOF while parsing"),
        (r#"{"stauts":500}"#, "the body is not a fault: unknown field `stauts`"),
        (
            r#"{"connection":"drop"}"#,
            "the body is not a fault: unknown variant `drop`",
        ),
        (
            r#"{"times":-1}"#,
            "the body is not a fault: invalid value: integer `-1`",
        ),
        (r#"{"status":99}"#, "`status` must be between 200 and 599"),
        (r#"{"path":"/jobs"}"#, "`path` must be under /api"),
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
async fn connections_are_counted_without_that_of_the_request() {
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
async fn a_foreign_host_or_origin_is_403_and_changes_nothing() {
    let server = Server::instant().await;
    let own = server.emulator.url().to_owned();
    let port = own.rsplit_once(':').unwrap().1;
    let fault = r#"{"path":"/api/*","status":503}"#;
    let foreign_host = format!("evil.example:{port}");
    let other_port = "http://127.0.0.1:1".to_owned();
    for headers in [
        &[("host", &*foreign_host)][..],
        &[("host", &foreign_host), ("origin", "http://evil.example")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("origin", &other_port)],
    ] {
        for (method, path) in [
            (Method::POST, "/control/faults"),
            (Method::DELETE, "/control/faults"),
            (Method::GET, "/control/requests"),
            (Method::DELETE, "/control/requests"),
            (Method::GET, "/control/connections"),
        ] {
            let answer = server.send_with(headers, method, path, fault.into()).await.unwrap();
            assert_eq!(answer.status, 403, "{headers:?} {path}");
            assert!(!answer.message().is_empty());
        }
    }
    assert_eq!(server.get("/api/models").await.status, 200);
    let localhost = format!("LOCALHOST:{port}");
    for headers in [
        &[("origin", &*own)][..],
        &[("host", &localhost)],
        &[("host", "[::1]:9")],
    ] {
        let answer = server
            .send_with(headers, Method::GET, "/control/requests", "".into())
            .await;
        assert_eq!(answer.unwrap().status, 200, "{headers:?}");
    }
    assert_eq!(server.emulator.requests().len(), 1);
}

#[tokio::test]
async fn a_request_without_a_host_is_403() {
    let server = Server::instant().await;
    let address = server.emulator.url().strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = "GET /control/requests HTTP/1.0\r\nconnection: close\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    let answer = read_all(&mut socket).await.unwrap();
    assert!(answer.starts_with("HTTP/1.0 403 "), "{answer}");
}

#[tokio::test]
async fn without_the_option_there_are_no_control_routes() {
    let server = Server::start(Options::default()).await;
    for path in ["/control/requests", "/control/connections"] {
        assert_eq!(server.get(path).await.status, 404);
    }
    assert_eq!(server.post("/control/faults", json!({})).await.status, 404);
}
