//! Schedules of waits, to the millisecond, on paused time.

use std::{cell::RefCell, collections::VecDeque, future::ready};

use super::*;
use crate::clock::SystemClock;

mod growth;
mod listed;
mod suspended;

/// No jitter: half of the fraction's range is the middle of every pause.
#[derive(Debug)]
struct Middle;

impl Random for Middle {
    fn fraction(&self) -> f64 {
        0.5
    }
}

const SCHEDULE: Schedule = Schedule {
    poll_interval: Duration::from_secs(2),
    max_poll_interval: Duration::ZERO,
    wait_timeout: None,
    max_outage: Duration::from_mins(5),
};

fn failure() -> Error {
    Error::Internal("the last failure".to_owned())
}

fn outage() -> Polled<&'static str> {
    Polled::Outage {
        error: failure(),
        retry_after: None,
        began: None,
    }
}

fn asked_for(seconds: u64) -> Polled<&'static str> {
    let retry_after = Some(Duration::from_secs(seconds));
    Polled::Outage {
        error: failure(),
        retry_after,
        began: None,
    }
}

fn found(answer: &'static str, mark: u64) -> Polled<&'static str> {
    Polled::Pending { answer, mark }
}

fn pending() -> Polled<&'static str> {
    found("IN_PROGRESS", 1)
}

fn doubtful() -> Polled<&'static str> {
    Polled::Doubtful(failure())
}

const DONE: Polled<&'static str> = Polled::Done("COMPLETED");

struct Course {
    /// When each poll was made, in ms from the start.
    polls: Vec<u128>,
    shown: Vec<&'static str>,
    ended_at: u128,
    end: Result<&'static str, EndedEarly<&'static str>>,
}

/// Waits on paused time. The script's last answer, made by a function because an answer cannot be copied, repeats forever.
async fn course(
    schedule: Schedule,
    random: &dyn Random,
    script: Vec<Polled<&'static str>>,
    then: fn() -> Polled<&'static str>,
) -> Course {
    let clock = SystemClock;
    let start = clock.now();
    let script = RefCell::new(VecDeque::from(script));
    let polls = RefCell::new(Vec::new());
    let mut shown = Vec::new();
    let poll = |_| {
        polls.borrow_mut().push((clock.now() - start).as_millis());
        ready(script.borrow_mut().pop_front().unwrap_or_else(then))
    };
    let on_poll = |report: PollReport<'_, &'static str>| shown.extend(report.answer.ok());
    let end = wait(&clock, random, schedule, None, poll, on_poll).await;
    let ended_at = (clock.now() - start).as_millis();
    Course {
        polls: polls.into_inner(),
        shown,
        ended_at,
        end,
    }
}

