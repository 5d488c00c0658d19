//! Schedules of pauses, probes and rates, to the millisecond, on paused time.

mod chance;
mod courses;
mod patience;
mod quotas;

use std::{
    cell::RefCell,
    sync::{Arc, Mutex},
};

use tokio::{
    task::yield_now,
    time::{Instant, sleep, timeout},
};

use super::*;
use crate::{
    clock::SystemClock,
    observer::{Event, Observed, Observer, QueueReason},
};

#[derive(Debug)]
struct Fixed(f64);

impl Random for Fixed {
    fn fraction(&self) -> f64 {
        self.0
    }
}

const NO_JITTER: Fixed = Fixed(0.0);
const SECOND: Duration = Duration::from_secs(1);
const LATENCY: Duration = Duration::from_millis(5);
const UNOBSERVED: &Observed = &Observed(None);

fn refusal(asked: Option<Duration>) -> Refusal {
    Refusal {
        status: 429,
        retry_after: asked,
    }
}

fn plain() -> Waiter<'static> {
    Waiter {
        clock: &SystemClock,
        patience: Patience::Pause(LONGEST_RETRY_AFTER),
        observed: UNOBSERVED,
    }
}

/// Admits a call that arrives now.
async fn admit(line: &Line) -> Ticket<'_> {
    line.admit(plain(), &mut Place::default()).await.unwrap()
}

/// Refuses a request of a call that was not refused before.
fn refuse(ticket: Ticket<'_>, asked: Option<Duration>) -> Pause {
    ticket.refused(&mut Place::default(), refusal(asked), &NO_JITTER)
}

/// Accepts one.
fn accept(ticket: Ticket<'_>) {
    ticket.accepted(&mut Place::default());
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_hangs_or_is_dropped_passes_its_role_on() {
    let line = Line::default();
    refuse(admit(&line).await, Some(SECOND));
    let began = Instant::now();
    let hanging = admit(&line).await;
    assert_eq!(began.elapsed(), SECOND);
    let second = admit(&line).await;
    assert_eq!(began.elapsed(), 3 * SECOND, "two seconds for the first probe");
    drop(second);
    let third = admit(&line).await;
    assert_eq!(began.elapsed(), 3 * SECOND);
    accept(third);
    for _ in 0..1000 {
        accept(admit(&line).await);
    }
    assert_eq!(
        began.elapsed(),
        3 * SECOND,
        "nothing was accepted before, so no rate is known"
    );
    hanging.failed();
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_without_a_refusal_ends_the_pause() {
    let line = Line::default();
    refuse(admit(&line).await, Some(SECOND));
    let began = Instant::now();
    admit(&line).await.failed();
    admit(&line).await.failed();
    assert_eq!(began.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_always_refused_holds_the_others_up_by_one_probe() {
    let line = Line::default();
    let began = Instant::now();
    refuse(admit(&line).await, None);
    let refused = async {
        for _ in 0..10 {
            refuse(admit(&line).await, None);
        }
    };
    let others = async {
        yield_now().await;
        accept(admit(&line).await);
        began.elapsed()
    };
    let ((), others) = tokio::join!(refused, others);
    assert_eq!(others, 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_a_request_that_was_sent_before_a_pause_begins_no_other() {
    let line = Line::default();
    let [first, late] = [admit(&line).await, admit(&line).await];
    assert_eq!(refuse(first, Some(SECOND)), Pause::InLine(SECOND));
    accept(admit(&line).await);
    assert_eq!(refuse(late, Some(SECOND)), Pause::InLine(Duration::ZERO));
    let admitted = timeout(Duration::from_millis(1), admit(&line)).await;
    assert!(admitted.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_refusal_of_a_slow_probe_after_the_success_of_the_next_one_begins_no_pause() {
    let line = Line::default();
    refuse(admit(&line).await, Some(SECOND));
    let slow = admit(&line).await;
    accept(admit(&line).await);
    let began = Instant::now();
    assert_eq!(refuse(slow, Some(SECOND)), Pause::InLine(Duration::ZERO));
    accept(admit(&line).await);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_ticket_from_before_a_pause_is_not_current_and_keeps_its_place() {
    let line = Line::default();
    let mut place = Place::default();
    let queued = line.admit(plain(), &mut place).await.unwrap();
    refuse(admit(&line).await, Some(SECOND));
    assert!(!queued.is_current());
    drop(queued);
    let order = RefCell::new(vec![]);
    let later = async {
        accept(admit(&line).await);
        order.borrow_mut().push("later");
    };
    let earlier = async {
        yield_now().await;
        accept(line.admit(plain(), &mut place).await.unwrap());
        order.borrow_mut().push("earlier");
    };
    tokio::join!(later, earlier);
    assert_eq!(*order.borrow(), ["earlier", "later"]);
}

/// Notes the reason and the expected delay of each call that waits.
#[derive(Debug, Default)]
struct Notes(Mutex<Vec<(QueueReason, u128)>>);

impl Observer for Notes {
    fn observe(&self, event: &Event<'_>) {
        if let Event::Queue { reason, delay } = *event {
            self.0.lock().unwrap().push((reason, delay.as_millis()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_as_long_as_asked_for_and_up_to_a_tenth_longer_and_is_reported() {
    for (asked, fraction, expected) in [
        (Some(5000), 0.0, 5000),
        (Some(5000), 1.0, 5500),
        (None, 0.5, 1050),
        (Some(0), 0.0, 100),
        (Some(60_000), 0.0, 60_000),
        // Perhaps only that call has to wait for so long.
        (Some(3_600_000), 0.0, 1000),
    ] {
        let line = Line::default();
        let asked = asked.map(Duration::from_millis);
        let ticket = admit(&line).await;
        ticket.refused(&mut Place::default(), refusal(asked), &Fixed(fraction));
        let began = Instant::now();
        let notes = Arc::new(Notes::default());
        let waiter = Waiter {
            patience: Patience::Pause(Duration::from_hours(2)),
            observed: &Observed(Some(notes.clone())),
            ..plain()
        };
        accept(line.admit(waiter, &mut Place::default()).await.unwrap());
        assert_eq!(began.elapsed().as_millis(), expected);
        assert_eq!(*notes.0.lock().unwrap(), [(QueueReason::Pause, expected)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_reports_a_probe_and_a_rate_too() {
    let line = Line::default();
    for _ in 0..20 {
        accept(admit(&line).await);
    }
    refuse(admit(&line).await, Some(SECOND));
    let probe = admit(&line).await;
    let notes = Arc::new(Notes::default());
    let observed = Observed(Some(notes.clone()));
    let waiter = Waiter {
        observed: &observed,
        ..plain()
    };
    let mut places = [Place::default(); 3];
    let [first, second, third] = &mut places;
    let accepted = async {
        sleep(LATENCY).await;
        accept(probe);
    };
    let third = async {
        accept(line.admit(waiter, second).await.unwrap());
        accept(line.admit(waiter, third).await.unwrap());
    };
    let (first, (), ()) = tokio::join!(line.admit(waiter, first), accepted, third);
    accept(first.unwrap());
    let reasons = notes.0.lock().unwrap().clone();
    // 0.85 of twenty in a second is one every 58.8 ms, and two a second more for each accepted request.
    assert_eq!(
        reasons,
        [
            (QueueReason::Probe, 2000),
            (QueueReason::Probe, 2058),
            (QueueReason::Rate, 52)
        ]
    );
}
