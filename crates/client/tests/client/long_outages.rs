//! Long outages: how many requests the calls of that time make, each of them and all together. The waits are in `outages`.

use std::time::Duration;

use modzy_client::{Client, Clock, Error};

use crate::support::{
    attempts,
    clock::SkippingClock,
    options,
    server::{Reply, Server, closed_port, cut, job, status},
    skipping,
};

/// One call every 24 seconds, for an hour.
const CALLS: u32 = 150;
const THINK_TIME: Duration = Duration::from_secs(24);

/// Makes the calls, each with two retries. Returns how many attempts those that fail have made in all, and how many calls those are.
async fn attempts_in_an_hour(clock: &SkippingClock, call: impl AsyncFn(u32) -> Result<(), Error>) -> (u32, u32) {
    let began = clock.now();
    let (mut all, mut failed) = (0, 0);
    for nth in 0..CALLS {
        if let Err(error) = call(nth).await {
            let attempts = attempts(&error);
            assert!(attempts <= 3, "{attempts} attempts of call {nth}");
            all += attempts;
            failed += 1;
        }
        clock.sleep(THINK_TIME).await;
    }
    assert!(clock.now() - began >= Duration::from_hours(1));
    (all, failed)
}

async fn read(client: &Client, nth: u32) -> Result<(), Error> {
    client.get_job(&nth.to_string(), &options()).await.map(|_| ())
}

#[tokio::test]
async fn the_calls_of_an_outage_of_an_hour_make_twenty_retries_in_all_and_two_each() {
    for fault in [status(500), status(503), Reply::Reset, Reply::Close(Vec::new()), cut()] {
        let server = Server::always(fault.clone()).await;
        let (client, clock) = skipping(&server.api());
        let (attempts, failed) = attempts_in_an_hour(&clock, async |nth| read(&client, nth).await).await;
        assert_eq!((attempts, failed), (CALLS + 20, CALLS), "{fault:?}");
        // At most 1.2 requests for each call.
        let requests = server.count();
        assert!(requests * 10 <= CALLS as usize * 12, "{requests} after {fault:?}");
        assert_eq!(requests, attempts as usize, "{fault:?}");
    }
}

#[tokio::test]
async fn submits_that_cannot_be_sent_for_an_hour_make_as_few() {
    let (client, clock) = skipping(&format!("http://127.0.0.1:{}/api", closed_port().await));
    let submit = async |_| client.submit_job("{}", &options()).await.map(|_| ());
    assert_eq!(attempts_in_an_hour(&clock, submit).await, (CALLS + 20, CALLS));
}

#[tokio::test]
async fn a_server_that_accepts_some_requests_for_an_hour_gets_a_tenth_more_for_each_of_these_at_most() {
    for accepted in [2, 10, 50] {
        let server = Server::start(move |_, nth| if nth % accepted == 0 { job("OPEN") } else { status(500) }).await;
        let (client, clock) = skipping(&server.api());
        let read = async |_| client.get_job("j", &options()).await.map(|_| ());
        attempts_in_an_hour(&clock, read).await;
        let requests = server.count();
        let good = requests.div_ceil(accepted);
        assert!(requests <= CALLS as usize + 20 + good / 10, "{requests}");
        assert!(requests * 10 <= CALLS as usize * 12, "{requests}");
    }
}