#[tokio::test(start_paused = true)]
async fn polls_at_once_and_then_every_two_seconds() {
    let script = vec![pending(), pending(), pending(), DONE];
    let course = course(SCHEDULE, &Middle, script, pending).await;
    assert_eq!(course.polls, [0, 2000, 4000, 6000]);
    assert_eq!(course.shown, ["IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]);
    assert_eq!((course.ended_at, course.end.unwrap()), (6000, "COMPLETED"));
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_refusals_lasts_since_the_first_poll_was_due_or_any_poll_was_good() {
    for (good, end_at) in [(None, 15), (Some(5), 20)] {
        let clock = SystemClock;
        let start = clock.now();
        let schedule = Schedule {
            max_outage: Duration::from_secs(15),
            ..SCHEDULE
        };
        // The refusals of others hold the first poll back.
        let held = RefCell::new(Some(Duration::from_secs(12)));
        let poll = async |_| -> Polled<&'static str> {
            let held = held.take().unwrap_or_default();
            clock.sleep(held).await;
            Polled::Busy {
                error: failure(),
                retry_after: None,
                last_good: good.map(|good| start + Duration::from_secs(good)),
            }
        };
        let end = wait(&clock, &Middle, schedule, None, poll, |_| {}).await;
        assert!(matches!(end, Err(EndedEarly::Failed(_))), "{end:?}");
        assert_eq!(clock.now() - start, Duration::from_secs(end_at));
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_done_costs_one_poll_and_no_pause() {
    let course = course(SCHEDULE, &Middle, vec![DONE], pending).await;
    assert_eq!((course.polls, course.ended_at), (vec![0], 0));
}

#[tokio::test(start_paused = true)]
async fn the_interval_varies_by_two_and_a_half_per_cent_each_way() {
    #[derive(Debug)]
    struct Edges(std::sync::atomic::AtomicBool);
    impl Random for Edges {
        fn fraction(&self) -> f64 {
            if self.0.fetch_not(std::sync::atomic::Ordering::Relaxed) {
                1.0
            } else {
                0.0
            }
        }
    }
    let course = course(
        SCHEDULE,
        &Edges(false.into()),
        vec![pending(), pending(), DONE],
        pending,
    )
    .await;
    assert_eq!(course.polls, [0, 1950, 4000]);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_ridden_out_with_growing_pauses() {
    let script = vec![
        pending(),
        outage(),
        outage(),
        outage(),
        outage(),
        outage(),
        pending(),
        outage(),
        DONE,
    ];
    let course = course(SCHEDULE, &Middle, script, pending).await;
    let gaps: Vec<_> = course.polls.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps, [2000, 4000, 7000, 8000, 8000, 8000, 2000, 4000]);
    assert_eq!(course.end.unwrap(), "COMPLETED");
}

#[tokio::test(start_paused = true)]
async fn a_long_interval_is_the_least_pause_of_an_outage_and_the_greatest() {
    let schedule = Schedule {
        poll_interval: Duration::from_secs(30),
        ..SCHEDULE
    };
    let course = course(schedule, &Middle, vec![outage(), outage(), DONE], pending).await;
    assert_eq!(course.polls, [0, 30_000, 60_000]);
}

#[tokio::test(start_paused = true)]
async fn the_server_sets_the_pause_where_it_asks_for_one() {
    let course = course(SCHEDULE, &Middle, vec![asked_for(3), asked_for(45), DONE], pending).await;
    assert_eq!(course.polls, [0, 3150, 50_400]);
}

#[tokio::test(start_paused = true)]
async fn a_server_cannot_make_a_poll_come_sooner_than_the_interval() {
    let script = vec![asked_for(0), asked_for(1), asked_for(2), DONE];
    let polls = course(SCHEDULE, &Middle, script, pending).await.polls;
    assert_eq!(polls, [0, 2100, 4200, 6300]);
}

#[tokio::test(start_paused = true)]
async fn polls_of_an_outage_are_a_tenth_of_a_second_apart_however_short_the_interval() {
    let schedule = Schedule {
        poll_interval: Duration::from_millis(10),
        ..SCHEDULE
    };
    let script = vec![asked_for(0), outage(), pending(), DONE];
    let polls = course(schedule, &Middle, script, pending).await.polls;
    assert_eq!(polls, [0, 105, 205, 215]);
}

#[tokio::test(start_paused = true)]
async fn an_outage_beyond_the_limit_ends_the_wait_at_the_limit_with_the_last_failure() {
    let schedule = Schedule {
        max_outage: Duration::from_secs(10),
        ..SCHEDULE
    };
    let course = course(schedule, &Middle, vec![pending()], outage).await;
    assert_eq!(course.polls, [0, 2000, 6000, 12_000]);
    assert_eq!(course.ended_at, 12_000);
    assert!(matches!(course.end, Err(EndedEarly::Failed(Error::Internal(_)))));
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_nothing_allows_no_failure() {
    let schedule = Schedule {
        max_outage: Duration::ZERO,
        ..SCHEDULE
    };
    let course = course(schedule, &Middle, vec![], outage).await;
    assert_eq!((course.polls, course.ended_at), (vec![0], 0));
}

#[tokio::test(start_paused = true)]
async fn a_good_answer_starts_the_outage_anew() {
    let schedule = Schedule {
        max_outage: Duration::from_secs(5),
        ..SCHEDULE
    };
    let script = vec![outage(), pending(), outage(), pending(), outage(), pending(), DONE];
    let course = course(schedule, &Middle, script, pending).await;
    assert_eq!(course.polls, [0, 4000, 6000, 10_000, 12_000, 16_000, 18_000]);
    assert_eq!(course.end.unwrap(), "COMPLETED");
}

#[tokio::test(start_paused = true)]
async fn a_slow_failure_counts_from_the_moment_it_was_asked() {
    let schedule = Schedule {
        max_outage: Duration::from_secs(90),
        ..SCHEDULE
    };
    let clock = SystemClock;
    let start = clock.now();
    let poll = async |_| {
        tokio::time::sleep(Duration::from_mins(1)).await;
        outage()
    };
    let end = wait(&clock, &Middle, schedule, None, poll, |_| {}).await;
    assert!(matches!(end, Err(EndedEarly::Failed(_))));
    assert_eq!((clock.now() - start).as_secs(), 60 + 4 + 60);
}

#[tokio::test(start_paused = true)]
async fn the_time_in_the_queue_for_a_socket_is_no_outage() {
    let schedule = Schedule {
        max_outage: Duration::from_secs(90),
        ..SCHEDULE
    };
    let clock = SystemClock;
    let mut failed = false;
    let poll = |_| {
        let fails = !std::mem::replace(&mut failed, true);
        async move {
            tokio::time::sleep(Duration::from_mins(10)).await;
            let began = Some(clock.now());
            if fails {
                Polled::Outage {
                    error: failure(),
                    retry_after: None,
                    began,
                }
            } else {
                DONE
            }
        }
    };
    assert_eq!(
        wait(&clock, &Middle, schedule, None, poll, |_| {}).await.unwrap(),
        "COMPLETED"
    );
}

#[tokio::test(start_paused = true)]
async fn a_doubtful_answer_is_believed_after_four_seconds() {
    let course = course(SCHEDULE, &Middle, vec![], doubtful).await;
    assert_eq!(course.polls, [0, 2000, 4000]);
    assert_eq!(course.ended_at, 4000);
    assert!(matches!(course.end, Err(EndedEarly::Failed(_))));
}

#[tokio::test(start_paused = true)]
async fn doubt_is_settled_in_four_seconds_whatever_the_interval() {
    let schedule = Schedule {
        poll_interval: Duration::from_mins(10),
        ..SCHEDULE
    };
    let course = course(schedule, &Middle, vec![], doubtful).await;
    assert_eq!(course.polls, [0, 4000]);
}

#[tokio::test(start_paused = true)]
async fn a_good_answer_ends_the_doubt_and_an_outage_does_not() {
    let script = vec![doubtful(), doubtful(), pending(), doubtful(), outage(), doubtful()];
    let course = course(SCHEDULE, &Middle, script, doubtful).await;
    assert_eq!(course.polls, [0, 2000, 4000, 6000, 8000, 12_000]);
    assert!(matches!(course.end, Err(EndedEarly::Failed(_))));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_the_wait_at_once() {
    let course = course(SCHEDULE, &Middle, vec![pending(), Polled::Refused(failure())], pending).await;
    assert_eq!((course.polls, course.ended_at), (vec![0, 2000], 2000));
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_the_wait_cuts_a_pause_and_returns_the_last_response() {
    let schedule = Schedule {
        wait_timeout: Some(Duration::from_secs(5)),
        ..SCHEDULE
    };
    let course = course(schedule, &Middle, vec![], pending).await;
    assert_eq!((course.polls, course.ended_at), (vec![0, 2000, 4000], 5000));
    assert!(matches!(
        course.end,
        Err(EndedEarly::TimedOut {
            seen: Some("IN_PROGRESS"),
            ..
        })
    ));
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_the_wait_cuts_a_poll_that_stalls() {
    let schedule = Schedule {
        wait_timeout: Some(Duration::from_secs(5)),
        ..SCHEDULE
    };
    let clock = SystemClock;
    let start = clock.now();
    let end = wait(
        &clock,
        &Middle,
        schedule,
        None,
        |_| std::future::pending::<Polled<&str>>(),
        |_| {},
    )
    .await;
    assert!(matches!(end, Err(EndedEarly::TimedOut { seen: None, .. })));
    assert_eq!((clock.now() - start).as_millis(), 5000);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_nothing_allows_no_poll() {
    let schedule = Schedule {
        wait_timeout: Some(Duration::ZERO),
        ..SCHEDULE
    };
    let course = course(schedule, &Middle, vec![], pending).await;
    assert!(course.polls.is_empty());
    assert!(matches!(course.end, Err(EndedEarly::TimedOut { seen: None, .. })));
}

#[tokio::test(start_paused = true)]
async fn ten_hours_of_waiting_are_polled_without_a_slip() {
    let schedule = Schedule {
        wait_timeout: Some(Duration::from_hours(10)),
        ..SCHEDULE
    };
    let course = course(schedule, &Middle, vec![], pending).await;
    assert_eq!(course.polls.len(), 10 * 3600 / 2);
    assert!(course.polls.iter().zip(0u128..).all(|(&at, nth)| at == nth * 2000));
}
