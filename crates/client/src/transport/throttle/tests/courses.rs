//! Courses of many calls, on paused time, with servers that decide by the time whether they accept a request.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::{
    task::{JoinSet, LocalSet},
    time::{Instant, sleep},
};

use super::{LATENCY, NO_JITTER, SECOND, admit, plain, refusal, refuse};
use crate::transport::throttle::{Line, Pause, Place};

/// A server that decides by the time since the test began, and by the call, whether it accepts a request.
pub(super) struct Server {
    began: Instant,
    accepts: Box<dyn Fn(Duration, usize) -> bool>,
    retry_after: Option<Duration>,
    /// The call of each request, when it arrived in ms, and whether it was accepted.
    requests: RefCell<Vec<(usize, u128, bool)>>,
}

impl Server {
    pub(super) fn new(retry_after: Option<Duration>, accepts: impl Fn(Duration, usize) -> bool + 'static) -> Rc<Self> {
        Rc::new(Self {
            began: Instant::now(),
            accepts: Box::new(accepts),
            retry_after,
            requests: RefCell::default(),
        })
    }

    /// Has a bucket of tokens that is filled at a rate.
    pub(super) fn with_bucket(rate: f64, burst: f64) -> Rc<Self> {
        let accepts = bucket(rate, burst);
        Self::new(Some(SECOND), move |at, _| accepts(at))
    }

    async fn ask(&self, call: usize) -> bool {
        sleep(LATENCY).await;
        let at = self.began.elapsed();
        let accepts = (self.accepts)(at, call);
        self.requests.borrow_mut().push((call, at.as_millis(), accepts));
        accepts
    }

    pub(super) fn refused(&self) -> usize {
        self.requests.borrow().iter().filter(|(.., accepted)| !accepted).count()
    }

    /// When the requests of a call arrived, in ms.
    pub(super) fn requests_of(&self, call: usize) -> Vec<u128> {
        let requests = self.requests.borrow();
        let times = requests.iter().filter(|(of, ..)| *of == call);
        times.map(|(_, at, _)| *at).collect()
    }

    /// How many requests it has accepted after a time.
    fn accepted_after(&self, time: Duration) -> usize {
        let requests = self.requests.borrow();
        let settled = requests
            .iter()
            .filter(|(_, at, accepted)| *accepted && *at > time.as_millis());
        settled.count()
    }

    pub(super) fn accepted(&self) -> Vec<usize> {
        let requests = self.requests.borrow();
        requests
            .iter()
            .filter(|(.., accepted)| *accepted)
            .map(|(call, ..)| *call)
            .collect()
    }
}

/// Returns a bucket of tokens that is filled at a rate, and says at a time whether it has one.
pub(super) fn bucket(rate: f64, burst: f64) -> impl Fn(Duration) -> bool {
    let bucket = RefCell::new((burst, 0.0));
    move |at| {
        let mut bucket = bucket.borrow_mut();
        let (tokens, last) = *bucket;
        let now = at.as_secs_f64();
        let tokens = (tokens + rate * (now - last)).min(burst);
        let accepts = tokens >= 1.0;
        *bucket = (tokens - f64::from(u8::from(accepts)), now);
        accepts
    }
}

/// Sends a request until the server accepts it.
pub(super) async fn persist(line: &Line, server: &Server, call: usize) {
    let mut place = Place::default();
    loop {
        let ticket = line.admit(plain(), &mut place).await.unwrap();
        if server.ask(call).await {
            return ticket.accepted(&mut place);
        }
        if let Pause::Alone(pause) = ticket.refused(&mut place, refusal(server.retry_after), &NO_JITTER) {
            sleep(pause).await;
        }
    }
}

