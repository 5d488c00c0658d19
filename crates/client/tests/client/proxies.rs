//! Proxies: which requests use one, and how.

use modzy_client::OutputRef;

use crate::support::{
    builder,
    certificates::Authority,
    millis, options,
    proxy::{CREDENTIALS, ENCODED, proxy, secure_proxy, to, with_credentials},
    server::{Received, Reply, Server, answer, job},
};

/// Asserts that a request has no credentials or headers of the proxy.
fn knows_of_no_proxy(request: &Received) {
    assert!(!request.head.to_ascii_lowercase().contains("proxy"), "{}", request.head);
    assert!(!request.head.contains(ENCODED), "{}", request.head);
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
async fn a_server_behind_http_is_reached_by_forwarding() {
    let server = Server::always(Reply::Close(answer(
        200,
        "connection: close\r\n",
        r#"{"jobIdentifier":"j"}"#,
    )))
    .await;
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
async fn a_proxy_may_be_reached_over_tls() {
    let (of_server, of_proxy) = (Authority::new(), Authority::new());
    let secure = Server::tls(of_server.server("modzy.example")).await;
    let plain = Server::always(Reply::Close(answer(
        200,
        "connection: close\r\n",
        r#"{"jobIdentifier":"j"}"#,
    )))
    .await;
    let proxy = secure_proxy(of_proxy.server("localhost"), Some(CREDENTIALS)).await;
    let url = format!("https://{CREDENTIALS}@localhost:{}", proxy.address().port());
    let through_tunnel = format!("modzy.example:{}", secure.address().port());
    let forwarded = format!("http://modzy.example:{}/api", plain.address().port());
    for root in [secure.https("modzy.example"), forwarded.clone()] {
        let client = builder(&root).proxy(&url).unwrap();
        let client = client.ca([of_server.pem(), of_proxy.pem()]).unwrap().build().unwrap();
        client.get_job("j", &options()).await.unwrap();
        client.submit_job("{}", &options()).await.unwrap();
    }
    assert_eq!(
        proxy.lines(),
        [
            format!("CONNECT {through_tunnel}"),
            format!("GET {forwarded}/jobs/j"),
            format!("POST {forwarded}/jobs"),
        ]
    );
    for request in proxy.requests() {
        assert_eq!(request.header("proxy-authorization"), [format!("Basic {ENCODED}")]);
    }
    for server in [&secure, &plain] {
        assert_eq!(server.lines(), ["GET /api/jobs/j", "POST /api/jobs"]);
        server.requests().iter().for_each(knows_of_no_proxy);
    }
}

#[tokio::test]
async fn an_invalid_variable_fails_only_requests_that_would_use_it() {
    let authority = Authority::new();
    let (secure, plain) = (
        Server::tls(authority.server("localhost")).await,
        Server::always(job("COMPLETED")).await,
    );
    let client = |root: &str, (name, value): (&'static str, &'static str), none_for: &'static str| {
        let variables = [(name, value), ("NO_PROXY", none_for)];
        let builder = builder(root).ca([authority.pem()]).unwrap();
        builder.proxy_from_variables(move |name| {
            let found = variables.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    let socks = "socks5://user:hunter2@proxy.example:1080";
    for (root, variable, none_for) in [
        (secure.https("localhost"), ("HTTP_PROXY", socks), ""),
        (secure.https("localhost"), ("HTTPS_PROXY", socks), "*"),
        (plain.api(), ("HTTPS_PROXY", "ftp://proxy.example"), ""),
    ] {
        let client = client(&root, variable, none_for).unwrap().build().unwrap();
        client.get_job("j", &options()).await.unwrap();
    }
    assert_eq!((secure.count(), plain.count()), (2, 1));

    let unusable = "HTTPS_PROXY must start with http:// or https://";
    let refused = client(&secure.https("localhost"), ("HTTPS_PROXY", socks), "").unwrap_err();
    assert!(refused.to_string().starts_with(unusable), "{refused}");
    // An output on another server would use the proxy, though the client's own server does not.
    let client = client(&plain.api(), ("HTTPS_PROXY", socks), "")
        .unwrap()
        .build()
        .unwrap();
    let output = OutputRef::Url(secure.https("localhost"));
    let error = client.open_output(&output, &options()).await.unwrap_err();
    assert!(error.to_string().starts_with(unusable), "{error}");
    assert!(!format!("{refused} {error:?} {client:?}").contains("hunter2"));
    assert_eq!(secure.connections(), 2);
}

#[tokio::test]
async fn loopback_uses_the_proxy_like_any_host_except_those_in_no_proxy() {
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
async fn the_last_setting_counts_and_the_environment_only_on_request() {
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
async fn credentials_of_a_proxy_cannot_be_set_as_a_header() {
    for name in ["Proxy-Authorization", "proxy-connection"] {
        assert!(builder("http://modzy.example/api").header(name, "x").is_err());
        assert!(options().header(name, "x").is_err());
    }
}

#[tokio::test]
async fn a_client_in_a_log_shows_the_host_of_its_proxy_but_no_credentials() {
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
    // The call builds the HTTP client. Its result does not matter.
    let _ = tokio::time::timeout(millis(500), client.get_job("j", &options())).await;
    let shown = format!("{shown} {client:?} {client:#?}");
    assert!(!shown.contains("proxyPassword") && !shown.contains(ENCODED), "{shown}");
}

#[tokio::test]
async fn an_address_of_ipv6_behind_https_is_reached_through_a_tunnel() {
    let authority = Authority::new();
    let server = Server::tls(authority.server("2001:db8::1")).await;
    let proxy = proxy(None).await;
    let client = builder(&server.https("[2001:db8::1]")).ca([authority.pem()]).unwrap();
    let client = client.proxy(&to(&proxy)).unwrap().build().unwrap();
    client.get_job("j", &options()).await.unwrap();
    assert_eq!(
        proxy.lines(),
        [format!("CONNECT [2001:db8::1]:{}", server.address().port())]
    );
    assert_eq!(server.count(), 1);
}

#[test]
fn the_environment_of_the_process_is_read_on_request() {
    const CHILD: &str = "MODZY_CLIENT_TEST_CHILD";
    let builder = builder("http://modzy.example/api");
    if std::env::var_os(CHILD).is_some() {
        assert!(!format!("{builder:?}").contains("proxy.example"));
        let builder = builder.proxy_from_env().unwrap();
        assert!(format!("{builder:?}").contains("proxy.example:3128"));
        return;
    }
    let name = "proxies::the_environment_of_the_process_is_read_on_request";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .envs([(CHILD, "1"), ("http_proxy", "http://proxy.example:3128")])
        .env_remove("REQUEST_METHOD")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}
