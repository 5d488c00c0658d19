//! Host names with several addresses, some of them dead.
#![cfg(target_os = "linux")]

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use modzy_client::{Client, ClientBuilder, ConnectionFault, Error, Phase, Sent};
use tokio::io::AsyncWriteExt as _;

use crate::support::{
    attempts, builder,
    certificates::Authority,
    clock::SkippingClock,
    connection_fault, millis,
    names::Listed,
    namespace::{in_a_namespace, ip},
    options, plain,
    server::{FullListener, Reply, Server, answer, closed_port, job},
};

/// Listens on this port of an address that drops packets.
async fn dead(host: &str, port: u16) -> FullListener {
    FullListener::at(SocketAddr::new(host.parse().unwrap(), port)).await
}

/// Builds a client of a host name with these addresses, and its HTTP client.
fn of(port: u16, names: &Arc<Listed>) -> ClientBuilder {
    plain(&format!("http://modzy.example:{port}/api"))
        .resolver(names.clone())
        .retries(0)
}

/// Starts a server that closes each connection after its response.
async fn brief() -> Server {
    Server::always(Reply::Close(answer(
        200,
        "connection: close\r\n",
        r#"{"jobIdentifier":"j"}"#,
    )))
    .await
}

/// Returns how long a successful call takes, in ms.
async fn took(client: &Client) -> u128 {
    let began = Instant::now();
    client.get_job("j", &options()).await.unwrap();
    began.elapsed().as_millis()
}

/// Returns the least time that the first call of three clients takes, in ms, as other tests run at the same time.
async fn first(client: impl Fn() -> Client) -> u128 {
    let mut least = u128::MAX;
    for _ in 0..3 {
        least = least.min(took(&client()).await);
    }
    least
}

#[tokio::test]
async fn an_address_that_drops_packets_costs_a_quarter_of_a_second_once() {
    let server = brief().await;
    let port = server.address().port();
    let _dead = dead("127.0.0.2", port).await;
    let names = Listed::new(&["127.0.0.2", "127.0.0.1"]);
    let client = of(port, &names).build().unwrap();
    let took_first = took(&client).await;
    let mut next = u128::MAX;
    for _ in 0..3 {
        next = next.min(took(&client).await);
    }
    assert!(took_first >= 250 && next < 200, "{took_first} ms, then {next} ms");
    // One connection won the race, and each request has another.
    assert_eq!((server.connections(), server.count(), names.asked()), (5, 4, 4));
    let least = first(|| of(port, &names).build().unwrap()).await;
    assert!((250..500).contains(&least), "{least} ms");
}

#[tokio::test]
async fn a_submit_is_sent_once_and_to_the_address_that_answers() {
    let server = brief().await;
    let port = server.address().port();
    let _dead = dead("127.0.0.2", port).await;
    let client = of(port, &Listed::new(&["127.0.0.2", "127.0.0.1"])).build().unwrap();
    client.submit_job("{}", &options()).await.unwrap();
    assert_eq!(server.lines(), ["POST /api/jobs"]);
}

