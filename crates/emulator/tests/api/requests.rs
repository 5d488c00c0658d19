//! The request log.

use std::time::Duration;

use axum::http::Method;
use bytes::Bytes;
use modzy_emulator::{Fault, RequestState};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{Server, text_job};

#[tokio::test]
async fn a_request_is_recorded_as_it_was_sent() {
    let server = Server::instant().await;
    let body = text_job(&["ü"]).to_string();
    server.post("/api/jobs", &body).await;
    server.get("/api/models/a%2Fb?per-page=1&x=%20").await;
    let requests = server.emulator.requests();
    assert_eq!(requests.len(), 2);
    let (submit, read) = (&requests[0], &requests[1]);
    assert_eq!((submit.method.as_str(), submit.path.as_str()), ("POST", "/api/jobs"));
    assert_eq!(submit.body, body);
    assert_eq!(submit.query, None);
    assert_eq!(submit.headers["content-type"], "application/json");
    assert_eq!((submit.status, submit.state), (Some(202), RequestState::Answered));
    assert_eq!(read.path, "/api/models/a%2Fb");
    assert_eq!(read.query.as_deref(), Some("per-page=1&x=%20"));
    assert_eq!((read.status, read.body.as_str()), (Some(404), ""));
    assert!(0.0 < submit.received_at_ms && submit.received_at_ms < read.received_at_ms);
    assert!(read.received_at_ms < 60_000.0);
}

#[tokio::test]
async fn the_log_keeps_the_scheme_and_not_the_key() {
    let server = Server::instant().await;
    server.get("/api/models").await;
    for header in ["Bearer secret", "secret"] {
        let answer = server
            .send_as(Some(header), Method::GET, "/api/models", Bytes::new())
            .await;
        assert_eq!(answer.unwrap().status, 401);
    }
    let requests = server.emulator.requests();
    let headers: Vec<_> = requests
        .iter()
        .map(|request| request.headers["authorization"].as_str())
        .collect();
    assert_eq!(headers, ["ApiKey ***", "Bearer ***", "***"]);
    let body = server.emulator.api_key().split_once('.').unwrap().1;
    assert!(!format!("{requests:?}").contains(body));
}

#[tokio::test]
async fn a_body_is_kept_as_text_up_to_64_kib() {
    let server = Server::instant().await;
    let key = format!("ApiKey {}", server.emulator.api_key());
    let mut body = vec![b'x'; 70_000];
    body[0] = 0xff;
    let answer = server.send_as(Some(&key), Method::POST, "/api/jobs", body.into()).await;
    assert_eq!(answer.unwrap().status, 400);
    let requests = server.emulator.requests();
    assert!(requests[0].body.starts_with("\u{fffd}xxx"));
    assert_eq!(requests[0].body.chars().count(), 65_536);
    assert_eq!(requests[0].body_bytes, 70_000);
}

#[tokio::test]
async fn a_repeated_header_is_joined() {
    let server = Server::instant().await;
    let address = server.emulator.url().strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = "GET /api/models HTTP/1.1\r\nhost: x\r\nX-A: 1\r\nx-a: 2\r\n\r\n";
    socket.write_all(request.as_bytes()).await.unwrap();
    server.until(|emulator| !emulator.requests().is_empty()).await;
    assert_eq!(server.emulator.requests()[0].headers["x-a"], "1, 2");
}

#[tokio::test]
async fn requests_outside_the_api_are_not_recorded() {
    let server = Server::instant().await;
    for path in ["/", "/apix", "/control/requests"] {
        server.get(path).await;
    }
    assert_eq!(server.emulator.requests().len(), 0);
}

#[tokio::test]
async fn a_request_whose_client_closes_is_aborted() {
    let server = Server::instant().await;
    let fault = Fault {
        delay_ms: 3_600_000,
        ..Fault::default()
    };
    server.emulator.fault(fault).unwrap();
    let socket = server.raw("GET", "/api/models", "").await;
    server.until(|emulator| emulator.requests().len() == 1).await;
    assert_eq!(server.emulator.requests()[0].state, RequestState::Open);
    drop(socket);
    server
        .until(|emulator| emulator.requests()[0].state == RequestState::Aborted)
        .await;
    assert_eq!(server.emulator.requests()[0].status, None);
}

#[tokio::test]
async fn a_request_whose_body_breaks_off_is_aborted() {
    let server = Server::instant().await;
    let address = server.emulator.url().strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = "POST /api/jobs HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{";
    socket.write_all(request.as_bytes()).await.unwrap();
    server.until(|emulator| emulator.requests().len() == 1).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    drop(socket);
    server
        .until(|emulator| emulator.requests()[0].state == RequestState::Aborted)
        .await;
}

#[tokio::test]
async fn cleared_requests_are_not_listed() {
    let server = Server::instant().await;
    server.get("/api/models").await;
    server.emulator.clear_requests();
    assert_eq!(server.emulator.requests(), []);
    server.get("/api/models").await;
    assert_eq!(server.emulator.requests().len(), 1);
}
