//! Polling by listing: one list of ended jobs serves the waits of a transport.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use modzy_client::{Client, Event, Observer, Polling, QueueReason, RequestOptions, WaitOptions};
use serde_json::json;

use crate::support::{
    KEY, TOLERANCE,
    clock::FastClock,
    millis, plain,
    server::{Received, Reply, Server, answer, job, ok, status},
    until,
};

/// Returns the options of waits that poll on their own only every thirty seconds.
fn quick() -> WaitOptions {
    WaitOptions::default().poll_interval(millis(20))
}

fn listing(server: &Server) -> Client {
    plain(&server.api()).polling(Polling::Listing).build().unwrap()
}

/// The jobs that a server lists as completed, the last one first.
#[derive(Debug, Clone, Default)]
struct Ended(Arc<Mutex<Vec<String>>>);

impl Ended {
    fn add(&self, id: &str) {
        self.0.lock().unwrap().insert(0, id.to_owned());
    }

    fn contains(&self, id: &str) -> bool {
        self.0.lock().unwrap().iter().any(|ended| ended == id)
    }

    fn list(&self) -> Reply {
        let ended = self.0.lock().unwrap().clone();
        ok(serde_json::to_vec(&ended.iter().map(|id| entry(id)).collect::<Vec<_>>()).unwrap())
    }
}

pub(crate) fn entry(id: &str) -> serde_json::Value {
    json!({ "jobIdentifier": id, "status": "COMPLETED", "updatedAt": "2026-01-01T00:00:00.000+0000" })
}

pub(crate) fn is_list(request: &Received) -> bool {
    request.line().starts_with("GET /api/jobs/history")
}

/// Returns the identifier in the path of a poll.
pub(crate) fn polled(request: &Received) -> &str {
    request.line().rsplit('/').next().unwrap()
}

/// Starts a server whose jobs end when they are added to the list.
async fn serving(ended: Ended) -> Server {
    serving_except(ended, |_| None).await
}

/// The same, except for the requests that have another reply.
async fn serving_except(ended: Ended, other: impl Fn(&Received) -> Option<Reply> + Send + Sync + 'static) -> Server {
    Server::start(move |request, _| {
        if let Some(reply) = other(request) {
            reply
        } else if is_list(request) {
            ended.list()
        } else if ended.contains(polled(request)) {
            job("COMPLETED")
        } else {
            job("IN_PROGRESS")
        }
    })
    .await
}

fn polls(server: &Server, id: &str) -> usize {
    let requests = server.requests();
    requests
        .iter()
        .filter(|request| !is_list(request) && polled(request) == id)
        .count()
}

fn lists(server: &Server) -> usize {
    server.requests().iter().filter(|request| is_list(request)).count()
}

#[tokio::test]
async fn a_wait_polls_at_once_and_when_the_list_names_its_job() {
    let ended = Ended::default();
    let server = serving(ended.clone()).await;
    let client = listing(&server);
    let options = quick();
    let began = Instant::now();
    let end = async {
        until(|| lists(&server) >= 3).await;
        assert_eq!(polls(&server, "one"), 1);
        ended.add("ONE");
        ended.add("one");
    };
    let (found, ()) = tokio::join!(client.block_until_complete("one", &options, |_| {}), end);
    assert_eq!(found.unwrap().string_member("status").unwrap(), "COMPLETED");
    assert!(began.elapsed() < TOLERANCE * 3);
    assert_eq!(polls(&server, "one"), 2);
    let (prefix, _) = KEY.split_once('.').unwrap();
    let line = format!(
        "GET /api/jobs/history?accessKey={prefix}&status=TERMINATED&sort-by=updatedAt&direction=DESC&per-page=100"
    );
    assert!(server.lines().contains(&line), "{:?}", server.lines());
}

#[tokio::test]
async fn one_list_serves_all_waits_and_ends_with_the_last() {
    let ended = Ended::default();
    let server = serving(ended.clone()).await;
    let client = listing(&server);
    // Until the list is known, each wait polls at its interval.
    let options = WaitOptions::default().poll_interval(millis(400));
    let ids: Vec<_> = (0..50).map(|number| format!("job-{number}")).collect();
    let began = Instant::now();
    let waits = join_all(ids.iter().map(|id| {
        let (client, options, id) = (client.clone(), options.clone(), id.clone());
        tokio::spawn(async move { client.block_until_complete(&id, &options, |_| {}).await })
    }));
    let end = async {
        until(|| lists(&server) >= 2 && server.count() - lists(&server) >= ids.len()).await;
        for id in &ids {
            ended.add(id);
        }
    };
    let (jobs, ()) = tokio::join!(waits, end);
    let found: Vec<_> = jobs
        .into_iter()
        .map(|job| job.unwrap().unwrap().string_member("jobIdentifier").unwrap())
        .collect();
    assert_eq!(found, ids);
    let all = server.count();
    // Each polls at first, and when it is named; some also because their turn comes, of two in each second.
    let polls = all - lists(&server);
    let turns = usize::try_from(began.elapsed().as_secs()).unwrap() * 2;
    assert!((95..=105 + turns).contains(&polls), "{polls}");
    tokio::time::sleep(millis(100)).await;
    assert_eq!(server.count(), all);
}

