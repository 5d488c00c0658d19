//! Schedules of pauses, probes and rates, on paused time, with servers that decide by the time.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    task::{JoinSet, LocalSet, yield_now},
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

fn refuse(ticket: Ticket<'_>, asked: Option<Duration>) -> Duration {
    ticket.refused(refusal(asked), &NO_JITTER)
}

/// A server that decides by the time since the test began whether it accepts a request.
struct Server {
    began: Instant,
    accepts: Box<dyn Fn(Duration) -> bool>,
    retry_after: Option<Duration>,
    /// The call of each request, when it arrived in ms, and whether it was accepted.
    requests: RefCell<Vec<(usize, u128, bool)>>,
}

impl Server {
    fn new(retry_after: Option<Duration>, accepts: impl Fn(Duration) -> bool + 'static) -> Rc<Self> {
        Rc::new(Self {
            began: Instant::now(),
            accepts: Box::new(accepts),
            retry_after,
            requests: RefCell::default(),
        })
    }

    /// Has a bucket of tokens that is filled at a rate.
    fn with_bucket(rate: f64, burst: f64) -> Rc<Self> {
        let bucket = RefCell::new((burst, 0.0));
        Self::new(Some(SECOND), move |at| {
            let mut bucket = bucket.borrow_mut();
            let (tokens, last) = *bucket;
            let now = at.as_secs_f64();
            let tokens = (tokens + rate * (now - last)).min(burst);
            let accepts = tokens >= 1.0;
            *bucket = (tokens - f64::from(u8::from(accepts)), now);
            accepts
        })
    }

    async fn ask(&self, call: usize) -> bool {
        sleep(LATENCY).await;
        let at = self.began.elapsed();
        let accepts = (self.accepts)(at);
        self.requests.borrow_mut().push((call, at.as_millis(), accepts));
        accepts
    }

    fn refused(&self) -> usize {
        self.requests.borrow().iter().filter(|(.., accepted)| !accepted).count()
    }

    fn accepted(&self) -> Vec<usize> {
        let requests = self.requests.borrow();
        requests
            .iter()
            .filter(|(.., accepted)| *accepted)
            .map(|(call, ..)| *call)
            .collect()
    }
}

/// Sends a request until the server accepts it.
async fn persist(line: &Line, server: &Server, call: usize) {
    loop {
        let ticket = admit(line).await;
        if server.ask(call).await {
            return ticket.accepted();
        }
        refuse(ticket, server.retry_after);
    }
}

