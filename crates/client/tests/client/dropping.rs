//! A dropped future closes its request, and makes no further one.

use std::{pin::Pin, sync::Arc, time::Duration};

use modzy_client::{ClientBuilder, Document, WaitOptions};
use modzy_emulator::{ConnectionFault, Fault, RequestState};

use crate::support::{
    clock::Fixed,
    emulator, millis, options,
    server::{Reply, Server, gone, job, status},
    submit, text_job, until,
};

/// Longer than any pause of a dropped future.
const AFTERWARDS: Duration = Duration::from_millis(700);

type Call<'a> = Pin<Box<dyn Future<Output = modzy_client::Result<Document>> + 'a>>;

/// Builds a client whose first pause is the shortest possible, half a second.
fn builder(api: &str) -> ClientBuilder {
    crate::support::builder(api).random(Arc::new(Fixed(0.0)))
}

/// Starts a call, and drops its future once the condition holds.
async fn dropped_when<T>(call: impl Future<Output = T>, condition: impl Fn() -> bool) {
    tokio::select! {
        _ = call => panic!("the call was over before it was dropped"),
        () = until(condition) => {}
    }
}

#[tokio::test]
async fn a_future_dropped_before_its_first_poll_does_nothing() {
    let server = Server::always(job("COMPLETED")).await;
    let client = builder(&server.api()).build().unwrap();
    drop(client.submit_job("{}", &options()));
    tokio::time::sleep(millis(50)).await;
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_future_dropped_while_connecting_leaves_no_socket() {
    let server = Server::raw(|mut socket, _, _| async move { gone(&mut socket).await }).await;
    let client = builder(&server.https("127.0.0.1")).build().unwrap();
    dropped_when(client.submit_job("{}", &options()), || server.open() == 1).await;
    until(|| server.open() == 0).await;
    tokio::time::sleep(AFTERWARDS).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_future_dropped_while_it_waits_for_the_response_closes_its_request() {
    let (emulator, builder) = emulator(0, 0).await;
    let stall = Fault {
        connection: Some(ConnectionFault::Stall),
        ..Fault::default()
    };
    emulator.fault(stall).unwrap();
    let client = builder.random(Arc::new(Fixed(0.0))).build().unwrap();
    let calls: [Call<'_>; 3] = [
        Box::pin(async { client.submit_job_text(&text_job(), &options()).await }),
        Box::pin(async { client.get_job("j", &options()).await }),
        Box::pin(async { client.cancel_job("j", &options()).await }),
    ];
    for (call, count) in calls.into_iter().zip(1..) {
        dropped_when(call, || emulator.requests().len() == count).await;
        until(|| emulator.open_connections() == 0).await;
    }
    tokio::time::sleep(AFTERWARDS).await;
    let states: Vec<_> = emulator.requests().iter().map(|request| request.state).collect();
    assert_eq!(states, [RequestState::Aborted; 3]);
}

#[tokio::test]
async fn a_future_dropped_in_the_middle_of_the_response_closes_its_socket() {
    let begun = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{".to_vec();
    let server = Server::always(Reply::Stall(begun)).await;
    let client = builder(&server.api()).build().unwrap();
    dropped_when(client.get_result("j", &options()), || server.busy() == 1).await;
    until(|| server.open() == 0).await;
    tokio::time::sleep(AFTERWARDS).await;
    assert_eq!((server.count(), server.connections()), (1, 1));
}

#[tokio::test]
async fn a_future_dropped_between_two_attempts_makes_no_other() {
    let server = Server::always(status(503)).await;
    let client = builder(&server.api()).build().unwrap();
    dropped_when(client.get_job("j", &options()), || server.count() == 1).await;
    tokio::time::sleep(AFTERWARDS).await;
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_wait_dropped_between_two_polls_makes_no_other() {
    let (emulator, builder) = emulator(60_000, 60_000).await;
    let client = builder.random(Arc::new(Fixed(0.0))).build().unwrap();
    let id = submit(&client).await;
    let options = WaitOptions::default().poll_interval(millis(300));
    let wait = client.block_until_complete(&id, &options, |_| {});
    dropped_when(wait, || emulator.requests().len() == 3).await;
    tokio::time::sleep(AFTERWARDS).await;
    assert_eq!(emulator.requests().len(), 3);
}

#[tokio::test]
async fn a_wait_dropped_in_a_poll_closes_its_request() {
    let server = Server::scripted(vec![job("OPEN"), Reply::Stall(Vec::new())]).await;
    let client = builder(&server.api()).build().unwrap();
    let options = WaitOptions::default().poll_interval(millis(10));
    let wait = client.block_until_complete("j", &options, |_| {});
    dropped_when(wait, || server.count() == 2 && server.busy() == 1).await;
    until(|| server.open() == 0).await;
    tokio::time::sleep(millis(300)).await;
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_future_dropped_while_it_waits_for_a_socket_is_never_sent() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let client = builder(&server.api()).max_sockets(1).build().unwrap();
    let holder = {
        let client = client.clone();
        tokio::spawn(async move { client.get_job("holder", &options()).await })
    };
    until(|| server.count() == 1).await;
    let queued = tokio::time::timeout(millis(50), client.get_job("queued", &options())).await;
    assert!(queued.is_err());
    holder.abort();
    until(|| server.open() == 0).await;
    tokio::time::sleep(millis(300)).await;
    assert_eq!(server.lines(), ["GET /api/jobs/holder"]);
}
