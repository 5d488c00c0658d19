//! Servers that refuse a share of all requests at random, at any rate, on paused time.

use std::{cell::Cell, rc::Rc, time::Duration};

use super::{
    LATENCY, SECOND,
    courses::{Server, batch, bucket},
};
use crate::transport::throttle::Line;

/// Returns random numbers from zero to one, the same ones each time.
fn random(seed: u64) -> impl Fn() -> f64 {
    let state = Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    move || {
        let mut next = state.get();
        next ^= next << 13;
        next ^= next >> 7;
        next ^= next << 17;
        state.set(next);
        #[expect(clippy::cast_precision_loss, reason = "a fraction")]
        let fraction = (next >> 11) as f64 / (1_u64 << 53) as f64;
        fraction
    }
}

/// A server that refuses this share of all requests, and asks for this pause.
fn refusing(share: f64, asked: Option<Duration>, seed: u64) -> Rc<Server> {
    let random = random(seed);
    Server::new(asked, move |_, _| random() >= share)
}

/// How long so many calls take if none is refused.
fn usual(calls: usize, concurrency: usize) -> Duration {
    3 * LATENCY * u32::try_from(calls / concurrency).unwrap()
}

#[tokio::test(start_paused = true)]
async fn refusals_at_random_cost_a_small_multiple_of_what_they_ask_for() {
    const RUNS: u32 = 4;
    for share in [0.02, 0.05, 0.15] {
        for asked in [None, Some(Duration::ZERO), Some(SECOND), Some(5 * SECOND)] {
            for (calls, concurrency) in [(500, 20), (500, 100), (1000, 20), (200, 4)] {
                let each = asked.unwrap_or(SECOND).max(SECOND / 10);
                let (mut all, mut most_of_all) = (Duration::ZERO, Duration::ZERO);
                for seed in 1..=RUNS {
                    let line: Rc<Line> = Rc::default();
                    let server = refusing(share, asked, seed.into());
                    let took = batch(&line, &server, calls, concurrency).await;
                    let refused = server.refused();
                    let name = format!("{share}, {asked:?}, {calls} by {concurrency}: {took:?}, {refused} refused");
                    // What they ask of the callers, who would each wait for their own call only.
                    let asked_for = each * u32::try_from(refused).unwrap() / u32::try_from(concurrency).unwrap();
                    let usual = usual(calls, concurrency) + 4 * SECOND;
                    assert!(took <= usual + 10 * asked_for + 15 * each, "{name}");
                    #[expect(clippy::cast_precision_loss, reason = "few calls")]
                    let refused = refused as f64 / (calls + refused) as f64;
                    assert!(refused <= 1.7 * share + 0.01, "{name}");
                    all += took;
                    most_of_all += usual + 3 * asked_for + 5 * each;
                }
                let name = format!("{share}, {asked:?}, {calls} by {concurrency}");
                assert!(all <= most_of_all, "{name}: {:?}, {:?}", all / RUNS, most_of_all / RUNS);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_limited_rate_is_not_taken_for_chance_for_long() {
    for (rate, concurrency, most) in [(50.0, 200, 0.03), (50.0, 50, 0.03), (10.0, 50, 0.06)] {
        let line: Rc<Line> = Rc::default();
        let server = Server::with_bucket(rate, rate);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few calls")]
        let count = (200.0 * rate) as usize;
        let took = batch(&line, &server, count, concurrency).await;
        #[expect(clippy::cast_precision_loss, reason = "few calls")]
        let (reached, refused) = (
            count as f64 / took.as_secs_f64() / rate,
            server.refused() as f64 / count as f64,
        );
        assert!(
            reached >= 0.9 && refused <= most,
            "{reached} reached, {refused} refused"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_is_limited_after_refusals_at_random_is_noticed() {
    let line: Rc<Line> = Rc::default();
    let (random, accepts) = (random(7), bucket(50.0, 50.0));
    // For twenty seconds at random, and then by the rate as well.
    let server = Server::new(Some(SECOND), move |at, _| {
        if at < 20 * SECOND {
            random() >= 0.15
        } else {
            accepts(at)
        }
    });
    let mut before = 0;
    while server.accepted().len() < 20_000 {
        batch(&line, &server, 1000, 20).await;
        before = server.refused();
    }
    let took = batch(&line, &server, 2000, 20).await;
    let refused = server.refused() - before;
    assert!(refused <= 400 && took < 60 * SECOND, "{took:?}, {refused} refused");
}
