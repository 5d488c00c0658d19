//! Waits that a list of ended jobs serves, on paused time: their own polls, hints, and what they do when the list cannot be used.

use std::sync::Arc;

use futures_util::future::join_all;
use http::{HeaderMap, HeaderValue};

use super::*;
use crate::{
    clock::SystemRandom,
    ended::{AllWaits, Fault, ListReader, Waits},
    observer::Observed,
};

const OWN: Duration = Duration::from_secs(30);

fn reader() -> ListReader {
    ListReader {
        base_url: "http://127.0.0.1/api".to_owned(),
        headers: HeaderMap::new(),
        user_agent: HeaderValue::from_static("test"),
        request_timeout: Duration::from_secs(5),
        max_response_bytes: 1 << 20,
    }
}

fn all_waits() -> Arc<Waits> {
    AllWaits::default().of(reader(), &SystemClock, &SystemRandom)
}

/// Runs waits that begin together and end after a time. Returns when each has polled, in seconds.
async fn polls_of(waits: &Arc<Waits>, number: usize, end: Duration) -> Vec<Vec<f64>> {
    let schedule = Schedule {
        wait_timeout: Some(end),
        ..SCHEDULE
    };
    polls_with(waits, number, schedule, &SystemRandom, |_| pending()).await
}

/// The same by a schedule, with what a server answers at each time.
async fn polls_with(
    waits: &Arc<Waits>,
    number: usize,
    schedule: Schedule,
    random: &dyn Random,
    server: impl Fn(f64) -> Polled<&'static str>,
) -> Vec<Vec<f64>> {
    let observed = Observed::default();
    let start = SystemClock.now();
    let runs = (0..number).map(|number| {
        let (observed, server) = (&observed, &server);
        async move {
            let reader = || tokio::spawn(std::future::pending::<()>()).abort_handle();
            let intervals = (schedule.poll_interval, schedule.max_poll_interval);
            let registration = Registration::new(waits, &format!("job-{number}"), intervals, observed, reader);
            let polls = RefCell::new(Vec::new());
            let poll = |_| {
                let now = (SystemClock.now() - start).as_secs_f64();
                polls.borrow_mut().push(now);
                ready(server(now))
            };
            let _ = wait(&SystemClock, random, schedule, Some(&registration), poll, |_| {}).await;
            polls.into_inner()
        }
    });
    join_all(runs).await
}

#[tokio::test(start_paused = true)]
async fn waits_that_begin_together_poll_at_once_and_then_in_slots_of_their_own() {
    let waits = all_waits();
    let polls = polls_of(&waits, 300, Duration::from_mins(10)).await;
    let mut counts = [0_u32; 60];
    for polls in &polls {
        assert!(polls[0] < 0.001);
        assert!(
            polls
                .windows(2)
                .all(|pair| pair[1] - pair[0] <= OWN.as_secs_f64() + 0.01)
        );
        for at in &polls[1..] {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers")]
            let window = (at / 10.0) as usize;
            counts[window] += 1;
        }
    }
    // A slot at the very end may lie behind it.
    assert!((5990..=6000).contains(&counts.iter().sum::<u32>()), "{counts:?}");
    // A hundred in ten seconds.
    assert!(counts.iter().all(|count| (90..=110).contains(count)), "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_hint_is_followed_by_a_poll_at_once_and_wrong_ones_by_fewer_and_fewer() {
    let waits = all_waits();
    let end = Duration::from_secs(29);
    let hints = async {
        for _ in 0..28 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            waits.hint("JOB-0", SystemClock.now());
        }
    };
    let (polls, ()) = tokio::join!(polls_of(&waits, 1, end), hints);
    let polls = &polls[0];
    // After the first hint, those of 2, 4, 8 and 16 s are ignored. One poll more has its slot.
    let hinted: Vec<_> = [1.0, 3.0, 7.0, 15.0].to_vec();
    assert!(
        hinted
            .iter()
            .all(|at| polls.iter().any(|poll| (poll - at).abs() < 0.01)),
        "{polls:?}"
    );
    assert!(polls.len() <= 1 + 5 + 1, "{polls:?}");
}

#[tokio::test(start_paused = true)]
async fn a_fallback_spreads_the_polls_over_the_interval_and_a_good_list_ends_it() {
    let waits = all_waits();
    let course = async {
        tokio::time::sleep(Duration::from_mins(1)).await;
        waits.fall_back(Fault::Refused(403), SystemClock.now());
        tokio::time::sleep(Duration::from_secs(30)).await;
        waits.note_good_reading(SystemClock.now()).unwrap();
    };
    let (polls, ()) = tokio::join!(polls_of(&waits, 400, Duration::from_mins(3)), course);
    let count = |from: f64, to: f64| polls.iter().flatten().filter(|at| (from..to).contains(*at)).count();
    // Two hundred polls in each second, and in each half of the first interval.
    for (from, to) in [(60.0, 61.0), (61.0, 62.0), (70.0, 71.0), (80.0, 81.0)] {
        let polls = count(from, to);
        assert!((140..=260).contains(&polls), "{polls} from {from} s");
    }
    // 13 in each second again.
    let polls = count(120.0, 150.0);
    assert!((390..=410).contains(&polls), "{polls}");
}

