//! What the page shows of one job and of one request.

use std::time::Duration;

use axum::http::Method;
use bytes::Bytes;
use modzy_emulator::{ConnectionFault, Fault};
use serde_json::{Value, json};

use crate::page::{Events, get, send, with_page};
use crate::support::{DIGEST, text_job};

#[tokio::test]
async fn a_job_shows_the_failed_attempts_to_submit_it_and_the_reads_of_it() {
    let server = with_page(Duration::ZERO).await;
    let body = text_job(&["the same"]);
    // Another job of the same body, whose attempts are not those of the next one.
    server.post("/api/jobs", &body).await;
    let submit = |status, connection, after| Fault {
        method: Some("POST".into()),
        times: Some(1),
        status,
        connection,
        after,
        ..Fault::default()
    };
    server.emulator.fault(submit(Some(503), None, false)).unwrap();
    server
        .emulator
        .fault(submit(None, Some(ConnectionFault::Reset), true))
        .unwrap();
    assert_eq!(server.post("/api/jobs", &body).await.status, 503);
    assert!(server.send(Method::POST, "/api/jobs", &body).await.is_err());
    let mut events = Events::open(&server).await;
    let jobs = events.next().await["jobs"]["added"].clone();
    // The receipt was lost, and the job exists.
    let job = jobs[1]["id"].as_str().unwrap();
    server.get(&format!("/api/jobs/{job}")).await;
    server.get(&format!("/api/results/{job}")).await;
    let requests = get(&server, &format!("/page/jobs/{job}")).await["requests"].clone();
    let shown: Vec<_> = requests
        .as_array()
        .unwrap()
        .iter()
        .map(|request| {
            (
                request["method"].as_str().unwrap(),
                &request["status"],
                &request["state"],
                &request["fault"],
            )
        })
        .collect();
    let (null, ok) = (Value::Null, json!(200));
    assert_eq!(
        shown,
        [
            ("POST", &json!(503), &json!("answered"), &json!(true)),
            ("POST", &null, &json!("aborted"), &json!(true)),
            ("GET", &ok, &json!("answered"), &null),
            ("GET", &ok, &json!("answered"), &null),
        ]
    );
}

