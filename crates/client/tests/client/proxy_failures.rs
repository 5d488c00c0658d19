//! Proxies that fail or refuse, and servers behind a proxy that do: which of them the error names, and why.

use modzy_client::{ConnectionFault, Error, Phase, Sent, WaitOptions};

use crate::support::{
    attempts, builder,
    certificates::Authority,
    clock::SkippingClock,
    connection_fault, everything, millis, options,
    proxy::{CREDENTIALS, ENCODED, proxy, secure_proxy, to},
    server::{Reply, Server, answer, closed_port, gone},
};
fn shows_no_credentials(error: &Error) {
    let text = everything(error);
    assert!(!text.contains("proxyPassword") && !text.contains(ENCODED), "{text}");
}

#[tokio::test]
async fn a_proxy_that_refuses_connections_is_named() {
    let port = closed_port().await;
    for root in ["https://modzy.example/api", "http://modzy.example/api"] {
        let client = builder(root)
            .proxy(&format!("http://{CREDENTIALS}@localhost:{port}"))
            .unwrap()
            .retries(0)
            .build()
            .unwrap();
        let error = client.submit_job("{}", &options()).await.unwrap_err();
        assert_eq!(connection_fault(&error), Some(ConnectionFault::Refused), "{error:?}");
        assert_eq!((error.phase(), error.sent()), (Some(Phase::Connect), Some(Sent::No)));
        assert_eq!(
            error.to_string(),
            format!("the proxy localhost:{port} refused the connection: nothing listens there")
        );
        assert!(error.is_retryable());
        shows_no_credentials(&error);
    }
}

#[tokio::test]
async fn a_proxy_without_an_address_fails_in_the_lookup() {
    let client = builder("https://modzy.example/api")
        .proxy("http://does-not-exist.invalid:3128")
        .unwrap()
        .retries(0)
        .build()
        .unwrap();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!(connection_fault(&error), Some(ConnectionFault::Unresolved), "{error:?}");
    assert_eq!((error.phase(), error.sent()), (Some(Phase::Dns), Some(Sent::No)));
    let begin = "the host name of the proxy does-not-exist.invalid:3128 could not be resolved";
    assert!(error.to_string().starts_with(begin), "{error}");
}

#[tokio::test]
async fn a_proxy_that_wants_credentials_before_a_tunnel_is_asked_once() {
    let proxy = proxy(Some(CREDENTIALS)).await;
    for (url, what) in [
        (to(&proxy), "credentials"),
        (
            format!("http://proxyUser:wrongPassword@{}", proxy.address()),
            "credentials other than those it was given",
        ),
    ] {
        let before = proxy.count();
        let clock = std::sync::Arc::new(SkippingClock::default());
        let client = builder("https://modzy.example/api")
            .proxy(&url)
            .unwrap()
            .clock(clock.clone())
            .build()
            .unwrap();
        let read = client.get_job("j", &options()).await;
        let waited = client.block_until_complete("j", &WaitOptions::default(), |_| {}).await;
        for error in [read, waited].map(Result::unwrap_err) {
            assert_eq!(
                connection_fault(&error),
                Some(ConnectionFault::ProxyCredentials),
                "{error:?}"
            );
            assert_eq!((error.phase(), error.sent()), (Some(Phase::Connect), Some(Sent::No)));
            assert_eq!((attempts(&error), error.is_retryable()), (1, false));
            let place = proxy.address();
            assert_eq!(
                error.to_string(),
                format!("the proxy {place} requires {what} (407 Proxy Authentication Required)")
            );
            assert!(!everything(&error).contains("wrongPassword"), "{error:?}");
        }
        assert_eq!(proxy.count() - before, 2);
        assert!(clock.pauses().is_empty());
    }
}

