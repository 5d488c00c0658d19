//! Faults of the socket.

use std::io::ErrorKind;
use std::time::Duration;

use modzy_emulator::{ConnectionFault, Fault, RequestState};
use tokio::io::AsyncReadExt;

use crate::support::{FOREVER, Server, read_all, text_job};

fn once(connection: ConnectionFault) -> Fault {
    Fault {
        times: Some(1),
        connection: Some(connection),
        ..Fault::default()
    }
}

/// Returns how many jobs the requests so far have created: no other request here gets a 202.
fn submitted(server: &Server) -> usize {
    let requests = server.emulator.requests();
    requests.iter().filter(|request| request.status == Some(202)).count()
}

#[tokio::test]
async fn a_reset_closes_the_socket_before_the_first_byte_of_the_response() {
    let server = Server::instant().await;
    server.emulator.fault(once(ConnectionFault::Reset)).unwrap();
    let mut socket = server.raw("POST", "/api/jobs", &text_job(&["x"]).to_string()).await;
    let error = read_all(&mut socket).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let requests = server.emulator.requests();
    assert_eq!((requests[0].state, requests[0].status), (RequestState::Aborted, None));
    assert_eq!(submitted(&server), 0);
    server.until(|emulator| emulator.open_connections() == 0).await;
}

#[tokio::test]
async fn a_stall_never_responds_and_ends_when_the_client_closes() {
    let server = Server::instant().await;
    server.emulator.fault(once(ConnectionFault::Stall)).unwrap();
    let mut socket = server.raw("GET", "/api/models", "").await;
    let mut byte = [0];
    let read = tokio::time::timeout(Duration::from_millis(80), socket.read(&mut byte)).await;
    assert!(read.is_err(), "{read:?}");
    assert_eq!(server.emulator.requests()[0].state, RequestState::Open);
    assert_eq!(server.emulator.open_connections(), 1);
    drop(socket);
    server.until(|emulator| emulator.open_connections() == 0).await;
    assert_eq!(server.emulator.requests()[0].state, RequestState::Aborted);
}

#[tokio::test]
async fn a_cut_sends_the_head_and_half_of_the_real_response() {
    let server = Server::instant().await;
    let whole = server.get("/api/models").await.body;
    server.emulator.fault(once(ConnectionFault::Cut)).unwrap();
    let mut socket = server.raw("GET", "/api/models", "").await;
    let text = read_all(&mut socket).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"));
    assert!(head.contains(&format!("content-length: {}", whole.len())), "{head}");
    assert_eq!(body.as_bytes(), &whole[..whole.len() / 2]);
    let requests = server.emulator.requests();
    assert_eq!(
        (requests[1].state, requests[1].status),
        (RequestState::Answered, Some(200))
    );
}

#[tokio::test]
async fn a_cut_of_a_large_canned_response_sends_exactly_half() {
    let server = Server::instant().await;
    let fault = Fault {
        status: Some(200),
        body: Some("x".repeat(8_000_001)),
        ..once(ConnectionFault::Cut)
    };
    server.emulator.fault(fault).unwrap();
    let mut socket = server.raw("GET", "/api/models", "").await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let text = read_all(&mut socket).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-length: 8000001"));
    assert_eq!(body.len(), 4_000_000);
}

#[tokio::test]
async fn a_cut_of_a_body_of_one_byte_sends_the_head_and_of_an_empty_body_everything() {
    let server = Server::instant().await;
    for (status, body, length) in [(200, Some("x"), "content-length: 1"), (503, None, "content-length: 0")] {
        let fault = Fault {
            status: Some(status),
            body: body.map(str::to_owned),
            ..once(ConnectionFault::Cut)
        };
        server.emulator.fault(fault).unwrap();
        let mut socket = server.raw("GET", "/api/models", "").await;
        let text = read_all(&mut socket).await.unwrap();
        assert!(text.starts_with(&format!("HTTP/1.1 {status}")), "{text}");
        assert!(text.contains(length) && text.ends_with("\r\n\r\n"), "{text}");
    }
}

#[tokio::test]
async fn a_cut_submit_has_created_its_job() {
    let server = Server::instant().await;
    server.emulator.fault(once(ConnectionFault::Cut)).unwrap();
    let mut socket = server.raw("POST", "/api/jobs", &text_job(&["x"]).to_string()).await;
    let text = read_all(&mut socket).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 202"));
    assert_eq!(submitted(&server), 1);
}

#[tokio::test]
async fn a_fault_with_after_runs_the_route_and_loses_the_response() {
    let server = Server::timed(FOREVER, Duration::ZERO).await;
    for connection in [ConnectionFault::Reset, ConnectionFault::Stall] {
        let id = server.submit(&["x"]).await;
        let fault = Fault {
            after: true,
            ..once(connection)
        };
        server.emulator.fault(fault).unwrap();
        let mut socket = server.raw("DELETE", &format!("/api/jobs/{id}"), "").await;
        let mut byte = [0];
        let read = tokio::time::timeout(Duration::from_millis(80), socket.read(&mut byte)).await;
        match connection {
            ConnectionFault::Reset => assert_eq!(read.unwrap().unwrap_err().kind(), ErrorKind::ConnectionReset),
            _ => assert!(read.is_err()),
        }
        assert_eq!(server.status(&id).await, "CANCELED");
    }
}

#[tokio::test]
async fn without_after_the_route_does_not_run() {
    let server = Server::timed(FOREVER, Duration::ZERO).await;
    let id = server.submit(&["x"]).await;
    server.emulator.fault(once(ConnectionFault::Reset)).unwrap();
    let mut socket = server.raw("DELETE", &format!("/api/jobs/{id}"), "").await;
    assert!(read_all(&mut socket).await.is_err());
    assert_eq!(server.status(&id).await, "SUBMITTED");
}

#[tokio::test]
async fn a_reset_waits_for_its_delay() {
    let server = Server::instant().await;
    let fault = Fault {
        delay_ms: 60,
        ..once(ConnectionFault::Reset)
    };
    server.emulator.fault(fault).unwrap();
    let started = std::time::Instant::now();
    let mut socket = server.raw("GET", "/api/models", "").await;
    assert!(read_all(&mut socket).await.is_err());
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_reset_does_not_affect_other_connections() {
    let server = Server::instant().await;
    let fault = Fault {
        path: Some("/api/jobs/x".into()),
        ..once(ConnectionFault::Reset)
    };
    server.emulator.fault(fault).unwrap();
    let stay = Fault {
        path: Some("/api/models".into()),
        delay_ms: 100,
        ..Fault::default()
    };
    server.emulator.fault(stay).unwrap();
    let mut spared = server.raw("GET", "/api/models", "").await;
    let mut reset = server.raw("GET", "/api/jobs/x", "").await;
    assert!(read_all(&mut reset).await.is_err());
    let mut head = [0; 15];
    spared.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
}
