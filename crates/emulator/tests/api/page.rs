//! The routes of the page: who may use them, and what they show.

use std::time::Duration;

use axum::http::Method;
use bytes::Bytes;
use modzy_emulator::{Fault, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{FOREVER, Server, text_job};

pub(crate) async fn with_page(in_progress: Duration) -> Server {
    Server::start(Options {
        submitted: Duration::ZERO,
        in_progress,
        page: true,
        ..Options::default()
    })
    .await
}

/// Makes a request without a key, as the page does.
pub(crate) async fn send(server: &Server, method: Method, path: &str, body: &Value) -> (u16, Bytes) {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let answer = server.send_as(None, method, path, body.into()).await.unwrap();
    (answer.status, answer.body)
}

pub(crate) async fn get(server: &Server, path: &str) -> Value {
    let (status, body) = send(server, Method::GET, path, &Value::Null).await;
    assert_eq!(status, 200, "{path}: {body:?}");
    serde_json::from_slice(&body).unwrap()
}

/// The events of a page, read from a socket.
pub(crate) struct Events {
    socket: TcpStream,
    text: String,
}

impl Events {
    pub(crate) async fn open(server: &Server) -> Self {
        let address = server.emulator.url().strip_prefix("http://").unwrap();
        let mut socket = TcpStream::connect(address).await.unwrap();
        let request = "GET /page/events HTTP/1.1\r\nhost: localhost\r\n\r\n";
        socket.write_all(request.as_bytes()).await.unwrap();
        Self {
            socket,
            text: String::new(),
        }
    }

    /// Returns the next event.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            let event = self
                .text
                .split_once("data: ")
                .and_then(|(_, rest)| rest.split_once("\n\n"));
            if let Some((event, rest)) = event {
                // The sizes of the HTTP chunks are outside of the events.
                let event = serde_json::from_str(event).unwrap();
                self.text = rest.to_owned();
                return event;
            }
            let mut bytes = vec![0; 1 << 20];
            let read = timeout(Duration::from_secs(10), self.socket.read(&mut bytes)).await;
            let length = read.unwrap().unwrap();
            assert!(length > 0, "the stream ended");
            self.text.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
        }
    }
}

