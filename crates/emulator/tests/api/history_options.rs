//! Histories that deviate from a good one.

use std::time::Duration;

use modzy_emulator::{HistoryOptions, Options};
use serde_json::{Value, json};

use crate::support::{DIGEST, FOREVER, Server, text_job};

async fn server(in_progress: Duration, history: HistoryOptions) -> Server {
    Server::start(Options {
        submitted: Duration::ZERO,
        in_progress,
        history,
        ..Options::default()
    })
    .await
}

async fn listed(server: &Server, query: &str) -> Vec<String> {
    let answer = server.get(&format!("/api/jobs/history?{query}")).await;
    let jobs = answer.json();
    let jobs = jobs.as_array().unwrap().iter();
    jobs.map(|job| job["jobIdentifier"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_history_may_be_refused() {
    let history = HistoryOptions {
        refused: true,
        ..HistoryOptions::default()
    };
    let server = server(Duration::ZERO, history).await;
    let refused = server.get("/api/jobs/history").await;
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (403, "the API key does not have the role that this request needs")
    );
    assert_eq!(server.get("/api/jobs").await.status, 200);
}

#[tokio::test]
async fn pages_may_be_smaller_than_requested() {
    let history = HistoryOptions {
        max_per_page: Some(2),
        ..HistoryOptions::default()
    };
    let server = server(Duration::ZERO, history).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(server.submit(&["x"]).await);
    }
    assert_eq!(listed(&server, "per-page=1000").await, ids[..2]);
    assert_eq!(listed(&server, "per-page=1000&page=3").await, ids[4..]);
    let answer = server.get("/api/jobs/history?per-page=1000").await;
    assert!(answer.headers["link"].to_str().unwrap().contains("page=2"));
}

#[tokio::test]
async fn pages_may_be_counted_from_0() {
    let history = HistoryOptions {
        first_page_is_0: true,
        ..HistoryOptions::default()
    };
    let server = server(Duration::ZERO, history).await;
    let first = server.submit(&["x"]).await;
    let second = server.submit(&["x"]).await;
    assert_eq!(listed(&server, "per-page=1").await, std::slice::from_ref(&first));
    assert_eq!(listed(&server, "per-page=1&page=0").await, [first]);
    assert_eq!(listed(&server, "per-page=1&page=1").await, [second]);
    let answer = server.get("/api/jobs/history?per-page=1&page=0").await;
    assert!(answer.headers["link"].to_str().unwrap().contains("page=1>"));
}

#[tokio::test]
async fn the_order_may_be_ignored() {
    let history = HistoryOptions {
        ignores_sort: true,
        ..HistoryOptions::default()
    };
    let server = server(Duration::ZERO, history).await;
    let ids = [server.submit(&["x"]).await, server.submit(&["x"]).await];
    assert_eq!(listed(&server, "sort-by=updatedAt&direction=DESC").await, ids);
}

#[tokio::test]
async fn the_time_of_the_change_may_be_missing() {
    let history = HistoryOptions {
        hides_updated_at: true,
        ..HistoryOptions::default()
    };
    let server = server(Duration::ZERO, history).await;
    let id = server.submit(&["x"]).await;
    let jobs: Value = server.get("/api/jobs/history").await.json();
    assert!(jobs[0].get("updatedAt").is_none() && jobs[0]["createdAt"].is_string());
    assert!(server.get(&format!("/api/jobs/{id}")).await.json()["updatedAt"].is_string());
}

#[tokio::test]
async fn terminated_may_leave_out_what_timed_out() {
    let history = HistoryOptions {
        timedout_is_not_terminated: true,
        ..HistoryOptions::default()
    };
    let server = server(FOREVER, history).await;
    let mut body = text_job(&["x"]);
    body["timeout"] = json!(1);
    let timed_out = server.post("/api/jobs", body).await.json()["jobIdentifier"]
        .as_str()
        .unwrap()
        .to_owned();
    let canceled = server.submit(&["x"]).await;
    server.delete(&format!("/api/jobs/{canceled}")).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(listed(&server, "status=terminated").await, [canceled]);
    assert_eq!(listed(&server, "status=TIMEDOUT").await, [timed_out]);
}

#[tokio::test]
async fn a_history_may_lag_behind() {
    let history = HistoryOptions {
        lag: Duration::from_millis(300),
        ..HistoryOptions::default()
    };
    let server = server(Duration::ZERO, history).await;
    let id = server.open(DIGEST, "1.0.0").await;
    assert_eq!(listed(&server, "").await, [""; 0]);
    tokio::time::sleep(Duration::from_millis(310)).await;
    server.delete(&format!("/api/jobs/{id}")).await;
    let jobs = server.get("/api/jobs/history").await.json();
    assert_eq!(
        (&jobs[0]["jobIdentifier"], &jobs[0]["status"]),
        (&json!(id), &json!("OPEN"))
    );
    tokio::time::sleep(Duration::from_millis(310)).await;
    assert_eq!(listed(&server, "status=CANCELED").await, [id]);
}
