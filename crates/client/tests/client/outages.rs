//! Outages of a wait: which failures it rides out, for how long, and how often it polls meanwhile.

use std::time::Duration;

use modzy_client::{ConnectionFault as Broken, GaveUp, WaitOptions};
use modzy_emulator::{ConnectionFault, Fault};

use crate::support::{
    attempts, builder, connection_fault, emulator, millis, options,
    server::{Reply, Server, answer, closed_port, cut, job, status},
    skipping, submit,
};

#[tokio::test]
async fn every_kind_of_failure_is_ridden_out_without_a_retry_of_its_own() {
    let faults = vec![
        status(408),
        status(425),
        status(429),
        status(500),
        status(502),
        status(503),
        status(504),
        status(599),
        Reply::Close(answer(503, "connection: close\r\n", "")),
        Reply::Reset,
        cut(),
        Reply::Close(b"garbage\r\n\r\n".to_vec()),
        Reply::Stall(Vec::new()),
        Reply::Stall(b"HTTP/1.1 200 OK\r\n\r\n{".to_vec()),
    ];
    let count = faults.len();
    let server = Server::scripted(faults).await;
    let (client, clock) = skipping(&server.api());
    let options = WaitOptions::default().request(options().request_timeout(millis(100)).retries(9));
    let mut shown = 0;
    client
        .block_until_complete("j", &options, |_| shown += 1)
        .await
        .unwrap();
    assert_eq!((server.count(), clock.pauses().len(), shown), (count + 1, count, 1));
    assert_eq!(clock.pauses()[..4], [4000, 7000, 8000, 8000]);
}

#[tokio::test]
async fn an_outage_of_the_emulator_is_ridden_out() {
    let (emulator, builder) = emulator(20, 20).await;
    let faults = [
        Fault {
            status: Some(503),
            ..Fault::default()
        },
        Fault {
            connection: Some(ConnectionFault::Reset),
            ..Fault::default()
        },
        Fault {
            connection: Some(ConnectionFault::Cut),
            ..Fault::default()
        },
        Fault {
            connection: Some(ConnectionFault::Stall),
            ..Fault::default()
        },
        Fault {
            status: Some(502),
            body: Some("<html>bad gateway</html>".to_owned()),
            ..Fault::default()
        },
        Fault {
            status: Some(429),
            headers: [("Retry-After".to_owned(), "0".to_owned())].into(),
            ..Fault::default()
        },
    ];
    for fault in faults {
        let fault = Fault {
            method: Some("GET".to_owned()),
            times: Some(1),
            ..fault
        };
        emulator.fault(fault).unwrap();
    }
    let clock = std::sync::Arc::new(crate::support::clock::SkippingClock::default());
    let client = builder.clock(clock.clone()).build().unwrap();
    let id = submit(&client).await;
    tokio::time::sleep(millis(60)).await;
    let options = WaitOptions::default().request(options().request_timeout(millis(150)));
    let job = client.block_until_complete(&id, &options, |_| {}).await.unwrap();
    assert_eq!(job.string_member("status").as_deref(), Some("COMPLETED"));
    // One fault met a kept socket and was replayed for free, so there are seven polls and a submit.
    assert_eq!((emulator.requests().len(), clock.pauses().len()), (8, 5));
}

