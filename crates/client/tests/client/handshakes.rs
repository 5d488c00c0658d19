//! Host names with several addresses. The first address accepts connections and stays silent: in TLS, or after a
//! `CONNECT`.
#![cfg(target_os = "linux")]

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use modzy_client::{ClientBuilder, Error, Phase, Sent};
use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

use crate::support::{
    builder,
    certificates::Authority,
    clock::SkippingClock,
    millis,
    names::Listed,
    options,
    proxy::{proxy, secure_proxy},
    server::{Server, converse, gone, job, receive},
};

const NAME: &str = "modzy.example";

/// The first and the second address of the host names here. Servers of other tests listen at the second one, so a server there takes
/// its port first, and the one at the first address the same port.
const FIRST: &str = "127.0.0.2";
const SECOND: &str = "127.0.0.1";

fn client(port: u16, authority: &Authority) -> ClientBuilder {
    builder(&format!("https://{NAME}:{port}/api"))
        .ca([authority.pem()])
        .unwrap()
        .resolver(Listed::new(&[FIRST, SECOND]))
        .retries(0)
}

fn at(host: &str, port: u16) -> SocketAddr {
    SocketAddr::new(host.parse().unwrap(), port)
}

/// Accepts connections, reads, and stays silent.
async fn silent(host: &str, port: u16) -> Server {
    Server::raw_at(
        at(host, port),
        |mut socket, _, _| async move { gone(&mut socket).await },
    )
    .await
}

/// Completes TLS handshakes after a pause.
async fn slow(host: &str, port: u16, config: ServerConfig, delay: Duration) -> Server {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Server::raw_at(at(host, port), move |socket, number, seen| {
        let acceptor = acceptor.clone();
        async move {
            tokio::time::sleep(delay).await;
            if let Ok(mut socket) = acceptor.accept(socket).await {
                converse(&mut socket, number, &seen, &|_, _| job("COMPLETED")).await;
            }
        }
    })
    .await
}

/// Returns how long a successful submit takes, in ms.
async fn took(client: &modzy_client::Client) -> u128 {
    let began = Instant::now();
    client.submit_job("{}", &options()).await.unwrap();
    began.elapsed().as_millis()
}

#[tokio::test]
async fn an_address_that_is_silent_in_tls_costs_a_quarter_of_a_second_once() {
    let authority = Authority::new();
    let good = Server::tls(authority.server(NAME)).await;
    let port = good.address().port();
    let silent = silent(FIRST, port).await;
    for nth in 1..=2 {
        let client = client(port, &authority).build().unwrap();
        let first = took(&client).await;
        assert!((250..900).contains(&first), "{first} ms");
        let second = took(&client).await;
        assert!(second < first, "{second} ms");
        // One connection won the race, and the other one is used.
        assert_eq!(
            (silent.connections(), good.connections(), good.count()),
            (nth, 2 * nth, 2 * nth)
        );
    }
}

#[tokio::test]
async fn a_slow_handshake_is_not_dropped_for_another_one_as_slow() {
    let authority = Authority::new();
    let second = slow(SECOND, 0, authority.server(NAME), millis(600)).await;
    let port = second.address().port();
    let first = slow(FIRST, port, authority.server(NAME), millis(600)).await;
    took(&client(port, &authority).build().unwrap()).await;
    assert_eq!((first.connections(), first.count(), second.count()), (1, 1, 0));
}

#[tokio::test]
async fn an_address_whose_certificate_is_not_accepted_wins_no_race() {
    let authority = Authority::new();
    let second = slow(SECOND, 0, Authority::new().server(NAME), millis(0)).await;
    let port = second.address().port();
    let first = slow(FIRST, port, authority.server(NAME), millis(600)).await;
    took(&client(port, &authority).build().unwrap()).await;
    assert_eq!((first.count(), second.connections(), second.count()), (1, 1, 0));
}

#[tokio::test]
async fn addresses_that_are_all_silent_in_tls_end_by_the_connect_timeout() {
    let one = silent(SECOND, 0).await;
    let port = one.address().port();
    let _two = silent(FIRST, port).await;
    let client = client(port, &Authority::new())
        .connect_timeout(millis(400))
        .build()
        .unwrap();
    let error = client.submit_job("{}", &options()).await.unwrap_err();
    assert!(
        matches!(error, Error::Timeout { limit, .. } if limit == millis(400)),
        "{error:?}"
    );
    assert_eq!((error.phase(), error.sent()), (Some(Phase::Tls), Some(Sent::No)));
}

#[tokio::test]
async fn a_retry_does_not_begin_with_the_address_at_which_a_handshake_stalled() {
    let authority = Authority::new();
    let acceptor = TlsAcceptor::from(Arc::new(authority.server(NAME)));
    // The address is silent in the race, too.
    let second = Server::raw(move |mut socket, number, seen| {
        let acceptor = acceptor.clone();
        async move {
            if number == 0 {
                return gone(&mut socket).await;
            }
            let mut socket = acceptor.accept(socket).await.unwrap();
            converse(&mut socket, number, &seen, &|_, _| job("COMPLETED")).await;
        }
    })
    .await;
    let port = second.address().port();
    let first = silent(FIRST, port).await;
    let client = client(port, &authority)
        .connect_timeout(millis(300))
        .clock(Arc::new(SkippingClock::default()))
        .build()
        .unwrap();
    client.submit_job("{}", &options().retries(1)).await.unwrap();
    assert_eq!((first.connections(), second.connections(), second.count()), (1, 2, 1));
}

#[tokio::test]
async fn a_proxy_that_is_silent_in_tls_is_overtaken() {
    let authority = Authority::new();
    let server = Server::tls(authority.server(NAME)).await;
    let good = secure_proxy(authority.server("proxy.example"), None).await;
    let port = good.address().port();
    let silent = silent(FIRST, port).await;
    let client = client(server.address().port(), &authority)
        .proxy(&format!("https://proxy.example:{port}"))
        .unwrap()
        .build()
        .unwrap();
    let took = took(&client).await;
    assert!((250..1200).contains(&took), "{took} ms");
    assert_eq!((silent.connections(), good.count(), server.count()), (1, 1, 1));
}

#[tokio::test]
async fn a_proxy_that_is_silent_after_connect_has_its_share_of_the_limit() {
    let authority = Authority::new();
    let server = Server::tls(authority.server(NAME)).await;
    let good = proxy(None).await;
    let port = good.address().port();
    let silent = Server::raw_at(at(FIRST, port), |mut socket, number, seen| async move {
        seen.note(receive(&mut socket, number).await.unwrap());
        gone(&mut socket).await;
    })
    .await;
    let client = client(server.address().port(), &authority)
        .proxy(&format!("http://proxy.example:{port}"))
        .unwrap()
        .connect_timeout(millis(1600))
        .build()
        .unwrap();
    let took = took(&client).await;
    assert!((800..1600).contains(&took), "{took} ms");
    assert_eq!((silent.count(), good.count(), server.count()), (1, 1, 1));
}