/// Makes so many calls in order, at most so many of them at a time. Returns the time that they take.
pub(super) async fn batch(line: &Rc<Line>, server: &Rc<Server>, count: usize, concurrency: usize) -> Duration {
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
    let server = Server::new(Some(SECOND), |at, _| at > 3 * SECOND);
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
    for (rate, concurrency, most) in [(50.0, 50, 100), (50.0, 200, 200), (50.0, 1000, 1000), (5.0, 50, 80)] {
        let line = Rc::default();
        let server = Server::with_bucket(rate, rate);
        let count = if rate > 10.0 { 2000 } else { 300 };
        let took = batch(&line, &server, count, concurrency).await;
        #[expect(clippy::cast_precision_loss, reason = "few calls")]
        let reached = count as f64 / took.as_secs_f64();
        let refused = server.refused();
        assert!(reached >= 0.9 * rate, "{reached} a second at {concurrency}");
        assert!(refused <= most, "{refused} at {concurrency}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_small_bucket_is_used_to_six_sevenths_once_its_rate_is_known() {
    for (rate, burst) in [(1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (5.0, 5.0), (10.0, 1.0), (20.0, 1.0)] {
        let line = Rc::default();
        let server = Server::with_bucket(rate, burst);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few calls")]
        let count = (120.0 * rate) as usize;
        let took = batch(&line, &server, count, 20).await;
        let settled = server.accepted_after(20 * SECOND);
        #[expect(clippy::cast_precision_loss, reason = "few calls")]
        let reached = settled as f64 / took.saturating_sub(20 * SECOND).as_secs_f64();
        let refused = server.refused();
        assert!(reached >= 6.0 / 7.0 * rate, "{reached} a second of {rate}");
        assert!(refused <= count / 4 + 20, "{refused} of {count} at {rate}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_without_a_burst_is_used_to_three_quarters_from_the_first_wave_on() {
    for (rate, concurrency) in [
        (1.0, 20),
        (2.0, 20),
        (2.0, 40),
        (5.0, 20),
        (10.0, 50),
        (20.0, 50),
        (50.0, 200),
    ] {
        let line = Rc::default();
        let server = Server::with_bucket(rate, 1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few calls")]
        let count = (20.0 * rate).max(40.0) as usize;
        let took = batch(&line, &server, count, concurrency).await;
        #[expect(clippy::cast_precision_loss, reason = "few calls")]
        let reached = count as f64 / took.as_secs_f64();
        assert!(reached >= 0.75 * rate, "{reached} a second of {rate} at {concurrency}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_refusals_of_three_seconds_cost_little_more_if_few_calls_were_accepted_before() {
    for before in 0..=12 {
        let line = Rc::default();
        let server = Server::new(Some(SECOND), |at, _| !(SECOND..4 * SECOND).contains(&at));
        batch(&line, &server, before, 1).await;
        sleep(SECOND.saturating_sub(server.began.elapsed())).await;
        let took = batch(&line, &server, 500, 100).await;
        assert!(took < 7 * SECOND, "{took:?} after {before}");
        assert!(server.refused() <= 103, "{} after {before}", server.refused());
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_refusal_after_few_calls_does_not_stop_the_class() {
    let line = Rc::default();
    // The first call after a pause is accepted, and the next one refused, twice.
    let server = Server::new(Some(SECOND), |at, _| {
        let at = at.as_millis();
        !(500..1700).contains(&at) && !(2200..3300).contains(&at)
    });
    batch(&line, &server, 1, 1).await;
    sleep(SECOND).await;
    let took = batch(&line, &server, 200, 20).await;
    assert!(took < 18 * SECOND, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn one_refusal_after_few_calls_does_not_slow_the_next_hundred_for_long() {
    let line = Rc::default();
    let server = Server::new(Some(SECOND), |at, _| !(SECOND..2 * SECOND).contains(&at));
    batch(&line, &server, 1, 1).await;
    sleep(SECOND).await;
    let took = batch(&line, &server, 100, 20).await;
    assert!(took < 7 * SECOND, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn five_thousand_callers_probe_a_server_once_a_second() {
    let line = Rc::default();
    let server = Server::new(Some(SECOND), |at, _| at > 20 * SECOND);
    refuse(admit(&line).await, Some(SECOND));
    batch(&line, &server, 5000, 5000).await;
    let refused = server.refused();
    assert!((19..=20).contains(&refused), "{refused}");
    assert!(server.accepted()[..5000 - refused].is_sorted());
}
