//! Keys and teams.

use axum::http::Method;
use bytes::Bytes;
use modzy_emulator::{Options, Role};
use serde_json::json;

use crate::support::Server;

const USER: &str = "user@emulator.local";

#[tokio::test]
async fn a_user_has_the_api_key() {
    let server = Server::instant().await;
    let (prefix, body) = server.emulator.api_key().split_once('.').unwrap();
    let path = format!("/api/accounting/access-keys/user/{}", USER.replace('@', "%40"));
    server.submit(&["x"]).await;
    let answer = server.get(&path).await;
    assert_eq!(answer.status, 200);
    let keys = answer.json();
    assert_eq!(keys.as_array().unwrap().len(), 1);
    for (member, value) in [
        ("prefix", json!(prefix)),
        ("isDefault", json!(true)),
        ("status", json!("Active")),
        ("submittedJobs", json!(1)),
        ("retrieved", json!(false)),
        ("keyType", json!("user")),
    ] {
        assert_eq!(keys[0][member], value, "{member}");
    }
    assert_eq!(keys[0]["user"]["email"], USER);
    assert!(!String::from_utf8_lossy(&answer.body).contains(body));
    server
        .post(&format!("/api/accounting/access-keys/{prefix}/hash"), "{}")
        .await;
    assert_eq!(server.get(&path).await.json()[0]["retrieved"], true);
}

#[tokio::test]
async fn an_unknown_user_is_404() {
    let server = Server::instant().await;
    let answer = server.get("/api/accounting/access-keys/user/x@y.z").await;
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (404, "the user does not exist")
    );
}

#[tokio::test]
async fn the_whole_key_is_shown_once() {
    let server = Server::start(Options {
        restricted_key: Some("known.secret".to_owned()),
        ..Options::default()
    })
    .await;
    let key = server.emulator.api_key().to_owned();
    let path = format!("/api/accounting/access-keys/{}/hash", key.split_once('.').unwrap().0);
    let first = server.post(&path, "{}").await;
    assert_eq!((first.status, first.json()), (200, json!(key)));
    for body in ["{}", ""] {
        let again = server.post(&path, body).await;
        assert_eq!(
            (again.status, again.message().as_str()),
            (400, "the access key has been retrieved already")
        );
    }
    for prefix in ["nope", "known"] {
        let answer = server
            .post(&format!("/api/accounting/access-keys/{prefix}/hash"), "{}")
            .await;
        assert_eq!(
            (answer.status, answer.message().as_str()),
            (404, "the access key does not exist")
        );
    }
}

#[tokio::test]
async fn the_entitlement_of_the_sdk_for_go_leads_to_the_route_that_the_key_may_take() {
    let server = Server::start(Options {
        keys: vec![(Role::DataScientist, "data.secret".to_owned())],
        ..Options::default()
    })
    .await;
    let path = "/api/accounting/entitlements";
    let entitlements = server.get(path).await.json();
    let [entitlement] = &entitlements.as_array().unwrap()[..] else {
        panic!("{entitlements}");
    };
    assert_eq!(entitlement["identifier"], "CAN_PATCH_PROCESSING_MODEL_VERSION");
    assert!(entitlement["weight"].is_u64(), "{entitlement}");
    let of_scientist = server
        .send_as(Some("ApiKey data.secret"), Method::GET, path, Bytes::new())
        .await;
    assert_eq!(of_scientist.unwrap().json(), json!([]));
    // As that SDK sends it, on either route.
    for (route, most) in [("/processing", 3), ("", 2)] {
        let body = json!({
            "ModelID": "ed542963de", "Version": "1.0.1", "minimumParallelCapacity": 1, "maximumParallelCapacity": most,
        });
        let version = server
            .patch(&format!("/api/models/ed542963de/versions/1.0.1{route}"), body)
            .await
            .json();
        assert_eq!(
            version["processing"],
            json!({ "minimumParallelCapacity": 1, "maximumParallelCapacity": most })
        );
    }
}

#[tokio::test]
async fn the_team_is_that_of_the_jobs() {
    let server = Server::instant().await;
    let id = server.submit(&["x"]).await;
    let team = server.get(&format!("/api/jobs/{id}")).await.json()["team"]["identifier"].clone();
    let teams = server.get("/api/accounting/teams").await.json();
    assert_eq!(teams, json!([{ "identifier": team, "name": "Emulator" }]));
}
