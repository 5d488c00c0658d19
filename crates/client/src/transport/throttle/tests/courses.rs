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

use super::{LATENCY, SECOND, admit, refuse};
use crate::transport::throttle::Line;

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

/// Makes so many calls in order, at most so many of them at a time. Returns the time that they take.
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
async fn one_refusal_after_few_calls_does_not_slow_the_next_hundred_for_long() {
    let line = Rc::default();
    let server = Server::new(Some(SECOND), |at| !(SECOND..2 * SECOND).contains(&at));
    batch(&line, &server, 1, 1).await;
    sleep(SECOND).await;
    let took = batch(&line, &server, 100, 20).await;
    assert!(took < 7 * SECOND, "{took:?}");
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