/// Two restarts of a server, in seconds.
const DOWN: [(f64, f64); 2] = [(400.0, 420.0), (700.0, 890.0)];

#[tokio::test(start_paused = true)]
async fn a_restart_of_the_server_makes_the_own_polls_no_burst() {
    for (number, max_poll_interval) in [(300, Duration::ZERO), (3000, Duration::from_mins(5))] {
        for asked in [None, Some(1_u16), Some(5), Some(60)] {
            let schedule = Schedule {
                max_poll_interval,
                wait_timeout: Some(Duration::from_mins(30)),
                ..SCHEDULE
            };
            let server = |now| {
                if !DOWN.iter().any(|(from, to)| (*from..*to).contains(&now)) {
                    return pending();
                }
                asked.map_or_else(outage, |asked| asked_for(asked.into()))
            };
            let polls = polls_with(&all_waits(), number, schedule, &SystemRandom, server).await;
            let mut counts = [0_u32; 180];
            // All but the first, with which the waits begin.
            for at in polls.iter().flat_map(|polls| &polls[1..]) {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers")]
                let window = (at / 10.0) as usize;
                counts[window.min(179)] += 1;
            }
            // A hundred in ten seconds.
            let most = *counts.iter().max().unwrap();
            assert!(most <= 150, "{number} {asked:?}: {counts:?}");
            // No wait has ended in an outage, and all have their slots again.
            assert!(
                counts[150..].iter().all(|count| (90..=110).contains(count)),
                "{number} {asked:?}: {counts:?}"
            );
            // No wait is without a poll for longer than its interval and what the server has asked for, or 2 s.
            let longest = max_poll_interval.max(OWN).as_secs_f64() + 1.1 * f64::from(asked.unwrap_or_default().max(2));
            let gaps = polls
                .iter()
                .flat_map(|polls| polls.windows(2))
                .map(|pair| pair[1] - pair[0]);
            assert!(gaps.into_iter().all(|gap| gap <= longest + 0.01), "{number} {asked:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_suspension_makes_the_own_polls_no_burst() {
    for suspended in [5, 10, 20, 40, 600] {
        let waits = all_waits();
        let suspension = async {
            tokio::time::sleep(Duration::from_secs(100)).await;
            tokio::time::advance(Duration::from_secs(suspended)).await;
        };
        let end = Duration::from_secs(suspended + 200);
        let (polls, ()) = tokio::join!(polls_of(&waits, 300, end), suspension);
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let resumed = (100 + suspended) as f64;
        let all: Vec<_> = polls.iter().flatten().map(|at| at - resumed).collect();
        let count = |from: f64, to: f64| all.iter().filter(|at| (from..to).contains(*at)).count();
        for second in 0..60 {
            // Ten of the slots, and as many that are made up for.
            let polls = count(f64::from(second), f64::from(second + 1));
            assert!(polls <= 30, "{polls} after {second} s, suspended for {suspended} s");
        }
        // Each has polled within its interval, or for as long again as it was suspended.
        let latest = polls
            .iter()
            .map(|polls| polls.iter().find(|at| **at >= resumed).unwrap() - resumed);
        assert!(latest.into_iter().all(|at| at <= OWN.as_secs_f64() + 0.01));
    }
}

#[derive(Debug)]
struct Always(f64);

impl Random for Always {
    fn fraction(&self) -> f64 {
        self.0
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_fails_alone_polls_again_before_its_slot() {
    let schedule = Schedule {
        max_poll_interval: Duration::from_mins(5),
        wait_timeout: Some(Duration::from_mins(5)),
        ..SCHEDULE
    };
    // The slot of the first wait is at 0.618 and this fraction of the interval.
    let random = Always(0.3);
    let waits = AllWaits::default().of(reader(), &SystemClock, &random);
    let server = |now| if now < 1.0 { outage() } else { pending() };
    let polls = polls_with(&waits, 1, schedule, &random, server).await;
    let seconds: Vec<_> = polls[0].iter().map(|at| at.round()).collect();
    assert_eq!(seconds, [0.0, 120.0, 275.0]);
}

#[tokio::test(start_paused = true)]
async fn a_hint_during_a_pause_that_the_server_has_asked_for_is_followed_at_its_end() {
    let schedule = Schedule {
        max_poll_interval: Duration::from_mins(5),
        wait_timeout: Some(Duration::from_secs(70)),
        ..SCHEDULE
    };
    let random = Always(0.9);
    let waits = AllWaits::default().of(reader(), &SystemClock, &random);
    let server = |now| if now < 1.0 { asked_for(50) } else { pending() };
    let hint = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        waits.hint("job-0", SystemClock.now());
    };
    let (polls, ()) = tokio::join!(polls_with(&waits, 1, schedule, &random, server), hint);
    // Fifty seconds and nine per cent.
    let seconds: Vec<_> = polls[0].iter().map(|at| (at * 10.0).round() / 10.0).collect();
    assert_eq!(seconds, [0.0, 54.5]);
}
