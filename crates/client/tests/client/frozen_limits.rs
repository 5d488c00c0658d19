//! Limits on what a server does, of a process that is stopped meanwhile, as by SIGSTOP: the time in which it could not
//! ask the server does not count. The client runs in the thread of the test, as in `frozen`.

use std::{
    sync::{Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use modzy_client::{CancelLimits, Cancellation, Client, RequestOptions, WaitOptions};

use crate::support::{
    millis, options, plain,
    server::{Reply, Server, Then, Threaded, answer, job},
    until,
};

const JOB: &str = r#"{"jobIdentifier":"j","status":"COMPLETED"}"#;
const CANCELED: &str = r#"{"jobIdentifier":"j","status":"CANCELED"}"#;
const RESULTS: &str = r#"{"jobIdentifier":"j","finished":true,"results":{}}"#;
const REFUSED: &str = "retry-after: 0\r\n";

const LIMIT: Duration = Duration::from_secs(1);

/// Longer than the limit, and than the 250 ms after it in which arrived bytes are read.
const FROZEN: Duration = Duration::from_millis(1600);

fn client(api: &str) -> Client {
    plain(api).retries(0).build().unwrap()
}

/// The options of a submit that is sent again for as long as the limit while the server refuses it.
fn patient() -> RequestOptions {
    options().patience(LIMIT)
}

#[tokio::test]
async fn a_submit_that_is_stopped_between_two_refusals_is_sent_again() {
    let server = Server::start(|_, nth| match nth {
        0 | 1 => Reply::Keep(answer(429, REFUSED, "")),
        _ => job("SUBMITTED"),
    })
    .await;
    let client = client(&server.api());
    let call = tokio::spawn(async move { client.submit_job("{}", &patient()).await });
    until(|| server.count() == 1).await;
    // The response arrives, and the pause begins.
    tokio::time::sleep(millis(20)).await;
    thread::sleep(FROZEN);
    call.await.unwrap().unwrap();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_submit_whose_refusal_came_while_it_was_stopped_is_sent_again() {
    let next = Mutex::new(0);
    let server = Threaded::start(usize::MAX, move |_, socket| {
        let mut nth = next.lock().unwrap();
        *nth += 1;
        if *nth > 1 {
            socket.write_all(&answer(200, "", JOB))?;
        } else {
            thread::sleep(millis(200));
            socket.write_all(&answer(429, REFUSED, ""))?;
        }
        Ok(Then::Keep)
    });
    let client = client(&server.api());
    let call = tokio::spawn(async move { client.submit_job("{}", &patient()).await });
    until(|| server.count() == 1).await;
    thread::sleep(FROZEN);
    call.await.unwrap().unwrap();
    assert_eq!(server.count(), 2);
}

/// Starts a server that never responds to the first request, and to others with these.
fn silent_at_first(responses: &'static [(u16, &str)]) -> Threaded {
    let next = Mutex::new([None].into_iter().chain(responses.iter().map(Some)));
    Threaded::start(usize::MAX, move |_, socket| {
        let response = next.lock().unwrap().next().flatten();
        if let Some((status, body)) = response {
            socket.write_all(&answer(*status, "", body))?;
        }
        Ok(Then::Keep)
    })
}

#[tokio::test]
async fn a_cancel_that_is_stopped_has_its_whole_limit_while_the_process_runs() {
    for (responses, requests) in [
        (&[(200, CANCELED)][..], 2),
        // The first request has canceled the job, so the second is refused.
        (&[(409, "{}"), (200, CANCELED)], 3),
    ] {
        let server = silent_at_first(responses);
        let client = client(&server.api());
        let mut limits = CancelLimits::default();
        let call = tokio::spawn(async move {
            // The last of so many has two seconds.
            let began = Instant::now();
            let last = (0..=30_000).map(|_| limits.next(began)).last().unwrap();
            client.cancel_aborted("j", &options().canceling(last)).await
        });
        until(|| server.count() == 1).await;
        thread::sleep(LIMIT + FROZEN);
        let canceled = call.await.unwrap().result.unwrap();
        assert_eq!(
            (canceled.string_member("status").as_deref(), server.count()),
            (Some("CANCELED"), requests)
        );
    }
}

#[tokio::test]
async fn a_receipt_that_comes_late_because_the_process_was_stopped_is_waited_for() {
    let (running, runs) = mpsc::channel();
    let runs = Mutex::new(runs);
    let server = Threaded::start(usize::MAX, move |line, socket| {
        if line.starts_with("POST") {
            runs.lock().unwrap().recv().unwrap();
            // Longer than a limit that is noticed late is extended.
            thread::sleep(millis(500));
            socket.write_all(&answer(200, "", JOB))?;
        } else {
            socket.write_all(&answer(200, "", CANCELED))?;
        }
        Ok(Then::Keep)
    });
    let client = client(&server.api());
    let call = tokio::spawn(async move {
        // Two seconds of the five are left.
        let began = Instant::now().checked_sub(3 * LIMIT).unwrap();
        let options = options();
        let submit = client.submit_job("{}", &options);
        client
            .cancel_submitted(submit, &options.clone().canceling(Cancellation::at(began)))
            .await
    });
    until(|| server.count() == 1).await;
    thread::sleep(LIMIT + FROZEN);
    running.send(()).unwrap();
    let canceled = call.await.unwrap().result.unwrap();
    assert_eq!(canceled.string_member("status").as_deref(), Some("CANCELED"));
}

#[tokio::test]
async fn a_wait_whose_limit_passed_while_the_process_was_stopped_reads_the_results_too() {
    let server = Threaded::start(usize::MAX, |line, socket| {
        if line.contains("/results/") {
            socket.write_all(&answer(200, "", RESULTS))?;
        } else {
            thread::sleep(millis(200));
            socket.write_all(&answer(200, "", JOB))?;
        }
        Ok(Then::Keep)
    });
    let client = client(&server.api());
    let call = tokio::spawn(async move {
        let wait = WaitOptions::default().wait_timeout(LIMIT);
        client.block_until_result("j", &wait, |_| {}).await
    });
    until(|| server.count() == 1).await;
    thread::sleep(FROZEN);
    assert_eq!(call.await.unwrap().unwrap().result.as_str(), RESULTS);
}

#[tokio::test]
async fn the_last_poll_of_a_wait_that_was_stopped_has_time_for_a_new_connection() {
    let next = Mutex::new(0);
    let server = Threaded::start(usize::MAX, move |_, socket| {
        let mut nth = next.lock().unwrap();
        *nth += 1;
        if *nth == 1 {
            socket.write_all(&answer(200, "", r#"{"jobIdentifier":"j","status":"OPEN"}"#))?;
        } else {
            thread::sleep(millis(600));
            socket.write_all(&answer(200, "", JOB))?;
        }
        Ok(Then::Keep)
    });
    let client = client(&server.api());
    let call = tokio::spawn(async move {
        let wait = WaitOptions::default().wait_timeout(LIMIT).poll_interval(millis(300));
        client.block_until_complete("j", &wait, |_| {}).await
    });
    until(|| server.count() == 1).await;
    tokio::time::sleep(millis(20)).await;
    thread::sleep(FROZEN);
    assert_eq!(call.await.unwrap().unwrap().as_str(), JOB);
    assert_eq!(server.count(), 2);
}
