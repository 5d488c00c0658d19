//! Requests that take a proxy.

use modzy_client::{ConnectionFault, Error, Phase, Sent, WaitOptions};

use crate::support::{
    attempts, builder,
    certificates::Authority,
    clock::SkippingClock,
    connection_fault, everything, millis, options,
    proxy::proxy,
    server::{Received, Reply, Server, answer, closed_port, gone, job},
};

const CREDENTIALS: &str = "proxyUser:proxyPassword";

/// `Proxy-Authorization: Basic` with these.
const ENCODED: &str = "cHJveHlVc2VyOnByb3h5UGFzc3dvcmQ=";

fn to(server: &Server) -> String {
    format!("http://{}", server.address())
}

fn with_credentials(server: &Server) -> String {
    format!("http://{CREDENTIALS}@{}", server.address())
}

/// A request shows nothing of what was meant for the proxy.
fn knows_of_no_proxy(request: &Received) {
    assert!(!request.head.to_ascii_lowercase().contains("proxy"), "{}", request.head);
    assert!(!request.head.contains(ENCODED), "{}", request.head);
}

fn shows_no_credentials(error: &Error) {
    let text = everything(error);
    assert!(!text.contains("proxyPassword") && !text.contains(ENCODED), "{text}");
}

#[tokio::test]
async fn a_server_behind_https_is_reached_through_a_tunnel() {
    let authority = Authority::new();
    let server = Server::tls(authority.server("modzy.example")).await;
    let proxy = proxy(Some(CREDENTIALS)).await;
    let client = builder(&server.https("modzy.example"))
        .proxy(&with_credentials(&proxy))
        .unwrap()
        .ca([authority.pem()])
        .unwrap()
        .build()
        .unwrap();
    client.get_job("j", &options()).await.unwrap();
    client.submit_job("{}", &options()).await.unwrap();
    let target = format!("modzy.example:{}", server.address().port());
    let asked = proxy.requests();
    assert_eq!(proxy.lines(), [format!("CONNECT {target}")]);
    assert_eq!(asked[0].header("host"), [target]);
    assert_eq!(asked[0].header("proxy-authorization"), [format!("Basic {ENCODED}")]);
    assert!(
        asked[0].header("authorization").is_empty(),
        "the key is not the proxy's"
    );
    assert_eq!(server.lines(), ["GET /api/jobs/j", "POST /api/jobs"]);
    server.requests().iter().for_each(knows_of_no_proxy);
}

#[tokio::test]
async fn a_server_behind_http_is_asked_by_way_of_the_proxy() {
    let server = Server::always(Reply::Close(answer(200, "connection: close\r\n", "{}"))).await;
    let proxy = proxy(Some(CREDENTIALS)).await;
    let client = builder(&format!("http://modzy.example:{}/api", server.address().port()))
        .proxy(&with_credentials(&proxy))
        .unwrap()
        .build()
        .unwrap();
    client.get_job("j", &options()).await.unwrap();
    client.submit_job("{}", &options()).await.unwrap();
    let root = format!("http://modzy.example:{}/api", server.address().port());
    assert_eq!(
        proxy.lines(),
        [format!("GET {root}/jobs/j"), format!("POST {root}/jobs")]
    );
    for request in proxy.requests() {
        assert_eq!(request.header("proxy-authorization"), [format!("Basic {ENCODED}")]);
    }
    assert_eq!(server.lines(), ["GET /api/jobs/j", "POST /api/jobs"]);
    server.requests().iter().for_each(knows_of_no_proxy);
}

#[tokio::test]
async fn loopback_takes_the_proxy_like_any_other_and_what_no_proxy_holds_does_not() {
    let server = Server::always(job("COMPLETED")).await;
    let proxy = proxy(None).await;
    let url = with_credentials(&proxy);
    for (none_for, expected) in [
        (None, 1),
        (Some("other.test"), 1),
        (Some("127.0.0.1"), 0),
        (Some("*"), 0),
    ] {
        let before = proxy.count();
        let client = builder(&server.api())
            .proxy_from_variables(|name| match name {
                "HTTP_PROXY" => Some(url.clone()),
                "NO_PROXY" => none_for.map(str::to_owned),
                _ => None,
            })
            .unwrap()
            .build()
            .unwrap();
        client.get_job("j", &options()).await.unwrap();
        assert_eq!(proxy.count() - before, expected, "{none_for:?}");
    }
    assert_eq!(server.count(), 4);
    server.requests().iter().for_each(knows_of_no_proxy);
}

