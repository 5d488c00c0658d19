//! A process that is stopped for longer than its limits, as by SIGSTOP: whatever arrived in time counts. The client
//! runs in the thread of the test, which sleeps to stop the client. The servers run in other threads.

use std::{
    io,
    sync::{Mutex, mpsc},
    thread,
    time::Duration,
};

use bytes::Bytes;
use modzy_client::{Client, ClientBuilder, Error, FileSource, JobInput, OutputRef, Phase, WaitOptions};
use tokio::task::JoinHandle;

use crate::support::{
    builder,
    certificates::Authority,
    millis, options, plain,
    server::{Reply, Server, Stream, Then, Threaded, answer, job},
    until,
};

const LIMIT: Duration = Duration::from_millis(400);

/// Longer than the limit plus the 250 ms after which the limit counts as noticed late.
const FROZEN: Duration = Duration::from_millis(800);

const LONG: Duration = Duration::from_secs(30);

const JOB: &str = r#"{"jobIdentifier":"j","status":"COMPLETED"}"#;

/// Blocks the thread once this many requests have come.
async fn freeze_at<T>(server: &Threaded, requests: usize, call: JoinHandle<T>) -> T {
    until(|| server.count() >= requests).await;
    thread::sleep(FROZEN);
    call.await.unwrap()
}

/// Starts a server that sends each part of its response while the client is stopped.
fn late(parts: Vec<Vec<u8>>) -> Threaded {
    Threaded::start(usize::MAX, move |_, socket| {
        for part in &parts {
            thread::sleep(LIMIT / 2);
            socket.write_all(part)?;
            socket.flush()?;
        }
        Ok(Then::Keep)
    })
}

/// Splits a response within its body.
fn halves(body: &str) -> Vec<Vec<u8>> {
    let mut head = answer(200, "", body);
    let rest = head.split_off(head.len() - body.len() / 2);
    vec![head, rest]
}

fn client(api: &str, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    set(plain(api).retries(0)).build().unwrap()
}

fn limited(api: &str) -> Client {
    client(api, |builder| builder.request_timeout(LIMIT))
}

#[tokio::test]
async fn a_response_that_came_while_the_process_was_stopped_is_read() {
    for parts in [vec![answer(200, "", JOB)], halves(JOB)] {
        for is_submit in [false, true] {
            let server = late(parts.clone());
            let client = limited(&server.api());
            let call = tokio::spawn(async move {
                if is_submit {
                    client.submit_job("{}", &options()).await
                } else {
                    client.get_job("j", &options()).await
                }
            });
            assert_eq!(freeze_at(&server, 1, call).await.unwrap().as_str(), JOB);
            assert_eq!(server.count(), 1);
        }
    }
}

#[tokio::test]
async fn a_response_that_came_just_before_its_limit_is_read_however_late_the_limit_is_noticed() {
    // Less than what counts as late.
    for frozen in [410, 500, 600] {
        let server = late(vec![answer(200, "", JOB)]);
        let client = limited(&server.api());
        let call = tokio::spawn(async move { client.submit_job("{}", &options()).await });
        until(|| server.count() == 1).await;
        thread::sleep(millis(frozen));
        assert_eq!(call.await.unwrap().unwrap().as_str(), JOB, "{frozen} ms");
    }
}

