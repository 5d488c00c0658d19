//! The retry rules for submits, which must not be repeated: a job is never created twice.

use modzy_client::{BodyFault, ConnectionFault as Fault, Error, Phase, Sent};
use modzy_emulator::{ConnectionFault, Fault as Injected};

use crate::support::{
    attempts, body_fault, connection_fault, emulator, millis, options,
    server::{Reply, Server, answer, closed_port, cut, ok, status},
    skipping, text_job,
};

const BODY: &str = r#"{ "a": 1 }"#;

#[tokio::test]
async fn a_submit_of_unknown_fate_is_never_repeated() {
    let faults = [
        ("reset", Reply::Reset),
        ("closed", Reply::Close(Vec::new())),
        ("cut head", Reply::Close(b"HTTP/1.1 202 Accep".to_vec())),
        ("cut body", cut()),
        ("no HTTP", Reply::Close(b"220 smtp.example ESMTP\r\n".to_vec())),
        ("stalled", Reply::Stall(Vec::new())),
        ("stalled head", Reply::Stall(b"HTTP/1.1 202 Accepted\r\ncont".to_vec())),
        ("stalled body", Reply::Stall(b"HTTP/1.1 202 Accepted\r\n\r\n{".to_vec())),
        ("HTML", ok("<html></html>")),
        ("invalid UTF-8", ok(b"\"\xff\"")),
        ("empty", Reply::Keep(answer(202, "", ""))),
        ("no content", Reply::Keep(answer(204, "", ""))),
    ];
    let names = faults.each_ref().map(|(name, _)| *name);
    let server = Server::scripted(faults.map(|(_, fault)| fault).into()).await;
    let (client, clock) = skipping(&server.api());
    for (name, count) in names.into_iter().zip(1..) {
        let options = options().request_timeout(millis(100)).retries(5);
        let error = client.submit_job(BODY, &options).await.unwrap_err();
        assert_eq!((server.count(), attempts(&error)), (count, 1), "{name}: {error:?}");
        assert_eq!(error.sent(), Some(Sent::Maybe), "{name}");
        assert!(!error.is_retryable(), "{name}");
        let message = error.to_string();
        assert!(message.contains("may have accepted"), "{name}: {message}");
    }
    assert!(clock.pauses().is_empty());
}

#[tokio::test]
async fn a_status_that_may_come_from_a_proxy_ends_a_submit() {
    let codes = [
        301, 307, 308, 400, 401, 403, 404, 408, 409, 413, 422, 425, 500, 502, 503, 504,
    ];
    let server = Server::scripted(codes.map(status).into()).await;
    let (client, clock) = skipping(&server.api());
    for (code, count) in codes.into_iter().zip(1..) {
        let error = client.submit_job(BODY, &options()).await.unwrap_err();
        assert_eq!((error.status(), server.count()), (Some(code), count));
        assert!(!error.is_retryable(), "{code}");
    }
    assert!(clock.pauses().is_empty());
}

#[tokio::test]
async fn a_rejected_submit_is_sent_again_with_the_same_bytes() {
    let overloaded = Reply::Keep(answer(503, "retry-after: 2\r\n", ""));
    let limited = Reply::Keep(answer(429, "retry-after: 3\r\n", ""));
    for (turned_away, pause) in [(status(429), 1050), (limited, 3150), (overloaded, 2100)] {
        let server = Server::scripted(vec![turned_away]).await;
        let (client, clock) = skipping(&server.api());
        client.submit_job(BODY, &options()).await.unwrap();
        assert_eq!(clock.pauses(), [pause]);
        let bodies: Vec<_> = server.requests().into_iter().map(|request| request.body).collect();
        assert_eq!(bodies, [BODY.as_bytes(), BODY.as_bytes()]);
    }
}

