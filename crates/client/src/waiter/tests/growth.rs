//! Intervals that grow while the status does not change.

use super::*;
use crate::clock::SystemRandom;

const GROWING: Schedule = Schedule {
    max_poll_interval: Duration::from_secs(10),
    ..SCHEDULE
};

fn gaps(course: &Course) -> Vec<u128> {
    course.polls.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn the_interval_grows_by_half_while_the_status_does_not_change() {
    let script = (0..7).map(|_| pending()).chain([DONE]).collect();
    let course = course(GROWING, &Middle, script, pending).await;
    assert_eq!(gaps(&course), [2000, 3000, 4500, 6750, 10_000, 10_000, 10_000]);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_status_resets_the_interval() {
    let script = [1, 1, 1, 2, 2, 2, 1].map(|mark| found("IN_PROGRESS", mark));
    let course = course(GROWING, &Middle, script.into_iter().chain([DONE]).collect(), pending).await;
    assert_eq!(gaps(&course), [2000, 3000, 4500, 2000, 3000, 4500, 2000]);
}

#[tokio::test(start_paused = true)]
async fn a_greatest_interval_below_the_interval_has_no_effect() {
    let schedule = Schedule {
        max_poll_interval: Duration::from_secs(1),
        ..SCHEDULE
    };
    let script = vec![pending(), pending(), pending(), DONE];
    assert_eq!(
        course(schedule, &Middle, script, pending).await.polls,
        [0, 2000, 4000, 6000]
    );
}

#[tokio::test(start_paused = true)]
async fn an_outage_neither_grows_the_interval_nor_resets_it() {
    let script = vec![pending(), pending(), pending(), outage(), pending(), DONE];
    let course = course(GROWING, &Middle, script, pending).await;
    assert_eq!(gaps(&course), [2000, 3000, 4500, 4000, 6750]);
}

#[tokio::test(start_paused = true)]
async fn waits_with_long_intervals_poll_a_server_that_fails_no_more_than_four_times_as_often() {
    let schedule = Schedule {
        max_poll_interval: Duration::from_mins(5),
        max_outage: Duration::from_hours(1),
        ..SCHEDULE
    };
    let healthy = 16;
    let script = (0..healthy)
        .map(|_| pending())
        .chain((0..3).map(|_| outage()))
        .collect();
    let course = course(schedule, &Least, script, || DONE).await;
    assert!(
        gaps(&course)[healthy..].iter().all(|&gap| gap == 75_000),
        "{:?}",
        gaps(&course)
    );
}

/// A random generator that makes all pauses of an outage the shortest, and every other one half as long.
#[derive(Debug)]
struct Least;

impl Random for Least {
    fn fraction(&self) -> f64 {
        0.0
    }
}

/// Returns the greatest number of polls in ten seconds as a multiple of the mean, of waits that begin together, from the time at
/// which their intervals have grown.
async fn burst_of(waits: u64, schedule: Schedule, after: Duration, span: Duration) -> f64 {
    let polls = RefCell::new(Vec::new());
    let clock = SystemClock;
    let start = clock.now();
    let schedule = Schedule {
        wait_timeout: Some(after + span),
        ..schedule
    };
    let poll = |_| {
        polls.borrow_mut().push(clock.now() - start);
        ready(pending())
    };
    let waits = (0..waits).map(|_| wait(&clock, &SystemRandom, schedule, None, poll, |_| {}));
    futures_util::future::join_all(waits).await;
    let mut counts = vec![0_u32; usize::try_from(span.as_secs() / 10).unwrap()];
    for at in polls.into_inner() {
        let window = at.checked_sub(after).map(|at| at.as_secs() / 10);
        if let Some(count) = window.and_then(|window| counts.get_mut(usize::try_from(window).unwrap())) {
            *count += 1;
        }
    }
    let mean = f64::from(counts.iter().sum::<u32>()) / f64::from(u32::try_from(counts.len()).unwrap());
    f64::from(*counts.iter().max().unwrap()) / mean
}

#[tokio::test(start_paused = true)]
async fn waits_that_begin_together_are_spread_once_their_intervals_are_long() {
    let schedule = Schedule {
        max_poll_interval: Duration::from_mins(5),
        ..SCHEDULE
    };
    let burst = burst_of(2000, schedule, Duration::from_mins(20), Duration::from_mins(30)).await;
    assert!(burst < 1.5, "{burst}");
}
