//! Responses of a proxy to `CONNECT`.

use modzy_client::{Client, ConnectionFault, Phase, Sent};

use crate::support::{
    builder,
    certificates::Authority,
    connection_fault, options, plain,
    proxy::{opening, to},
    server::{Reply, Server, answer, ok},
};

/// Starts a TLS server whose response is larger than a socket buffer, and builds a client that reaches it through this
/// proxy.
async fn through(proxy: &Server) -> (Server, Client) {
    let authority = Authority::new();
    let body = format!(r#"{{"jobIdentifier":"j","text":"{}"}}"#, "x".repeat(1 << 20));
    let server = Server::tls_always(authority.server("modzy.example"), ok(body)).await;
    let builder = builder(&server.https("modzy.example")).proxy(&to(proxy)).unwrap();
    let client = builder.ca([authority.pem()]).unwrap().retries(0).build().unwrap();
    (server, client)
}

fn head(status: &str, fields: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{fields}\r\n").into_bytes()
}

#[tokio::test]
async fn any_2xx_opens_a_tunnel_after_interim_answers_and_with_any_headers() {
    let many: String = (0..1000)
        .map(|nth| format!("x-{nth}: {nth}\r\n"))
        .collect::<Vec<_>>()
        .concat();
    let long = format!("x-long: {}\r\n", "x".repeat(250_000));
    let interim = |status: &str| [head(status, ""), head("200 Connected", "")].concat();
    for (answer, one_by_one) in [
        (head("200 Connection established", "proxy-agent: x\r\n"), true),
        (head("201 Created", ""), false),
        (head("204 No Content", ""), true),
        (head("299", "content-length: 100\r\n"), false),
        (b"HTTP/1.0 200 OK\r\n\r\n".to_vec(), false),
        (interim("100 Continue"), true),
        (interim("102 Processing"), false),
        (
            [head("103 Early Hints", "link: x\r\n"), interim("100 Continue")].concat(),
            true,
        ),
        (head("200 OK", &format!("x-long: {}\r\n", "x".repeat(9000))), true),
        (head("200 OK", "x-folded: one\r\n two\r\n\tthree\r\n"), true),
        (head("200 OK", &many), false),
        (head("200 OK", &long), false),
    ] {
        let shown = String::from_utf8_lossy(&answer[..answer.len().min(40)]).into_owned();
        let proxy = opening(answer, one_by_one).await;
        let (server, client) = through(&proxy).await;
        for _ in 0..2 {
            let read = client.get_job("j", &options()).await;
            assert!(
                read.as_ref().is_ok_and(|job| job.as_str().len() > 1 << 20),
                "{shown:?}: {read:?}"
            );
        }
        client.submit_job(vec![b' '; 1 << 20], &options()).await.unwrap();
        assert_eq!(
            (proxy.count(), server.connections(), server.count()),
            (1, 1, 3),
            "{shown:?}"
        );
    }
}

#[tokio::test]
async fn a_response_that_opens_no_tunnel_is_described() {
    let too_long = format!("x-long: {}\r\n", "x".repeat(300_000));
    let too_many: String = (0..9000)
        .map(|nth| format!("x-{nth}: \r\n"))
        .collect::<Vec<_>>()
        .concat();
    let limits = "its answer is longer than 256 kB, or has more than 8192 header fields";
    for (answer, reason) in [
        (
            head("101 Switching Protocols", "upgrade: x\r\n"),
            "it answered 101 Switching Protocols",
        ),
        (
            head("302 Found", "location: http://proxy.example/login\r\n"),
            "it answered 302 Found",
        ),
        (
            head("503 Service Unavailable", "content-length: 0\r\n"),
            "it answered 503 Service Unavailable",
        ),
        (head("200 OK", &too_long), limits),
        (head("200 OK", &too_many), limits),
        (b"220 smtp.example ESMTP\r\n".to_vec(), "its answer is not HTTP"),
        (b"HTTP/1.1 2000 OK\r\n\r\n".to_vec(), "its answer is not HTTP"),
        (b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), "it closed the connection"),
        (b"HTTP/1.1 200 OK\r\nx-hal".to_vec(), "it closed the connection"),
    ] {
        let proxy = Server::always(Reply::Close(answer)).await;
        let client = plain("https://modzy.example/api")
            .proxy(&to(&proxy))
            .unwrap()
            .retries(0);
        let error = client.build().unwrap().submit_job("{}", &options()).await.unwrap_err();
        assert_eq!(connection_fault(&error), Some(ConnectionFault::Tunnel), "{error:?}");
        assert_eq!((error.phase(), error.sent()), (Some(Phase::Connect), Some(Sent::No)));
        let begin = format!(
            "the proxy {} did not open a tunnel to modzy.example:443: ",
            proxy.address()
        );
        assert_eq!(error.to_string(), format!("{begin}{reason}"));
    }
}

#[tokio::test]
async fn an_endless_response_of_a_proxy_ends_by_the_connect_timeout() {
    let interim = b"HTTP/1.1 102 Processing\r\n\r\n".to_vec();
    let proxy = Server::always(Reply::Endless(Vec::new(), interim)).await;
    let client = plain("https://modzy.example/api")
        .proxy(&to(&proxy))
        .unwrap()
        .retries(0);
    let client = client.connect_timeout(crate::support::millis(300)).build().unwrap();
    let error = client.submit_job("{}", &options()).await.unwrap_err();
    assert_eq!(
        (error.phase(), error.sent()),
        (Some(Phase::Connect), Some(Sent::No)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_tunnel_carries_no_more_requests_than_its_server_announces() {
    let authority = Authority::new();
    let hint = answer(200, "keep-alive: timeout=60, max=3\r\n", r#"{"jobIdentifier":"j"}"#);
    let server = Server::tls_always(authority.server("modzy.example"), Reply::Keep(hint)).await;
    let proxy = opening(head("200 OK", ""), false).await;
    let builder = builder(&server.https("modzy.example")).proxy(&to(&proxy)).unwrap();
    let client = builder.ca([authority.pem()]).unwrap().build().unwrap();
    for _ in 0..9 {
        client.submit_job("{}", &options()).await.unwrap();
    }
    assert_eq!((server.count(), server.connections()), (9, 3));
}
