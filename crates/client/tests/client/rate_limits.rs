//! Refusals that pause a class of routes (429, and 503 with `Retry-After`): who waits, who does not, and how calls end.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::join_all;
use modzy_client::{Client, Error, FileSource, GaveUp, JobInput, QueueReason, RequestOptions, Sent, WaitOptions};
use tokio_util::sync::CancellationToken;

use crate::support::{
    attempts, builder,
    clock::{FastClock, Fixed, SkippingClock},
    millis, options,
    server::{Reply, Server, answer, job, ok, status},
    skipping, until,
};

const BODY: &str = r#"{ "a": 1 }"#;

fn refused(code: u16, seconds: &str) -> Reply {
    Reply::Keep(answer(code, &format!("retry-after: {seconds}\r\n"), ""))
}

fn gave_up(error: &Error) -> Option<GaveUp> {
    error.call().unwrap().gave_up
}

#[tokio::test]
async fn a_call_that_is_always_refused_makes_one_request_more_than_its_retries() {
    for code in [429, 503] {
        for retries in [0, 1, 5, 30] {
            let server = Server::always(refused(code, "1")).await;
            let (client, clock) = skipping(&server.api());
            let error = client.get_job("j", &options().retries(retries)).await.unwrap_err();
            assert_eq!((error.status(), server.count()), (Some(code), retries as usize + 1));
            assert_eq!(
                (attempts(&error), gave_up(&error)),
                (retries + 1, Some(GaveUp::Retries))
            );
            assert_eq!(clock.pauses(), vec![1050; retries as usize]);
        }
    }
}

#[tokio::test]
async fn a_pause_is_as_long_as_the_server_asks_for_or_a_second_and_at_least_a_tenth_of_one() {
    for (header, pause) in [
        ("", 1050),
        ("retry-after: soon\r\n", 1050),
        ("retry-after: 0\r\n", 105),
        ("retry-after: 3\r\n", 3150),
        ("retry-after: 60\r\n", 63_000),
    ] {
        let server = Server::start(move |_, nth| match nth {
            0 => Reply::Keep(answer(429, header, "")),
            _ => job("SUBMITTED"),
        })
        .await;
        let (client, clock) = skipping(&server.api());
        client.submit_job(BODY, &options()).await.unwrap();
        assert_eq!((server.count(), clock.pauses()), (2, vec![pause]), "{header}");
    }
}

#[tokio::test]
async fn an_error_says_why_no_further_attempt_followed() {
    let server = Server::start(|request, _| match request.line() {
        "GET /api/jobs/failing" => status(500),
        "GET /api/jobs/unknown" => status(404),
        _ => refused(429, "1"),
    })
    .await;
    let clock = Arc::new(SkippingClock::default());
    let client = builder(&server.api()).clock(clock).retry_budget(3).build().unwrap();
    let read = async |job| client.get_job(job, &options()).await.unwrap_err();
    assert_eq!(gave_up(&read("failing").await), Some(GaveUp::Retries));
    let error = read("failing").await;
    assert_eq!((gave_up(&error), attempts(&error)), (Some(GaveUp::Budget), 2));
    assert_eq!(gave_up(&read("unknown").await), None);
    // Refusals cost nothing.
    let error = read("refused").await;
    assert_eq!((gave_up(&error), attempts(&error)), (Some(GaveUp::Retries), 3));
    assert_eq!(error.sent(), Some(Sent::No));
    let error = client.submit_job(BODY, &options()).await.unwrap_err();
    assert_eq!((attempts(&error), error.sent()), (3, Some(Sent::No)));
}

#[tokio::test]
async fn a_budget_without_a_limit_allows_any_number_of_retries() {
    let server = Server::always(status(500)).await;
    let clock = Arc::new(SkippingClock::default());
    let client = builder(&server.api())
        .clock(clock)
        .retry_budget(u32::MAX)
        .build()
        .unwrap();
    client.get_job("j", &options().retries(100)).await.unwrap_err();
    assert_eq!(server.count(), 101);
}