#[tokio::test]
async fn a_dropped_wait_stops_its_polls_and_the_last_one_the_list() {
    let server = serving(Ended::default()).await;
    let client = listing(&server);
    let options = quick();
    {
        let waits = join_all(["one", "two"].map(|id| client.block_until_complete(id, &options, |_| {})));
        tokio::select! {
            _ = waits => panic!("a wait has ended"),
            () = until(|| lists(&server) >= 2) => {}
        }
    }
    let (all, read) = (server.count(), lists(&server));
    tokio::time::sleep(millis(100)).await;
    assert_eq!(server.count(), all);
    // The next wait begins anew.
    tokio::select! {
        _ = client.block_until_complete("one", &options, |_| {}) => panic!("the wait has ended"),
        () = until(|| lists(&server) > read) => {}
    }
}

#[tokio::test]
async fn a_wait_does_not_believe_the_list() {
    let named = |request: &Received| is_list(request).then(|| ok(serde_json::to_vec(&[entry("one")]).unwrap()));
    let server = serving_except(Ended::default(), named).await;
    let client = listing(&server);
    let options = quick();
    tokio::select! {
        _ = client.block_until_complete("one", &options, |_| {}) => panic!("the wait has ended"),
        () = until(|| lists(&server) > 14) => {}
    }
    // The pauses for which such hints are ignored grow: 20 ms, 40 ms, 80 ms …
    let polls = polls(&server, "one");
    assert!((2..=7).contains(&polls), "{polls}");
}

/// Records why waits poll individually.
#[derive(Debug, Default)]
pub(crate) struct Reasons(pub(crate) Mutex<Vec<String>>);

impl Observer for Reasons {
    fn observe(&self, event: &Event<'_>) {
        if let Event::Fallback { reason } = event {
            self.0.lock().unwrap().push((*reason).to_owned());
        }
    }
}

