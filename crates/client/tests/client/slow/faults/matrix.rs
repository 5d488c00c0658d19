//! Every fault meets every class of request twice: once permanently, and once at the first request only.

use std::{sync::Arc, time::Duration};

use modzy_client::{BodyFault, Error, Sent};
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    calls::Class,
    catalogue::{self, Fault},
    expected::{Course, Expected, Failure, Kind, Repeat, expected, pauses},
    outcome::{Outcome, outcome},
};
use crate::support::{
    attempts, body_fault, builder,
    certificates::Authority,
    clock::{Fixed, SkippingClock},
    millis, options,
    server::{Reply, Server, answer, job, status},
    skipping,
};

/// How many cells run at the same time.
const AT_ONCE: usize = 24;

/// The limits of a client if no response comes. On a busy machine the shorter one may expire before the request meets
/// the fault. The cell is then run again with the longer one.
pub(super) const LIMITS: [Duration; 2] = [Duration::from_millis(400), Duration::from_secs(4)];

/// Returns what the client's random generator gives in the cells of a course.
pub(super) fn fraction(course: Course) -> f64 {
    match course {
        Course::Lasting => 0.5,
        Course::Passing => 0.999,
    }
}

fn failure(error: &Error) -> Failure {
    let kind = match error {
        Error::Status { status, .. } => Kind::Status(*status),
        Error::Response { fault, .. } => Kind::Response(*fault),
        Error::Connection { fault, phase, .. } => Kind::Connection(*fault, *phase),
        Error::Timeout { phase, .. } => Kind::Timeout(*phase),
        other => panic!("{other:?}"),
    };
    Failure {
        kind,
        sent: error.sent(),
        attempts: attempts(error),
        retryable: error.is_retryable(),
    }
}

/// Describes each difference between the outcome and the expected one.
pub(super) fn differences(outcome: &Outcome, expected: &Expected, class: Class) -> Vec<String> {
    let mut differences = Vec::new();
    let failed = outcome.result.as_ref().err().map(failure);
    if failed != expected.failure {
        let expected = expected.failure;
        differences.push(format!("ends in {:?} instead of {expected:?}", outcome.result));
    }
    if outcome.lines != expected.lines {
        let expected = &expected.lines;
        differences.push(format!("requests {:?} instead of {expected:?}", outcome.lines));
    }
    let (seen, bounds) = (&outcome.pauses, &expected.pauses);
    let within = seen
        .iter()
        .zip(bounds)
        .all(|(pause, (least, most))| (least..=most).contains(&pause));
    if seen.len() != bounds.len() || !within {
        differences.push(format!("pauses for {seen:?} instead of {bounds:?}"));
    }
    if class.is_post() && outcome.doubled > 0 {
        differences.push(format!("the server may have acted {} times too often", outcome.doubled));
    }
    differences
}

/// Runs a cell, and describes each difference.
async fn cell(fault: &Fault, class: Class, course: Course, authority: &Authority) -> Vec<String> {
    let Some(expected) = expected(fault.cause, class, course, fraction(course)) else {
        return vec![];
    };
    let mut found = vec![];
    for limit in LIMITS {
        let outcome = outcome(fault, class, course, limit, authority).await;
        found = differences(&outcome, &expected, class);
        if found.is_empty() || !fault.is_ended_by_a_limit() {
            break;
        }
    }
    let name = format!("{}, {}, {course:?}", fault.name, class.name());
    found.iter().map(|difference| format!("{name}: {difference}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_ends_as_the_rules_say() {
    let authority = Arc::new(Authority::new());
    let faults = Arc::new(catalogue::all(&authority).await);
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut cells = JoinSet::new();
    for nth in 0..faults.len() {
        for class in Class::ALL {
            for course in [Course::Lasting, Course::Passing] {
                if course == Course::Passing && !faults[nth].can_pass() {
                    continue;
                }
                let (faults, authority, permits) = (faults.clone(), authority.clone(), permits.clone());
                cells.spawn(async move {
                    let _permit = permits.acquire().await.unwrap();
                    cell(&faults[nth], class, course, &authority).await
                });
            }
        }
    }
    let mut all_differences = Vec::new();
    while let Some(differences) = cells.join_next().await {
        all_differences.extend(differences.unwrap());
    }
    all_differences.sort();
    assert!(all_differences.is_empty(), "{}", all_differences.join("\n"));
}

#[tokio::test]
async fn the_pauses_of_many_retries_grow_to_eight_seconds_and_stay_there() {
    for fraction in [0.0, 0.3, 0.999] {
        let server = Server::always(status(500)).await;
        let clock = Arc::new(SkippingClock::default());
        let client = builder(&server.api())
            .clock(clock.clone())
            .random(Arc::new(Fixed(fraction)))
            .build()
            .unwrap();
        client.get_job("j", &options().retries(12)).await.unwrap_err();
        let seen: Vec<u64> = clock
            .pauses()
            .iter()
            .map(|&pause| u64::try_from(pause).unwrap())
            .collect();
        let expected: Vec<u64> = pauses(Repeat::Backoff, 12, fraction)
            .iter()
            .map(|(pause, _)| *pause)
            .collect();
        assert_eq!(seen, expected);
        assert!(seen.iter().all(|pause| (500..=8000).contains(pause)), "{seen:?}");
        assert_eq!(seen[11] == 8000, fraction > 0.9, "{seen:?}");
    }
}

#[tokio::test]
async fn a_close_that_stays_unsettled_reports_the_status_of_its_response() {
    for code in [200, 204] {
        let server = Server::start(move |request, _| match request.line() {
            "POST /api/jobs/j/close" => Reply::Keep(answer(code, "", "")),
            _ => job("OPEN"),
        })
        .await;
        let (client, _) = skipping(&server.api());
        let error = client.close_job("j", &options()).await.unwrap_err();
        assert_eq!(
            (error.status(), body_fault(&error)),
            (Some(code), Some(BodyFault::Missing))
        );
    }
}

#[tokio::test]
async fn a_close_that_stalls_may_have_arrived() {
    let server = Server::start(|request, _| match request.line() {
        "POST /api/jobs/j/close" => Reply::Stall(Vec::new()),
        _ => status(404),
    })
    .await;
    let client = builder(&server.api()).build().unwrap();
    let limited = options().request_timeout(millis(200));
    let error = client.close_job("j", &limited).await.unwrap_err();
    assert_eq!(error.sent(), Some(Sent::Maybe), "{error:?}");
    // The body shows that the request was handed over.
    assert_eq!(server.requests()[0].body, b"{}");
    assert_eq!(server.lines(), ["POST /api/jobs/j/close", "GET /api/jobs/j"]);
}
