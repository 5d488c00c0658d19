//! Searches for the jobs with some input key.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use modzy_client::{BodyFault, Document, Error, JobSearch, TextJob};
use modzy_emulator::{HistoryOptions, Options};

use crate::support::{
    body_fault, builder, emulator_with, millis, options,
    server::{Server, ok, status},
    skipping,
};

const KEY: &str = "ü/a b.txt";

fn job_of(key: &str) -> TextJob<BTreeMap<&str, BTreeMap<&str, &str>>> {
    let sources = [(key, [("input.txt", "What a lovely day!")].into())].into();
    TextJob::new("ed542963de", "1.0.1", sources)
}

fn id(job: &Document) -> String {
    job.string_member("jobIdentifier").unwrap()
}

#[tokio::test]
async fn a_server_that_does_not_filter_by_the_prefix_of_the_key_is_searched_without_it() {
    let job = |id: &str, by: &str| {
        format!(
            r#"{{"jobIdentifier":"{id}","submittedBy":"{by}","createdAt":"2999-01-01T00:00:00.000+0000","jobInputs":[{{"identifier":"a"}}]}}"#
        )
    };
    let page = format!("[{},{}]", job("own", "publicPrefix"), job("other", "another"));
    let server = Server::start(move |request, _| match request.line() {
        line if line.contains("accessKey=") || line.contains("page=2") => ok("[]"),
        _ => ok(&page),
    })
    .await;
    let client = builder(&server.api()).build().unwrap();
    let found = client.find_jobs(&JobSearch::new("a"), &options()).await.unwrap();
    assert_eq!(found.iter().map(id).collect::<Vec<_>>(), ["own"]);
}

#[tokio::test]
async fn jobs_are_found_on_a_server_that_lists_the_latest_change_first() {
    let job = |id: &str, created: &str, updated: &str, key: &str| {
        format!(
            r#"{{"jobIdentifier":"{id}","submittedBy":"publicPrefix","createdAt":"2026-01-01T{created}.000+0000","updatedAt":"2026-01-01T{updated}.000+0000","jobInputs":[{{"identifier":"{key}"}}]}}"#
        )
    };
    // Those of the first page are sorted by both times, and all but one were created before the search begins.
    let pages = [
        [
            job("latest", "12:00:00", "12:00:00", "b"),
            job("old", "11:00:00", "11:59:00", "b"),
            job("older", "10:59:00", "11:58:00", "b"),
        ],
        [
            job("wanted", "11:50:00", "11:57:00", "a"),
            job("oldest", "10:58:00", "11:56:00", "b"),
            job("before", "10:00:00", "10:01:00", "b"),
        ],
    ];
    let pages = pages.map(|page| format!("[{}]", page.join(",")));
    let server = Server::start(move |request, _| match request.line() {
        line if line.contains("&page=3") => ok("[]"),
        line if line.contains("&page=2") => ok(&pages[1]),
        _ => ok(&pages[0]),
    })
    .await;
    let client = builder(&server.api()).build().unwrap();
    let mut search = JobSearch::new("a");
    search.since = Some("2026-01-01T11:40:00Z".to_owned());
    let found = client.find_jobs(&search, &options()).await.unwrap();
    assert_eq!(found.iter().map(id).collect::<Vec<_>>(), ["wanted"]);
}

#[tokio::test]
async fn a_page_without_a_body_is_not_the_end_of_the_history() {
    let page = |id: &str, created: &str, key: &str| {
        format!(
            r#"[{{"jobIdentifier":"{id}","submittedBy":"publicPrefix","createdAt":"2026-01-01T{created}.000+0000","jobInputs":[{{"identifier":"{key}"}}]}}]"#
        )
    };
    // Once, and always.
    for broken in [1, usize::MAX] {
        let pages = [page("latest", "12:00:00", "b"), page("wanted", "11:00:00", "a")];
        let asked = AtomicUsize::new(0);
        let server = Server::start(move |request, _| match request.line() {
            line if line.contains("&page=1") && asked.fetch_add(1, Ordering::Relaxed) < broken => ok(""),
            line if line.contains("&page=1") => ok(&pages[1]),
            line if line.contains("&page=") => ok("[]"),
            _ => ok(&pages[0]),
        })
        .await;
        let (client, _) = skipping(&server.api());
        let mut search = JobSearch::new("a");
        search.since = Some("2026-01-01T10:00:00Z".to_owned());
        let found = client.find_jobs(&search, &options()).await;
        if broken == 1 {
            assert_eq!(found.unwrap().iter().map(id).collect::<Vec<_>>(), ["wanted"]);
        } else {
            let missing = BodyFault::Missing;
            assert!(
                matches!(&found, Err(Error::Response { fault, .. }) if *fault == missing),
                "{found:?}"
            );
        }
    }
}

