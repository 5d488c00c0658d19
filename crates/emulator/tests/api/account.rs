//! Users, projects, teams and accounts.

use axum::http::Method;
use bytes::Bytes;
use modzy_emulator::{Options, Role};
use serde_json::{Value, json};

use crate::support::Server;

async fn server() -> Server {
    Server::start(Options {
        keys: vec![
            (Role::Developer, "dev.secret".to_owned()),
            (Role::Project, "project.secret".to_owned()),
        ],
        ..Options::default()
    })
    .await
}

fn emails(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|user| user["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn users_are_found_by_their_members() {
    let server = server().await;
    server.submit(&["x"]).await;
    let (user, chloe, project) = ("user@emulator.local", "chloe@emulator.local", "project@emulator.local");
    for (query, expected) in [
        ("status=Active", &[user, chloe, project][..]),
        ("status=active&sort-by=firstName", &[chloe, user, project]),
        ("firstName=chlo", &[chloe]),
        ("lastName=durand", &[chloe]),
        ("email=user@", &[user]),
        ("search=EMULATOR%20user", &[]),
        ("search=Durand", &[chloe]),
        ("accessKey=dev", &[chloe]),
        ("accessKey=de", &[]),
        ("status=Active&per-page=1&page=2", &[chloe]),
        ("startDate=2020-01-01&endDate=2020-01-02", &[]),
        ("startDate=2020-01-01&searchDate=lastActiveDateTime", &[user]),
    ] {
        let found = server.get(&format!("/api/accounting/users?{query}")).await.json();
        assert_eq!(emails(&found), expected, "{query}");
    }
    let all = server.get("/api/accounting/users").await.json();
    assert_eq!(emails(&all).len(), 6);
    for (member, value) in [
        ("status", json!("Active")),
        ("submittedJobs", json!(1)),
        ("activeAccessKeyCount", json!(1)),
        ("account", json!({ "identifier": "emulator", "name": "Emulator" })),
        ("visited", json!(true)),
    ] {
        assert_eq!(all[0][member], value, "{member}");
    }
    assert_eq!(
        (&all[1]["status"], &all[1]["lastActiveDateTime"]),
        (&json!("Invited"), &Value::Null)
    );
}

#[tokio::test]
async fn users_are_found_by_their_addresses() {
    let server = server().await;
    let body = json!({ "identifiers": ["CHLOE@emulator.local", "nobody@x.y"] });
    let found = server.post("/api/accounting/users/search", body).await;
    assert_eq!(
        (found.status, emails(&found.json())),
        (200, vec!["chloe@emulator.local"])
    );
    for (body, message) in [
        ("{}", "identifiers is missing"),
        (r#"{"identifiers":"x"}"#, "identifiers must be a list of texts"),
    ] {
        let refused = server.post("/api/accounting/users/search", body).await;
        assert_eq!((refused.status, refused.message().as_str()), (400, message));
    }
}

#[tokio::test]
async fn projects_have_their_keys() {
    let server = server().await;
    let projects = server.get("/api/accounting/projects").await.json();
    assert_eq!(projects.as_array().unwrap().len(), 2);
    assert_eq!(projects[0]["accessKeys"][0]["prefix"], "project");
    assert_eq!(projects[0]["user"]["email"], "project@emulator.local");
    let path = format!(
        "/api/accounting/projects/{}",
        projects[0]["identifier"].as_str().unwrap()
    );
    assert_eq!(server.get(&path).await.json(), projects[0]);
    for (query, name) in [
        ("status=inactive", "Archive"),
        ("search=ENDED", "Archive"),
        ("search=role", "Emulator"),
    ] {
        let found = server.get(&format!("/api/accounting/projects?{query}")).await.json();
        assert_eq!(
            (found.as_array().unwrap().len(), &found[0]["name"]),
            (1, &json!(name)),
            "{query}"
        );
    }
    let unknown = server.get("/api/accounting/projects/nope").await;
    assert_eq!(
        (unknown.status, unknown.message().as_str()),
        (404, "the project nope does not exist")
    );
}

#[tokio::test]
async fn an_account_has_its_users() {
    let server = server().await;
    let accounts = server.get("/api/accounting/accounts").await.json();
    assert_eq!(
        (&accounts[0]["identifier"], &accounts[0]["status"]),
        (&json!("emulator"), &json!("Active"))
    );
    let account = server.get("/api/accounting/accounts/emulator").await.json();
    assert_eq!(emails(&account["users"]).len(), 6);
    assert_eq!(server.get("/api/accounting/accounts/nope").await.status, 404);
}

#[tokio::test]
async fn users_and_accounts_are_for_administrators() {
    let server = server().await;
    for path in ["users", "accounts", "accounts/emulator"] {
        let path = format!("/api/accounting/{path}");
        let refused = server
            .send_as(Some("ApiKey dev.secret"), Method::GET, &path, Bytes::new())
            .await
            .unwrap();
        assert_eq!(refused.status, 403, "{path}");
    }
}
