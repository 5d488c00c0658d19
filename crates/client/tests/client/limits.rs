//! Responses that are too large, and bytes that are not a response.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use modzy_client::{BodyFault, Client, Clock, ConnectionFault, Error, OutputRef, Phase, Sleep, WaitOptions};

use crate::support::{
    TOLERANCE, attempts, body_fault, builder, connection_fault,
    gzip::bomb,
    millis, options,
    server::{Reply, Server, answer, ok},
    skipping,
};

const LIMIT: usize = 10_000;

async fn limited(reply: Reply) -> (Server, Client) {
    let server = Server::always(reply).await;
    let client = builder(&server.api()).max_response_bytes(LIMIT).build().unwrap();
    (server, client)
}

fn blank(length: usize) -> Vec<u8> {
    let mut body = vec![b' '; length];
    body[..2].copy_from_slice(b"{}");
    body
}

/// A complete gzip stream of the JSON text `{}`, stored without compression.
const EMPTY_OBJECT: [u8; 25] = [
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1, 2, 0, 0xfd, 0xff, b'{', b'}', 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0,
];

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_accepted_and_one_byte_more_is_not() {
    for (length, accepted) in [(LIMIT, true), (LIMIT + 1, false)] {
        let (_server, client) = limited(ok(blank(length))).await;
        let result = client.get_account("a", &options()).await;
        assert_eq!(result.is_ok(), accepted, "{length}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_an_error_at_once_and_is_not_requested_again() {
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.extend(blank(LIMIT * 3));
    let lying = b"HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n".to_vec();
    let lying = [lying, blank(LIMIT * 3)].concat();
    for reply in [ok(blank(4 << 20)), Reply::Stall(endless), Reply::Stall(lying)] {
        let (server, client) = limited(reply).await;
        let started = Instant::now();
        let error = client.get_job("j", &options()).await.unwrap_err();
        assert_eq!((body_fault(&error), attempts(&error)), (Some(BodyFault::TooLarge), 1));
        assert!(!error.is_retryable());
        assert!(error.to_string().contains("max_response_bytes"), "{error}");
        assert!(started.elapsed() < millis(1000), "{:?}", started.elapsed());
        // The client does not read the rest of it.
        crate::support::until(|| server.open() == 0).await;
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_length_beyond_the_limit_is_refused_before_a_byte_of_the_body() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", LIMIT + 1);
    let (_server, client) = limited(Reply::Stall(head.into_bytes())).await;
    let started = Instant::now();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!(body_fault(&error), Some(BodyFault::TooLarge));
    assert!(started.elapsed() < TOLERANCE, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_job_that_is_too_large_ends_a_wait_at_once() {
    let (server, client) = limited(ok(blank(LIMIT * 2))).await;
    let options = WaitOptions::default();
    let error = client.block_until_complete("j", &options, |_| {}).await.unwrap_err();
    assert_eq!(body_fault(&error), Some(BodyFault::TooLarge));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_body_that_is_too_large_once_decoded_is_too_large() {
    let packed = bomb(200 << 20);
    assert!(packed.len() < 2 << 20);
    let (server, client) = limited(Reply::Keep(answer(200, "content-encoding: gzip\r\n", packed))).await;
    let started = Instant::now();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!(body_fault(&error), Some(BodyFault::TooLarge), "{error:?}");
    assert!(started.elapsed() < millis(1000), "{:?}", started.elapsed());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_bomb_in_an_error_is_truncated_to_what_an_error_keeps() {
    for body in [bomb(200 << 20), bomb(4096)] {
        let (server, client) = limited(Reply::Keep(answer(400, "content-encoding: gzip\r\n", body))).await;
        let started = Instant::now();
        let error = client.get_job("j", &options()).await.unwrap_err();
        let Error::Status { status: 400, body, .. } = &error else {
            panic!("{error:?}");
        };
        assert!(body.as_ref().is_none_or(|body| body.len() <= 64 * 1024));
        assert!(started.elapsed() < millis(1000), "{:?}", started.elapsed());
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_gzip_response_is_decoded() {
    let server = Server::always(Reply::Keep(answer(200, "content-encoding: gzip\r\n", EMPTY_OBJECT))).await;
    let client = builder(&server.api()).build().unwrap();
    assert_eq!(client.get_account("a", &options()).await.unwrap().as_str(), "{}");
    assert_eq!(server.requests()[0].header("accept-encoding"), ["gzip"]);
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded_is_requested_again() {
    let broken = Reply::Keep(answer(200, "content-encoding: gzip\r\n", "this is not gzip"));
    let server = Server::scripted(vec![broken]).await;
    let (client, clock) = skipping(&server.api());
    client.get_job("j", &options()).await.unwrap();
    assert_eq!((server.count(), clock.pauses()), (2, vec![1000]));
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded_is_not_a_broken_connection() {
    let truncated = &EMPTY_OBJECT[..20];
    for body in [b"this is not gzip".as_slice(), truncated] {
        let server = Server::always(Reply::Keep(answer(200, "content-encoding: gzip\r\n", body))).await;
        let (client, _) = skipping(&server.api());
        let error = client.get_job("j", &options()).await.unwrap_err();
        assert!(body_fault(&error).is_some(), "{error:?}");
        assert_eq!((error.status(), server.count()), (Some(200), 3));
    }
}

#[tokio::test]
async fn deep_json_is_safe_in_responses_and_in_errors() {
    let arrays = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    for deep in [arrays, objects] {
        let server = Server::always(ok(&deep)).await;
        let client = builder(&server.api()).build().unwrap();
        let document = client.get_model_version_output_sample("m", "1", &options()).await;
        let document = document.unwrap();
        assert!(document.as_str() == deep);
        assert_eq!(document.string_member("status"), None);
        assert!(document.parse::<serde_json::Value>().is_err());
        let wait = modzy_client::WaitOptions::default()
            .poll_interval(millis(1))
            .max_outage(millis(1));
        let waited = tokio::time::timeout(millis(100), client.block_until_complete("j", &wait, |_| {})).await;
        assert!(!matches!(waited, Ok(Ok(ref job)) if job.as_str() != deep));
        for body in [
            deep.clone(),
            format!("{{\"message\":{deep}}}"),
            format!("{{\"x\":{deep},\"message\":\"m\"}}"),
        ] {
            let server = Server::always(Reply::Keep(answer(400, "", &body))).await;
            let client = builder(&server.api()).build().unwrap();
            assert_eq!(client.get_job("j", &options()).await.unwrap_err().status(), Some(400));
        }
    }
}

#[tokio::test]
async fn a_response_that_is_not_http_is_reported_as_such() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x-a: b\r\n".repeat(10_000));
    let long = format!("HTTP/1.1 200 OK\r\nx-a: {}\r\n\r\n", "b".repeat(2 << 20));
    for head in [
        many.as_str(),
        &long,
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 99999 OK\r\n\r\n",
        "HTTP/1.1\r\n\r\n",
        "HTTP/7.5 200 OK\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "<html>\r\n\r\n</html>",
        "HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: \0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12",
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n",
    ] {
        let server = Server::always(Reply::Close(head.as_bytes().to_vec())).await;
        let (client, clock) = skipping(&server.api());
        let error = client.get_job("j", &options()).await.unwrap_err();
        let fault = connection_fault(&error);
        assert_eq!(fault, Some(ConnectionFault::Malformed), "{head:.60}: {error:?}");
        assert_eq!((server.count(), clock.pauses().len()), (3, 2), "{head:.60}");
        let message = error.to_string();
        assert!(
            message.contains("is not valid HTTP") && message.len() < 300,
            "{message}"
        );
        client.submit_job("{}", &options()).await.unwrap_err();
        assert_eq!(server.count(), 4, "{head:.60}");
    }
}

#[tokio::test]
async fn a_body_shorter_than_its_length_is_truncated() {
    for bytes in [
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
    ] {
        let server = Server::always(Reply::Close(bytes.as_bytes().to_vec())).await;
        let (client, clock) = skipping(&server.api());
        let error = client.get_job("j", &options()).await.unwrap_err();
        assert_eq!(
            connection_fault(&error),
            Some(ConnectionFault::Cut),
            "{bytes}: {error:?}"
        );
        assert_eq!(error.phase(), Some(Phase::Body), "{bytes}");
        assert_eq!((server.count(), clock.pauses().len()), (3, 2), "{bytes}");
    }
}

#[tokio::test]
async fn a_body_longer_than_its_length_ends_at_its_length() {
    let longer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{}{}{}".to_vec();
    let server = Server::scripted(vec![Reply::Keep(longer)]).await;
    let (client, _) = skipping(&server.api());
    assert_eq!(client.get_account("a", &options()).await.unwrap().as_str(), "{}");
    let next = client.get_job("j", &options()).await.unwrap();
    assert_eq!(next.string_member("status").as_deref(), Some("COMPLETED"));
    assert_eq!((server.count(), server.connections()), (2, 2));
}

#[tokio::test]
async fn an_error_whose_body_is_truncated_keeps_its_status() {
    let mut bytes = answer(404, "", r#"{"message":"the job is gone"}"#);
    bytes.truncate(bytes.len() - 5);
    let server = Server::always(Reply::Close(bytes)).await;
    let (client, _) = skipping(&server.api());
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!((error.status(), server.count()), (Some(404), 1));
    assert_eq!(error.to_string(), "the server answered 404 Not Found");
}

#[tokio::test]
async fn an_error_whose_body_stalls_keeps_its_status() {
    let mut bytes = answer(401, "", r#"{"message":"no such key"}"#);
    bytes.truncate(bytes.len() - 5);
    let server = Server::always(Reply::Stall(bytes)).await;
    let client = builder(&server.api())
        .request_timeout(millis(150))
        .retries(0)
        .build()
        .unwrap();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!(error.status(), Some(401), "{error:?}");
}

#[tokio::test]
async fn the_message_of_a_server_is_truncated() {
    let body = format!(r#"{{"message":"{}"}}"#, "ü".repeat(50_000));
    let server = Server::always(Reply::Keep(answer(400, "", &body))).await;
    let client = builder(&server.api()).build().unwrap();
    let error = client.get_job("j", &options()).await.unwrap_err();
    let Error::Status {
        message, body: kept, ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert!(kept.as_ref().unwrap().len() <= 64 * 1024);
    assert!(!message.is_empty() && message.len() <= 1024, "{}", message.len());
}

#[tokio::test]
async fn the_largest_number_of_sockets_is_safe() {
    let server = Server::always(ok("{}")).await;
    for sockets in [1, 1 << 20, usize::MAX] {
        let client = builder(&server.api())
            .max_sockets(sockets)
            .max_response_bytes(usize::MAX)
            .build()
            .unwrap();
        client.get_account("a", &options()).await.unwrap();
    }
}

/// A clock that records the limits that are set, and counts those that run.
#[derive(Debug, Default)]
struct Recording {
    set: Mutex<BTreeSet<Duration>>,
    running: Arc<AtomicUsize>,
}

impl Clock for Recording {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn deadline(&self, limit: Duration) -> Sleep {
        self.set.lock().unwrap().insert(limit);
        let running = Arc::clone(&self.running);
        Box::pin(async move {
            running.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(limit).await;
        })
    }

    fn idle(&self, limit: Duration) -> Sleep {
        self.deadline(limit)
    }
}

#[tokio::test]
async fn the_default_limits_are_those_of_the_documentation() {
    let server = Server::always(ok("{}")).await;
    let clock = Arc::new(Recording::default());
    let client = builder(&server.api()).clock(clock.clone()).build().unwrap();
    let limits = || -> Vec<u64> {
        let limits = std::mem::take(&mut *clock.set.lock().unwrap());
        limits.iter().map(Duration::as_secs).collect()
    };
    client.get_account("a", &options()).await.unwrap();
    assert_eq!(limits(), [10, 60]);
    let url = OutputRef::Url(format!("{}/elsewhere", server.api()));
    let mut output = client.open_output(&url, &options()).await.unwrap();
    while output.next().await.unwrap().is_some() {}
    assert_eq!(limits(), [10, 30, 60]);
}

#[tokio::test]
async fn of_the_limits_of_a_call_only_the_nearest_runs_as_a_timer() {
    let server = Server::always(ok("{}")).await;
    let clock = Arc::new(Recording::default());
    let client = builder(&server.api()).clock(clock.clone()).build().unwrap();
    client.get_account("a", &options()).await.unwrap();
    for _ in 0..3 {
        clock.running.store(0, Ordering::SeqCst);
        client.get_account("a", &options()).await.unwrap();
        assert_eq!(clock.running.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn limits_that_allow_nothing_are_refused() {
    let api = "http://127.0.0.1:1/api";
    for (built, argument) in [
        (builder(api).max_sockets(0).build(), "max_sockets"),
        (builder(api).user_agent("a\nb").build(), "user_agent"),
    ] {
        let error = built.unwrap_err();
        assert!(
            matches!(error, Error::Argument { name, .. } if name == argument),
            "{error:?}"
        );
    }
}
