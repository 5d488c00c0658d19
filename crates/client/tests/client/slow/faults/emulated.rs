//! The same rules against the emulator, which creates, cancels and closes real jobs behind a fault.

use std::{sync::Arc, time::Duration};

use modzy_client::{ClientBuilder, ConnectionFault as Broken, JobHistoryFilter, Phase, WaitOptions};
use modzy_emulator::{ConnectionFault, Emulator, Fault};
use tokio::task::JoinSet;

use super::{
    calls::{Class, SUBMIT},
    catalogue::{Break, Cause},
    expected::{Course, expected},
    matrix::{LIMITS, differences, fraction},
    outcome::Outcome,
};
use crate::support::{
    clock::{Fixed, SkippingClock},
    emulator, millis, options, plain,
};

const OPEN: &str = r#"{"model":{"identifier":"ed542963de","version":"1.0.1"}}"#;

/// Starts an emulator with a job for a call of this class.
async fn emulator_for(class: Class) -> (Emulator, String) {
    let is_final = matches!(class, Class::Poll | Class::Results | Class::Output | Class::Stream);
    let stays = if is_final { 0 } else { 60_000 };
    let (emulator, _) = emulator(stays, stays).await;
    let client = plain(emulator.base_url()).build().unwrap();
    let body = if matches!(class, Class::Chunk | Class::Close) {
        OPEN
    } else {
        SUBMIT
    };
    if class == Class::Submit {
        return (emulator, String::new());
    }
    let receipt = client.submit_job(body, &options()).await.unwrap();
    let job_id = receipt.string_member("jobIdentifier").unwrap();
    match class {
        Class::Close => drop(Class::Chunk.call(&client, &job_id).await.unwrap()),
        _ if is_final => {
            let quick = WaitOptions::default().poll_interval(millis(5));
            client.block_until_complete(&job_id, &quick, |_| {}).await.unwrap();
        }
        _ => {}
    }
    emulator.clear_requests();
    (emulator, job_id)
}

async fn jobs(builder: ClientBuilder) -> usize {
    let client = builder.build().unwrap();
    let jobs = client.get_job_history(&JobHistoryFilter::default(), &options()).await;
    jobs.unwrap().parse::<Vec<serde_json::Value>>().unwrap().len()
}

async fn cell(cause: Cause, fault: Fault, class: Class, course: Course) -> Vec<String> {
    let is_stall = fault.connection == Some(ConnectionFault::Stall);
    let [limit, longer] = if is_stall { LIMITS } else { [Duration::from_mins(1); 2] };
    let differences = run(cause, fault.clone(), class, course, limit).await;
    if differences.is_empty() || !is_stall {
        return differences;
    }
    run(cause, fault, class, course, longer).await
}

async fn run(cause: Cause, fault: Fault, class: Class, course: Course, limit: Duration) -> Vec<String> {
    let expected = expected(cause, class, course, fraction(course)).unwrap();
    let (emulator, job_id) = emulator_for(class).await;
    let (method, path) = class.line().split_once(' ').unwrap();
    let of_the_job = |part| if part == "j" { job_id.as_str() } else { part };
    let path = path.split('/').map(of_the_job).collect::<Vec<_>>().join("/");
    let name = format!("{fault:?}, {}, {course:?}", class.name());
    emulator
        .fault(Fault {
            method: Some(method.to_owned()),
            path: Some(path),
            times: (course == Course::Passing).then_some(1),
            after: course == Course::Passing && fault.connection != Some(ConnectionFault::Cut),
            connection: fault.connection,
            ..Fault::default()
        })
        .unwrap();
    let clock = Arc::new(SkippingClock::default());
    let client = plain(emulator.base_url())
        .clock(clock.clone())
        .random(Arc::new(Fixed(fraction(course))))
        .request_timeout(limit)
        .build()
        .unwrap();
    let result = class.call(&client, &job_id).await;
    let line = |method: &str, path: &str| {
        let path = if job_id.is_empty() {
            path.to_owned()
        } else {
            path.replace(&job_id, "j")
        };
        format!("{method} {path}")
    };
    let requests = emulator.requests();
    let outcome = Outcome {
        result,
        lines: requests
            .iter()
            .map(|request| line(&request.method, &request.path))
            .collect(),
        pauses: clock
            .pauses()
            .iter()
            .map(|&pause| u64::try_from(pause).unwrap())
            .collect(),
        doubled: 0,
    };
    let mut differences = differences(&outcome, &expected, class);
    emulator.clear_faults();
    let made = jobs(plain(emulator.base_url())).await;
    let expected_jobs = match (class, course) {
        // The emulator never handled the request.
        (Class::Submit, Course::Lasting) => 0,
        _ => 1,
    };
    if made != expected_jobs {
        differences.push(format!("made {made} jobs instead of {expected_jobs}"));
    }
    differences
        .iter()
        .map(|difference| format!("{name}: {difference}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_whose_response_is_lost_is_done_once() {
    let faults = [
        (ConnectionFault::Reset, Break::Connection(Broken::Cut, Phase::Headers)),
        (ConnectionFault::Stall, Break::Limit(Phase::Headers)),
        (ConnectionFault::Cut, Break::Connection(Broken::Cut, Phase::Body)),
    ];
    let mut cells = JoinSet::new();
    for (connection, failure) in faults {
        for class in Class::ALL {
            for course in [Course::Lasting, Course::Passing] {
                let is_cut = connection == ConnectionFault::Cut;
                // The response to a chunk has no body to truncate, and a truncated response never lasts: the request is
                // done.
                if is_cut && (class == Class::Chunk || course == Course::Lasting) {
                    continue;
                }
                let fault = Fault {
                    connection: Some(connection),
                    ..Fault::default()
                };
                cells.spawn(cell(Cause::Lost(failure), fault, class, course));
            }
        }
    }
    let mut differences: Vec<_> = cells.join_all().await.into_iter().flatten().collect();
    differences.sort();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
