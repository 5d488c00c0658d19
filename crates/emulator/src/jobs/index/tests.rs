//! Jobs that change while they are listed.

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Class, Order, Query};
use crate::auth::{Caller, Role};
use crate::jobs::JobStore;
use crate::jobs::input::Input;
use crate::jobs::job::Job;
use crate::jobs::sources::Sources;
use crate::jobs::submission::Submission;
use crate::models::{Catalog, Values};
use crate::options::{HistoryOptions, Options};

const MODELS: [(&str, &str); 4] = [
    ("ed542963de", "1.0.1"),
    ("upp3rc4s3x", "0.1.0"),
    ("w0rdc0unt1", "1.0.0"),
    ("w0rdc0unt1", "1.10.0"),
];

fn store(submitted: u64, in_progress: u64, lag: u64) -> JobStore {
    JobStore::new(&Options {
        submitted: Duration::from_millis(submitted),
        in_progress: Duration::from_millis(in_progress),
        history: HistoryOptions {
            lag: Duration::from_millis(lag),
            ..HistoryOptions::default()
        },
        max_finished_jobs: usize::MAX,
        max_job_bytes: usize::MAX,
        ..Options::default()
    })
    .unwrap()
}

fn submission(number: usize, input: bool) -> Submission {
    let (model, version) = MODELS[number % MODELS.len()];
    let inputs = ["a", "b"].map(|key| Input {
        key: key.to_owned(),
        values: Values::from([("input.txt".to_owned(), Bytes::from_static(b"x"))]),
    });
    Submission {
        model: model.to_owned(),
        version: version.to_owned(),
        explain: false,
        timeout: None,
        sources: input.then(|| Sources::Inputs(inputs.into())),
    }
}

fn add(store: &JobStore, catalog: &Catalog, number: usize, input: bool) -> Arc<Job> {
    let role = if number.is_multiple_of(3) {
        Role::Developer
    } else {
        Role::SystemOwner
    };
    let prefix = role.identifier().into();
    store
        .add(submission(number, input), catalog, Caller { prefix, role })
        .unwrap()
}

/// Selects a page, and returns the numbers of its jobs.
fn page(
    store: &JobStore,
    passes: &dyn Fn(&Class) -> bool,
    order: Order,
    descending: bool,
    (skip, take): (usize, usize),
) -> Vec<u64> {
    let query = Query {
        passes,
        only: None,
        start: None,
        end: None,
    };
    let found = store.index(|index| index.page(&query, order, descending, skip, take));
    found.iter().map(|job| job.number).collect()
}

/// Returns the numbers of the jobs that the query selects, by sorting all of them.
fn sorted(jobs: &[Arc<Job>], at: Instant, is_final: Option<bool>) -> Vec<u64> {
    let mut stamps: Vec<_> = jobs
        .iter()
        .map(|job| (job.progress_at(at), job))
        .filter(|(progress, _)| is_final.is_none_or(|is_final| progress.status.is_final() == is_final))
        .map(|(progress, job)| (job.updated_at(at, &progress), job.number))
        .collect();
    stamps.sort_unstable();
    stamps.into_iter().map(|(_, number)| number).collect()
}

#[test]
fn the_order_of_changes_is_right_at_every_moment() {
    let (store, catalog) = (store(20, 40, 0), Catalog::default());
    let mut random = fastrand::Rng::with_seed(3);
    let mut jobs = Vec::new();
    for number in 0..150 {
        let is_closed = random.u8(..) > 60;
        jobs.push(add(&store, &catalog, number, is_closed));
        let job = random.choice(&jobs).unwrap();
        if random.bool() {
            let _ = store.cancel(job);
        }
        sleep(Duration::from_micros(random.u64(..1500)));
        for is_final in [None, Some(true), Some(false)] {
            let passes = |class: &Class| is_final.is_none_or(|is_final| class.key.status.is_final() == is_final);
            // The jobs may change between two looks at them.
            let is_right = (0..100).any(|_| {
                let before = sorted(&jobs, Instant::now(), is_final);
                let listed = page(&store, &passes, Order::Changed, false, (0, usize::MAX));
                before == listed && listed == sorted(&jobs, Instant::now(), is_final)
            });
            assert!(is_right, "{number} {is_final:?}");
        }
    }
    assert_eq!(page(&store, &|_| true, Order::Created, true, (149, 9)), [0]);
}

#[test]
fn a_lagging_index_shows_the_jobs_as_they_were() {
    let (store, catalog) = (store(0, 0, 150), Catalog::default());
    let first = add(&store, &catalog, 0, false);
    assert_eq!(page(&store, &|_| true, Order::Created, false, (0, 9)), [0; 0]);
    sleep(Duration::from_millis(160));
    assert_eq!(page(&store, &|_| true, Order::Created, false, (0, 9)), [0]);
    store.cancel(&first).unwrap();
    let is_final = |class: &Class| class.key.status.is_final();
    assert_eq!(page(&store, &is_final, Order::Changed, true, (0, 9)), [0; 0]);
    sleep(Duration::from_millis(160));
    assert_eq!(page(&store, &is_final, Order::Changed, true, (0, 9)), [0]);
}

