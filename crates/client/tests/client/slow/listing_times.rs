//! Polling by listing with histories whose records have wrong times: the ends of all jobs are seen by the list, and not only by the
//! waits' own polls. A list that shows none of them is not used.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use modzy_client::{RequestOptions, WaitOptions};
use tokio::task::JoinSet;

use super::listing::{FACTOR, JOBS, OWN, listing};
use crate::{
    listing::{Reasons, entry, is_list, polled},
    support::{
        millis, plain,
        server::{Received, Reply, Server, job, ok},
        until,
    },
};

const MINUTE: i64 = 60_000;

/// A record of a history: the identifier of its job, and its time in ms.
type Record = (String, Option<i64>);

/// Returns the records of jobs that have ended, from their numbers and the times of their ends, at a time.
type Records = fn(&[(u64, i64)], i64) -> Vec<Record>;

fn true_times(ended: &[(u64, i64)]) -> Vec<Record> {
    timed(ended, |_, at| at)
}

fn timed(ended: &[(u64, i64)], time: impl Fn(u64, i64) -> i64) -> Vec<Record> {
    let records = ended
        .iter()
        .map(|&(number, at)| (number.to_string(), Some(time(number, at))));
    records.collect()
}

/// How long after the beginning a job ends.
fn end_of(number: u64) -> Duration {
    millis(400 + 200 * number)
}

/// Answers a request for a page of the records, the latest first, and those without a time before all others.
fn page(request: &Received, mut records: Vec<Record>) -> Reply {
    let number = |name: &str| {
        let (_, rest) = request.line().split_once(&format!("{name}="))?;
        rest.split('&').next()?.parse::<usize>().ok()
    };
    let (page, size) = (number("&page").unwrap_or(1), number("per-page").unwrap());
    records.sort_by_key(|(_, at)| std::cmp::Reverse(at.unwrap_or(i64::MAX)));
    let items = records.iter().skip((page - 1) * size).take(size).map(|(id, at)| {
        let at = at.map(|at| jiff::Timestamp::from_millisecond(at).unwrap().to_string());
        serde_json::json!({ "jobIdentifier": id, "status": "COMPLETED", "updatedAt": at })
    });
    ok(serde_json::to_vec(&items.collect::<Vec<_>>()).unwrap())
}