#[tokio::test]
async fn of_a_limited_search_the_newest_jobs_are_found_wherever_the_page_lists_them() {
    let job = |id: &str, created: &str, key: &str| {
        format!(
            r#"{{"jobIdentifier":"{id}","createdAt":"2999-01-01T{created}Z","jobInputs":[{{"identifier":"{key}"}}]}}"#
        )
    };
    let sorted = [
        job("newest", "12:00:00", "a"),
        job("older", "11:00:00", "a"),
        job("other", "10:00:00", "b"),
    ];
    let unsorted = [&sorted[1], &sorted[2], &sorted[0]].map(String::clone);
    // One page shows the newest one if it is sorted.
    for (jobs, pages) in [(sorted, 1), (unsorted, 2)] {
        let page = format!("[{}]", jobs.join(","));
        let server = Server::start(move |request, _| match request.line() {
            line if line.contains("&page=") => ok("[]"),
            _ => ok(&page),
        })
        .await;
        let client = builder(&server.api()).build().unwrap();
        let mut search = JobSearch::new("a");
        search.limit = 1;
        let found = client.find_jobs(&search, &options()).await.unwrap();
        assert_eq!(found.iter().map(id).collect::<Vec<_>>(), ["newest"]);
        assert_eq!(server.requests().len(), pages);
    }
}

#[tokio::test]
async fn jobs_are_found_on_a_server_that_lists_the_oldest_one_first() {
    let history = HistoryOptions {
        ignores_sort: true,
        ..HistoryOptions::default()
    };
    let (emulator, _) = emulator_with(Options {
        history,
        ..Options::default()
    })
    .await;
    let (client, _) = skipping(emulator.base_url());
    client.submit_job_text(&job_of("older"), &options()).await.unwrap();
    tokio::time::sleep(millis(2)).await;
    let job = client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    let mut search = JobSearch::new(KEY);
    // The list also has the job before this time, and begins with it.
    search.since = client
        .get_job(&id(&job), &options())
        .await
        .unwrap()
        .string_member("createdAt");
    let found = client.find_jobs(&search, &options()).await.unwrap();
    assert_eq!(found.iter().map(id).collect::<Vec<_>>(), [id(&job)]);
    tokio::time::sleep(millis(2)).await;
    let newest = client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    for limit in [1, 2, usize::MAX] {
        search.limit = limit;
        let found = client.find_jobs(&search, &options()).await.unwrap();
        let expected = [id(&newest), id(&job)];
        assert_eq!(found.iter().map(id).collect::<Vec<_>>(), expected[..limit.min(2)]);
    }
}

#[tokio::test]
async fn a_history_whose_pages_repeat_themselves_is_an_error_unless_the_limit_was_found_before() {
    let job = |id: &str, created: &str| {
        format!(r#"{{"jobIdentifier":"{id}","createdAt":"{created}","jobInputs":[{{"identifier":"a"}}]}}"#)
    };
    let page = format!(
        "[{},{}]",
        job("new", "2999-01-02T00:00:00Z"),
        job("old", "2999-01-01T00:00:00Z")
    );
    let server = Server::always(ok(&page)).await;
    let client = builder(&server.api()).build().unwrap();
    let mut search = JobSearch::new("a");
    let error = client.find_jobs(&search, &options()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Response {
                fault: BodyFault::Repeated,
                ..
            }
        ),
        "{error:?}"
    );
    search.limit = 1;
    let found = client.find_jobs(&search, &options()).await.unwrap();
    assert_eq!(found.iter().map(id).collect::<Vec<_>>(), ["new"]);
}

