//! A rate limit of the emulator, and a batch that uses it as far as it goes.

use std::{sync::Arc, time::Instant};

use modzy_client::{SystemRandom, WaitOptions};
use modzy_emulator::Fault;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::support::{emulator, millis, options, text_job};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes 40 seconds; `npm run test:faults` runs it"]
async fn a_batch_of_two_thousand_uses_nine_tenths_of_a_rate_limit_with_a_tenth_refused_at_most() {
    const JOBS: usize = 2000;
    const PER_SECOND: u32 = 50;
    let (emulator, builder) = emulator(0, 0).await;
    let limit = Fault {
        method: Some("POST".to_owned()),
        path: Some("/api/jobs".to_owned()),
        per_second: Some(PER_SECOND),
        status: Some(429),
        headers: [("Retry-After".to_owned(), "1".to_owned())].into(),
        ..Fault::default()
    };
    emulator.fault(limit).unwrap();
    let client = builder.random(Arc::new(SystemRandom)).build().unwrap();
    let permits = Arc::new(Semaphore::new(200));
    let began = Instant::now();
    let mut jobs = JoinSet::new();
    for _ in 0..JOBS {
        let permit = Arc::clone(&permits).acquire_owned().await.unwrap();
        let client = client.clone();
        jobs.spawn(async move {
            let submit = options().patience(WaitOptions::default().longest_outage());
            let receipt = client.submit_job_text(&text_job(), &submit).await.unwrap();
            let id = receipt.string_member("jobIdentifier").unwrap();
            let wait = WaitOptions::default().poll_interval(millis(100));
            client.block_until_complete(&id, &wait, |_| {}).await.unwrap();
            drop(permit);
        });
    }
    jobs.join_all().await;
    let took = began.elapsed().as_secs_f64();
    let submits = emulator
        .requests()
        .iter()
        .filter(|request| request.method == "POST")
        .count();
    let refused = submits.saturating_sub(JOBS);
    println!("{JOBS} jobs in {took:.1} s at {PER_SECOND} a second: {refused} submits were refused");
    assert!(took <= 2000.0 / 45.0, "{took} s");
    assert!(refused * 10 <= submits, "{refused} of {submits}");
}
