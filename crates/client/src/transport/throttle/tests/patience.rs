//! How long callers wait while a server refuses their class, on paused time.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::{
    task::yield_now,
    time::{Instant, sleep, timeout},
};

use super::{LATENCY, NO_JITTER, SECOND, accept, admit, plain, refusal, refuse};
use crate::transport::throttle::{LONGEST_RETRY_AFTER, Line, Patience, Place, Waiter, state::MOST_NEW};

/// Returns whether a call was admitted, and settles it.
async fn is_admitted(line: &Line, patience: Patience) -> bool {
    let waiter = Waiter { patience, ..plain() };
    let admitted = line.admit(waiter, &mut Place::default()).await;
    admitted.map(accept).is_ok()
}

const A_MINUTE: Patience = Patience::Pause(LONGEST_RETRY_AFTER);

#[tokio::test(start_paused = true)]
async fn a_pause_beyond_the_limit_of_a_caller_ends_it_at_once() {
    let asked = Some(Duration::from_hours(1));
    let line = Line::default();
    refuse(admit(&line).await, asked);
    // Perhaps it concerns only that call. The next one finds out.
    refuse(admit(&line).await, asked);
    let began = Instant::now();
    let ended = line.admit(plain(), &mut Place::default()).await;
    assert_eq!(ended.unwrap_err(), refusal(asked));
    assert_eq!(began.elapsed(), Duration::ZERO);
    // After a minute, one call finds out whether that is still so.
    sleep(LONGEST_RETRY_AFTER).await;
    assert!(is_admitted(&line, A_MINUTE).await && is_admitted(&line, A_MINUTE).await);
    assert_eq!(began.elapsed(), LONGEST_RETRY_AFTER);
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_an_hour_that_only_some_calls_are_asked_for_holds_up_the_others_for_a_second() {
    let asked = Some(Duration::from_hours(1));
    let line = Line::default();
    let began = Instant::now();
    let wave = [admit(&line).await, admit(&line).await, admit(&line).await];
    for ticket in wave {
        refuse(ticket, asked);
    }
    let others = [A_MINUTE; 20].map(|patience| is_admitted(&line, patience));
    assert_eq!(join_all(others).await, [true; 20]);
    assert_eq!(began.elapsed(), SECOND);
    // Now it is known that such calls are alone, unless hardly any other is accepted.
    let late = admit(&line).await;
    for _ in 0..MOST_NEW {
        refuse(admit(&line).await, asked);
        assert_eq!(began.elapsed(), SECOND);
    }
    refuse(admit(&line).await, asked);
    refuse(admit(&line).await, asked);
    assert_eq!(began.elapsed(), 2 * SECOND);
    // A late refusal does not cut a pause that a probe has confirmed.
    refuse(late, asked);
    assert!(!is_admitted(&line, A_MINUTE).await);
    assert_eq!(began.elapsed(), 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_longer_pause_ends_at_once_those_who_wait_already() {
    let line = Line::default();
    refuse(admit(&line).await, Some(SECOND));
    let began = Instant::now();
    let probe = async {
        let ticket = admit(&line).await;
        yield_now().await;
        refuse(ticket, Some(Duration::from_hours(1)));
    };
    let longer = Patience::Pause(Duration::from_hours(2));
    let of_an_hour = timeout(2 * SECOND, is_admitted(&line, longer));
    let ended = tokio::join!(
        probe,
        is_admitted(&line, A_MINUTE),
        is_admitted(&line, A_MINUTE),
        of_an_hour
    );
    assert!(matches!(ended, ((), false, false, Err(_))), "{ended:?}");
    assert_eq!(began.elapsed(), 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_the_class_ends_a_caller_at_its_limit_counted_from_the_last_success() {
    for (success, end) in [(None, 5000), (Some(500), 5500)] {
        let line = Line::default();
        let began = Instant::now();
        let early = admit(&line).await;
        refuse(admit(&line).await, Some(SECOND));
        let probes = async {
            for _ in 0..2 {
                refuse(admit(&line).await, Some(2 * SECOND));
            }
            let _hanging = admit(&line).await;
            sleep(SECOND).await;
        };
        let early = async {
            match success {
                Some(at) => {
                    sleep(Duration::from_millis(at)).await;
                    accept(early);
                }
                None => drop(early),
            }
        };
        let caller = async {
            sleep(4 * SECOND).await;
            let since = began.into_std();
            let limit = 5 * SECOND;
            let admitted = is_admitted(&line, Patience::Outage { since, limit }).await;
            (admitted, began.elapsed().as_millis())
        };
        let ((), (), ended) = tokio::join!(probes, early, caller);
        assert_eq!(ended, (false, end));
    }
}

#[tokio::test(start_paused = true)]
async fn patience_counts_from_when_a_call_was_first_held_back_however_late_it_is_refused_itself() {
    let line = Line::default();
    let began = Instant::now();
    refuse(admit(&line).await, Some(SECOND));
    let others = async {
        for _ in 0..3 {
            refuse(admit(&line).await, Some(SECOND));
        }
    };
    let late = async {
        yield_now().await;
        let mut place = Place::default();
        let mut refused = vec![];
        loop {
            let (since, limit) = (Instant::now().into_std(), 3 * SECOND);
            let patience = Patience::Outage { since, limit };
            let Ok(ticket) = line.admit(Waiter { patience, ..plain() }, &mut place).await else {
                return (refused, began.elapsed());
            };
            refused.push(began.elapsed());
            ticket.refused(&mut place, refusal(Some(SECOND)), &NO_JITTER);
        }
    };
    let (late, ()) = tokio::join!(late, others);
    assert_eq!(late, (vec![2 * SECOND], 3 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn time_in_which_the_process_was_suspended_uses_up_no_patience() {
    let line = Line::default();
    refuse(admit(&line).await, Some(30 * SECOND));
    let caller = async |latency| {
        let since = Instant::now().into_std();
        let limit = 60 * SECOND;
        let patience = Patience::Outage { since, limit };
        let waiter = Waiter { patience, ..plain() };
        let ticket = line.admit(waiter, &mut Place::default()).await.unwrap();
        sleep(latency).await;
        accept(ticket);
    };
    let suspended = async {
        yield_now().await;
        tokio::time::advance(Duration::from_mins(10)).await;
    };
    tokio::join!(caller(SECOND), caller(LATENCY), suspended);
}

#[tokio::test(start_paused = true)]
async fn a_suspension_that_makes_no_timer_late_uses_up_no_patience_either() {
    let line = Line::default();
    refuse(admit(&line).await, Some(60 * SECOND));
    let caller = async |refusals: usize| {
        let mut place = Place::default();
        for nth in 0..=refusals {
            let since = Instant::now().into_std();
            let limit = 70 * SECOND;
            let patience = Patience::Outage { since, limit };
            let ticket = line.admit(Waiter { patience, ..plain() }, &mut place).await.unwrap();
            if nth < refusals {
                ticket.refused(&mut place, refusal(Some(30 * SECOND)), &NO_JITTER);
            } else {
                ticket.accepted(&mut place);
            }
        }
    };
    let suspended = async {
        yield_now().await;
        tokio::time::advance(50 * SECOND).await;
    };
    tokio::join!(caller(1), caller(0), suspended);
}

#[tokio::test(start_paused = true)]
async fn a_suspension_during_a_request_that_is_refused_uses_up_no_patience() {
    const SUSPENDED: Duration = Duration::from_mins(10);
    let line = Line::default();
    let mut place = Place::default();
    let waiter = || {
        let since = Instant::now().into_std();
        let limit = 60 * SECOND;
        let patience = Patience::Outage { since, limit };
        Waiter { patience, ..plain() }
    };
    let ticket = line.admit(waiter(), &mut place).await.unwrap();
    tokio::time::advance(SUSPENDED).await;
    place.note_suspension(SUSPENDED);
    ticket.refused(&mut place, refusal(Some(SECOND)), &NO_JITTER);
    assert_eq!(place.take_suspended(), SUSPENDED);
    line.admit(waiter(), &mut place).await.unwrap().accepted(&mut place);
    assert_eq!(place.take_suspended(), Duration::ZERO);
}
