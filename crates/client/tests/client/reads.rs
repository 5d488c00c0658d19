//! The retry rules for requests that may be repeated.

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use modzy_client::{BodyFault, ConnectionFault, Error, GaveUp, Sent};

use crate::support::{
    attempts, body_fault, builder, connection_fault, millis, options, plain,
    server::{Reply, Server, Then, Threaded, answer, cut, job, ok, status},
    skipping,
};

/// Faults after which a read is repeated.
fn passing() -> Vec<(&'static str, Reply)> {
    let mut faults: Vec<_> = [408, 425, 429, 500, 501, 502, 503, 504, 520, 599]
        .map(|code| ("status", status(code)))
        .into();
    faults.extend([
        ("reset", Reply::Reset),
        ("closed", Reply::Close(Vec::new())),
        ("cut head", Reply::Close(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec())),
        ("cut body", cut()),
        ("no HTTP", Reply::Close(b"220 smtp.example ESMTP\r\n".to_vec())),
        (
            "HTML",
            Reply::Keep(answer(200, "content-type: text/html\r\n", "<html></html>")),
        ),
        ("two documents", ok("{} {}")),
        ("invalid UTF-8", ok(b"{\"a\":\"\xff\"}")),
    ]);
    faults
}

/// Returns the first two pauses after a fault. A 429 pauses the reads for a second each time.
fn pauses_after(fault: &Reply) -> [u128; 2] {
    match fault {
        Reply::Keep(bytes) if bytes.starts_with(b"HTTP/1.1 429") => [1050, 1050],
        _ => [1000, 1750],
    }
}

#[tokio::test]
async fn a_passing_fault_costs_two_pauses() {
    for (name, fault) in passing() {
        let pauses = pauses_after(&fault);
        let server = Server::scripted(vec![fault.clone(), fault]).await;
        let (client, clock) = skipping(&server.api());
        let job = client.get_job("j", &options()).await.unwrap();
        assert_eq!(job.string_member("status").as_deref(), Some("COMPLETED"), "{name}");
        assert_eq!(server.lines(), ["GET /api/jobs/j"; 3], "{name}");
        assert_eq!(clock.pauses(), pauses, "{name}");
    }
}

#[tokio::test]
async fn a_lasting_fault_fails_the_call_after_three_attempts() {
    for (name, fault) in passing() {
        let pauses = pauses_after(&fault);
        let server = Server::always(fault).await;
        let (client, clock) = skipping(&server.api());
        let error = client.get_result("j", &options()).await.unwrap_err();
        assert_eq!((server.count(), attempts(&error)), (3, 3), "{name}: {error:?}");
        assert_eq!(clock.pauses(), pauses, "{name}");
        assert!(error.is_retryable(), "{name}");
        assert!(!error.to_string().contains("not sent again"), "{name}: {error}");
    }
}

#[tokio::test]
async fn each_fault_has_an_error_of_its_kind() {
    let kind = async |fault: Reply| {
        let server = Server::always(fault).await;
        let (client, _) = skipping(&server.api());
        client.get_job("j", &options().retries(0)).await.unwrap_err()
    };
    assert_eq!(connection_fault(&kind(Reply::Reset).await), Some(ConnectionFault::Cut));
    assert_eq!(connection_fault(&kind(cut()).await), Some(ConnectionFault::Cut));
    let smtp = Reply::Close(b"220 smtp.example ESMTP\r\n".to_vec());
    assert_eq!(connection_fault(&kind(smtp).await), Some(ConnectionFault::Malformed));
    assert_eq!(body_fault(&kind(ok("<html>")).await), Some(BodyFault::NotJson));
    assert_eq!(body_fault(&kind(ok(b"\xff")).await), Some(BodyFault::NotUtf8));
    let unavailable = kind(status(503)).await;
    assert_eq!(
        (unavailable.status(), unavailable.to_string()),
        (Some(503), "server says 503".to_owned())
    );
}

#[tokio::test]
async fn a_delete_is_repeated_like_any_read() {
    let server = Server::scripted(vec![Reply::Reset, status(502), job("CANCELED")]).await;
    let (client, clock) = skipping(&server.api());
    client.cancel_job("j", &options()).await.unwrap();
    assert_eq!(server.lines(), ["DELETE /api/jobs/j"; 3]);
    assert_eq!(clock.pauses(), [1000, 1750]);
}