#[tokio::test]
async fn a_503_whose_retry_after_cannot_be_read_ends_a_submit() {
    let server = Server::always(Reply::Keep(answer(503, "retry-after: soon\r\n", ""))).await;
    let (client, _) = skipping(&server.api());
    client.submit_job(BODY, &options()).await.unwrap_err();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_submit_without_a_connection_is_retried_and_was_not_sent() {
    let port = closed_port().await;
    let (client, clock) = skipping(&format!("http://127.0.0.1:{port}/api"));
    let error = client.submit_job(BODY, &options()).await.unwrap_err();
    assert_eq!(connection_fault(&error), Some(Fault::Refused));
    assert_eq!((error.sent(), error.phase()), (Some(Sent::No), Some(Phase::Connect)));
    assert_eq!((attempts(&error), clock.pauses()), (3, vec![1000, 1750]));
    assert!(error.is_retryable());
    assert!(!error.to_string().contains("may have accepted"), "{error}");
}

#[tokio::test]
async fn a_submit_whose_handshake_breaks_is_retried_and_was_not_sent() {
    let server = Server::raw(|socket, _, _| async move { drop(socket) }).await;
    let (client, clock) = skipping(&server.https("127.0.0.1"));
    let error = client.submit_job(BODY, &options()).await.unwrap_err();
    assert_eq!(connection_fault(&error), Some(Fault::Handshake), "{error:?}");
    assert_eq!((error.sent(), error.phase()), (Some(Sent::No), Some(Phase::Tls)));
    assert_eq!((server.connections(), clock.pauses().len()), (3, 2));
}

#[tokio::test]
async fn a_lost_receipt_leaves_one_job() {
    for connection in [ConnectionFault::Cut, ConnectionFault::Reset, ConnectionFault::Stall] {
        let (emulator, builder) = emulator(0, 0).await;
        emulator
            .fault(Injected {
                method: Some("POST".to_owned()),
                connection: Some(connection),
                after: connection != ConnectionFault::Cut,
                ..Injected::default()
            })
            .unwrap();
        let client = builder.request_timeout(millis(200)).retries(5).build().unwrap();
        let error = client.submit_job_text(&text_job(), &options()).await.unwrap_err();
        assert_eq!(error.sent(), Some(Sent::Maybe), "{connection:?}");
        assert!(error.to_string().contains("may have accepted"), "{error}");
        assert_eq!(emulator.requests().len(), 1, "{connection:?}");
        let phase = if connection == ConnectionFault::Cut {
            Phase::Body
        } else {
            Phase::Headers
        };
        assert_eq!(error.phase(), Some(phase), "{connection:?}");
    }
}

#[tokio::test]
async fn an_invalid_receipt_fails_with_the_reason() {
    for (body, fault) in [("", BodyFault::Missing), ("<p>", BodyFault::NotJson)] {
        let server = Server::always(ok(body)).await;
        let (client, _) = skipping(&server.api());
        let error = client.submit_job(BODY, &options()).await.unwrap_err();
        assert_eq!((body_fault(&error), error.status()), (Some(fault), Some(200)));
    }
}

#[tokio::test]
async fn sources_that_do_not_serialize_are_refused_before_anything_is_sent() {
    let server = Server::always(ok("{}")).await;
    let (client, _) = skipping(&server.api());
    // An object's key must be a string.
    let job = modzy_client::TextJob::new("m", "1", std::collections::BTreeMap::from([((1, 2), 3)]));
    let error = client.submit_job_text(&job, &options()).await.unwrap_err();
    assert!(matches!(error, Error::Argument { name: "sources", .. }), "{error:?}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_large_submit_that_is_refused_early_is_not_repeated() {
    // The server responds and closes before it has read a tenth of the body.
    let server = Server::raw(|mut socket, _, seen| async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut bytes = vec![0; 64 * 1024];
        let _ = socket.read(&mut bytes).await;
        let _ = socket.write_all(&answer(413, "connection: close\r\n", "{}")).await;
        drop(seen);
    })
    .await;
    let (client, clock) = skipping(&server.api());
    let error = client.submit_job(vec![b' '; 8 << 20], &options()).await.unwrap_err();
    // Either the response or the reset arrives first.
    assert!(
        error.status() == Some(413) || error.sent() == Some(Sent::Maybe),
        "{error:?}"
    );
    assert_eq!((server.connections(), clock.pauses().len()), (1, 0));
}