#[tokio::test]
async fn the_address_that_answers_is_found_over_tls_and_behind_several_dead_ones() {
    let authority = Authority::new();
    let server = Server::tls(authority.server("modzy.example")).await;
    let port = server.address().port();
    let (_one, _two) = (dead("127.0.0.2", port).await, dead("127.0.0.3", port).await);
    // The first address refuses.
    let names = Listed::new(&["127.0.0.4", "127.0.0.2", "127.0.0.3", "127.0.0.1"]);
    let client = || {
        builder(&server.https("modzy.example"))
            .ca([authority.pem()])
            .unwrap()
            .resolver(names.clone())
            .build()
            .unwrap()
    };
    let least = first(client).await;
    assert!((500..750).contains(&least), "{least} ms");
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn an_address_that_refuses_or_has_no_route_costs_nothing() {
    for failing in ["127.0.0.2", "ff02::1", "::1"] {
        let server = brief().await;
        let names = Listed::new(&[failing, "127.0.0.1"]);
        let client = of(server.address().port(), &names).build().unwrap();
        let least = first(|| client.clone()).await;
        assert!(least < 200, "{failing}: {least} ms");
        assert_eq!((server.connections(), names.asked()), (3, 3), "{failing}");
    }
}

#[tokio::test]
async fn an_address_without_a_route_before_a_dead_one_does_not_keep_it_from_being_overtaken() {
    let server = brief().await;
    let port = server.address().port();
    let _dead = dead("127.0.0.2", port).await;
    let names = Listed::new(&["ff02::1", "127.0.0.2", "127.0.0.1"]);
    let least = first(|| of(port, &names).build().unwrap()).await;
    assert!((250..500).contains(&least), "{least} ms");
}

#[tokio::test]
async fn if_all_addresses_fail_the_error_reports_what_a_machine_answered() {
    let port = closed_port().await;
    for addresses in [
        ["127.0.0.2", "ff02::1", "127.0.0.3"],
        ["ff02::1", "127.0.0.2", "ff02::2"],
    ] {
        let names = Listed::new(&addresses);
        let client = of(port, &names).build().unwrap();
        let error = client.submit_job("{}", &options()).await.unwrap_err();
        assert_eq!(connection_fault(&error), Some(ConnectionFault::Refused), "{error:?}");
        assert_eq!((error.phase(), error.sent()), (Some(Phase::Connect), Some(Sent::No)));
        assert_eq!((attempts(&error), names.asked()), (1, 1));
    }
}

#[tokio::test]
async fn each_address_has_its_share_of_a_short_limit() {
    let server = brief().await;
    let port = server.address().port();
    let (_one, _two) = (dead("127.0.0.2", port).await, dead("127.0.0.3", port).await);
    let names = Listed::new(&["127.0.0.2", "127.0.0.3", "127.0.0.1"]);
    let client = of(port, &names).connect_timeout(millis(400)).build().unwrap();
    let first = took(&client).await;
    assert!(first < 400, "{first} ms");
}

#[tokio::test]
async fn a_name_whose_addresses_all_drop_packets_ends_by_the_connect_timeout() {
    let one = dead("127.0.0.2", 0).await;
    let port = one.address().port();
    let _two = dead("127.0.0.3", port).await;
    let client = of(port, &Listed::new(&["127.0.0.2", "127.0.0.3"])).connect_timeout(millis(400));
    let error = client.build().unwrap().submit_job("{}", &options()).await.unwrap_err();
    assert!(
        matches!(error, Error::Timeout { limit, .. } if limit == millis(400)),
        "{error:?}"
    );
    assert_eq!((error.phase(), error.sent()), (Some(Phase::Connect), Some(Sent::No)));
}

#[tokio::test]
async fn a_retry_does_not_begin_with_the_address_that_dropped_the_request() {
    let good = Server::always(job("COMPLETED")).await;
    let bad = SocketAddr::new("127.0.0.2".parse().unwrap(), good.address().port());
    let bad = Server::raw_at(bad, |socket, _, _| async move { drop(socket) }).await;
    let client = of(good.address().port(), &Listed::new(&["127.0.0.2", "127.0.0.1"]));
    let client = client.clock(Arc::new(SkippingClock::default())).build().unwrap();
    client.get_job("j", &options().retries(1)).await.unwrap();
    assert_eq!((bad.connections(), good.connections()), (1, 1));
}

#[tokio::test]
async fn the_dead_address_of_a_proxy_is_overtaken_too() {
    let server = brief().await;
    for root in [
        format!("http://{}/api", server.address()),
        "https://modzy.example/api".to_owned(),
    ] {
        let proxy = crate::support::proxy::proxy(None).await;
        let port = proxy.address().port();
        let _dead = dead("127.0.0.2", port).await;
        let client = plain(&root)
            .proxy(&format!("http://proxy.example:{port}"))
            .unwrap()
            .retries(0);
        let client = client
            .resolver(Listed::new(&["127.0.0.2", "127.0.0.1"]))
            .build()
            .unwrap();
        // No server speaks TLS behind the tunnel.
        let _ = tokio::time::timeout(Duration::from_secs(2), client.get_job("j", &options())).await;
        assert_eq!(proxy.count(), 1, "{root}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_slow_with_a_tunnel_is_asked_once() {
    let slow = Server::raw(|mut socket, number, seen| async move {
        seen.note(crate::support::server::receive(&mut socket, number).await.unwrap());
        tokio::time::sleep(millis(700)).await;
        socket
            .write_all(&answer(502, "connection: close\r\n", ""))
            .await
            .unwrap();
    })
    .await;
    let port = slow.address().port();
    let other = SocketAddr::new("127.0.0.2".parse().unwrap(), port);
    let other = Server::raw_at(other, |mut socket, number, seen| async move {
        if let Some(request) = crate::support::server::receive(&mut socket, number).await {
            seen.note(request);
        }
    })
    .await;
    let client = plain("https://modzy.example/api")
        .proxy(&format!("http://proxy.example:{port}"))
        .unwrap();
    let client = client
        .resolver(Listed::new(&["127.0.0.1", "127.0.0.2"]))
        .retries(0)
        .build()
        .unwrap();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!(connection_fault(&error), Some(ConnectionFault::Tunnel), "{error:?}");
    assert_eq!((slow.count(), other.count()), (1, 0));
}

#[test]
fn a_link_local_address_is_reached_over_its_interface() {
    in_a_namespace(
        "addresses::a_link_local_address_is_reached_over_its_interface",
        over_an_interface(),
    );
}

/// Responds with a job to each request, in a thread of its own. Returns the port.
fn serve(listener: TcpListener) -> u16 {
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            // The head of a short request comes in one segment.
            let _ = socket.read(&mut [0; 4096]).unwrap();
            let job = r#"{"jobIdentifier":"j"}"#;
            socket.write_all(&answer(200, "connection: close\r\n", job)).unwrap();
        }
    });
    port
}

#[tokio::test]
async fn the_other_family_is_dialed_before_a_second_address_of_the_first() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        eprintln!("skipped: this machine has no IPv6");
        return;
    };
    let port = serve(listener);
    let _dead = (dead("127.0.0.2", port).await, dead("127.0.0.3", port).await);
    let names = Listed::new(&["127.0.0.2", "127.0.0.3", "::1"]);
    let least = first(|| of(port, &names).build().unwrap()).await;
    assert!((250..500).contains(&least), "{least} ms");
}

async fn over_an_interface() {
    ip(&["address", "add", "fe80::1/64", "dev", "lo", "nodad"]).unwrap();
    let port = serve(TcpListener::bind("[fe80::1%1]:0").unwrap());
    // Alone, after an address that refuses, and after one that is silent.
    let silent = dead("127.0.0.2", port).await;
    for addresses in [
        &["[fe80::1%1]:0"][..],
        &["127.0.0.1", "[fe80::1%1]:0"],
        &["127.0.0.2", "[fe80::1%1]:0"],
    ] {
        let client = of(port, &Listed::new(addresses)).build().unwrap();
        client.get_job("j", &options()).await.unwrap();
    }
    drop(silent);
}