#[tokio::test]
async fn a_limit_that_is_noticed_late_is_extended_by_250_ms_and_no_more() {
    let server = Threaded::start(usize::MAX, |_, _| Ok(Then::Keep));
    let client = limited(&server.api());
    let call = tokio::spawn(async move { client.submit_job("{}", &options()).await });
    until(|| server.count() == 1).await;
    thread::sleep(FROZEN);
    let awake = std::time::Instant::now();
    let error = call.await.unwrap().unwrap_err();
    let took = awake.elapsed();
    assert!(
        matches!(
            error,
            Error::Timeout {
                limit: LIMIT,
                phase: Phase::Headers,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(took >= millis(200) && took < millis(1250), "{took:?}");
}

#[tokio::test]
async fn a_response_that_takes_longer_than_the_extension_is_read_as_long_as_it_makes_progress() {
    let limit = millis(400);
    // The limit expires in the freeze, and the last parts come half a second after it.
    let server = Threaded::start(usize::MAX, move |_, socket| {
        let whole = answer(200, "", JOB);
        let (first, rest) = whole.split_at(whole.len() - 6);
        socket.write_all(first)?;
        thread::sleep(millis(750));
        for byte in rest {
            thread::sleep(millis(100));
            socket.write_all(&[*byte])?;
        }
        Ok(Then::Keep)
    });
    let client = client(&server.api(), |builder| builder.request_timeout(limit));
    let call = tokio::spawn(async move { client.submit_job("{}", &options()).await });
    until(|| server.count() == 1).await;
    thread::sleep(millis(800));
    assert_eq!(call.await.unwrap().unwrap().as_str(), JOB);
}

#[tokio::test]
async fn a_second_freeze_in_the_extension_extends_it_again() {
    let server = late(vec![Vec::new(); 6].into_iter().chain([answer(200, "", JOB)]).collect());
    let client = limited(&server.api());
    let call = tokio::spawn(async move { client.submit_job("{}", &options()).await });
    until(|| server.count() == 1).await;
    thread::sleep(FROZEN);
    tokio::time::sleep(millis(50)).await;
    // The response comes 1400 ms after the request.
    thread::sleep(FROZEN);
    assert_eq!(call.await.unwrap().unwrap().as_str(), JOB);
}

#[tokio::test]
async fn a_connection_and_its_handshake_may_be_finished_after_a_freeze() {
    let authority = Authority::new();
    let server = Threaded::tls(authority.server("127.0.0.1"), usize::MAX, |_, socket| {
        socket.write_all(&answer(200, "", JOB))?;
        Ok(Then::Keep)
    });
    let client = builder(&server.https())
        .ca([authority.pem().as_str()])
        .unwrap()
        .retries(0)
        .connect_timeout(LIMIT)
        .build()
        .unwrap();
    let call = tokio::spawn(async move { client.submit_job("{}", &options()).await });
    until(|| server.connections() == 1).await;
    thread::sleep(FROZEN);
    assert_eq!(call.await.unwrap().unwrap().as_str(), JOB);
}

fn job_or_chunk(line: &str, socket: &mut dyn Stream) -> io::Result<Then> {
    if line.ends_with("/k/input") {
        thread::sleep(LIMIT / 2);
    }
    socket.write_all(&answer(200, "", JOB))?;
    Ok(Then::Keep)
}

#[tokio::test]
async fn an_upload_continues_after_a_freeze() {
    let server = Threaded::start(usize::MAX, job_or_chunk);
    let client = limited(&server.api());
    let call = tokio::spawn(async move {
        let source = FileSource::Bytes(Bytes::from(vec![7; 3000]));
        let mut input = JobInput::new("j", "k", "input", source);
        input.chunk_size = Some(1000);
        client.append_input(input, &options().idle_timeout(LIMIT), |_| {}).await
    });
    freeze_at(&server, 2, call).await.unwrap();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_stream_continues_after_a_freeze_and_does_not_count_it_as_idle() {
    // The server sends this when the process runs again.
    let (running, runs) = mpsc::channel();
    let runs = Mutex::new(runs);
    let server = Threaded::start(usize::MAX, move |_, socket| {
        let parts = halves("0123456789");
        socket.write_all(&parts[0])?;
        runs.lock().unwrap().recv().unwrap();
        thread::sleep(millis(80));
        socket.write_all(&parts[1])?;
        Ok(Then::Keep)
    });
    let client = client(&server.api(), |builder| builder.request_timeout(LONG));
    let url = OutputRef::Url(format!("{}/output", server.api()));
    let mut output = client
        .open_output(&url, &options().idle_timeout(millis(300)))
        .await
        .unwrap();
    assert_eq!(output.next().await.unwrap().unwrap(), "01234");
    let next = tokio::spawn(async move { output.next().await });
    tokio::time::sleep(millis(20)).await;
    thread::sleep(millis(900));
    running.send(()).unwrap();
    assert_eq!(next.await.unwrap().unwrap().unwrap(), "56789");
}

#[tokio::test]
async fn a_wait_whose_limit_expired_in_a_freeze_reads_the_poll_in_progress() {
    let server = late(vec![answer(200, "", JOB)]);
    let client = client(&server.api(), |builder| builder);
    let call = tokio::spawn(async move {
        let wait = WaitOptions::default().wait_timeout(LIMIT);
        client.block_until_complete("j", &wait, |_| {}).await
    });
    assert_eq!(freeze_at(&server, 1, call).await.unwrap().as_str(), JOB);
}

#[tokio::test]
async fn a_wait_whose_limit_expired_in_a_pause_with_a_freeze_polls_once_more() {
    for (then, completes) in [("COMPLETED", true), ("IN_PROGRESS", false)] {
        let server = Server::start(move |_, nth| job(if nth == 0 { "OPEN" } else { then })).await;
        let client = client(&server.api(), |builder| builder);
        let wait = WaitOptions::default().wait_timeout(LIMIT).poll_interval(millis(60));
        let call = tokio::spawn(async move { client.block_until_complete("j", &wait, |_| {}).await });
        until(|| server.count() == 1).await;
        tokio::time::sleep(millis(20)).await;
        thread::sleep(FROZEN);
        let waited = call.await.unwrap();
        assert_eq!((waited.is_ok(), server.count()), (completes, 2), "{waited:?}");
    }
}

/// Starts a server that answers each request after half of the limit: the first one while the client is stopped in its poll.
fn late_in_turn(replies: Vec<Vec<u8>>) -> Threaded {
    let next = Mutex::new(replies.into_iter());
    Threaded::start(usize::MAX, move |_, socket| {
        thread::sleep(LIMIT / 2);
        socket.write_all(&next.lock().unwrap().next().unwrap_or_else(|| answer(200, "", JOB)))?;
        Ok(Then::Keep)
    })
}

#[tokio::test]
async fn a_wait_whose_limit_expired_in_a_poll_with_a_freeze_polls_once_more() {
    const OPEN: &str = r#"{"jobIdentifier":"j","status":"OPEN"}"#;
    for (replies, completes) in [(1, true), (2, false)] {
        let server = late_in_turn(vec![answer(200, "", OPEN); replies]);
        let client = client(&server.api(), |builder| builder);
        let wait = WaitOptions::default().wait_timeout(LIMIT).poll_interval(millis(60));
        let call = tokio::spawn(async move { client.block_until_complete("j", &wait, |_| {}).await });
        let waited = freeze_at(&server, 1, call).await;
        assert_eq!((waited.is_ok(), server.count()), (completes, 2), "{waited:?}");
    }
}

#[tokio::test]
async fn a_freeze_in_a_poll_is_not_an_outage() {
    let server = late_in_turn(vec![answer(500, "", "{}"); 2]);
    let client = client(&server.api(), |builder| builder);
    let wait = WaitOptions::default()
        .max_outage(millis(2500))
        .poll_interval(millis(60));
    let call = tokio::spawn(async move { client.block_until_complete("j", &wait, |_| {}).await });
    until(|| server.count() == 2).await;
    thread::sleep(millis(3000));
    call.await.unwrap().unwrap();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_freeze_in_a_pause_is_not_an_outage() {
    let server = Server::start(|_, nth| match nth {
        0 | 1 => Reply::Keep(answer(500, "", "{}")),
        _ => job("COMPLETED"),
    })
    .await;
    let client = client(&server.api(), |builder| builder);
    let wait = WaitOptions::default().max_outage(millis(700)).poll_interval(millis(60));
    let call = tokio::spawn(async move { client.block_until_complete("j", &wait, |_| {}).await });
    until(|| server.count() == 1).await;
    tokio::time::sleep(millis(20)).await;
    thread::sleep(millis(1000));
    call.await.unwrap().unwrap();
    assert_eq!(server.count(), 3);
}