#[tokio::test]
async fn a_submit_answered_by_503_pauses_no_other_and_counts_as_an_attempt() {
    let server = Server::start(|_, nth| if nth == 0 { refused(503, "30") } else { job("SUBMITTED") }).await;
    let client = builder(&server.api()).build().unwrap();
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.submit_job(BODY, &options()).await }
    });
    until(|| server.count() == 1).await;
    let other = tokio::time::timeout(millis(500), client.submit_job(BODY, &options())).await;
    other.unwrap().unwrap();
    waiting.abort();
    let server = Server::always(refused(503, "1")).await;
    let client = builder(&server.api()).retry_budget(0).build().unwrap();
    let error = client.submit_job(BODY, &options()).await.unwrap_err();
    assert_eq!((gave_up(&error), server.count()), (Some(GaveUp::Budget), 1));
}

/// Refuses the first request of a kind with a pause of half a minute, and accepts all others.
async fn pausing(line: &'static str) -> Server {
    let first = std::sync::atomic::AtomicBool::new(true);
    Server::start(move |request, _| {
        if request.line().starts_with(line) && first.swap(false, std::sync::atomic::Ordering::SeqCst) {
            return refused(429, "30");
        }
        match request.line() {
            "POST /api/jobs/j/key/input.txt" => ok("{}"),
            "DELETE /api/jobs/j" => job("CANCELED"),
            _ => job("COMPLETED"),
        }
    })
    .await
}

/// Makes a call of this class.
async fn call(client: &Client, class: &str) -> Result<(), Error> {
    let options = options();
    let made = match class {
        "submit" => client.submit_job(BODY, &options).await,
        "close" => client.close_job("j", &options).await,
        "read" => client.get_job("j", &options).await,
        "cancel" => client.cancel_job("j", &options).await,
        "poll" => client.block_until_complete("j", &WaitOptions::default(), |_| {}).await,
        _ => {
            let source = FileSource::Bytes(Bytes::from_static(b"What a lovely day!"));
            let input = JobInput::new("j", "key", "input.txt", source);
            return client.append_input(input, &options, |_| {}).await;
        }
    };
    made.map(|_| ())
}

#[tokio::test]
async fn a_pause_holds_back_its_class_only_and_never_a_cancel() {
    const ALL: [&str; 6] = ["submit", "chunk", "close", "read", "poll", "cancel"];
    for (first, line, held) in [
        ("submit", "POST /api/jobs ", ["submit"].as_slice()),
        ("chunk", "POST /api/jobs/j/key", &["chunk", "close"]),
        ("close", "POST /api/jobs/j/close", &["chunk", "close"]),
        ("read", "GET ", &["read"]),
        ("poll", "GET ", &["poll"]),
        // A cancel pauses by itself.
        ("cancel", "DELETE ", &[]),
    ] {
        let line = line.trim_end();
        let server = pausing(line).await;
        let client = builder(&server.api()).build().unwrap();
        let refused = call(&client, first);
        let others = async {
            until(|| server.count() == 1).await;
            tokio::time::sleep(millis(30)).await;
            let calls = ALL.map(|class| tokio::time::timeout(millis(400), call(&client, class)));
            let ended = join_all(calls).await;
            ALL.into_iter()
                .zip(ended)
                .filter(|(_, ended)| ended.is_err())
                .map(|(class, _)| class)
                .collect::<Vec<_>>()
        };
        tokio::select! {
            _ = refused => panic!("{first} was not held back"),
            waiting = others => assert_eq!(waiting, held, "after a refused {first}"),
        }
    }
}

#[tokio::test]
async fn calls_wait_for_the_end_of_a_pause_without_a_socket() {
    let server = pausing("POST /api/jobs").await;
    let client = builder(&server.api()).max_sockets(1).build().unwrap();
    let submits: Vec<_> = (0..5)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.submit_job(BODY, &options()).await })
        })
        .collect();
    until(|| server.count() == 1).await;
    tokio::time::sleep(millis(30)).await;
    client.get_job("j", &options()).await.unwrap();
    assert_eq!(server.lines(), ["POST /api/jobs", "GET /api/jobs/j"]);
    submits.iter().for_each(tokio::task::JoinHandle::abort);
}

