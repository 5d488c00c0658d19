//! Waits of a process that is suspended during a poll: the time is not an outage, and a limit that passes meanwhile allows one more poll.

use super::*;

const MINUTE: Duration = Duration::from_mins(1);

/// What a poll is: how long the process is suspended before it ends, and its response.
type Script = Vec<(Duration, Polled<&'static str>)>;

/// Waits, and returns the end and the number of polls.
async fn polled(schedule: Schedule, script: Script) -> (Result<&'static str, EndedEarly<&'static str>>, usize) {
    let script = RefCell::new(VecDeque::from(script));
    let polls = std::cell::Cell::new(0);
    let poll = async |_| {
        polls.set(polls.get() + 1);
        let (suspended, response) = script.borrow_mut().pop_front().unwrap_or((Duration::ZERO, DONE));
        // The poll has begun, and its timers run.
        tokio::time::sleep(Duration::from_millis(10)).await;
        tokio::time::advance(suspended).await;
        response
    };
    let end = wait(&SystemClock, &Middle, schedule, None, poll, |_| {}).await;
    (end, polls.get())
}

fn busy() -> Polled<&'static str> {
    Polled::Busy {
        error: failure(),
        retry_after: None,
        last_good: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_suspension_during_a_poll_is_no_outage_and_settles_no_doubt() {
    for failed in [outage, busy, doubtful] {
        for script in [
            vec![(10 * MINUTE, failed()), (Duration::ZERO, failed())],
            vec![(Duration::ZERO, failed()), (10 * MINUTE, failed())],
        ] {
            let (end, polls) = polled(SCHEDULE, script).await;
            assert_eq!((end.unwrap(), polls), ("COMPLETED", 3));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_passes_in_a_poll_with_a_suspension_allows_one_more_poll() {
    let schedule = Schedule {
        wait_timeout: Some(MINUTE),
        ..SCHEDULE
    };
    for response in [pending, outage] {
        let (end, polls) = polled(schedule, vec![(2 * MINUTE, response())]).await;
        assert_eq!((end.unwrap(), polls), ("COMPLETED", 2));
        let script = vec![(2 * MINUTE, response()), (Duration::ZERO, response())];
        let (end, polls) = polled(schedule, script).await;
        assert!(matches!(end, Err(EndedEarly::TimedOut { .. })), "{end:?}");
        assert_eq!(polls, 2);
    }
    // The limit passes later, after a pause.
    let script = vec![(Duration::from_secs(59), pending())];
    let (end, polls) = polled(schedule, script).await;
    assert!(matches!(end, Err(EndedEarly::TimedOut { .. })), "{end:?}");
    assert_eq!(polls, 1);
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_never_ends_after_a_suspension_is_followed_by_one_more() {
    let schedule = Schedule {
        wait_timeout: Some(MINUTE),
        ..SCHEDULE
    };
    for completes in [true, false] {
        let polls = std::cell::Cell::new(0);
        let poll = async |_| {
            polls.set(polls.get() + 1);
            if polls.get() == 1 {
                tokio::time::sleep(Duration::from_millis(10)).await;
                tokio::time::advance(2 * MINUTE).await;
            } else if completes {
                return DONE;
            }
            std::future::pending().await
        };
        let end = wait(&SystemClock, &Middle, schedule, None, poll, |_| {}).await;
        assert_eq!((end.is_ok(), polls.get()), (completes, 2), "{end:?}");
    }
}