/// Waits for jobs with such a history, and returns how long after its end the last one was seen.
async fn latest(records: Records) -> Duration {
    let began = Instant::now();
    let server = Server::start(move |request, _| {
        let line = request.line();
        let elapsed = began.elapsed();
        if line.starts_with("GET /api/jobs/history") {
            let ended: Vec<_> = (0..JOBS)
                .filter(|number| elapsed >= end_of(*number))
                .map(|number| (number, i64::try_from(end_of(number).as_millis()).unwrap()))
                .collect();
            return page(request, records(&ended, i64::try_from(elapsed.as_millis()).unwrap()));
        }
        let is_over = elapsed >= end_of(line.rsplit('/').next().unwrap().parse().unwrap());
        job(if is_over { "COMPLETED" } else { "IN_PROGRESS" })
    })
    .await;
    let client = listing(plain(&server.api()), FACTOR);
    let waits = (0..JOBS).map(|number| {
        let client = &client;
        async move {
            let options = WaitOptions::default();
            let job = client.block_until_complete(&number.to_string(), &options, |_| {}).await;
            assert_eq!(job.unwrap().string_member("jobIdentifier"), Some(number.to_string()));
            began.elapsed().checked_sub(end_of(number)).unwrap()
        }
    });
    join_all(waits).await.into_iter().max().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_with_wrong_times_delay_no_wait() {
    let histories: [(&str, Records); 6] = [
        ("one in the future", |ended, _| {
            let mut records = true_times(ended);
            records.push(("future".to_owned(), Some(24 * 60 * MINUTE)));
            records
        }),
        ("sixty in the future", |ended, _| {
            let mut records = true_times(ended);
            records.extend((1..=60).map(|nth: i64| (format!("future-{nth}"), Some(nth * nth * MINUTE))));
            records
        }),
        ("clocks that differ by minutes", |ended, _| {
            timed(ended, |number, at| {
                at + 4 * MINUTE * [0, 1, -1][usize::try_from(number % 3).unwrap()]
            })
        }),
        ("times that go back", |ended, now| {
            timed(ended, |_, at| if now - at > 1000 { at - 60 * MINUTE } else { at })
        }),
        ("one that is always the latest", |ended, now| {
            let mut records = true_times(ended);
            records.push(("always".to_owned(), Some(now + 5 * MINUTE)));
            records
        }),
        ("some without a time", |ended, _| {
            let mut records = true_times(ended);
            records.extend((1..=3).map(|nth| (format!("timeless-{nth}"), None)));
            records
        }),
    ];
    let mut all: JoinSet<()> = JoinSet::new();
    for (name, records) in histories {
        all.spawn(async move {
            let latest = latest(records).await;
            // The list is read every 2 s. Without it, the latest end would be seen after nearly the whole interval.
            assert!(latest <= OWN / FACTOR / 2, "{name}: {latest:?}");
        });
    }
    while let Some(run) = all.join_next().await {
        run.unwrap();
    }
}

#[tokio::test]
async fn own_jobs_that_end_before_their_first_poll_are_not_those_of_other_programs() {
    let began = Instant::now();
    let ended: Arc<Mutex<Vec<Record>>> = Arc::default();
    let end = |id: &str| {
        let at = i64::try_from(began.elapsed().as_millis()).unwrap();
        ended.lock().unwrap().push((id.to_owned(), Some(at)));
    };
    let records = Arc::clone(&ended);
    let server = Server::start(move |request, _| {
        let records = records.lock().unwrap().clone();
        if is_list(request) {
            return page(request, records);
        }
        let is_over = records.iter().any(|(id, _)| id == polled(request));
        job(if is_over { "COMPLETED" } else { "IN_PROGRESS" })
    })
    .await;
    // The list is read every tenth of a second.
    let client = listing(plain(&server.api()), 20);
    let reasons = Arc::new(Reasons::default());
    let observed = WaitOptions::default().request(RequestOptions::default().observer(reasons.clone()));
    let others = async {
        let options = WaitOptions::default();
        for number in 0..400 {
            let id = format!("short-{number}");
            end(&id);
            client.block_until_complete(&id, &options, |_| {}).await.unwrap();
        }
        tokio::time::sleep(millis(500)).await;
        end("long");
    };
    let (job, ()) = tokio::join!(client.block_until_complete("long", &observed, |_| {}), others);
    job.unwrap();
    assert!(reasons.0.lock().unwrap().is_empty(), "{:?}", reasons.0.lock().unwrap());
}

#[tokio::test]
async fn waits_poll_individually_if_the_list_misses_most_jobs_that_end() {
    let began = Instant::now();
    // Thirty jobs end in a second, and thirty later. The list shows only one of another program.
    let end_of = |number: u64| millis(100 + 30 * number + 3000 * (number / 30));
    let server = Server::start(move |request, _| {
        if is_list(request) {
            return ok(serde_json::to_vec(&[entry("other")]).unwrap());
        }
        let is_over = began.elapsed() >= end_of(polled(request).parse().unwrap());
        job(if is_over { "COMPLETED" } else { "IN_PROGRESS" })
    })
    .await;
    // Each wait polls on its own every half second.
    let client = listing(plain(&server.api()), 60);
    let reasons = Arc::new(Reasons::default());
    let options = WaitOptions::default().request(RequestOptions::default().observer(reasons.clone()));
    let ids: Vec<_> = (0..60).map(|number| number.to_string()).collect();
    let waits = join_all(ids.iter().map(|id| client.block_until_complete(id, &options, |_| {})));
    let course = async {
        until(|| !reasons.0.lock().unwrap().is_empty()).await;
        let (before, began) = (server.count(), Instant::now());
        tokio::time::sleep(millis(300)).await;
        // At least 18 waits are left, and each polls every 33 ms.
        let polls = server.count() - before;
        assert!(polls >= 70, "{polls} in {:?}", began.elapsed());
    };
    let (jobs, ()) = tokio::join!(waits, course);
    assert!(jobs.iter().all(Result::is_ok));
    assert_eq!(
        *reasons.0.lock().unwrap(),
        ["the job history does not show most jobs that have ended"]
    );
}
