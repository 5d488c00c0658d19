//! Starting, closing and dropping an emulator.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use modzy_emulator::{ConnectionFault, Emulator, Fault, Options};
use tokio::net::TcpStream;

use crate::support::{Server, read_all};

fn stall() -> Fault {
    Fault {
        connection: Some(ConnectionFault::Stall),
        ..Fault::default()
    }
}

#[tokio::test]
async fn an_emulator_has_the_url_of_its_listener() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let port = emulator.url().strip_prefix("http://127.0.0.1:").unwrap();
    assert_ne!(port.parse::<u16>().unwrap(), 0);
    assert_eq!(emulator.base_url(), format!("{}/api", emulator.url()));
    assert_eq!(emulator.api_key().len(), 41);
    assert_eq!(emulator.open_connections(), 0);
}

#[tokio::test]
async fn a_port_in_use_is_an_error() {
    let first = Emulator::start(Options::default()).await.unwrap();
    let port = first.url().rsplit_once(':').unwrap().1.parse().unwrap();
    let second = Emulator::start(Options {
        port,
        ..Options::default()
    });
    assert_eq!(second.await.unwrap_err().kind(), ErrorKind::AddrInUse);
}

#[tokio::test]
async fn a_bad_key_is_an_error() {
    let emulator = Emulator::start(Options {
        api_key: Some("nodot".to_owned()),
        ..Options::default()
    });
    assert_eq!(emulator.await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn closing_drops_every_connection_at_once_and_stops_listening() {
    let server = Server::instant().await;
    server.emulator.fault(stall()).unwrap();
    let address = server.emulator.url().strip_prefix("http://").unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut stalled = server.raw("GET", "/api/models", "").await;
    server.until(|emulator| emulator.requests().len() == 1).await;
    assert_eq!(server.emulator.open_connections(), 2);
    let started = Instant::now();
    server.emulator.close().await;
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_eq!(server.emulator.open_connections(), 0);
    assert_eq!(read_all(&mut idle).await.unwrap(), "");
    assert_eq!(read_all(&mut stalled).await.unwrap(), "");
    let refused = TcpStream::connect(address).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    server.emulator.close().await;
}

#[tokio::test]
async fn a_closed_port_can_be_taken_again() {
    let first = Emulator::start(Options::default()).await.unwrap();
    let port = first.url().rsplit_once(':').unwrap().1.parse().unwrap();
    first.close().await;
    let second = Emulator::start(Options {
        port,
        ..Options::default()
    });
    assert_eq!(second.await.unwrap().url(), first.url());
}

#[tokio::test]
async fn dropping_drops_every_connection_too() {
    let server = Server::instant().await;
    server.emulator.fault(stall()).unwrap();
    let mut stalled = server.raw("GET", "/api/models", "").await;
    server.until(|emulator| emulator.requests().len() == 1).await;
    drop(server);
    let read = tokio::time::timeout(Duration::from_secs(5), read_all(&mut stalled)).await;
    assert_eq!(read.unwrap().unwrap(), "");
}

#[tokio::test]
async fn two_emulators_share_nothing() {
    let (first, second) = (Server::instant().await, Server::instant().await);
    assert_ne!(first.emulator.api_key(), second.emulator.api_key());
    let id = first.submit(&["x"]).await;
    assert_eq!(second.get(&format!("/api/jobs/{id}")).await.status, 404);
    assert_eq!(first.emulator.requests().len(), 1);
}