/// Returns a client whose clock is this many times as fast as real time.
fn fast(server: &Server, factor: u32) -> Client {
    builder(&server.api())
        .clock(Arc::new(FastClock::new(factor)))
        .random(Arc::new(Fixed(0.0)))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_dropped_probe_passes_its_role_on_at_once_and_one_that_hangs_after_two_seconds() {
    for (is_dropped, least, most) in [(true, 0, 1500), (false, 1500, 4000)] {
        let server = Server::start(|_, nth| match nth {
            0 => refused(429, "2"),
            1 => Reply::Stall(Vec::new()),
            _ => job("SUBMITTED"),
        })
        .await;
        let client = fast(&server, 20);
        let submit = || {
            let client = client.clone();
            tokio::spawn(async move { client.submit_job(BODY, &options()).await })
        };
        let refused = submit();
        until(|| server.count() == 1).await;
        tokio::time::sleep(millis(10)).await;
        refused.abort();
        let probe = submit();
        tokio::time::sleep(millis(10)).await;
        let next = submit();
        until(|| server.count() == 2).await;
        let began = std::time::Instant::now();
        if is_dropped {
            probe.abort();
        }
        next.await.unwrap().unwrap();
        let took = (began.elapsed() * 20).as_millis();
        assert!((least..most).contains(&took), "{took} ms, dropped: {is_dropped}");
    }
}

#[tokio::test]
async fn a_probe_that_is_aborted_before_it_is_sent_passes_its_role_on_at_once() {
    let server = Server::start(|request, nth| match nth {
        0 => refused(429, "0"),
        _ if request.line().starts_with("GET") => Reply::Stall(Vec::new()),
        _ => job("SUBMITTED"),
    })
    .await;
    let client = builder(&server.api()).max_sockets(1).build().unwrap();
    client.submit_job(BODY, &options().retries(0)).await.unwrap_err();
    let submit = |options: RequestOptions| {
        let client = client.clone();
        tokio::spawn(async move { client.submit_job(BODY, &options).await })
    };
    // The only socket is busy, so the probe waits for it.
    let busy = tokio::spawn({
        let client = client.clone();
        async move { client.get_job("j", &options()).await }
    });
    until(|| server.count() == 2).await;
    let token = CancellationToken::new();
    let probe = submit(options().nothing_sent_after(token.clone()));
    until(|| client.transport().state().submits.reason == Some(QueueReason::Probe)).await;
    let next = submit(options());
    let began = std::time::Instant::now();
    token.cancel();
    assert!(matches!(probe.await.unwrap(), Err(Error::Aborted)));
    busy.abort();
    next.await.unwrap().unwrap();
    assert!(began.elapsed() < millis(1500), "{:?}", began.elapsed());
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_call_that_is_aborted_in_the_queue_is_never_sent() {
    let server = pausing("POST /api/jobs").await;
    let client = builder(&server.api()).build().unwrap();
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.submit_job(BODY, &options()).await }
    });
    until(|| server.count() == 1).await;
    let token = CancellationToken::new();
    let options = options().nothing_sent_after(token.clone());
    let submit = client.submit_job(BODY, &options);
    let abort = async {
        tokio::time::sleep(millis(30)).await;
        token.cancel();
    };
    let (aborted, ()) = tokio::join!(submit, abort);
    assert!(matches!(aborted, Err(Error::Aborted)), "{aborted:?}");
    first.abort();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_quota_of_one_model_holds_up_no_other_by_more_than_a_probe() {
    let server = Server::start(|request, _| {
        if request.body.starts_with(b"{\"model\":1}") {
            return refused(429, "1");
        }
        job("SUBMITTED")
    })
    .await;
    let client = fast(&server, 20);
    let submit = |model: usize, retries| {
        let client = client.clone();
        tokio::spawn(async move {
            let body = format!("{{\"model\":{model}}}");
            client.submit_job(body, &options().retries(retries)).await
        })
    };
    let refused = submit(1, 5);
    until(|| server.count() == 1).await;
    let began = std::time::Instant::now();
    let others: Vec<_> = (2..12).map(|model| submit(model, 0)).collect();
    for other in others {
        other.await.unwrap().unwrap();
    }
    let took = began.elapsed() * 20;
    assert!(took < Duration::from_secs(4), "{took:?}");
    let error = refused.await.unwrap().unwrap_err();
    assert_eq!((attempts(&error), gave_up(&error)), (6, Some(GaveUp::Retries)));
}