#[tokio::test]
async fn inputs_are_shown_as_they_were_sent_and_only_as_bytes() {
    let server = with_page(Duration::ZERO).await;
    let job = server.open(DIGEST, "1.1.0").await;
    let html = b"<script>alert(1)</script>\xff";
    server.chunk(&format!("{job}/a%2Fb/input"), html).await;
    assert_eq!(get(&server, &format!("/page/jobs/{job}/inputs")).await, json!([]));
    server.close(&job).await;
    let details = get(&server, &format!("/page/jobs/{job}")).await;
    assert_eq!(
        (&details["status"], &details["isUploaded"]),
        (&json!("COMPLETED"), &json!(true))
    );
    let inputs = get(&server, &format!("/page/jobs/{job}/inputs")).await;
    let value = &inputs[0]["values"][0];
    assert_eq!(
        (&inputs[0]["key"], &value["name"], &value["bytes"]),
        (&json!("a/b"), &json!("input"), &json!(html.len()))
    );
    let result = get(&server, &format!("/page/jobs/{job}/results/0")).await;
    assert_eq!(
        result,
        json!({"error": null, "outputs": [{"name": "results.json", "isJson": true}]})
    );
    let output = get(&server, &format!("/page/jobs/{job}/results/0/0")).await;
    assert_eq!(output["input"]["sha256"], value["sha256"]);
    for (path, expected) in [
        (format!("/page/jobs/{job}/inputs/0/0"), &html[..]),
        (format!("/page/jobs/{job}/inputs/0/0?limit=7"), &html[..7]),
    ] {
        let answer = server.send_as(None, Method::GET, &path, Bytes::new()).await.unwrap();
        assert_eq!(&answer.body[..], expected);
        assert_eq!(answer.headers["content-type"], "application/octet-stream");
        assert_eq!(answer.headers["content-disposition"], "attachment");
    }
    for path in ["inputs/1/0", "inputs/0/1", "results/1", "results/1/0", "results/0/1"] {
        let (status, _) = send(&server, Method::GET, &format!("/page/jobs/{job}/{path}"), &Value::Null).await;
        assert_eq!(status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_request_is_shown_with_its_response_and_masked_secrets() {
    let server = with_page(Duration::ZERO).await;
    let secret = server.emulator.api_key().split_once('.').unwrap().1.to_owned();
    let prefix = server.emulator.api_key().split_once('.').unwrap().0.to_owned();
    let path = format!("/api/accounting/access-keys/{prefix}/hash?token=hidden");
    let answer = server.post(&path, r#"{"password":"hidden"}"#).await;
    assert!(String::from_utf8_lossy(&answer.body).contains(&secret));
    let shown = get(&server, "/page/requests/0").await;
    assert_eq!(shown["body"], r#"{"password":"***"}"#);
    assert_eq!(shown["row"]["query"], "token=***");
    assert_eq!(shown["headers"]["authorization"], "ApiKey ***");
    assert_eq!(shown["response"]["body"], format!("\"{prefix}.***\""));
    assert_eq!(shown["row"]["received"], answer.body.len());
    assert!(shown["row"]["ms"].as_f64().unwrap() > 0.0);
    assert!(shown["row"]["connection"].as_u64().unwrap() > 0);
    assert!(!shown.to_string().contains(&secret) && !shown.to_string().contains("hidden"));
    assert_eq!(
        send(&server, Method::GET, "/page/requests/9", &Value::Null).await.0,
        404
    );
}

#[tokio::test]
async fn a_response_that_was_cut_is_shown_with_the_bytes_that_were_sent() {
    let server = with_page(Duration::ZERO).await;
    let cut = Fault {
        status: Some(200),
        body: Some("0123456789".into()),
        connection: Some(ConnectionFault::Cut),
        ..Fault::default()
    };
    server.emulator.fault(cut).unwrap();
    assert!(server.send(Method::GET, "/api/models", "").await.is_err());
    let mut row = Value::Null;
    while row["received"].is_null() {
        row = get(&server, "/page/requests/0").await["row"].clone();
    }
    assert_eq!(
        (&row["received"], &row["cut"], &row["status"]),
        (&json!(5), &json!(true), &json!(200))
    );
}

#[tokio::test]
async fn the_submit_of_a_job_has_marks_for_its_secrets_and_its_inputs_unchanged() {
    let server = with_page(Duration::ZERO).await;
    let secret = server.emulator.api_key().split_once('.').unwrap().1.to_owned();
    let job = server.submit(&[&secret]).await;
    let submit = get(&server, &format!("/page/jobs/{job}/submit")).await;
    let text = format!(r#"{{"input.txt":"{secret}"}}"#);
    assert!(submit["body"].as_str().unwrap().contains(&text), "{submit}");
    assert_eq!(submit["secrets"], json!([]));
    let body = json!({
        "model": { "identifier": "ed542963de", "version": "1.0.1" },
        "input": {
            "type": "jdbc", "url": "jdbc:postgresql://h/x?password=hidden1", "username": "u", "password": "hidden2",
            "driver": "org.postgresql.Driver", "query": "select 1",
        },
    });
    let receipt: Value = serde_json::from_slice(&server.post("/api/jobs", body.to_string()).await.body).unwrap();
    let job = receipt["jobIdentifier"].as_str().unwrap();
    let submit = get(&server, &format!("/page/jobs/{job}/submit")).await;
    let secrets = submit["secrets"].as_array().unwrap();
    let mut variables: Vec<_> = secrets
        .iter()
        .map(|secret| secret["variable"].as_str().unwrap())
        .collect();
    variables.sort_unstable();
    assert_eq!(variables, ["JOB_PASSWORD", "JOB_PASSWORD_2"]);
    assert!(!submit.to_string().contains("hidden"), "{submit}");
    // The log no longer has it.
    assert_eq!(
        send(&server, Method::DELETE, "/page/requests", &Value::Null).await.0,
        204
    );
    assert_eq!(get(&server, &format!("/page/jobs/{job}/submit")).await, Value::Null);
}

#[tokio::test]
async fn a_request_is_shown_with_the_fault_that_it_met_and_how_its_shown_body_differs() {
    let server = with_page(Duration::ZERO).await;
    let faults = [
        (json!({ "times": 1, "status": 503, "body": "a" }), json!(null)),
        (
            json!({ "times": 1, "status": 200, "body": "x".repeat(70_000) }),
            json!("start"),
        ),
        (
            json!({ "times": 1, "status": 200, "body": "password=x" }),
            json!("masked"),
        ),
    ];
    for (number, (fault, differs)) in faults.iter().enumerate() {
        assert_eq!(send(&server, Method::POST, "/page/faults", fault).await.0, 204);
        server.get("/api/models").await;
        let mut shown = Value::Null;
        while shown["row"]["received"].is_null() {
            shown = get(&server, &format!("/page/requests/{number}")).await;
        }
        assert_eq!(&shown["response"]["differs"], differs, "{fault}");
        // A large one is not kept.
        let kept = (number != 1).then(|| fault["status"].clone());
        assert_eq!(shown["fault"]["status"], json!(kept), "{fault}");
    }
}

#[tokio::test]
async fn an_upload_that_was_canceled_was_never_closed() {
    let server = with_page(Duration::ZERO).await;
    let job = server.open(DIGEST, "1.1.0").await;
    server.chunk(&format!("{job}/a/input"), b"x").await;
    let (status, _) = send(&server, Method::DELETE, &format!("/page/api/jobs/{job}"), &Value::Null).await;
    assert_eq!(status, 202);
    let details = get(&server, &format!("/page/jobs/{job}")).await;
    assert_eq!(
        (&details["isUploaded"], &details["isClosed"], &details["total"]),
        (&json!(true), &json!(false), &json!(1))
    );
    assert_eq!(details["acceptedTypes"][0][0], "input");
}