#[tokio::test]
async fn an_outage_ends_at_its_limit_with_the_last_failure() {
    let server = Server::start(|_, nth| if nth == 0 { job("OPEN") } else { status(503) }).await;
    let (client, clock) = skipping(&server.api());
    let options = WaitOptions::default().max_outage(Duration::from_secs(10));
    let error = client.block_until_complete("j", &options, |_| {}).await.unwrap_err();
    assert_eq!((error.status(), attempts(&error)), (Some(503), 1));
    assert_eq!(clock.pauses(), [2000, 4000, 6000]);
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn an_unreachable_server_is_an_outage_too() {
    let port = closed_port().await;
    let (client, clock) = skipping(&format!("http://127.0.0.1:{port}/api"));
    let error = client
        .block_until_complete("j", &WaitOptions::default(), |_| {})
        .await
        .unwrap_err();
    assert_eq!(connection_fault(&error), Some(Broken::Refused));
    assert_eq!(clock.pauses().iter().sum::<u128>(), 300_000);
    assert_eq!(clock.pauses().len(), 38 + 1);
}

#[tokio::test]
async fn a_good_answer_ends_an_outage() {
    let server = Server::start(|_, nth| match nth {
        0..12 if nth % 2 == 0 => status(503),
        0..12 => job("IN_PROGRESS"),
        _ => job("COMPLETED"),
    })
    .await;
    let (client, clock) = skipping(&server.api());
    let options = WaitOptions::default().max_outage(Duration::from_secs(5));
    client.block_until_complete("j", &options, |_| {}).await.unwrap();
    assert_eq!(clock.pauses(), [4000, 2000].repeat(6));
}

#[tokio::test]
async fn a_longer_retry_after_sets_the_pause_between_polls() {
    let busy = |seconds: &str| Reply::Keep(answer(429, &format!("retry-after: {seconds}\r\n"), ""));
    let server = Server::scripted(vec![busy("1"), busy("45"), busy("0"), busy("soon"), busy("200")]).await;
    let (client, clock) = skipping(&server.api());
    client
        .block_until_complete("j", &WaitOptions::default(), |_| {})
        .await
        .unwrap();
    assert_eq!(clock.pauses(), [2100, 47_250, 2100, 4000, 210_000]);
}

#[tokio::test]
async fn a_retry_after_beyond_the_outage_that_a_wait_rides_out_ends_it_at_once() {
    for code in [429, 503] {
        let busy = Reply::Keep(answer(code, "retry-after: 3600\r\n", ""));
        let server = Server::scripted(vec![job("OPEN"), busy]).await;
        let (client, clock) = skipping(&server.api());
        let error = client
            .block_until_complete("j", &WaitOptions::default(), |_| {})
            .await
            .unwrap_err();
        assert_eq!((error.status(), server.count()), (Some(code), 2));
        assert_eq!(error.call().unwrap().gave_up, Some(GaveUp::Limit));
        assert_eq!(clock.pauses(), [2000]);
    }
}

#[tokio::test]
async fn a_limit_of_the_wait_holds_in_an_outage() {
    let server = Server::always(status(503)).await;
    let (client, clock) = skipping(&server.api());
    let options = WaitOptions::default().wait_timeout(Duration::from_secs(5));
    let error = client.block_until_complete("j", &options, |_| {}).await.unwrap_err();
    assert!(
        matches!(error, modzy_client::Error::WaitTimeout { job: None, .. }),
        "{error:?}"
    );
    assert_eq!((server.count(), clock.pauses()), (2, vec![4000, 1000]));
}

#[tokio::test]
async fn an_outage_does_not_end_the_doubt_about_a_404() {
    let server = Server::start(|_, nth| if nth % 2 == 0 { status(404) } else { status(503) }).await;
    let (client, clock) = skipping(&server.api());
    let error = client
        .block_until_complete("j", &WaitOptions::default(), |_| {})
        .await
        .unwrap_err();
    assert_eq!((error.status(), server.count()), (Some(404), 3));
    assert_eq!(clock.pauses(), [2000, 4000]);
}

#[tokio::test]
async fn a_wait_takes_nothing_from_the_retry_budget() {
    let server = Server::start(|request, nth| match request.line() {
        "GET /api/jobs/waited" if nth < 50 => status(503),
        "GET /api/jobs/waited" => job("COMPLETED"),
        _ if nth == 51 => status(503),
        _ => job("OPEN"),
    })
    .await;
    let (client, clock) = skipping(&server.api());
    let options = WaitOptions::default().max_outage(Duration::from_hours(1));
    client.block_until_complete("waited", &options, |_| {}).await.unwrap();
    assert_eq!(clock.pauses().len(), 50);
    client.get_job("other", &crate::support::options()).await.unwrap();
    assert_eq!((server.count(), clock.pauses().len()), (53, 51));
}

#[tokio::test]
async fn a_server_that_comes_back_on_its_port_is_found_again() {
    let port = closed_port().await;
    let client = builder(&format!("http://127.0.0.1:{port}/api")).build().unwrap();
    let wait = {
        let client = client.clone();
        tokio::spawn(async move {
            let options = WaitOptions::default().poll_interval(millis(20));
            client.block_until_complete("j", &options, |_| {}).await
        })
    };
    tokio::time::sleep(millis(100)).await;
    let options = modzy_emulator::Options {
        port,
        api_key: Some(crate::support::KEY.to_owned()),
        ..modzy_emulator::Options::default()
    };
    let emulator = modzy_emulator::Emulator::start(options).await.unwrap();
    let fault = Fault {
        status: Some(200),
        body: Some(r#"{"jobIdentifier":"j","status":"COMPLETED"}"#.to_owned()),
        ..Fault::default()
    };
    emulator.fault(fault).unwrap();
    wait.await.unwrap().unwrap();
    assert_eq!(emulator.requests().len(), 1);
}
