//! Every fault meets every class of request, once for good and once in passing.

use std::{sync::Arc, time::Duration};

use modzy_client::{BodyFault, Error, Sent};
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    calls::Class,
    catalogue::{self, Fault},
    expected::{Again, Course, Expected, Failure, Kind, expected, pauses},
    table::{self, Row},
    world::{Outcome, outcome},
};
use crate::support::{
    attempts, body_fault, builder,
    certificates::Authority,
    clock::{Fixed, SkippingClock},
    millis, options,
    server::{Reply, Server, answer, job, status},
    skipping,
};

/// How many cells are tried at a time.
const AT_ONCE: usize = 24;

/// What a client waits for where nothing comes. On a busy machine the shorter one may pass before the fault is met, so that the
/// cell is tried again with the longer.
pub(super) const LIMITS: [Duration; 2] = [Duration::from_millis(400), Duration::from_secs(4)];

/// What the client's generator gives in the cells of a course.
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

/// What differs from what is expected.
pub(super) fn differences(outcome: &Outcome, expected: &Expected, class: Class) -> Vec<String> {
    let mut differences = Vec::new();
    let failed = outcome.result.as_ref().err().map(failure);
    if failed != expected.failure {
        let expected = expected.failure;
        differences.push(format!("ends in {:?} in place of {expected:?}", outcome.result));
    }
    if outcome.lines != expected.lines {
        let expected = &expected.lines;
        differences.push(format!("asks {:?} in place of {expected:?}", outcome.lines));
    }
    let (seen, bounds) = (&outcome.pauses, &expected.pauses);
    let within = seen
        .iter()
        .zip(bounds)
        .all(|(pause, (least, most))| (least..=most).contains(&pause));
    if seen.len() != bounds.len() || !within {
        differences.push(format!("pauses for {seen:?} in place of {bounds:?}"));
    }
    if class.is_post() && outcome.doubled > 0 {
        differences.push(format!("may have been done {} times too often", outcome.doubled));
    }
    differences
}

async fn cell(fault: &Fault, class: Class, course: Course, authority: &Authority) -> (Option<Outcome>, Vec<String>) {
    let Some(expected) = expected(fault.what, class, course, fraction(course)) else {
        return (None, vec![]);
    };
    let name = format!("{}, {}, {course:?}", fault.name, class.name());
    let mut last = (None, vec![]);
    for limit in LIMITS {
        let outcome = outcome(fault, class, course, limit, authority).await;
        let differences = differences(&outcome, &expected, class);
        let differences: Vec<_> = differences
            .iter()
            .map(|difference| format!("{name}: {difference}"))
            .collect();
        let ends = differences.is_empty() || !fault.takes_its_time();
        last = (Some(outcome), differences);
        if ends {
            break;
        }
    }
    last
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_ends_as_the_rules_say_and_the_documented_table_is_what_was_seen() {
    let authority = Arc::new(Authority::new());
    let faults = Arc::new(catalogue::all(&authority).await);
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut cells = JoinSet::new();
    for nth in 0..faults.len() {
        for (column, class) in Class::ALL.into_iter().enumerate() {
            for course in [Course::Lasting, Course::Passing] {
                if course == Course::Passing && !faults[nth].can_pass() {
                    continue;
                }
                let (faults, authority, places) = (faults.clone(), authority.clone(), places.clone());
                cells.spawn(async move {
                    let _place = places.acquire().await.unwrap();
                    let (outcome, differences) = cell(&faults[nth], class, course, &authority).await;
                    (nth, column, course, outcome, differences)
                });
            }
        }
    }
    let mut rows: Vec<_> = faults.iter().map(|fault| Row::new(&fault.name)).collect();
    let (mut tried, mut doubled, mut all_differences) = (0, 0, Vec::new());
    while let Some(done) = cells.join_next().await {
        let (nth, column, course, outcome, differences) = done.unwrap();
        all_differences.extend(differences);
        if let Some(outcome) = outcome {
            tried += 1;
            doubled += if Class::ALL[column].is_post() {
                outcome.doubled
            } else {
                0
            };
            if course == Course::Lasting {
                rows[nth].note(column, &outcome);
            }
        }
    }
    all_differences.sort();
    assert!(all_differences.is_empty(), "{}", all_differences.join("\n"));
    let rows = table::merged(rows);
    table::document(&format!(
        "{}\n{} faults, {tried} cells, {doubled} requests done twice.\n",
        table::render(&rows),
        faults.len()
    ));
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
        let expected: Vec<u64> = pauses(Again::Backoff, 12, fraction)
            .iter()
            .map(|(pause, _)| *pause)
            .collect();
        assert_eq!(seen, expected);
        assert!(seen.iter().all(|pause| (500..=8000).contains(pause)), "{seen:?}");
        assert_eq!(seen[11] == 8000, fraction > 0.9, "{seen:?}");
    }
}

#[tokio::test]
async fn a_close_that_settles_nothing_is_told_with_the_status_that_came() {
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
    // Its body is what tells whether it was handed over.
    assert_eq!(server.requests()[0].body, b"{}");
    assert_eq!(server.lines(), ["POST /api/jobs/j/close", "GET /api/jobs/j"]);
}