#[tokio::test]
async fn a_proxy_that_wants_credentials_of_a_plain_request_is_named_and_its_echo_masked() {
    let proxy = proxy(Some(CREDENTIALS)).await;
    let client = builder("http://modzy.example/api")
        .proxy(&format!("http://proxyUser:wrongPassword@{}", proxy.address()))
        .unwrap()
        .build()
        .unwrap();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!((error.status(), attempts(&error)), (Some(407), 1));
    assert!(
        error.to_string().starts_with(&format!(
            "the proxy {} requires credentials other than",
            proxy.address()
        )),
        "{error}"
    );
    let text = everything(&error);
    assert!(text.contains("you sent"), "{text}");
    // The credentials that the proxy got, in base64.
    assert!(!text.contains("cHJveHlVc2VyOndyb25nUGFzc3dvcmQ"), "{text}");
    assert!(!text.contains("wrongPassword"), "{text}");
}

#[tokio::test]
async fn a_407_without_a_proxy_is_a_status_of_the_server() {
    let server = Server::always(Reply::Keep(answer(407, "", ""))).await;
    let client = builder(&server.api()).build().unwrap();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server answered 407 Proxy Authentication Required"
    );
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_is_named_and_the_request_is_retried() {
    for (reply, reason) in [
        (Reply::Close(answer(502, "", "no")), "it answered 502 Bad Gateway"),
        (Reply::Close(Vec::new()), "it closed the connection"),
    ] {
        let proxy = Server::always(reply).await;
        let clock = std::sync::Arc::new(SkippingClock::default());
        let client = builder("https://modzy.example/api")
            .proxy(&to(&proxy))
            .unwrap()
            .clock(clock)
            .build()
            .unwrap();
        let error = client.submit_job("{}", &options()).await.unwrap_err();
        assert_eq!(connection_fault(&error), Some(ConnectionFault::Tunnel), "{error:?}");
        assert_eq!((error.phase(), error.sent()), (Some(Phase::Connect), Some(Sent::No)));
        assert_eq!((attempts(&error), proxy.count()), (3, 3));
        assert_eq!(
            error.to_string(),
            format!(
                "the proxy {} did not open a tunnel to modzy.example:443: {reason}",
                proxy.address()
            )
        );
    }
}