#[tokio::test]
async fn a_refusal_fails_the_call_at_once() {
    let codes = [
        300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 413, 415, 418, 422, 431,
        451,
    ];
    let headers = "location: /api/elsewhere\r\nretry-after: 1\r\n";
    let body = |code| if code == 304 { "" } else { "{}" };
    let server = Server::scripted(codes.map(|code| Reply::Keep(answer(code, headers, body(code)))).into()).await;
    let (client, clock) = skipping(&server.api());
    for (code, count) in codes.into_iter().zip(1..) {
        let error = client.get_job("j", &options()).await.unwrap_err();
        assert_eq!((error.status(), attempts(&error)), (Some(code), 1));
        assert!(!error.is_retryable(), "{code}");
        let redirect = error.to_string().contains("redirects are not followed");
        assert_eq!((redirect, server.count()), (code < 400, count), "{error}");
    }
    assert!(server.lines().iter().all(|line| line == "GET /api/jobs/j"));
    assert!(clock.pauses().is_empty());
}

#[tokio::test]
async fn a_readable_retry_after_sets_the_pause() {
    let headers = [
        ("0", 105),
        ("7", 7350),
        ("60", 63_000),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 105),
    ];
    let unreadable = ["soon", "-1", "1.5", ""];
    // A 429 without a pause pauses for a second. A 503 without one is an ordinary failure.
    for (code, default) in [(429, 1050), (503, 1000)] {
        let unreadable = unreadable.map(|value| (value, default));
        for (value, pause) in headers.into_iter().chain(unreadable) {
            let busy = Reply::Keep(answer(code, &format!("retry-after: {value}\r\n"), ""));
            let server = Server::scripted(vec![busy, job("OPEN")]).await;
            let (client, clock) = skipping(&server.api());
            client.get_job("j", &options()).await.unwrap();
            assert_eq!((clock.pauses(), server.count()), (vec![pause], 2), "{code}, {value}");
        }
    }
}

#[tokio::test]
async fn a_retry_after_of_more_than_a_minute_fails_a_call_at_once() {
    for code in [429, 503] {
        for (value, seconds) in [("61", 61), ("3600", 3600), ("99999999999999999999999", 3_153_600_000)] {
            let busy = Reply::Keep(answer(code, &format!("retry-after: {value}\r\n"), ""));
            let server = Server::always(busy).await;
            let (client, clock) = skipping(&server.api());
            let error = client.get_job("j", &options()).await.unwrap_err();
            assert!(
                matches!(error, Error::Status { retry_after: Some(asked), .. } if asked.as_secs() == seconds),
                "{error:?}"
            );
            assert_eq!(error.call().unwrap().gave_up, Some(GaveUp::Limit));
            assert_eq!((server.count(), clock.pauses().len()), (1, 0));
        }
    }
}

#[tokio::test]
async fn a_date_in_retry_after_is_a_pause_until_then() {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(30));
    let busy = Reply::Keep(answer(429, &format!("retry-after: {date}\r\n"), ""));
    let server = Server::scripted(vec![busy]).await;
    let (client, clock) = skipping(&server.api());
    client.get_job("j", &options()).await.unwrap();
    let pauses = clock.pauses();
    assert!(
        pauses.len() == 1 && (20_000..=31_500).contains(&pauses[0]),
        "{pauses:?}"
    );
}

#[tokio::test]
async fn a_date_in_retry_after_is_read_by_the_clock_of_its_server() {
    let http_date = |moment| httpdate::fmt_http_date(moment);
    let now = SystemTime::now();
    let skew = Duration::from_secs(45);
    for date in [now - skew, now, now + skew] {
        for code in [429, 503] {
            let until = http_date(date + Duration::from_secs(3));
            let headers = format!("date: {}\r\nretry-after: {until}\r\n", http_date(date));
            let server = Server::scripted(vec![Reply::Keep(answer(code, &headers, ""))]).await;
            let (client, clock) = skipping(&server.api());
            client.get_job("j", &options()).await.unwrap();
            assert_eq!(clock.pauses(), [3150], "{headers}");
        }
    }
    // Without a readable `Date`, the client uses its own clock.
    let until = http_date(now + skew);
    let headers = format!("date: yesterday\r\nretry-after: {until}\r\n");
    let server = Server::scripted(vec![Reply::Keep(answer(429, &headers, ""))]).await;
    let (client, clock) = skipping(&server.api());
    client.get_job("j", &options()).await.unwrap();
    assert!((30_000..=47_250).contains(&clock.pauses()[0]), "{:?}", clock.pauses());
}