/// Makes so many calls in order, of which at most so many run at a time. Returns the time that they take.
async fn batch(line: &Rc<Line>, server: &Rc<Server>, count: usize, concurrency: usize) -> Duration {
    let began = Instant::now();
    let next = Rc::new(AtomicUsize::new(0));
    let set = LocalSet::new();
    let mut workers = JoinSet::new();
    for _ in 0..concurrency {
        let (line, server, next) = (Rc::clone(line), Rc::clone(server), Rc::clone(&next));
        let work = async move {
            loop {
                let call = next.fetch_add(1, Ordering::Relaxed);
                if call >= count {
                    break;
                }
                persist(&line, &server, call).await;
                // Its job takes some time.
                sleep(2 * LATENCY).await;
            }
        };
        workers.spawn_local_on(work, &set);
    }
    set.run_until(async { while workers.join_next().await.is_some() {} })
        .await;
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_for_three_seconds_gets_the_first_wave_two_probes_and_then_every_call_in_order() {
    let line = Rc::default();
    let server = Server::new(Some(SECOND), |at| at > 3 * SECOND);
    let took = batch(&line, &server, 500, 100).await;
    assert!(took < Duration::from_millis(3200), "{took:?}");
    assert_eq!(server.refused(), 102);
    let accepted = server.accepted();
    assert_eq!(accepted.len(), 500);
    // The two calls that probed went to the end of the line.
    assert!(accepted[..98].is_sorted(), "{accepted:?}");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_is_used_to_nine_tenths_with_few_refusals() {
    for (rate, concurrency, most) in [(50.0, 50, 100), (50.0, 200, 200), (50.0, 1000, 1050), (5.0, 50, 100)] {
        let line = Rc::default();
        let server = Server::with_bucket(rate, rate);
        let count = if rate > 10.0 { 2000 } else { 300 };
        let took = batch(&line, &server, count, concurrency).await;
        #[expect(clippy::cast_precision_loss, reason = "few calls")]
        let reached = count as f64 / took.as_secs_f64();
        let refused = server.refused();
        println!("bucket of {rate}/s, {concurrency} at a time: {reached:.1}/s, {refused} refused");
        assert!(reached >= 0.9 * rate, "{reached} a second at {concurrency}");
        assert!(refused <= most, "{refused} at {concurrency}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_refusal_after_few_calls_does_not_slow_the_next_hundred_for_long() {
    let line = Rc::default();
    let server = Server::new(Some(SECOND), |at| !(SECOND..2 * SECOND).contains(&at));
    batch(&line, &server, 1, 1).await;
    sleep(SECOND).await;
    let took = batch(&line, &server, 100, 20).await;
    assert!(took < 7 * SECOND, "{took:?}");
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
    third.accepted();
    for _ in 0..1000 {
        admit(&line).await.accepted();
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
        admit(&line).await.accepted();
        began.elapsed()
    };
    let ((), others) = tokio::join!(refused, others);
    assert_eq!(others, 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_a_request_that_was_sent_before_a_pause_begins_no_other() {
    let line = Line::default();
    let [first, late] = [admit(&line).await, admit(&line).await];
    assert_eq!(refuse(first, Some(SECOND)), SECOND);
    admit(&line).await.accepted();
    assert_eq!(refuse(late, Some(SECOND)), Duration::ZERO);
    let admitted = timeout(Duration::from_millis(1), admit(&line)).await;
    assert!(admitted.is_ok());
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
        admit(&line).await.accepted();
        order.borrow_mut().push("later");
    };
    let earlier = async {
        yield_now().await;
        line.admit(plain(), &mut place).await.unwrap().accepted();
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
        (Some(3_600_000), 0.0, 60_000),
    ] {
        let line = Line::default();
        let asked = asked.map(Duration::from_millis);
        admit(&line).await.refused(refusal(asked), &Fixed(fraction));
        let began = Instant::now();
        let notes = Arc::new(Notes::default());
        let waiter = Waiter {
            patience: Patience::Pause(Duration::from_hours(2)),
            observed: &Observed(Some(notes.clone())),
            ..plain()
        };
        line.admit(waiter, &mut Place::default()).await.unwrap().accepted();
        assert_eq!(began.elapsed().as_millis(), expected);
        assert_eq!(*notes.0.lock().unwrap(), [(QueueReason::Pause, expected)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_reports_a_probe_and_a_rate_too() {
    let line = Line::default();
    for _ in 0..20 {
        admit(&line).await.accepted();
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
        probe.accepted();
    };
    let third = async {
        line.admit(waiter, second).await.unwrap().accepted();
        line.admit(waiter, third).await.unwrap().accepted();
    };
    let (first, (), ()) = tokio::join!(line.admit(waiter, first), accepted, third);
    first.unwrap().accepted();
    let reasons = notes.0.lock().unwrap().clone();
    // 0.85 of twenty in a second is one every 58.8 ms.
    assert_eq!(
        reasons,
        [
            (QueueReason::Probe, 2000),
            (QueueReason::Probe, 2058),
            (QueueReason::Rate, 58)
        ]
    );
}

/// Returns whether a call was admitted, and settles it.
async fn is_admitted(line: &Line, patience: Patience) -> bool {
    let waiter = Waiter { patience, ..plain() };
    let admitted = line.admit(waiter, &mut Place::default()).await;
    admitted.map(Ticket::accepted).is_ok()
}

const A_MINUTE: Patience = Patience::Pause(LONGEST_RETRY_AFTER);

#[tokio::test(start_paused = true)]
async fn a_pause_beyond_the_limit_of_a_caller_ends_it_at_once() {
    let asked = Some(Duration::from_hours(1));
    let line = Line::default();
    let began = Instant::now();
    refuse(admit(&line).await, asked);
    let ended = line.admit(plain(), &mut Place::default()).await;
    assert_eq!(ended.unwrap_err(), refusal(asked));
    assert_eq!(began.elapsed(), Duration::ZERO);
    // After a minute, one call finds out whether that is still so.
    sleep(LONGEST_RETRY_AFTER).await;
    assert!(is_admitted(&line, A_MINUTE).await && is_admitted(&line, A_MINUTE).await);
    assert_eq!(began.elapsed(), LONGEST_RETRY_AFTER);
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
                    early.accepted();
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
async fn five_thousand_callers_probe_a_server_once_a_second() {
    let line = Rc::default();
    let server = Server::new(Some(SECOND), |at| at > 20 * SECOND);
    refuse(admit(&line).await, Some(SECOND));
    batch(&line, &server, 5000, 5000).await;
    let refused = server.refused();
    assert!((19..=20).contains(&refused), "{refused}");
    assert!(server.accepted()[..5000 - refused].is_sorted());
}
