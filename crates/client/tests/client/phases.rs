//! The phase of a failed attempt, and that each phase ends within its limit.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use modzy_client::{Client, ConnectionFault, Error, Phase, Sent};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use crate::support::{
    TOLERANCE, attempts, builder,
    certificates::Authority,
    connection_fault, millis, options,
    server::{Reply, Server, closed_port, converse, gone, job, ok},
    skipping,
};

const LIMIT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(30);

/// Asserts that a call ends by a limit: its phase, its `sent`, and that it took as long as the limit.
async fn runs_into(client: &Client, limit: Duration, phase: Phase, sent: Sent, post: bool) {
    let call = async || {
        if post {
            client.submit_job("{}", &options().retries(0)).await
        } else {
            client.get_job("j", &options().retries(0)).await
        }
    };
    // The first call also reads the system's certificates.
    call().await.unwrap_err();
    let started = Instant::now();
    let error = call().await.unwrap_err();
    let took = started.elapsed();
    assert!(took >= limit && took < limit + TOLERANCE, "{took:?}");
    let Error::Timeout { limit: reported, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(
        (*reported, error.phase(), error.sent()),
        (limit, Some(phase), Some(sent))
    );
    assert_eq!(error.is_retryable(), sent == Sent::No || !post);
    let doing = match phase {
        Phase::Connect => "connecting",
        Phase::Tls => "negotiating TLS",
        Phase::Headers => "waiting for response headers",
        Phase::Body => "reading the response body",
        other => panic!("{other}"),
    };
    let message = format!("timed out after {} ms {doing}", limit.as_millis());
    assert!(error.to_string().starts_with(&message), "{error}");
}

#[test]
fn the_message_of_a_timeout_names_each_phase() {
    // `runs_into` finds four of them in messages. A look-up and the sending of a request rarely take until the limit.
    for (phase, doing) in [
        (Phase::Dns, "looking up the host name"),
        (Phase::Connect, "connecting"),
        (Phase::Tls, "negotiating TLS"),
        (Phase::Send, "sending the request"),
        (Phase::Headers, "waiting for response headers"),
        (Phase::Body, "reading the response body"),
    ] {
        assert_eq!(phase.to_string(), doing);
    }
}

#[tokio::test]
async fn a_host_name_without_an_address_fails_in_the_lookup() {
    let (client, clock) = skipping("http://does-not-exist.invalid/api");
    for post in [false, true] {
        let result = if post {
            client.submit_job("{}", &options()).await
        } else {
            client.get_job("j", &options()).await
        };
        let error = result.unwrap_err();
        assert_eq!(connection_fault(&error), Some(ConnectionFault::Unresolved), "{error:?}");
        assert_eq!((error.phase(), error.sent()), (Some(Phase::Dns), Some(Sent::No)));
        assert_eq!(attempts(&error), 3);
        assert!(
            error
                .to_string()
                .contains("does-not-exist.invalid:80 could not be resolved"),
            "{error}"
        );
    }
    assert_eq!(clock.pauses(), [1000, 1750, 1000, 1750]);
}

#[tokio::test]
async fn a_port_without_a_listener_refuses_the_connection() {
    for scheme in ["http", "https"] {
        let port = closed_port().await;
        let (client, _) = skipping(&format!("{scheme}://localhost:{port}/api"));
        let error = client.get_job("j", &options()).await.unwrap_err();
        assert_eq!(connection_fault(&error), Some(ConnectionFault::Refused), "{error:?}");
        assert_eq!((error.phase(), error.sent()), (Some(Phase::Connect), Some(Sent::No)));
        assert_eq!(
            error.to_string(),
            format!("localhost:{port} refused the connection: nothing listens there")
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_is_never_accepted_ends_by_the_connect_timeout() {
    let listener = crate::support::server::FullListener::new().await;
    let address = listener.address();
    let client = builder(&format!("http://{address}/api"))
        .connect_timeout(LIMIT)
        .request_timeout(LONG)
        .build()
        .unwrap();
    runs_into(&client, LIMIT, Phase::Connect, Sent::No, false).await;
    runs_into(&client, LIMIT, Phase::Connect, Sent::No, true).await;
}

#[tokio::test]
async fn a_handshake_that_stalls_ends_by_the_connect_timeout() {
    let server = Server::raw(|mut socket, _, _| async move { gone(&mut socket).await }).await;
    let url = server.https("127.0.0.1");
    let client = builder(&url)
        .connect_timeout(LIMIT)
        .request_timeout(LONG)
        .build()
        .unwrap();
    runs_into(&client, LIMIT, Phase::Tls, Sent::No, false).await;
    runs_into(&client, LIMIT, Phase::Tls, Sent::No, true).await;
    assert_eq!(server.connections(), 4);
}

#[tokio::test]
async fn the_request_timeout_holds_in_a_handshake_too() {
    let server = Server::raw(|mut socket, _, _| async move { gone(&mut socket).await }).await;
    let client = builder(&server.https("127.0.0.1"))
        .request_timeout(LIMIT)
        .build()
        .unwrap();
    runs_into(&client, LIMIT, Phase::Tls, Sent::No, true).await;
}

#[tokio::test]
async fn a_server_without_tls_behind_https_fails_in_the_handshake() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = Server::raw(|mut socket, _, _| async move {
        let mut bytes = [0; 1024];
        let _ = socket.read(&mut bytes).await;
        let _ = socket
            .write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            .await;
        gone(&mut socket).await;
    })
    .await;
    let (client, clock) = skipping(&server.https("127.0.0.1"));
    let error = client.submit_job("{}", &options()).await.unwrap_err();
    assert_eq!(connection_fault(&error), Some(ConnectionFault::Handshake), "{error:?}");
    assert_eq!((error.phase(), error.sent()), (Some(Phase::Tls), Some(Sent::No)));
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
    assert_eq!((server.connections(), clock.pauses().len()), (3, 2));
}

#[tokio::test]
async fn a_response_that_never_begins_ends_by_the_request_timeout() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let client = builder(&server.api())
        .connect_timeout(millis(20))
        .request_timeout(LIMIT)
        .build()
        .unwrap();
    runs_into(&client, LIMIT, Phase::Headers, Sent::Maybe, false).await;
    runs_into(&client, LIMIT, Phase::Headers, Sent::Maybe, true).await;
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn a_body_that_stalls_ends_by_the_request_timeout() {
    let begun = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec();
    let server = Server::always(Reply::Stall(begun)).await;
    let client = builder(&server.api())
        .connect_timeout(millis(20))
        .request_timeout(LIMIT)
        .build()
        .unwrap();
    runs_into(&client, LIMIT, Phase::Body, Sent::Maybe, false).await;
    runs_into(&client, LIMIT, Phase::Body, Sent::Maybe, true).await;
}

#[tokio::test]
async fn a_submit_that_the_server_does_not_read_stalls_in_the_send() {
    let server = Server::raw(|socket, _, _| async move {
        std::future::pending::<()>().await;
        drop(socket);
    })
    .await;
    let client = builder(&server.api()).request_timeout(LIMIT).build().unwrap();
    let error = client.submit_job(vec![b' '; 32 << 20], &options()).await.unwrap_err();
    assert_eq!(
        (error.phase(), error.sent()),
        (Some(Phase::Send), Some(Sent::Maybe)),
        "{error}"
    );
}

#[tokio::test]
async fn the_request_timeout_of_a_call_replaces_the_clients() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let client = builder(&server.api()).request_timeout(LONG).build().unwrap();
    let options = options().retries(0).request_timeout(millis(60));
    let error = client.get_job("j", &options).await.unwrap_err();
    assert!(
        matches!(error, Error::Timeout { limit, .. } if limit == millis(60)),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_longest_duration_means_no_limit() {
    let server = Server::always(job("COMPLETED")).await;
    let client = builder(&server.api())
        .connect_timeout(Duration::MAX)
        .request_timeout(Duration::MAX)
        .build()
        .unwrap();
    client.get_job("j", &options()).await.unwrap();
    client
        .get_job("j", &options().request_timeout(Duration::MAX))
        .await
        .unwrap();
    let wait = modzy_client::WaitOptions::default()
        .poll_interval(Duration::MAX)
        .wait_timeout(Duration::MAX)
        .max_outage(Duration::MAX);
    client.block_until_complete("j", &wait, |_| {}).await.unwrap();
    assert_eq!(server.count(), 3);
}

/// Starts a TLS server with one good connection, which delays its first response. All other connections stall in the
/// handshake.
async fn one_good_connection(authority: &Authority, release: Arc<Notify>, second: Reply) -> Server {
    let acceptor = TlsAcceptor::from(Arc::new(authority.server("127.0.0.1")));
    Server::raw(move |mut socket, number, seen| {
        let (acceptor, release, second) = (acceptor.clone(), Arc::clone(&release), second.clone());
        async move {
            if number > 0 {
                return gone(&mut socket).await;
            }
            let mut socket = acceptor.accept(socket).await.unwrap();
            let script = move |_: &_, nth| {
                if nth == 0 {
                    ok(r#"{"jobIdentifier":"first"}"#)
                } else {
                    second.clone()
                }
            };
            release.notified().await;
            converse(&mut socket, number, &seen, &script).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_slow_response_on_a_kept_socket_outlives_a_connection_that_stalls() {
    let authority = Authority::new();
    let release = Arc::new(Notify::new());
    let slow = Reply::Late(
        millis(600),
        crate::support::server::answer(200, "", r#"{"jobIdentifier":"second","slow":true}"#),
    );
    let server = one_good_connection(&authority, Arc::clone(&release), slow).await;
    let client = builder(&server.https("127.0.0.1"))
        .extra_ca_file(authority.file())
        .connect_timeout(millis(300))
        .retries(0)
        .build()
        .unwrap();
    let first = {
        let client = client.clone();
        tokio::spawn(async move { client.get_job("first", &options()).await })
    };
    crate::support::until(|| server.connections() == 1).await;
    tokio::time::sleep(millis(50)).await;
    // This request begins a connection of its own, which stalls, and gets the first connection as soon as that is free.
    let second = {
        let client = client.clone();
        tokio::spawn(async move { client.get_job("second", &options()).await })
    };
    crate::support::until(|| server.connections() == 2).await;
    release.notify_one();
    first.await.unwrap().unwrap();
    let answered = second.await.unwrap().unwrap();
    assert_eq!(answered.as_str(), r#"{"jobIdentifier":"second","slow":true}"#);
    assert_eq!(
        server
            .requests()
            .iter()
            .map(|request| request.connection)
            .collect::<Vec<_>>(),
        [0, 0]
    );
}

#[tokio::test]
async fn a_stall_on_a_kept_socket_is_reported_whatever_another_connection_does() {
    let authority = Authority::new();
    let release = Arc::new(Notify::new());
    let server = one_good_connection(&authority, Arc::clone(&release), Reply::Stall(Vec::new())).await;
    let client = builder(&server.https("127.0.0.1"))
        .extra_ca_file(authority.file())
        .connect_timeout(millis(300))
        .request_timeout(millis(700))
        .retries(0)
        .build()
        .unwrap();
    let first = {
        let client = client.clone();
        tokio::spawn(async move { client.get_job("first", &options()).await })
    };
    crate::support::until(|| server.connections() == 1).await;
    tokio::time::sleep(millis(50)).await;
    let second = {
        let client = client.clone();
        tokio::spawn(async move { client.submit_job("{}", &options()).await })
    };
    crate::support::until(|| server.connections() == 2).await;
    release.notify_one();
    first.await.unwrap().unwrap();
    let error = second.await.unwrap().unwrap_err();
    assert_eq!(
        (error.phase(), error.sent()),
        (Some(Phase::Headers), Some(Sent::Maybe)),
        "{error}"
    );
    assert!(
        matches!(error, Error::Timeout { limit, .. } if limit == millis(700)),
        "{error:?}"
    );
}
