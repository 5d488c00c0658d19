//! Socket permits: how many requests run at the same time, and that every permit is returned.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use modzy_client::WaitOptions;
use tokio::task::JoinSet;

use crate::support::{
    TOLERANCE, builder, millis, options,
    server::{Reply, Server, answer, cut, job, status},
    until,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_requests_run_than_there_are_sockets() {
    for sockets in [1, 4] {
        let server = Server::always(Reply::Late(millis(10), answer(200, "", r#"{"jobIdentifier":"j"}"#))).await;
        let client = builder(&server.api()).max_sockets(sockets).build().unwrap();
        let mut calls = JoinSet::new();
        for _ in 0..40 {
            let client = client.clone();
            calls.spawn(async move { client.get_job("j", &options()).await });
        }
        while let Some(call) = calls.join_next().await {
            call.unwrap().unwrap();
        }
        assert_eq!((server.count(), server.busiest()), (40, sockets));
        assert!(server.connections() <= sockets, "{}", server.connections());
    }
}

#[tokio::test]
async fn the_time_in_the_queue_does_not_count_for_the_request() {
    let server = Server::always(Reply::Late(millis(100), answer(200, "", r#"{"jobIdentifier":"j"}"#))).await;
    let client = builder(&server.api())
        .max_sockets(1)
        .request_timeout(millis(400))
        .retries(0)
        .build()
        .unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let client = client.clone();
        calls.spawn(async move { client.get_job("j", &options()).await });
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap().unwrap();
    }
    assert_eq!((server.count(), server.busiest()), (8, 1));
}

#[tokio::test]
async fn ten_thousand_waits_leave_room_for_a_call() {
    let server = Server::start(|request, _| {
        if request.line().ends_with("/other") {
            job("COMPLETED")
        } else {
            Reply::Stall(Vec::new())
        }
    })
    .await;
    let client = builder(&server.api()).build().unwrap();
    let mut waits = JoinSet::new();
    for nth in 0..10_000 {
        let client = client.clone();
        waits.spawn(async move {
            client
                .block_until_complete(&format!("stalled-{nth}"), &WaitOptions::default(), |_| {})
                .await
        });
    }
    // Polls use three quarters of 256 sockets.
    until(|| server.busy() == 192).await;
    for _ in 0..20 {
        let started = Instant::now();
        client.get_job("other", &options()).await.unwrap();
        assert!(started.elapsed() < TOLERANCE, "{:?}", started.elapsed());
    }
    assert_eq!((server.busy(), server.busiest()), (192, 193));
    waits.abort_all();
    until(|| server.busy() == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permit_is_returned_however_a_call_ends() {
    let over = Arc::new(AtomicBool::new(false));
    let all_stall = Arc::clone(&over);
    let server = Server::start(move |_, nth| match nth % 6 {
        _ if all_stall.load(Ordering::SeqCst) => Reply::Stall(Vec::new()),
        0 => job("COMPLETED"),
        1 => status(503),
        2 => Reply::Reset,
        3 => cut(),
        4 => Reply::Stall(Vec::new()),
        _ => Reply::Stall(b"HTTP/1.1 200 OK\r\n\r\n{".to_vec()),
    })
    .await;
    let client = builder(&server.api()).max_sockets(2).retries(0).build().unwrap();
    let mut calls = JoinSet::new();
    for nth in 0..1000 {
        let client = client.clone();
        calls.spawn(async move {
            let options = options().request_timeout(millis(8));
            let wait = WaitOptions::default().wait_timeout(millis(4));
            // The results do not matter here.
            match nth % 4 {
                0 => drop(client.get_job("j", &options).await),
                1 => drop(client.submit_job("{}", &options).await),
                2 => drop(client.block_until_complete("j", &wait, |_| {}).await),
                _ => drop(tokio::time::timeout(millis(3), client.get_job("j", &options)).await),
            }
        });
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
    assert!(server.count() > 400, "{}", server.count());

    until(|| server.busy() == 0).await;
    over.store(true, Ordering::SeqCst);
    let before = server.count();
    let wait = {
        let client = client.clone();
        tokio::spawn(async move { client.block_until_complete("j", &WaitOptions::default(), |_| {}).await })
    };
    for _ in 0..2 {
        let client = client.clone();
        calls.spawn(async move { drop(client.get_job("j", &options()).await) });
    }
    until(|| server.busy() == 2).await;
    tokio::time::sleep(millis(50)).await;
    assert_eq!((server.busy(), server.count() - before), (2, 2));
    wait.abort();
}