#[tokio::test]
async fn without_the_option_there_is_no_page() {
    let server = Server::instant().await;
    assert_eq!(server.emulator.page_url(), None);
    for path in [
        "/",
        "/page/app.js",
        "/page/events",
        "/page/api/models",
        "/page/requests/0",
    ] {
        assert_eq!(send(&server, Method::GET, path, &Value::Null).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn the_page_may_load_only_itself_and_what_it_makes() {
    let server = with_page(Duration::ZERO).await;
    assert_eq!(
        server.emulator.page_url(),
        Some(&*format!("{}/", server.emulator.url()))
    );
    let policy =
        |answer: &crate::support::Answer| answer.headers["content-security-policy"].to_str().unwrap().to_owned();
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/page/app.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = server.send_as(None, Method::GET, path, Bytes::new()).await.unwrap();
        assert_eq!(
            (answer.status, answer.headers["content-type"].to_str().unwrap()),
            (200, media_type)
        );
        let policy = policy(&answer);
        for part in [
            "default-src 'none'",
            "script-src 'self';",
            "style-src 'self';",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cross-origin-resource-policy"], "same-origin");
    }
    let data = server
        .send_as(None, Method::GET, "/page/api/models", Bytes::new())
        .await
        .unwrap();
    assert_eq!(policy(&data), "default-src 'none'; sandbox; frame-ancestors 'none'");
}

#[tokio::test]
async fn a_foreign_host_or_origin_is_403_on_every_route() {
    let server = with_page(FOREVER).await;
    let job = server.submit(&["x"]).await;
    let port = server.emulator.url().rsplit_once(':').unwrap().1.to_owned();
    let foreign_host = format!("evil.example:{port}");
    for headers in [
        &[("host", &*foreign_host)][..],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
    ] {
        for (method, path) in [
            (Method::GET, "/"),
            (Method::GET, "/page/app.js"),
            (Method::GET, "/page/events"),
            (Method::GET, &*format!("/page/jobs/{job}")),
            (Method::GET, &*format!("/page/jobs/{job}/inputs")),
            (Method::GET, &*format!("/page/jobs/{job}/inputs/0/0")),
            (Method::GET, &*format!("/page/jobs/{job}/results/0")),
            (Method::GET, "/page/requests/0"),
            (Method::DELETE, "/page/requests"),
            (Method::POST, "/page/faults"),
            (Method::DELETE, "/page/faults"),
            (Method::DELETE, "/page/faults/1"),
            (Method::POST, "/page/api/jobs"),
            (Method::DELETE, &*format!("/page/api/jobs/{job}")),
        ] {
            let answer = server.send_with(headers, method, path, "{}".into()).await.unwrap();
            assert_eq!(answer.status, 403, "{headers:?} {path}");
        }
    }
    assert_eq!(server.status(&job).await, "IN_PROGRESS");
}

#[tokio::test]
async fn the_page_runs_and_cancels_jobs_without_a_key_the_log_and_faults() {
    let server = with_page(FOREVER).await;
    let fault = json!({ "status": 503 });
    assert_eq!(send(&server, Method::POST, "/page/faults", &fault).await.0, 204);
    let (status, body) = send(&server, Method::POST, "/page/api/jobs", &text_job(&["x"])).await;
    assert_eq!(status, 202);
    let receipt: Value = serde_json::from_slice(&body).unwrap();
    let job = receipt["jobIdentifier"].as_str().unwrap();
    let (status, _) = send(&server, Method::DELETE, &format!("/page/api/jobs/{job}"), &Value::Null).await;
    assert_eq!(status, 202);
    assert_eq!(get(&server, &format!("/page/jobs/{job}")).await["status"], "CANCELED");
    assert_eq!(server.emulator.requests(), []);
    for path in ["/page/api/accounting/access-keys/x/hash", "/page/api/results/x"] {
        assert_eq!(send(&server, Method::GET, path, &Value::Null).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn events_show_everything_once_and_then_the_changes() {
    let server = with_page(Duration::from_millis(600)).await;
    let first = server.submit(&["x", "y"]).await;
    server
        .emulator
        .fault(Fault {
            times: Some(2),
            status: Some(503),
            ..Fault::default()
        })
        .unwrap();
    let mut events = Events::open(&server).await;
    let event = events.next().await;
    assert_eq!(event["hello"]["baseURL"], server.emulator.base_url());
    let job = &event["jobs"]["added"][0];
    assert_eq!(
        (&job["id"], &job["status"], &job["total"]),
        (&json!(first), &json!("IN_PROGRESS"), &json!(2))
    );
    assert_eq!(
        (&event["requests"]["total"], &event["requests"]["rows"][0]["status"]),
        (&json!(1), &json!(202))
    );
    assert_eq!(event["faults"]["rows"][0]["fault"]["times"], 2);
    server.get("/api/models").await;
    let (mut met, mut times, mut done) = (false, json!(null), json!(null));
    while done != json!(2) {
        let event = events.next().await;
        assert!(event["hello"].is_null());
        if let Some(row) = event["requests"]["rows"].get(0) {
            met = row["fault"] == true && row["path"] == "/api/models" && row["status"] == 503;
        }
        if let Some(row) = event["faults"]["rows"].get(0) {
            times = row["fault"]["times"].clone();
        }
        if let Some(change) = event["jobs"]["changed"].get(0) {
            assert_eq!(change["n"], job["n"]);
            done = change["done"].clone();
        }
    }
    assert!(met);
    assert_eq!(times, 1);
}

#[tokio::test]
async fn a_page_that_does_not_read_gets_the_newest_requests_later_and_the_number_of_the_others() {
    let server = with_page(Duration::ZERO).await;
    let mut events = Events::open(&server).await;
    events.next().await;
    for _ in 0..1500 {
        server.get("/api/none").await;
    }
    let (mut rows, mut total) = (0, json!(0));
    while total != 1500 {
        let event = events.next().await;
        total = event["requests"]["total"].clone();
        let shown = event["requests"]["rows"].as_array().map_or(0, Vec::len);
        assert!(shown <= 1000);
        rows += shown;
    }
    assert!(rows >= 1000, "{rows}");
}

#[tokio::test]
async fn a_fault_is_removed_by_its_number() {
    let server = with_page(Duration::ZERO).await;
    for status in [500, 503] {
        let fault = json!({ "status": status });
        assert_eq!(send(&server, Method::POST, "/page/faults", &fault).await.0, 204);
    }
    assert_eq!(
        send(&server, Method::DELETE, "/page/faults/1", &Value::Null).await.0,
        204
    );
    assert_eq!(
        send(&server, Method::DELETE, "/page/faults/1", &Value::Null).await.0,
        404
    );
    assert_eq!(server.get("/api/models").await.status, 503);
    assert_eq!(
        send(&server, Method::POST, "/page/faults", &json!({ "status": 1 }))
            .await
            .0,
        400
    );
    assert_eq!(send(&server, Method::DELETE, "/page/faults", &Value::Null).await.0, 204);
    assert_eq!(server.get("/api/models").await.status, 200);
}

#[tokio::test]
async fn events_report_that_models_have_changed() {
    let server = with_page(Duration::ZERO).await;
    let mut events = Events::open(&server).await;
    assert!(events.next().await["models"].is_null());
    server.post("/api/models", r#"{"name":"New","version":"0.0.1"}"#).await;
    while events.next().await["models"].is_null() {}
}