#[tokio::test]
async fn an_error_has_the_retry_after_of_the_server() {
    let busy = Reply::Keep(answer(429, "retry-after: 7\r\nx-request-id: r-1\r\n", "{}"));
    let server = Server::always(busy).await;
    let (client, _) = skipping(&server.api());
    let error = client.get_job("j", &options().retries(0)).await.unwrap_err();
    let Error::Status {
        retry_after,
        request_id,
        message,
        ..
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(retry_after, Some(Duration::from_secs(7)));
    assert_eq!(request_id.as_deref(), Some("r-1"));
    assert_eq!(message, "the server answered 429 Too Many Requests");
}

#[tokio::test]
async fn as_many_retries_are_made_as_are_allowed() {
    for retries in [0, 1, 5] {
        let server = Server::always(status(500)).await;
        let (client, clock) = skipping(&server.api());
        let error = client.get_job("j", &options().retries(retries)).await.unwrap_err();
        assert_eq!((server.count(), attempts(&error)), (retries as usize + 1, retries + 1));
        assert_eq!(clock.pauses().len(), retries as usize);
    }
}

#[tokio::test]
async fn the_clients_retries_are_the_default_of_its_calls() {
    let server = Server::always(status(500)).await;
    let client = builder(&server.api()).retries(0).build().unwrap();
    client.get_job("j", &options()).await.unwrap_err();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn an_outage_takes_the_retry_budget_of_twenty_and_ten_successes_return_one() {
    let server = Server::start(|_, nth| {
        if (21..31).contains(&nth) {
            job("OPEN")
        } else {
            status(500)
        }
    })
    .await;
    let (client, clock) = skipping(&server.api());
    let error = client.get_job("j", &options().retries(100)).await.unwrap_err();
    assert_eq!((attempts(&error), clock.pauses().len()), (21, 20));
    assert_eq!(clock.pauses().iter().max(), Some(&8000));
    for _ in 0..10 {
        client.get_job("j", &options()).await.unwrap();
    }
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!((attempts(&error), clock.pauses().len()), (2, 21));
}

#[tokio::test]
async fn a_read_that_timed_out_is_repeated() {
    let server = Server::scripted(vec![
        Reply::Stall(Vec::new()),
        Reply::Stall(b"HTTP/1.1 200 OK\r\n\r\n{".to_vec()),
    ])
    .await;
    let (client, clock) = skipping(&server.api());
    let options = options().request_timeout(millis(100));
    client.get_job("j", &options).await.unwrap();
    assert_eq!((server.count(), clock.pauses()), (3, vec![1000, 1750]));
}

#[tokio::test]
async fn a_refused_read_was_never_sent() {
    let port = crate::support::server::closed_port().await;
    let (client, clock) = skipping(&format!("http://127.0.0.1:{port}/api"));
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!((error.sent(), attempts(&error)), (Some(Sent::No), 3));
    assert_eq!(connection_fault(&error), Some(ConnectionFault::Refused));
    assert_eq!(clock.pauses(), [1000, 1750]);
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
}

#[tokio::test]
async fn join_all_of_200_reads_on_kept_alive_sockets_sends_exactly_200_requests() {
    const AT_ONCE: usize = 200;
    const ROUNDS: usize = 10;
    let server = Threaded::start(0, |_, socket| {
        socket.write_all(&answer(200, "", r#"{"jobIdentifier":"j","status":"OPEN"}"#))?;
        Ok(Then::Keep)
    });
    let client = plain(&server.api()).max_sockets(AT_ONCE).retries(0).build().unwrap();
    let options = options();
    for round in 1..=ROUNDS {
        for read in join_all((0..AT_ONCE).map(|_| client.get_job("j", &options))).await {
            read.unwrap();
        }
        assert_eq!(server.count(), round * AT_ONCE, "in round {round}");
    }
}
