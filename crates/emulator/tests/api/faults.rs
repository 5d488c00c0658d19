//! Faults that respond instead of a route, or delay its response.

use std::time::{Duration, Instant};

use axum::http::Method;
use bytes::Bytes;
use modzy_emulator::Fault;
use serde_json::json;

use crate::support::{FOREVER, Server};

#[tokio::test]
async fn a_canned_response_comes_as_many_times_as_the_fault_says() {
    let server = Server::instant().await;
    let fault = Fault {
        method: Some("GET".into()),
        path: Some("/api/models".into()),
        times: Some(2),
        skip: 1,
        status: Some(503),
        headers: [("Retry-After".to_owned(), "7".to_owned())].into(),
        body: Some("not json".into()),
        ..Fault::default()
    };
    server.emulator.fault(fault).unwrap();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = server.get("/api/models?page=1").await;
        statuses.push(answer.status);
        if answer.status == 503 {
            assert_eq!(answer.headers["retry-after"], "7");
            assert_eq!(answer.headers["content-type"], "application/json");
            assert_eq!(answer.body, "not json");
        }
        assert_eq!(server.get("/api/models/ed542963de").await.status, 200);
    }
    assert_eq!(statuses, [200, 503, 503, 200]);
}

#[tokio::test]
async fn a_fault_with_a_rate_lets_that_many_requests_a_second_pass() {
    let server = Server::instant().await;
    let fault: Fault = serde_json::from_value(json!({"path": "/api/models", "perSecond": 1, "status": 429})).unwrap();
    server.emulator.fault(fault).unwrap();
    let statuses = async |count| {
        let mut statuses = Vec::new();
        for _ in 0..count {
            statuses.push(server.get("/api/models").await.status);
        }
        statuses
    };
    assert_eq!(statuses(3).await, [200, 429, 429]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(statuses(2).await, [200, 429]);
}

#[tokio::test]
async fn a_canned_response_may_have_another_type_or_no_body() {
    let server = Server::instant().await;
    let html = Fault {
        times: Some(1),
        status: Some(502),
        headers: [("content-type".to_owned(), "text/html".to_owned())].into(),
        body: Some("<h1>Bad Gateway</h1>".into()),
        ..Fault::default()
    };
    server.emulator.fault(html).unwrap();
    for status in [204, 304, 500] {
        let empty = Fault {
            times: Some(1),
            status: Some(status),
            ..Fault::default()
        };
        server.emulator.fault(empty).unwrap();
    }
    let answer = server.get("/api/models").await;
    assert_eq!((answer.status, &answer.body[..]), (502, &b"<h1>Bad Gateway</h1>"[..]));
    assert_eq!(answer.headers["content-type"], "text/html");
    for status in [204, 304, 500] {
        let answer = server.get("/api/models").await;
        assert_eq!((answer.status, answer.body.len()), (status, 0));
        assert!(!answer.headers.contains_key("content-type"));
    }
}

#[tokio::test]
async fn the_route_does_not_run_for_a_canned_response() {
    let server = Server::timed(FOREVER, Duration::ZERO).await;
    let id = server.submit(&["x"]).await;
    let fault = Fault {
        method: Some("DELETE".into()),
        path: Some("/api/jobs/*".into()),
        times: Some(1),
        status: Some(500),
        ..Fault::default()
    };
    server.emulator.fault(fault).unwrap();
    assert_eq!(server.delete(&format!("/api/jobs/{id}")).await.status, 500);
    assert_eq!(server.status(&id).await, "SUBMITTED");
    assert_eq!(server.delete(&format!("/api/jobs/{id}")).await.status, 202);
}

#[tokio::test]
async fn faults_come_before_the_check_of_the_key() {
    let server = Server::instant().await;
    let fault = Fault {
        times: Some(1),
        status: Some(418),
        ..Fault::default()
    };
    server.emulator.fault(fault).unwrap();
    for status in [418, 401] {
        let answer = server.send_as(None, Method::GET, "/api/models", Bytes::new()).await;
        assert_eq!(answer.unwrap().status, status);
    }
}

#[tokio::test]
async fn a_delay_holds_back_the_real_and_the_canned_response() {
    let server = Server::instant().await;
    for status in [None, Some(503)] {
        let fault = Fault {
            times: Some(1),
            delay_ms: 60,
            status,
            ..Fault::default()
        };
        server.emulator.fault(fault).unwrap();
        let started = Instant::now();
        assert_eq!(server.get("/api/models").await.status, status.unwrap_or(200));
        assert!(started.elapsed() >= Duration::from_millis(60));
    }
}

#[tokio::test]
async fn a_delay_holds_back_the_response_and_not_the_route() {
    let server = Server::timed(FOREVER, Duration::ZERO).await;
    let path = format!("/api/jobs/{}", server.submit(&["x"]).await);
    let fault = Fault {
        method: Some("DELETE".into()),
        delay_ms: u64::MAX,
        ..Fault::default()
    };
    server.emulator.fault(fault).unwrap();
    let cancel = tokio::time::timeout(Duration::from_millis(100), server.delete(&path)).await;
    assert!(cancel.is_err());
    assert_eq!(server.get(&path).await.json()["status"], "CANCELED");
}

#[tokio::test]
async fn cleared_faults_have_no_effect() {
    let server = Server::instant().await;
    let fault = Fault {
        status: Some(500),
        ..Fault::default()
    };
    server.emulator.fault(fault).unwrap();
    assert_eq!(server.get("/api/models").await.status, 500);
    server.emulator.clear_faults();
    assert_eq!(server.get("/api/models").await.status, 200);
}

#[tokio::test]
async fn a_path_is_compared_as_it_was_sent() {
    let server = Server::instant().await;
    let fault = Fault {
        path: Some("/api/models/a%2Fb".into()),
        status: Some(500),
        ..Fault::default()
    };
    server.emulator.fault(fault).unwrap();
    assert_eq!(server.get("/api/models/a%2Fb").await.status, 500);
    assert_eq!(server.get("/api/models/a%2fb").await.status, 404);
}

#[tokio::test]
async fn an_impossible_fault_is_refused_by_the_name_of_its_member() {
    let server = Server::instant().await;
    let fault = Fault {
        path: Some("/jobs".into()),
        ..Fault::default()
    };
    let refusal = server.emulator.fault(fault).unwrap_err();
    assert_eq!(refusal.to_string(), "`path` must be under /api, or it never matches");
    assert_eq!(
        server.get("/api/models").await.json()[0]["modelId"],
        json!("ed542963de")
    );
}
