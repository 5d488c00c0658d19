//! Calls that are always refused beside others, on paused time: the others lose a pause by them, and no more.

use std::{rc::Rc, time::Duration};

use tokio::{
    task::{JoinSet, LocalSet},
    time::{Instant, sleep},
};

use super::{
    SECOND,
    courses::{Server, bucket, persist},
};
use crate::transport::throttle::Line;

/// How many calls are accepted.
const OTHERS: usize = 300;

/// The calls from this number on are always refused.
const QUOTA: usize = 10_000;

/// Makes calls in this order, at most so many of those that are accepted at a time, until all of these have been accepted. Returns how
/// long that takes.
async fn race(server: &Rc<Server>, calls: impl IntoIterator<Item = usize>, concurrency: usize) -> Duration {
    let line: Rc<Line> = Rc::default();
    let began = Instant::now();
    let set = LocalSet::new();
    let (mut refused, mut others) = (JoinSet::new(), JoinSet::new());
    let permits = Rc::new(tokio::sync::Semaphore::new(concurrency));
    for call in calls {
        let (line, server, permits) = (Rc::clone(&line), Rc::clone(server), Rc::clone(&permits));
        if call >= QUOTA {
            refused.spawn_local_on(async move { persist(&line, &server, call).await }, &set);
        } else {
            let work = async move {
                let _permit = permits.acquire().await.unwrap();
                persist(&line, &server, call).await;
            };
            others.spawn_local_on(work, &set);
        }
    }
    set.run_until(async { while others.join_next().await.is_some() {} })
        .await;
    began.elapsed()
}

/// So many calls that are always refused, and the others: before them, after them, or mixed.
fn mixes(refused: usize) -> [Vec<usize>; 3] {
    let [refused, others] = [QUOTA..QUOTA + refused, 0..OTHERS];
    let mut mixed: Vec<_> = refused.clone().chain(others.clone()).collect();
    let length = mixed.len();
    // Always the same order.
    mixed.sort_by_key(|call| (call * 7919 + 17) % (length + 2));
    [
        refused.clone().chain(others.clone()).collect(),
        others.chain(refused).collect(),
        mixed,
    ]
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_always_refused_hold_up_the_others_by_one_pause() {
    for refused in [1, 2, 10, 50, 300] {
        for concurrency in [5, 50, 300] {
            for (nth, calls) in mixes(refused).into_iter().enumerate() {
                let server = Server::new(Some(SECOND), |_, call| call < QUOTA);
                let took = race(&server, calls, concurrency).await;
                let usual = Duration::from_millis(6) * u32::try_from(OTHERS / concurrency).unwrap();
                assert!(
                    took < usual + Duration::from_millis(1700),
                    "{took:?} beside {refused}, {concurrency} at a time, order {nth}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_arrive_one_by_one_beside_a_refused_one_wait_for_one_pause_in_all() {
    let line: Rc<Line> = Rc::default();
    let server = Server::new(Some(SECOND), |_, call| call < QUOTA);
    let set = LocalSet::new();
    let mut refused = JoinSet::new();
    for call in QUOTA..QUOTA + 5 {
        let (line, server) = (Rc::clone(&line), Rc::clone(&server));
        refused.spawn_local_on(async move { persist(&line, &server, call).await }, &set);
    }
    let slow = set.run_until(async {
        let mut slow = 0;
        for call in 0..100 {
            sleep(Duration::from_millis(100)).await;
            let began = Instant::now();
            persist(&line, &server, call).await;
            slow += usize::from(began.elapsed() > Duration::from_millis(20));
        }
        slow
    });
    let slow = slow.await;
    assert!(slow <= 2, "{slow}");
}

#[tokio::test(start_paused = true)]
async fn the_pauses_of_a_call_that_is_refused_alone_double_up_to_a_minute() {
    let server = Server::new(Some(SECOND), |_, call| call < QUOTA);
    let line: Rc<Line> = Rc::default();
    let set = LocalSet::new();
    let quota = tokio::time::timeout(300 * SECOND, persist(&line, &server, QUOTA));
    let others = async {
        for call in 0..3000 {
            sleep(Duration::from_millis(100)).await;
            persist(&line, &server, call).await;
        }
    };
    let (ended, ()) = set.run_until(async { tokio::join!(quota, others) }).await;
    assert!(ended.is_err());
    let times = server.requests_of(QUOTA);
    let pauses: Vec<_> = times.windows(2).map(|pair| (pair[1] - pair[0]) / 1000).collect();
    assert_eq!(pauses, [1, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[tokio::test(start_paused = true)]
async fn a_quota_costs_no_pause_in_an_outage_and_little_beside_a_bucket() {
    let server = Server::new(Some(SECOND), |at, call| at > 3 * SECOND && call < QUOTA);
    let took = race(&server, mixes(1)[0].clone(), 100).await;
    assert!(took < Duration::from_millis(3100), "{took:?}");
    for (refused, most) in [(0, 7500), (1, 8000), (10, 9500)] {
        let accepts = bucket(50.0, 50.0);
        let server = Server::new(Some(SECOND), move |at, call| call < QUOTA && accepts(at));
        let took = race(&server, mixes(refused)[2].clone(), 200).await;
        // 250 at fifty a second take five seconds.
        assert!(took < Duration::from_millis(most), "{took:?} beside {refused}");
    }
}
