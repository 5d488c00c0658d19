//! Polling by listing with histories that deviate: every wait ends with the right job, and in time.
//!
//! The time of the clients runs five times as fast as that of the emulator: the thirty seconds between the polls of a wait are six.
//! `long` has the same tests in real time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use modzy_client::{Client, ClientBuilder, Polling, SystemRandom, WaitOptions};
use modzy_emulator::{Emulator, HistoryOptions, Options};
use tokio::task::JoinSet;

use crate::support::{
    clock::FastClock,
    emulator_with, millis, options, plain,
    server::{Server, job, ok},
    text_job,
};

pub(super) const FACTOR: u32 = 5;

/// A wait polls on its own this often.
pub(super) const OWN: Duration = Duration::from_secs(30);

/// How late the end of a job may be seen.
const LATE: Duration = Duration::from_secs(1);

pub(super) const JOBS: u64 = 18;

pub(super) fn listing(builder: ClientBuilder, factor: u32) -> Client {
    builder
        .polling(Polling::Listing)
        .clock(Arc::new(FastClock::new(factor)))
        .random(Arc::new(SystemRandom))
        .build()
        .unwrap()
}

/// Runs jobs that end in every way, a while after their waits have begun. Returns how long after its end each was seen.
async fn delays(history: HistoryOptions, factor: u32) -> (Emulator, Vec<Duration>) {
    let running = millis(4000);
    let (emulator, _) = emulator_with(Options {
        submitted: Duration::ZERO,
        in_progress: running,
        history,
        ..Options::default()
    })
    .await;
    let client = listing(plain(emulator.base_url()), factor);
    let mut waits = JoinSet::new();
    for number in 0..JOBS {
        let mut text = text_job();
        // A third of the jobs each completes, times out and is canceled.
        let (status, runs) = match number % 3 {
            0 => ("COMPLETED", running),
            1 => {
                text.timeout = Some(1500);
                ("TIMEDOUT", millis(1500))
            }
            _ => ("CANCELED", millis(300)),
        };
        let client = client.clone();
        waits.spawn(async move {
            tokio::time::sleep(millis(number * 100)).await;
            let receipt = client.submit_job_text(&text, &options()).await.unwrap();
            let ends = Instant::now() + runs;
            let id = receipt.string_member("jobIdentifier").unwrap();
            let cancel = async {
                if status != "CANCELED" {
                    return ends;
                }
                tokio::time::sleep(runs).await;
                client.cancel_job(&id, &options()).await.unwrap();
                Instant::now()
            };
            let wait_options = WaitOptions::default();
            let (job, ends) = tokio::join!(client.block_until_complete(&id, &wait_options, |_| {}), cancel);
            let seen = Instant::now();
            let job = job.unwrap();
            assert_eq!(job.string_member("jobIdentifier").as_deref(), Some(&*id));
            assert_eq!(job.string_member("status").as_deref(), Some(status));
            seen.saturating_duration_since(ends)
        });
    }
    (emulator, waits.join_all().await)
}

async fn check_histories(factor: u32) {
    let good = HistoryOptions::default();
    let histories = [
        ("good", good, true),
        ("refused", HistoryOptions { refused: true, ..good }, false),
        (
            "one job per page",
            HistoryOptions {
                max_per_page: Some(1),
                ..good
            },
            false,
        ),
        (
            "seven jobs per page",
            HistoryOptions {
                max_per_page: Some(7),
                ..good
            },
            true,
        ),
        (
            "late",
            HistoryOptions {
                lag: millis(1500),
                ..good
            },
            false,
        ),
        (
            "pages from 0",
            HistoryOptions {
                first_page_is_0: true,
                max_per_page: Some(7),
                ..good
            },
            true,
        ),
        (
            "unsorted",
            HistoryOptions {
                ignores_sort: true,
                ..good
            },
            false,
        ),
        (
            "without times",
            HistoryOptions {
                hides_updated_at: true,
                ..good
            },
            false,
        ),
        (
            "without jobs that timed out",
            HistoryOptions {
                timedout_is_not_terminated: true,
                ..good
            },
            false,
        ),
    ];
    let runs = histories.map(|(name, history, is_prompt)| async move {
        let (emulator, mut delays) = delays(history, factor).await;
        delays.sort_unstable();
        let latest = *delays.last().unwrap();
        assert!(latest <= OWN / factor + LATE, "{name}: {latest:?}");
        // The list is read every 2 s. Without it, the latest end would be seen after nearly the whole interval.
        assert!(latest <= OWN / factor / 2 || !is_prompt, "{name}: {latest:?}");
        drop(emulator);
    });
    // Each on its own task, so that both threads are used.
    let mut all: JoinSet<()> = runs.into_iter().collect();
    while let Some(run) = all.join_next().await {
        run.unwrap();
    }
}

async fn check_lies(factor: u32) {
    // All even jobs end after a second. The list names only the odd ones, which run for another second.
    let began = Instant::now();
    let is_over = move |number: u64| began.elapsed() > millis(1000 + 1000 * (number % 2));
    let server = Server::start(move |request, _| {
        let line = request.line();
        if line.starts_with("GET /api/jobs/history") {
            let items = (0..JOBS).filter(|number| number % 2 == 1).map(|number| {
                format!(r#"{{"jobIdentifier":"{number}","status":"COMPLETED","updatedAt":"2026-01-01T00:00:00Z"}}"#)
            });
            return ok(format!("[{}]", items.collect::<Vec<_>>().join(",")));
        }
        let number = line.rsplit('/').next().unwrap().parse().unwrap();
        job(if is_over(number) { "COMPLETED" } else { "IN_PROGRESS" })
    })
    .await;
    let client = listing(plain(&server.api()), factor);
    let waits = (0..JOBS).map(|number| {
        let client = &client;
        async move {
            let id = number.to_string();
            let job = client
                .block_until_complete(&id, &WaitOptions::default(), |_| {})
                .await
                .unwrap();
            assert_eq!(job.string_member("jobIdentifier"), Some(id));
            assert!(is_over(number));
            began.elapsed().saturating_sub(millis(1000 + 1000 * (number % 2)))
        }
    });
    let latest = join_all(waits).await.into_iter().max().unwrap();
    assert!(latest <= OWN / factor + LATE, "{latest:?}");
    // Each wait polls once at first and once on its own, and a few times because of the list.
    let polls = server.lines().iter().filter(|line| !line.contains("history")).count();
    assert!(polls <= 7 * usize::try_from(JOBS).unwrap(), "{polls}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_every_history_each_wait_ends_with_the_right_job_and_in_time() {
    check_histories(FACTOR).await;
}

#[tokio::test]
async fn a_history_that_lies_ends_no_wait_and_delays_none_beyond_its_interval() {
    check_lies(FACTOR).await;
}

mod long {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "takes 30 s: `npm run test:long` runs it"]
    async fn with_every_history_each_wait_ends_with_the_right_job_and_in_time() {
        check_histories(1).await;
    }

    #[tokio::test]
    #[ignore = "takes 30 s: `npm run test:long` runs it"]
    async fn a_history_that_lies_ends_no_wait_and_delays_none_beyond_its_interval() {
        check_lies(1).await;
    }
}
