//! Keys: which requests may use the API.

use axum::http::Method;
use bytes::Bytes;
use modzy_emulator::{Options, Role};
use serde_json::json;

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

#[tokio::test]
async fn a_role_limits_what_its_key_may_do() {
    let server = Server::start(Options {
        keys: vec![(Role::Auditor, "audit.secret".to_owned())],
        ..Options::default()
    })
    .await;
    let id = server.submit(&["x"]).await;
    let send = async |method, path: &str| {
        let header = Some("ApiKey audit.secret");
        server.send_as(header, method, path, Bytes::new()).await.unwrap()
    };
    assert_eq!(send(Method::GET, &format!("/api/jobs/{id}")).await.status, 200);
    let refused = send(Method::DELETE, &format!("/api/jobs/{id}")).await;
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (403, "the API key does not have the role that this request needs")
    );
    assert_eq!(send(Method::POST, "/api/jobs").await.status, 403);
}

#[tokio::test]
async fn a_job_belongs_to_the_key_that_submitted_it() {
    let server = Server::start(Options {
        keys: vec![(Role::Developer, "dev.secret".to_owned())],
        ..Options::default()
    })
    .await;
    server.submit(&["x"]).await;
    let body = crate::support::text_job(&["x"]).to_string().into();
    let receipt = server
        .send_as(Some("ApiKey dev.secret"), Method::POST, "/api/jobs", body)
        .await
        .unwrap()
        .json();
    assert_eq!(
        (&receipt["accessKey"], &receipt["user"]["email"]),
        (&json!("dev"), &json!("chloe@emulator.local"))
    );
    let own = server.get("/api/jobs/history?accessKey=dev").await.json();
    assert_eq!(own.as_array().unwrap().len(), 1);
    assert_eq!(own[0]["jobIdentifier"], receipt["jobIdentifier"]);
    let by_user = server.get("/api/jobs/history?user=Durand").await.json();
    assert_eq!(
        by_user[0]["user"]["accessKeys"],
        json!([{ "prefix": "dev", "isDefault": true }])
    );
    let keys = server
        .get("/api/accounting/access-keys/user/chloe@emulator.local")
        .await
        .json();
    assert_eq!(
        (&keys[0]["prefix"], &keys[0]["submittedJobs"]),
        (&json!("dev"), &json!(1))
    );
    assert_eq!(
        server.post("/api/accounting/access-keys/dev/hash", "{}").await.status,
        403
    );
}