#[tokio::test]
async fn a_patient_call_is_sent_again_for_its_time_whatever_its_retries_are() {
    for (patience, retries, expected) in [(10, 0, 11), (10, 2, 11), (1, 5, 2), (0, 0, 1)] {
        let server = Server::always(refused(429, "1")).await;
        let clock = Arc::new(SkippingClock::default());
        let client = builder(&server.api())
            .clock(clock)
            .random(Arc::new(Fixed(0.0)))
            .build()
            .unwrap();
        let options = options().retries(retries).patience(Duration::from_secs(patience));
        let error = client.submit_job(BODY, &options).await.unwrap_err();
        assert_eq!(gave_up(&error), Some(GaveUp::Limit));
        assert_eq!(server.count(), expected, "{patience} s");
    }
}

#[tokio::test]
async fn a_call_in_a_pause_beyond_its_limit_is_not_sent_and_reports_the_rest_of_the_pause() {
    let server = Server::always(refused(429, "3600")).await;
    let (client, clock) = skipping(&server.api());
    // The pause may be that of a quota of the call, so another finds out whether it is that of all.
    for sent in [1, 2] {
        let error = client.submit_job(BODY, &options()).await.unwrap_err();
        assert_eq!((attempts(&error), gave_up(&error)), (1, Some(GaveUp::Limit)));
        assert_eq!((server.count(), clock.pauses().len()), (sent, sent - 1));
    }
    let patient = options().patience(Duration::from_mins(10));
    for options in [options(), patient] {
        let error = client.submit_job(BODY, &options).await.unwrap_err();
        assert_eq!((error.status(), error.sent()), (Some(429), Some(Sent::No)));
        assert_eq!((attempts(&error), gave_up(&error)), (0, Some(GaveUp::Limit)));
        assert!(error.is_retryable());
        assert!(
            matches!(error, Error::Status { retry_after: Some(left), .. } if left == Duration::from_hours(1)),
            "{error:?}"
        );
    }
    assert_eq!((server.count(), clock.pauses()), (2, vec![1050]));
}

#[tokio::test]
async fn a_cancel_after_an_abort_that_is_refused_is_sent_again_for_five_seconds_whatever_its_retries_are() {
    let once_a_second = [1050; 4].as_slice();
    for (code, header, expected) in [
        (429, "", once_a_second),
        (429, "retry-after: 1\r\n", once_a_second),
        (503, "retry-after: 1\r\n", once_a_second),
        (429, "retry-after: 0\r\n", &[105, 210, 420, 840, 1050, 1050, 1050]),
        (429, "retry-after: 2\r\n", &[2100, 2100]),
        (429, "retry-after: 5\r\n", &[]),
    ] {
        for retries in [0, 2] {
            let options = options().retries(retries);
            let refusal = || Reply::Keep(answer(code, header, ""));
            let server = Server::always(refusal()).await;
            let (client, clock) = skipping(&server.api());
            let error = client.cancel_aborted("j", &options).await.result.unwrap_err();
            assert_eq!((error.status(), clock.pauses().as_slice()), (Some(code), expected));
            assert_eq!(gave_up(&error), Some(GaveUp::Limit), "{header}");
            assert_eq!(server.count(), expected.len() + 1, "{header}");
            // The last attempt succeeds.
            let course = vec![refusal(); expected.len()];
            let server = Server::scripted([course, vec![job("CANCELED")]].concat()).await;
            let (client, _) = skipping(&server.api());
            client.cancel_aborted("j", &options).await.result.unwrap();
        }
    }
}