#[test]
fn the_jobs_of_a_period_are_in_the_order_of_their_changes_however_late_these_were() {
    let (store, catalog) = (store(5, 15, 0), Catalog::default());
    let mut random = fastrand::Rng::with_seed(5);
    let mut jobs = Vec::new();
    for number in 0..200 {
        // Some stay open, and are canceled at any time.
        jobs.push(add(&store, &catalog, number, random.u8(..) > 80));
        if random.bool() {
            let _ = store.cancel(random.choice(&jobs).unwrap());
        }
        sleep(Duration::from_micros(random.u64(..1000)));
    }
    sleep(Duration::from_millis(25));
    let now = Instant::now();
    let mut stamps: Vec<_> = jobs
        .iter()
        .map(|job| (job.updated_at(now, &job.progress_at(now)), job.number, job.created_at()))
        .collect();
    for descending in [false, true] {
        stamps.sort_unstable();
        if descending {
            stamps.reverse();
        }
        for _ in 0..200 {
            let mut bound = || random.bool().then(|| random.choice(&jobs).unwrap().created_at());
            let (start, end) = (bound(), bound());
            let millisecond = |at: jiff::Timestamp| at.as_millisecond();
            let is_in_period = |created: jiff::Timestamp| {
                start.is_none_or(|start| millisecond(start) <= millisecond(created))
                    && end.is_none_or(|end| millisecond(created) <= millisecond(end))
            };
            let (skip, take) = (random.usize(..9), random.usize(..300));
            let selected = stamps.iter().filter(|(_, _, created)| is_in_period(*created));
            let expected: Vec<_> = selected.map(|(_, number, _)| *number).skip(skip).take(take).collect();
            let query = Query {
                passes: &|_| true,
                only: None,
                start,
                end,
            };
            let found = store.index(|index| index.page(&query, Order::Changed, descending, skip, take));
            let found: Vec<_> = found.iter().map(|job| job.number).collect();
            assert_eq!(found, expected, "{start:?} {end:?} {descending} {skip} {take}");
        }
    }
}

mod long {
    use super::*;

    type Filter<'f> = &'f dyn Fn(&Class) -> bool;

    /// Returns the median of how long a request for a page takes, in milliseconds.
    fn median(mut read: impl FnMut() -> Vec<u64>) -> f64 {
        let mut times: Vec<_> = (0..21)
            .map(|_| {
                let started = Instant::now();
                assert!(!read().is_empty());
                started.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }

    #[test]
    #[ignore = "adds a million jobs, which takes a minute: `npm run test:long` runs it"]
    fn a_page_out_of_a_million_jobs_takes_less_than_two_milliseconds() {
        let (store, catalog) = (store(0, 100, 0), Catalog::default());
        let mut jobs = Vec::new();
        for number in 0..1_000_000 {
            jobs.push(add(&store, &catalog, number, true));
            // One in a hundred is canceled at an age of its own.
            if number % 100 == 0 {
                let _ = store.cancel(&jobs[number.saturating_sub(number / 100 % 8 * 200)]);
            }
        }
        sleep(Duration::from_millis(110));
        // The first read catches up with the last changes.
        page(&store, &|_| true, Order::Created, false, (0, 1));
        let of_key = |class: &Class| &*class.key.submitter.prefix == "DEVELOPER" && class.key.status.is_final();
        let of_model = |class: &Class| class.key.model == "w0rdc0unt1";
        let all = |_: &Class| true;
        let filters: [(&str, Filter<'_>); 3] = [("all", &all), ("key", &of_key), ("model", &of_model)];
        for (name, passes) in filters {
            for order in [Order::Created, Order::Changed] {
                for (descending, skip) in [(false, 0), (true, 0), (true, 900), (true, 150_000), (false, 300_000)] {
                    let took = median(|| page(&store, passes, order, descending, (skip, 100)));
                    assert!(took < 2.0, "{name} {order:?} {descending} {skip}: {took} ms");
                }
            }
        }
        let at = |number: usize| Some(jobs[number].created_at());
        let periods = [(500_000, 999_999), (0, 5000), (0, 500_000), (480_000, 520_000)];
        for (start, end) in periods.map(|(first, last)| (at(first), at(last))) {
            let query = Query {
                passes: &all,
                only: None,
                start,
                end,
            };
            let orders = [Order::Created, Order::Changed];
            for (order, descending) in orders.into_iter().flat_map(|order| [(order, false), (order, true)]) {
                let took = median(|| {
                    let found = store.index(|index| index.page(&query, order, descending, 900, 100));
                    found.iter().map(|job| job.number).collect()
                });
                assert!(took < 2.0, "{start:?} {end:?} {order:?} {descending}: {took} ms");
            }
        }
    }
}