#[tokio::test]
async fn what_is_set_last_counts_and_the_environment_only_when_asked_for() {
    let server = Server::always(job("COMPLETED")).await;
    let (first, second) = (proxy(None).await, proxy(None).await);
    let variables = |name: &str| (name == "http_proxy").then(|| to(&first));
    let from_variables = || builder(&server.api()).proxy_from_variables(variables).unwrap();
    for (builder, expected) in [
        (builder(&server.api()), (0, 0)),
        (from_variables(), (1, 0)),
        (from_variables().proxy(&to(&second)).unwrap(), (1, 1)),
        (from_variables().no_proxy(), (1, 1)),
        (
            builder(&server.api())
                .proxy(&to(&second))
                .unwrap()
                .proxy_from_variables(variables)
                .unwrap(),
            (2, 1),
        ),
    ] {
        builder.build().unwrap().get_job("j", &options()).await.unwrap();
        assert_eq!((first.count(), second.count()), expected);
    }
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
async fn a_proxy_without_an_address_fails_in_the_look_up() {
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
            "other credentials than those it was given",
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
                format!("the proxy {place} wants {what} (407 Proxy Authentication Required)")
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
        error
            .to_string()
            .starts_with(&format!("the proxy {} wants other credentials", proxy.address())),
        "{error}"
    );
    let text = everything(&error);
    assert!(text.contains("you sent"), "{text}");
    // What the proxy was sent, in base64.
    assert!(!text.contains("cHJveHlVc2VyOndyb25nUGFzc3dvcmQ"), "{text}");
    assert!(!text.contains("wrongPassword"), "{text}");
}

#[tokio::test]
async fn a_server_that_wants_proxy_credentials_without_a_proxy_is_no_proxy() {
    let server = Server::always(Reply::Keep(answer(407, "", ""))).await;
    let client = builder(&server.api()).build().unwrap();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server answered 407 Proxy Authentication Required"
    );
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_is_named_and_asked_again() {
    for (reply, reason) in [
        (Reply::Close(answer(502, "", "no")), "it refused"),
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
                "the proxy {} opened no tunnel to modzy.example:443: {reason}",
                proxy.address()
            )
        );
    }
}

#[tokio::test]
async fn each_phase_is_told_apart_through_a_tunnel() {
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
async fn credentials_of_a_proxy_cannot_be_set_as_a_header() {
    for name in ["Proxy-Authorization", "proxy-connection"] {
        assert!(builder("http://modzy.example/api").header(name, "x").is_err());
        assert!(options().header(name, "x").is_err());
    }
}

#[tokio::test]
async fn a_client_in_a_log_shows_where_its_proxy_is_but_no_credentials() {
    let builder = builder("http://modzy.example/api")
        .proxy(&format!("http://{CREDENTIALS}@proxy.example:3128"))
        .unwrap();
    let shown = format!("{builder:?}");
    assert!(shown.contains("proxy.example:3128"), "{shown}");
    let proxy = proxy(None).await;
    let client = builder
        .proxy(&with_credentials(&proxy))
        .unwrap()
        .retries(0)
        .build()
        .unwrap();
    // Builds the HTTP client, whatever becomes of the request.
    let _ = tokio::time::timeout(millis(500), client.get_job("j", &options())).await;
    let shown = format!("{shown} {client:?} {client:#?}");
    assert!(!shown.contains("proxyPassword") && !shown.contains(ENCODED), "{shown}");
}

#[test]
fn a_server_behind_https_that_a_tunnel_cannot_reach_is_refused_at_once() {
    for (root, none_for, refused) in [
        ("https://[2001:db8::1]:8443/api", "", true),
        ("https://[2001:db8::1]:8443/api", "2001:db8::/32", false),
        ("http://[2001:db8::1]:8443/api", "", false),
        ("https://192.0.2.1/api", "", false),
    ] {
        let builder = builder(root).proxy_from_variables(|name| match name {
            "no_proxy" => Some(none_for.to_owned()),
            "REQUEST_METHOD" => None,
            _ => Some("http://proxy.example:3128".to_owned()),
        });
        let built = builder.unwrap().build();
        assert_eq!(built.is_err(), refused, "{root} {none_for}");
        if let Err(error) = built {
            assert!(error.to_string().starts_with("proxy cannot be used"), "{error}");
        }
    }
}

#[test]
fn the_environment_of_the_process_is_read_when_it_is_asked_for() {
    const CHILD: &str = "MODZY_CLIENT_TEST_CHILD";
    let builder = builder("http://modzy.example/api");
    if std::env::var_os(CHILD).is_some() {
        assert!(!format!("{builder:?}").contains("proxy.example"));
        let builder = builder.proxy_from_env().unwrap();
        assert!(format!("{builder:?}").contains("proxy.example:3128"));
        return;
    }
    let name = "proxies::the_environment_of_the_process_is_read_when_it_is_asked_for";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .envs([(CHILD, "1"), ("http_proxy", "http://proxy.example:3128")])
        .env_remove("REQUEST_METHOD")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}
