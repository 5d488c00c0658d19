//! Keys: which requests may use the API.

use axum::http::Method;
use bytes::Bytes;
use modzy_emulator::Options;

use crate::support::{Answer, Server};

async fn server() -> Server {
    Server::start(Options {
        api_key: Some("prefix.body".to_owned()),
        restricted_key: Some("little.rights".to_owned()),
        control: true,
        ..Options::default()
    })
    .await
}

async fn with_header(server: &Server, authorization: Option<&str>, path: &str) -> Answer {
    server
        .send_as(authorization, Method::GET, path, Bytes::new())
        .await
        .unwrap()
}

#[tokio::test]
async fn the_api_key_is_let_in() {
    let server = server().await;
    for header in ["ApiKey prefix.body", "apikey prefix.body", "ApiKey  prefix.body"] {
        assert_eq!(
            with_header(&server, Some(header), "/api/models").await.status,
            200,
            "{header}"
        );
    }
}

#[tokio::test]
async fn no_key_or_an_unknown_one_is_401_on_every_path_of_the_api() {
    let server = server().await;
    let headers = [
        None,
        Some(""),
        Some("ApiKey"),
        Some("ApiKey "),
        Some("ApiKey prefix"),
        Some("ApiKey prefix.bodY"),
        Some("ApiKey prefix.body2"),
        Some("Bearer prefix.body"),
        Some("prefix.body"),
    ];
    for header in headers {
        for path in ["/api/models", "/api/jobs/x", "/api/nothing", "/api"] {
            let answer = with_header(&server, header, path).await;
            assert_eq!(answer.status, 401, "{header:?} {path}");
            assert_eq!(answer.json()["status"], "Unauthorized");
            assert_eq!(answer.message(), "the API key is missing, unknown or inactive");
        }
    }
}

#[tokio::test]
async fn the_restricted_key_is_403() {
    let server = server().await;
    assert_eq!(server.emulator.restricted_key(), Some("little.rights"));
    let answer = with_header(&server, Some("ApiKey little.rights"), "/api/models").await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.message(),
        "the API key does not have the role that this request needs"
    );
}

#[tokio::test]
async fn without_a_restricted_key_nothing_is_403() {
    let server = Server::instant().await;
    assert_eq!(server.emulator.restricted_key(), None);
    assert_eq!(with_header(&server, Some("ApiKey "), "/api/models").await.status, 401);
    assert_eq!(with_header(&server, None, "/api/models").await.status, 401);
}

#[tokio::test]
async fn control_routes_need_no_key() {
    let server = server().await;
    assert_eq!(with_header(&server, None, "/control/connections").await.status, 200);
}
