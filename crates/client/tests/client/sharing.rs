//! Clients that share a transport: what they have in common, and what stays with each.

use std::sync::{Arc, LazyLock};

use modzy_client::{Auth, BaseUrl, Client, ClientBuilder, Error, SystemClock, SystemRandom, SystemResolver, Transport};
use tokio::task::JoinSet;

use crate::support::{
    KEY,
    certificates::Authority,
    millis, options,
    server::{Reply, Server, answer, job, ok, status},
    until,
};

static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

/// Returns the builder of a client that does not read the certificates of the system.
fn builder(api: &str) -> ClientBuilder {
    with(api, Auth::api_key(KEY))
}

fn with(api: &str, auth: Auth) -> ClientBuilder {
    let base = BaseUrl::api(api).unwrap();
    Client::builder(base, auth).ca([AUTHORITY.pem()]).unwrap()
}

#[tokio::test]
async fn clients_of_one_transport_share_connections_and_keep_their_own_settings() {
    let server = Server::start(|request, _| match request.line() {
        "GET /api/jobs/large" => ok(format!(r#"{{"jobIdentifier":"large","x":"{}"}}"#, "x".repeat(100))),
        line if line.contains("/jobs/fails") => status(500),
        _ => job("COMPLETED"),
    })
    .await;
    let first = builder(&server.api()).user_agent("first/1").retries(0);
    let first = first.header("X-Of", "first").unwrap().build().unwrap();
    let second = builder(&server.api()).max_response_bytes(50).retries(1);
    let second = second.transport(first.transport()).build().unwrap();
    assert!(Arc::ptr_eq(first.transport(), second.transport()));

    first.get_job("large", &options()).await.unwrap();
    let too_large = second.get_job("large", &options()).await.unwrap_err();
    assert!(matches!(too_large, Error::Response { .. }), "{too_large:?}");
    first.get_job("fails1", &options()).await.unwrap_err();
    second.get_job("fails2", &options()).await.unwrap_err();

    let requests = server.requests();
    let of_first: Vec<_> = requests
        .iter()
        .map(|request| request.header("x-of") == ["first"])
        .collect();
    assert_eq!(of_first, [true, false, true, false, false]);
    for request in &requests {
        let is_of_first = request.header("x-of") == ["first"];
        let is_named_first = request.header("user-agent") == ["first/1"];
        assert_eq!(is_of_first, is_named_first, "{}", request.head);
    }
    assert_eq!(server.connections(), 1);
    assert_eq!(first.transport().state().retries_left, 19);
}

/// Clients that differ in one setting each.
fn different() -> Vec<(&'static str, ClientBuilder)> {
    const API: &str = "https://modzy.test/api";
    let (certificate, key) = AUTHORITY.client();
    let (other_certificate, other_key) = AUTHORITY.client();
    let proxied = |url: &str| builder(API).proxy(url).unwrap();
    let variables = |list: &'static str| {
        let variables = [("https_proxy", "http://proxy.test:1"), ("no_proxy", list)];
        builder(API).proxy_from_variables(move |name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    let system = Client::builder(BaseUrl::api(API).unwrap(), Auth::api_key(KEY));
    vec![
        ("plain", builder(API)),
        ("key", with(API, Auth::api_key("publicPrefix.another"))),
        ("team", with(API, Auth::team("team-1", KEY))),
        ("team's identifier", with(API, Auth::team("team-2", KEY))),
        ("team's token", with(API, Auth::team("team-1", "another"))),
        ("scheme", builder("http://modzy.test:443/api")),
        ("host", builder("https://modzy.example/api")),
        ("port", builder("https://modzy.test:444/api")),
        ("connect timeout", builder(API).connect_timeout(millis(9999))),
        ("sockets", builder(API).max_sockets(255)),
        ("retry budget", builder(API).retry_budget(19)),
        ("proxy", proxied("http://proxy.test:1")),
        ("proxy's port", proxied("http://proxy.test:2")),
        ("proxy's scheme", proxied("https://proxy.test:1")),
        ("proxy's login", proxied("http://user:password@proxy.test:1")),
        ("proxy's password", proxied("http://user:another@proxy.test:1")),
        ("proxy of one scheme", variables("").unwrap()),
        ("exceptions", variables("example.com").unwrap()),
        ("other exceptions", variables("example.org").unwrap()),
        ("authorities", builder(API).ca([Authority::new().pem()]).unwrap()),
        ("authorities of the system", system.clone()),
        ("extra authorities", system.extra_ca_file(AUTHORITY.file())),
        (
            "certificate",
            builder(API).client_certificate(certificate, key).unwrap(),
        ),
        (
            "other certificate",
            builder(API).client_certificate(other_certificate, other_key).unwrap(),
        ),
    ]
}

#[test]
fn no_two_clients_with_different_connection_settings_share() {
    let built = |builder: ClientBuilder| Arc::clone(builder.build().unwrap().transport());
    let transports: Vec<_> = different()
        .into_iter()
        .map(|(name, builder)| (name, built(builder.clone()), builder))
        .collect();
    for (name, transport, builder) in &transports {
        for (other, _, another) in &transports {
            let key = another.clone().build().unwrap().transport().key().unwrap();
            let shared = another.clone().transport(transport).build();
            let is_same = name == other;
            assert_eq!(transport.key() == Some(key), is_same, "{name}, {other}");
            assert_eq!(shared.is_ok(), is_same, "{name}, {other}");
            if let Err(error) = shared {
                assert!(matches!(error, Error::Argument { name: "transport", .. }), "{error:?}");
            }
        }
        assert!(built(builder.clone()).key() == transport.key(), "{name}");
    }
}

#[test]
fn clients_that_differ_in_their_own_settings_alone_find_the_transport_of_the_first() {
    let first = builder("https://modzy.test/api").build().unwrap();
    let find = |key| Some(first.transport()).filter(|one| one.key() == Some(key)).cloned();
    let second = builder("https://modzy.test:443/other/api")
        .request_timeout(millis(1))
        .idle_timeout(millis(1))
        .retries(9)
        .max_response_bytes(1)
        .header("X-Of", "second")
        .unwrap()
        .user_agent("second")
        .build_on(find)
        .unwrap();
    assert!(Arc::ptr_eq(first.transport(), second.transport()));
}

#[test]
fn a_client_with_a_clock_or_a_resolver_of_the_caller_is_never_found() {
    let plain = || builder("https://modzy.test/api");
    for injected in [
        plain().clock(Arc::new(SystemClock)),
        plain().random(Arc::new(SystemRandom)),
        plain().resolver(Arc::new(SystemResolver)),
    ] {
        let none = |_| -> Option<Arc<Transport>> { panic!("it was looked for") };
        assert!(injected.build_on(none).unwrap().transport().key().is_none());
    }
}

#[tokio::test]
async fn sockets_close_at_once_unless_a_request_is_running() {
    let server = Server::start(|request, _| {
        if request.line().ends_with("/slow") {
            Reply::Late(millis(100), answer(200, "", r#"{"jobIdentifier":"slow"}"#))
        } else {
            job("COMPLETED")
        }
    })
    .await;
    let client = builder(&server.api()).build().unwrap();
    client.get_job("j", &options()).await.unwrap();
    let slow = tokio::spawn({
        let client = client.clone();
        async move { client.get_job("slow", &options()).await }
    });
    until(|| server.count() == 2).await;
    client.get_job("j", &options()).await.unwrap();
    assert_eq!(server.open(), 2);
    client.transport().close_idle();
    slow.await.unwrap().unwrap();
    until(|| server.open() == 0).await;
    client.get_job("j", &options()).await.unwrap();
    assert_eq!((server.connections(), server.open()), (3, 1));
    client.transport().close_idle();
    until(|| server.open() == 0).await;
}

#[tokio::test]
async fn a_snapshot_counts_busy_sockets_and_waiting_requests() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let client = builder(&server.api()).max_sockets(2).build().unwrap();
    let state = || {
        let state = client.transport().state();
        (
            state.max_sockets,
            state.busy_sockets,
            state.waiting_requests,
            state.retries_left,
        )
    };
    assert_eq!(state(), (2, 0, 0, 20));
    let mut calls = JoinSet::new();
    for _ in 0..5 {
        let client = client.clone();
        calls.spawn(async move { client.get_job("j", &options()).await });
    }
    until(|| server.count() == 2).await;
    assert_eq!(state(), (2, 2, 3, 20));
    calls.shutdown().await;
    assert_eq!(state(), (2, 0, 0, 20));
}
