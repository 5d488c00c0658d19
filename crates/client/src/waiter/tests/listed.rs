//! Waits that a list of ended jobs serves, on paused time: their own polls, hints, and what they do when the list cannot be used.

use std::sync::Arc;

use futures_util::future::join_all;

use super::*;
use crate::{
    clock::SystemRandom,
    ended::{AllWaits, Fault, Waits},
    observer::Observed,
};

const OWN: Duration = Duration::from_secs(30);

fn all_waits() -> Arc<Waits> {
    AllWaits::default().of("http://127.0.0.1/api", &SystemClock, &SystemRandom)
}

/// Runs waits that begin together and end after a time. Returns when each has polled, in seconds.
async fn polls_of(waits: &Arc<Waits>, number: usize, end: Duration) -> Vec<Vec<f64>> {
    let observed = Observed::default();
    let start = SystemClock.now();
    let schedule = Schedule {
        wait_timeout: Some(end),
        ..SCHEDULE
    };
    let runs = (0..number).map(|number| {
        let observed = &observed;
        async move {
            let reader = || tokio::spawn(std::future::pending::<()>()).abort_handle();
            let intervals = (schedule.poll_interval, schedule.max_poll_interval);
            let registration = waits.join(&format!("job-{number}"), intervals, observed, reader);
            let polls = RefCell::new(Vec::new());
            let poll = |_| {
                polls.borrow_mut().push((SystemClock.now() - start).as_secs_f64());
                ready(pending())
            };
            let _ = wait(&SystemClock, &SystemRandom, schedule, Some(&registration), poll, |_| {}).await;
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
        waits.note_good_reading();
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
