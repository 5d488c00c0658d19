//! Errors of all routes.

use axum::http::Method;
use bytes::Bytes;

use crate::support::{Server, read_all};

#[tokio::test]
async fn an_unknown_route_is_404() {
    let server = Server::instant().await;
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/jobs/",
        "/api/jobs/a/b",
        "/",
        "/apix",
        "/control",
    ] {
        let answer = server.get(path).await;
        assert_eq!(
            (answer.status, answer.message().as_str()),
            (404, "no such route"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_wrong_method_is_405() {
    let server = Server::instant().await;
    for (method, path) in [
        (Method::PUT, "/api/jobs"),
        (Method::DELETE, "/api/jobs"),
        (Method::GET, "/api/jobs/x/close"),
        (Method::PUT, "/api/jobs/x/a/input.txt"),
        (Method::POST, "/api/jobs/history"),
        (Method::GET, "/api/accounting/access-keys/x/hash"),
        (Method::POST, "/api/results/x/a/results.json"),
        (Method::POST, "/api/jobs/x"),
        (Method::DELETE, "/api/results/x"),
        (Method::DELETE, "/api/models"),
        (Method::PATCH, "/api/models/x/versions"),
        (Method::PATCH, "/control/faults"),
    ] {
        let answer = server.send(method, path, "").await.unwrap();
        assert_eq!(answer.status, 405, "{path}");
        assert_eq!(answer.message(), "the route does not have this method");
        assert!(answer.headers.contains_key("allow"), "{path}");
    }
}

#[tokio::test]
async fn an_unknown_job_is_404() {
    let server = Server::instant().await;
    let id = server.submit(&["x"]).await;
    for path in [
        "/api/jobs/nope".to_owned(),
        "/api/results/nope".to_owned(),
        "/api/jobs/00000000-0000-0000-0000-000000000000".to_owned(),
        format!("/api/jobs/{}", id.to_uppercase()),
    ] {
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.message().ends_with("does not exist"));
    }
    assert_eq!(server.delete("/api/jobs/nope").await.status, 404);
}

#[tokio::test]
async fn a_segment_that_is_not_utf_8_is_400() {
    let server = Server::instant().await;
    let answer = server.get("/api/jobs/%FF").await;
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (400, "the path is not percent-encoded UTF-8")
    );
}

#[tokio::test]
async fn a_body_of_more_than_64_mib_is_413_and_one_of_64_mib_is_read() {
    let server = Server::instant().await;
    let key = format!("ApiKey {}", server.emulator.api_key());
    for (length, status) in [((64 << 20) + 1, 413), (64 << 20, 400)] {
        let body = Bytes::from(vec![b' '; length]);
        let answer = server
            .send_as(Some(&key), Method::POST, "/api/jobs", body)
            .await
            .unwrap();
        assert_eq!(answer.status, status);
        assert!(!answer.message().is_empty());
    }
    assert_eq!(server.emulator.requests()[0].status, Some(413));
    assert_eq!(server.emulator.requests()[1].body.len(), 64 << 10);
}

#[tokio::test]
async fn the_response_to_a_head_request_has_only_headers() {
    let server = Server::instant().await;
    let answer = server.send(Method::HEAD, "/api/models", "").await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}

#[tokio::test]
async fn bytes_that_are_not_http_end_only_their_connection() {
    let server = Server::instant().await;
    let mut socket = server.raw("NOT HTTP\r\n\r\n", "", "").await;
    assert!(read_all(&mut socket).await.unwrap().starts_with("HTTP/1.1 400"));
    assert_eq!(server.get("/api/models").await.status, 200);
}