#[tokio::test]
async fn each_phase_is_reported_through_a_tunnel() {
    let silent = Server::raw(|mut socket, _, _| async move { gone(&mut socket).await }).await;
    let tunnels = proxy(None).await;
    for (through, phase) in [(&silent, Phase::Connect), (&tunnels, Phase::Tls)] {
        let client = builder(&silent.https("modzy.example"))
            .proxy(&to(through))
            .unwrap()
            .connect_timeout(millis(400))
            .retries(0)
            .build()
            .unwrap();
        let error = client.submit_job("{}", &options()).await.unwrap_err();
        assert!(
            matches!(error, Error::Timeout { limit, .. } if limit == millis(400)),
            "{error:?}"
        );
        assert_eq!((error.phase(), error.sent()), (Some(phase), Some(Sent::No)));
        let through = format!("{phase} (through the proxy {})", through.address());
        assert!(error.to_string().ends_with(&through), "{error}");
    }

    let authority = Authority::new();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(authority.server("modzy.example")));
    let mute = Server::raw(move |socket, _, _| {
        let acceptor = acceptor.clone();
        async move { gone(&mut acceptor.accept(socket).await.unwrap()).await }
    })
    .await;
    let client = builder(&mute.https("modzy.example"))
        .proxy(&to(&tunnels))
        .unwrap()
        .ca([authority.pem()])
        .unwrap()
        .request_timeout(millis(400))
        .retries(0)
        .build()
        .unwrap();
    let error = client.submit_job("{}", &options()).await.unwrap_err();
    assert_eq!(
        (error.phase(), error.sent()),
        (Some(Phase::Headers), Some(Sent::Maybe)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_through_a_tunnel_names_server_and_proxy() {
    let server = Server::tls(Authority::new().server("modzy.example")).await;
    let proxy = proxy(None).await;
    let client = builder(&server.https("modzy.example"))
        .proxy(&to(&proxy))
        .unwrap()
        .build()
        .unwrap();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!(
        connection_fault(&error),
        Some(ConnectionFault::Certificate),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        format!(
            "the certificate of modzy.example:{} (through the proxy {}) is not accepted: its issuer is not trusted",
            server.address().port(),
            proxy.address()
        )
    );
}

#[tokio::test]
async fn an_invalid_certificate_of_the_proxy_names_only_the_proxy() {
    let proxy = secure_proxy(Authority::new().server("localhost"), None).await;
    let place = format!("localhost:{}", proxy.address().port());
    for root in ["https://modzy.example/api", "http://modzy.example/api"] {
        let client = builder(root)
            .proxy(&format!("https://{place}"))
            .unwrap()
            .build()
            .unwrap();
        let error = client.submit_job("{}", &options()).await.unwrap_err();
        assert_eq!(
            connection_fault(&error),
            Some(ConnectionFault::Certificate),
            "{error:?}"
        );
        assert_eq!((error.phase(), error.sent()), (Some(Phase::Tls), Some(Sent::No)));
        assert_eq!(
            error.to_string(),
            format!("the certificate of the proxy {place} is not accepted: its issuer is not trusted")
        );
    }
    assert_eq!((proxy.connections(), proxy.count()), (2, 0));
}

#[tokio::test]
async fn a_proxy_behind_tls_that_opens_no_tunnel_says_why_in_the_phase_of_any_proxy() {
    let authority = Authority::new();
    let secure = |reply| Server::tls_always(authority.server("localhost"), reply);
    let close = |status| Reply::Close(answer(status, "", "no"));
    for (status, fault) in [
        (403, ConnectionFault::Tunnel),
        (407, ConnectionFault::ProxyCredentials),
        (502, ConnectionFault::Tunnel),
    ] {
        let servers = [Server::always(close(status)).await, secure(close(status)).await];
        for (scheme, proxy) in ["http", "https"].into_iter().zip(&servers) {
            let error = tunnel_error(scheme, proxy, &authority).await;
            assert_eq!(
                (connection_fault(&error), error.phase(), error.sent()),
                (Some(fault), Some(Phase::Connect), Some(Sent::No)),
                "{scheme} {status}: {error:?}"
            );
        }
    }
    // A proxy that closes the connection, and one that does not answer.
    for reply in [Reply::Close(Vec::new()), Reply::Stall(Vec::new())] {
        let servers = [Server::always(reply.clone()).await, secure(reply).await];
        for (scheme, proxy) in ["http", "https"].into_iter().zip(&servers) {
            let error = tunnel_error(scheme, proxy, &authority).await;
            assert_eq!(
                (error.phase(), error.sent()),
                (Some(Phase::Connect), Some(Sent::No)),
                "{scheme}: {error:?}"
            );
        }
    }
}

/// Returns the error of a submit through a proxy that opens no tunnel.
async fn tunnel_error(scheme: &str, proxy: &Server, authority: &Authority) -> Error {
    let url = format!("{scheme}://localhost:{}", proxy.address().port());
    let client = builder("https://modzy.example/api").proxy(&url).unwrap();
    let client = client.ca([authority.pem()]).unwrap().connect_timeout(millis(500));
    let client = client.retries(0).build().unwrap();
    client.submit_job("{}", &options()).await.unwrap_err()
}

#[tokio::test]
async fn a_proxy_behind_tls_that_refuses_the_client_certificate_is_asked_once() {
    let authority = Authority::new();
    let proxy = Server::tls(authority.server_for_clients("localhost")).await;
    let place = format!("localhost:{}", proxy.address().port());
    let client = builder("https://modzy.example/api")
        .proxy(&format!("https://{place}"))
        .unwrap();
    let client = client.ca([authority.pem()]).unwrap().build().unwrap();
    let error = client.submit_job("{}", &options()).await.unwrap_err();
    assert_eq!(
        (connection_fault(&error), error.phase(), attempts(&error)),
        (Some(ConnectionFault::ClientCertificate), Some(Phase::Connect), 1),
        "{error:?}"
    );
    let begin = format!("the proxy {place} requires a client certificate: ");
    assert!(error.to_string().starts_with(&begin), "{error}");
}
