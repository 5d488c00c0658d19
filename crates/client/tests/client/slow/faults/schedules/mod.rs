//! Random schedules: up to six faults, of the matrix or at any byte, with freezes and jumps of the clock, meet what a program does.
//! The clock is advanced by hand, and a reference model judges what the server saw and what the caller got.
//!
//! `SCHEDULES` is how many, from `SCHEDULE_SEED` on. With `SCHEDULE_ONLY`, a single seed is repeated.

mod clock;
mod gateway;
mod judge;
mod met;
mod modzy;
mod names;
mod plan;
mod scenarios;

use std::{
    env,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use self::{
    clock::Handle,
    gateway::{Gateway, LIMIT},
    modzy::Modzy,
    names::FaultyNames,
    plan::{Catalogue, Plan, Scenario},
};
use super::catalogue::{HOST, MAX_BYTES};
use crate::support::{folder::Folder, plain, server::Server};

/// The schedules of `npm test`.
const FEW: u64 = 500;

/// The schedules of `npm run test:schedules`.
const MANY: u64 = 100_000;

/// The longest that a run may take by its own clock.
const MOST: Duration = Duration::from_hours(48);

/// How many runs at a time. They wait for each other's processor only.
const AT_ONCE: u64 = 4;

/// Runs a plan, and returns what does not hold.
fn violations(plan: &Plan, catalogue: &Catalogue) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let found = runtime.block_on(async {
        // While blocking work runs, Tokio does not advance the paused time by itself.
        let (done, until_done) = mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || until_done.recv().is_ok());
        let found = run(plan, catalogue).await;
        drop(done);
        found
    });
    runtime.shutdown_background();
    found
}

async fn run(plan: &Plan, catalogue: &Catalogue) -> Vec<String> {
    let is_about_a_job = matches!(plan.scenario, Scenario::Download | Scenario::Results);
    let modzy = if is_about_a_job {
        Modzy::with_a_job()
    } else {
        Modzy::default()
    };
    let gateway = Gateway::new(plan, catalogue, modzy);
    let serving = Arc::clone(&gateway);
    let server = Server::raw(move |socket, number, _| Arc::clone(&serving).serve(socket, number)).await;
    let client = plain(&format!("http://{HOST}:{}/api", server.address().port()))
        .resolver(Arc::new(FaultyNames(Arc::clone(&gateway))))
        .clock(Arc::new(Handle(Arc::clone(&gateway.clock))))
        .max_response_bytes(MAX_BYTES)
        .request_timeout(LIMIT)
        .build()
        .unwrap();
    let folder = Folder::new();
    let reported = gateway
        .clock
        .drive(scenarios::run(plan.scenario, &client, &folder), MOST)
        .await;
    let Some(reported) = reported else {
        return vec!["a call never ends".to_owned()];
    };
    let met = gateway.met.lock().unwrap().clone();
    let mut found = judge::violations(plan.scenario, &reported, &met, &gateway.modzy.lock().unwrap());
    let requests = gateway.count();
    drop(client);
    // Nothing goes on behind the calls.
    let closed = async {
        while server.open() > 0 {
            tokio::task::yield_now().await;
        }
    };
    if gateway.clock.drive(closed, Duration::from_mins(5)).await.is_none() {
        found.push(format!("{} connections are left open", server.open()));
    }
    if gateway.count() > requests {
        found.push(format!(
            "{} requests after the end of the calls",
            gateway.count() - requests
        ));
    }
    if !found.is_empty() || only().is_some() {
        let lines: Vec<_> = met.iter().map(|met| format!("\n    {met:?}")).collect();
        let record = format!("the server met:{}\n  the caller got {reported:?}", lines.concat());
        if found.is_empty() {
            println!("{}\n  {record}", plan.text(catalogue));
        } else {
            found.push(record);
        }
    }
    found
}

/// Removes faults from a plan for as long as something does not hold.
fn shrink(plan: Plan, catalogue: &Catalogue) -> Plan {
    let smaller = plan
        .smaller()
        .find(|smaller| !violations(smaller, catalogue).is_empty());
    smaller.map_or(plan, |smaller| shrink(smaller, catalogue))
}

/// The only seed to run, whose record is printed in any case.
fn only() -> Option<u64> {
    env::var("SCHEDULE_ONLY").ok().map(|seed| seed.parse().unwrap())
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Runs this many schedules.
fn check(schedules: u64) {
    let catalogue = Catalogue::new();
    let (schedules, first) = match only() {
        Some(seed) => (1, seed),
        None => (number("SCHEDULES", schedules), number("SCHEDULE_SEED", 0)),
    };
    let began = Instant::now();
    let (next, failed) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= schedules || failed.lock().unwrap().len() >= 3 {
                        return;
                    }
                    if nth > 0 && nth % 5_000 == 0 {
                        println!("{nth} schedules in {:.0} s", began.elapsed().as_secs_f64());
                    }
                    let plan = Plan::new(first + nth, &catalogue);
                    if !violations(&plan, &catalogue).is_empty() {
                        let plan = shrink(plan, &catalogue);
                        let found = violations(&plan, &catalogue).join("\n  ");
                        // At once, because many schedules take long.
                        println!("{}\n  {found}\n", plan.text(&catalogue));
                        failed.lock().unwrap().push(plan.seed);
                    }
                }
            });
        }
    });
    let last = first + schedules - 1;
    println!("schedules {first} to {last} in {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(failed.into_inner().unwrap(), [0; 0], "these seeds fail");
}

#[test]
fn random_schedules_of_faults_keep_every_promise() {
    check(FEW);
}

#[test]
#[ignore = "takes long; `npm run test:schedules` runs it"]
fn many_random_schedules_of_faults_keep_every_promise() {
    check(MANY);
}