#[tokio::test]
async fn a_search_ends_on_a_history_that_grows_faster_than_its_pages_are_read() {
    // In jobs for each request. Less than a page leaves some progress.
    for (growth, ends) in [(400, true), (1000, false), (1500, false), (5000, false)] {
        let count = AtomicUsize::new(2_500);
        let server = Server::start(move |request, _| {
            let number = |name: &str| {
                let (_, rest) = request.line().split_once(&format!("{name}="))?;
                rest.split('&').next()?.parse::<usize>().ok()
            };
            let (size, page) = (number("per-page").unwrap(), number("&page").unwrap_or(1));
            let newest = count.fetch_add(growth, Ordering::Relaxed);
            let job = |number: usize| {
                let at = 32_472_144_000_000 + 10 * i64::try_from(number).unwrap();
                let created = jiff::Timestamp::from_millisecond(at).unwrap();
                format!(r#"{{"jobIdentifier":"{number}","createdAt":"{created}","jobInputs":[{{"identifier":"a"}}]}}"#)
            };
            let last = newest.saturating_sub(page * size);
            let jobs: Vec<_> = (last..newest.saturating_sub((page - 1) * size))
                .rev()
                .map(job)
                .collect();
            ok(format!("[{}]", jobs.join(",")))
        })
        .await;
        let client = builder(&server.api()).build().unwrap();
        let found = client.find_jobs(&JobSearch::new("b"), &options()).await;
        assert_eq!(found.is_ok(), ends, "{growth}");
        if !ends {
            assert_eq!(body_fault(&found.unwrap_err()), Some(BodyFault::Repeated));
        }
        let requests = server.requests().len();
        assert!(requests < 12, "{requests} requests with {growth} further jobs in each");
    }
}

#[tokio::test]
async fn a_server_that_refuses_long_pages_is_searched_in_short_ones() {
    const JOBS: usize = 250;
    for (first, code) in [(0, 400), (0, 422), (1, 400), (1, 422)] {
        let server = Server::start(move |request, _| {
            let number = |name: &str| {
                let (_, rest) = request.line().split_once(&format!("{name}="))?;
                rest.split('&').next()?.parse::<usize>().ok()
            };
            let size = number("per-page").unwrap();
            if size > 100 {
                return status(code);
            }
            let skipped = (number("&page").unwrap_or(first) - first) * size;
            let job = |number: usize| {
                format!(
                    r#"{{"jobIdentifier":"{number}","createdAt":"2999-01-01T00:00:00Z","jobInputs":[{{"identifier":"a"}}]}}"#
                )
            };
            let page: Vec<_> = (skipped..JOBS.min(skipped + size)).map(job).collect();
            ok(format!("[{}]", page.join(",")))
        })
        .await;
        let client = builder(&server.api()).build().unwrap();
        let found = client.find_jobs(&JobSearch::new("a"), &options()).await.unwrap();
        assert_eq!(found.len(), JOBS);
        // The first page, the refused long one, and then each page by its number, the last one empty.
        assert_eq!(server.requests().len(), 2 + 3 + first);
    }
}

#[tokio::test]
async fn a_search_is_limited_by_time_model_version_and_number() {
    let (emulator, _) = emulator_with(Options::default()).await;
    let (client, _) = skipping(emulator.base_url());
    for _ in 0..3 {
        tokio::time::sleep(millis(2)).await;
        client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    }
    let found = async |change: fn(&mut JobSearch)| {
        let mut search = JobSearch::new(KEY);
        change(&mut search);
        client.find_jobs(&search, &options()).await.unwrap().len()
    };
    assert_eq!(found(|_| {}).await, 3);
    assert_eq!(found(|search| search.limit = 2).await, 2);
    assert_eq!(found(|search| search.limit = 0).await, 0);
    let newest = client.find_jobs(&JobSearch::new(KEY), &options()).await.unwrap();
    let mut search = JobSearch::new(KEY);
    search.since = newest[0].string_member("createdAt");
    let since_newest = client.find_jobs(&search, &options()).await.unwrap();
    assert_eq!(since_newest.len(), 1);
    search.since = Some("yesterday".to_owned());
    let refused = client.find_jobs(&search, &options()).await.unwrap_err();
    assert!(
        refused.to_string().starts_with("since must be a time in ISO 8601"),
        "{refused}"
    );
    assert_eq!(found(|search| search.model_id = Some("ed542963de".to_owned())).await, 3);
    assert_eq!(found(|search| search.model_id = Some("another".to_owned())).await, 0);
    assert_eq!(found(|search| search.version = Some("1.0.1".to_owned())).await, 3);
    assert_eq!(found(|search| search.version = Some("2".to_owned())).await, 0);
    assert_eq!(found(|search| search.input_key = "a".to_owned()).await, 0);
}