#[tokio::test]
async fn waits_poll_individually_if_the_list_cannot_be_used_and_one_says_why() {
    let unsorted = || {
        let mut later = entry("two");
        later["updatedAt"] = json!("2026-01-01T00:00:01Z");
        ok(serde_json::to_vec(&[entry("one"), later]).unwrap())
    };
    let without_times = || ok(br#"[{"jobIdentifier":"one","status":"COMPLETED"}]"#);
    let after_9999 = ok(br#"[{"jobIdentifier":"one","status":"COMPLETED","updatedAt":"9999-12-31T23:59:59Z"}]"#);
    for (reply, reason) in [
        (status(403), "the server refuses the job history with status 403"),
        (status(404), "the server refuses the job history with status 404"),
        (status(500), "the job history fails while polls succeed"),
        (ok("{}"), "the job history cannot be read"),
        (ok("[7]"), "the job history cannot be read"),
        (
            without_times(),
            "the jobs of the history have no updatedAt that can be read",
        ),
        (after_9999, "the jobs of the history have no updatedAt that can be read"),
        (unsorted(), "the job history is not sorted by updatedAt"),
    ] {
        let list = move |request: &Received| is_list(request).then(|| reply.clone());
        let server = serving_except(Ended::default(), list).await;
        let client = listing(&server);
        let reasons = Arc::new(Reasons::default());
        let request = RequestOptions::default().observer(reasons.clone());
        let options = quick().request(request);
        let ids = ["a", "b", "c"];
        let waits = join_all(ids.map(|id| client.block_until_complete(id, &options, |_| {})));
        let follow = async {
            // While no poll comes after a failed list, the server itself may fail.
            let polling = async {
                loop {
                    let _ = client
                        .block_until_complete("d", &quick().wait_timeout(millis(1)), |_| {})
                        .await;
                    tokio::time::sleep(millis(10)).await;
                }
            };
            tokio::select! {
                () = polling => {}
                () = until(|| ids.iter().all(|id| polls(&server, id) > 4)) => {}
            }
        };
        tokio::select! {
            _ = waits => panic!("a wait has ended"),
            () = follow => {}
        }
        assert_eq!(*reasons.0.lock().unwrap(), [reason]);
    }
}

#[tokio::test]
async fn a_refusal_of_the_list_holds_back_no_poll_and_ends_no_wait() {
    for (code, retry_after) in [(429, "30"), (503, "30"), (429, "3600"), (503, "3600")] {
        let ended = Ended::default();
        let refused = move |request: &Received| {
            let refusal = || Reply::Keep(answer(code, &format!("Retry-After: {retry_after}\r\n"), ""));
            is_list(request).then(refusal)
        };
        let server = serving_except(ended.clone(), refused).await;
        let client = listing(&server);
        let options = quick().max_outage(millis(500));
        let ids = ["a", "b", "c"];
        let waits = join_all(ids.map(|id| client.block_until_complete(id, &options, |_| {})));
        let course = async {
            until(|| ids.iter().all(|id| polls(&server, id) > 4)).await;
            let state = client.transport().state();
            let reasons = [state.lists, state.polls, state.reads].map(|queue| queue.reason);
            assert_eq!(reasons, [Some(QueueReason::Pause), None, None]);
            for id in ids {
                ended.add(id);
            }
        };
        let (jobs, ()) = tokio::time::timeout(Duration::from_secs(10), async { tokio::join!(waits, course) })
            .await
            .unwrap();
        assert!(jobs.iter().all(Result::is_ok), "{jobs:?}");
        assert_eq!(lists(&server), 1, "{code} {retry_after}");
    }
}

#[tokio::test]
async fn an_outage_of_the_server_is_no_reason_to_poll_individually() {
    let (is_down, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let ended = Ended::default();
    let down = Arc::clone(&is_down);
    let outage = move |_: &Received| {
        let is_down = down.load(Ordering::Relaxed);
        is_down.then(|| Reply::Keep(answer(503, "", "")))
    };
    let server = serving_except(ended.clone(), outage).await;
    let client = listing(&server);
    let options = quick();
    let ids: Vec<_> = (0..50).map(|number| format!("job-{number}")).collect();
    let waits = join_all(ids.iter().map(|id| client.block_until_complete(id, &options, |_| {})));
    let course = async {
        until(|| lists(&server) >= 2).await;
        is_down.store(true, Ordering::Relaxed);
        let before = server.count();
        until(|| server.count() >= before + 4).await;
        is_down.store(false, Ordering::Relaxed);
        let (lists_before, polls_before) = (lists(&server), server.count() - lists(&server));
        until(|| lists(&server) >= lists_before + 4).await;
        // No poll but those of the slots, fifty in thirty seconds.
        let polls = server.count() - lists(&server) - polls_before;
        assert!(polls <= 10, "{polls}");
        seen.store(true, Ordering::Relaxed);
        for id in &ids {
            ended.add(id);
        }
    };
    let (jobs, ()) = tokio::join!(waits, course);
    assert!(jobs.iter().all(Result::is_ok) && seen.load(Ordering::Relaxed));
}

#[tokio::test]
async fn first_polls_of_many_waits_leave_sockets_to_others() {
    let server = Server::start(|request, _| {
        if is_list(request) {
            ok("[]")
        } else {
            let Reply::Keep(body) =
                ok(json!({ "jobIdentifier": polled(request), "status": "IN_PROGRESS" }).to_string())
            else {
                unreachable!()
            };
            Reply::Late(millis(50), body)
        }
    })
    .await;
    let client = plain(&server.api())
        .polling(Polling::Listing)
        .max_sockets(16)
        .build()
        .unwrap();
    let options = quick();
    let ids: Vec<_> = (0..200).map(|number| format!("job-{number}")).collect();
    let waits = join_all(ids.iter().map(|id| client.block_until_complete(id, &options, |_| {})));
    let others = async {
        let began = Instant::now();
        tokio::time::sleep(millis(20)).await;
        for _ in 0..5 {
            client.get_job("other", &RequestOptions::default()).await.unwrap();
        }
        until(|| server.count() - lists(&server) >= 60).await;
        assert!(server.busiest() <= 4 + 2, "{}", server.busiest());
        began.elapsed()
    };
    tokio::select! {
        _ = waits => panic!("a wait has ended"),
        took = others => assert!(took > millis(500), "{took:?}"),
    }
}

#[tokio::test]
async fn waits_whose_first_polls_are_all_refused_end_together() {
    let server = Server::always(Reply::Keep(answer(429, "retry-after: 1\r\n", ""))).await;
    // A single first poll at a time.
    let client = plain(&server.api())
        .polling(Polling::Listing)
        .clock(Arc::new(FastClock::new(10)))
        .max_sockets(4)
        .build()
        .unwrap();
    let options = quick().max_outage(Duration::from_secs(5));
    let began = Instant::now();
    let ids: Vec<_> = (0..200).map(|number| number.to_string()).collect();
    let waits = join_all(ids.iter().map(|id| client.block_until_complete(id, &options, |_| {})));
    for ended in waits.await {
        assert_eq!(ended.unwrap_err().status(), Some(429));
    }
    // Half a second of real time, and not ten: there is one probe in each second of the clock.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn individual_polling_reads_no_list() {
    let server = serving(Ended::default()).await;
    let client = plain(&server.api()).build().unwrap();
    let options = quick();
    tokio::select! {
        _ = client.block_until_complete("one", &options, |_| {}) => panic!("the wait has ended"),
        () = until(|| polls(&server, "one") >= 3) => {}
    }
    assert_eq!(lists(&server), 0);
}
