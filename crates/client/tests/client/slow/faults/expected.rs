//! Derives the outcome of every cell from the retry rules.
//!
//! Each poll of a wait is one attempt. A failure that a read would retry is an outage to a wait, which polls on for
//! `maxOutage`. A wait believes a 404 after four seconds without another response.

use std::time::Duration;

use modzy_client::{BodyFault, ConnectionFault, Phase, Sent};

use super::{
    calls::Class,
    catalogue::{Body, Break, Cause, RetryAfter},
    outcome::{ELSEWHERE, THE_JOB, WARM_UP},
    rules::{Repeats, Rule, may_have_acted},
};
use crate::support::millis;

/// Whether the fault is permanent or hits only the first request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// The server never acts on a request.
    Lasting,
    /// The server acts on the request if it can have done so before the fault.
    Passing,
}

/// Whether and when the next attempt follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    Never,
    /// After a pause that the client chooses.
    Backoff,
    /// After a pause within these bounds, in milliseconds, plus up to a tenth.
    After(u64, u64),
    AtOnce,
    /// Not within the limits of the call.
    Beyond,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Status(u16),
    Timeout(Phase),
    Connection(ConnectionFault, Phase),
    Response(BodyFault),
}

/// The error of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    pub(super) sent: Option<Sent>,
    pub(super) attempts: u32,
    pub(super) retryable: bool,
}

/// How a call ends, in the words of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Again,
    AgainAsAsked,
    AgainAtOnce,
    Never,
    Beyond,
    RiddenOut,
    Doubted,
    Followed,
    Fine,
}

impl Ending {
    pub(super) const ALL: [Self; 9] = [
        Self::Again,
        Self::AgainAsAsked,
        Self::AgainAtOnce,
        Self::Never,
        Self::Beyond,
        Self::RiddenOut,
        Self::Doubted,
        Self::Followed,
        Self::Fine,
    ];
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) ending: Ending,
    /// Whether the client reads the job to settle what happened.
    pub(super) reads_the_job: bool,
    pub(super) failure: Option<Failure>,
    /// The requests that reach the server.
    pub(super) lines: Vec<&'static str>,
    /// The shortest and the longest form of each pause, in milliseconds.
    pub(super) pauses: Vec<(u64, u64)>,
}

/// How many attempts may follow the first one.
const RETRIES: u32 = 2;

/// The shortest pause between two polls.
pub(super) const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// How long a wait polls on through failures.
pub(super) const MAX_OUTAGE: Duration = Duration::from_secs(50);

/// The longest pause that counts with a status other than 429 and 503.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How long a wait does not believe a 404.
const DOUBT: Duration = Duration::from_secs(4);

/// Returns the outcome of a call with two retries and a random generator that always gives this fraction, or `None` if
/// the fault does not apply to the class.
pub(super) fn expected(cause: Cause, class: Class, course: Course, fraction: f64) -> Option<Expected> {
    if cause == Cause::Body(Body::Endless) && class == Class::Stream {
        // The stream goes on as long as the caller reads.
        return None;
    }
    let mut lines = Vec::new();
    let idle = match cause {
        Cause::IdleClosed(many) => many,
        Cause::IdleDied => 1,
        _ => 0,
    };
    lines.extend(vec![WARM_UP; idle]);
    let resolves = |ending, reads_the_job, lines, pauses| {
        Some(Expected {
            ending,
            reads_the_job,
            failure: None,
            lines,
            pauses,
        })
    };
    if succeeds(cause, class) {
        lines.push(class.line());
        if let Cause::Redirect { .. } = cause {
            lines.push(ELSEWHERE);
            return resolves(Ending::Followed, false, lines, vec![]);
        }
        return resolves(Ending::Fine, false, lines, vec![]);
    }
    let repeat = repeat(cause, class);
    if class == Class::Poll && repeat != Repeat::AtOnce {
        return Some(expected_of_wait(cause, repeat, course, fraction));
    }
    let attempts = match (repeat, course) {
        (Repeat::Never | Repeat::Beyond, _) => 1,
        (Repeat::AtOnce, _) | (_, Course::Passing) => 2,
        (_, Course::Lasting) => 1 + RETRIES,
    };
    let arrives = !matches!(cause, Cause::NeverSent(_) | Cause::Untrusted(..));
    let hidden = match (arrives, repeat, course) {
        (false, Repeat::Never, _) | (false, _, Course::Lasting) => attempts,
        (false, _, Course::Passing) => 1,
        (true, ..) => 0,
    };
    lines.extend(vec![class.line(); (attempts - hidden) as usize]);
    let (ending, pauses) = match repeat {
        Repeat::Never => (Ending::Never, vec![]),
        Repeat::Beyond => (Ending::Beyond, vec![]),
        Repeat::AtOnce => (Ending::AgainAtOnce, vec![]),
        Repeat::Backoff => (Ending::Again, pauses(repeat, attempts - 1, fraction)),
        Repeat::After(..) => (Ending::AgainAsAsked, pauses(repeat, attempts - 1, fraction)),
    };
    let fails =
        matches!(repeat, Repeat::Never | Repeat::Beyond) || (course == Course::Lasting && repeat != Repeat::AtOnce);
    let reads_the_job = match class {
        // The client reads the job even after the last 503.
        Class::Close => fails && (may_have_acted(cause) || matches!(cause, Cause::Status(503, _))),
        // The first request may have canceled the job, so that the server refuses the second.
        Class::Delete if fails => attempts > 1 && matches!(cause, Cause::Status(400..=499, _)) && may_have_acted(cause),
        Class::Delete => may_have_acted(cause) && course == Course::Passing,
        _ => false,
    };
    if reads_the_job {
        lines.push(THE_JOB);
    }
    if !fails || (reads_the_job && course == Course::Passing && repeat != Repeat::Beyond) {
        return resolves(ending, reads_the_job, lines, pauses);
    }
    let (kind, sent) = error(cause, class);
    let retryable = repeat != Repeat::Never;
    Some(Expected {
        ending,
        reads_the_job,
        failure: Some(Failure {
            kind,
            sent,
            attempts,
            retryable,
        }),
        lines,
        pauses,
    })
}

/// Returns the outcome of a wait.
fn expected_of_wait(cause: Cause, repeat: Repeat, course: Course, fraction: f64) -> Expected {
    let (ending, limit) = match (cause, repeat) {
        (Cause::Status(404, _), _) => (Ending::Doubted, DOUBT),
        (_, Repeat::Never) => (Ending::Never, Duration::ZERO),
        (_, Repeat::Beyond) => (Ending::Beyond, Duration::ZERO),
        _ => (Ending::RiddenOut, MAX_OUTAGE),
    };
    // The longest and the shortest that the pauses may have been so far.
    let (mut backoff, mut passed, mut shortest) = (POLL_INTERVAL, Duration::ZERO, Duration::ZERO);
    let mut pauses = Vec::new();
    while passed < limit && (course == Course::Lasting || pauses.is_empty()) {
        let left = limit.saturating_sub(passed);
        let spread = |asked: Duration| asked.max(POLL_INTERVAL).mul_f64(1.0 + 0.1 * fraction);
        let (least, most) = match cause {
            Cause::Status(404, _) => (POLL_INTERVAL, POLL_INTERVAL),
            // The server refuses polls for longer than the wait lasts.
            Cause::Status(429 | 503, RetryAfter::Pause(_, most)) if millis(most) > left => break,
            // `Retry-After` counts with every status.
            Cause::Status(_, RetryAfter::Pause(least, most)) => (spread(millis(least)), spread(millis(most))),
            Cause::Status(_, RetryAfter::Beyond) => (spread(LONGEST_PAUSE), spread(LONGEST_PAUSE)),
            _ => {
                backoff = (POLL_INTERVAL + (backoff * 3).saturating_sub(POLL_INTERVAL).mul_f64(fraction))
                    .min(Duration::from_secs(8));
                (backoff, backoff)
            }
        };
        let (least, most) = (least.min(left), most.min(limit.saturating_sub(shortest)));
        passed += most;
        shortest += least;
        pauses.push((in_millis(least), in_millis(most)));
    }
    let fails = course == Course::Lasting || limit.is_zero();
    let polls = if fails { pauses.len() + 1 } else { 2 };
    let hidden = match cause {
        Cause::NeverSent(_) | Cause::Untrusted(..) if fails => polls,
        Cause::NeverSent(_) => 1,
        _ => 0,
    };
    let (kind, sent) = error(cause, Class::Poll);
    let failure = Failure {
        kind,
        sent,
        attempts: 1,
        retryable: repeat != Repeat::Never,
    };
    Expected {
        ending,
        reads_the_job: false,
        failure: fails.then_some(failure),
        lines: vec![Class::Poll.line(); polls - hidden],
        pauses,
    }
}

/// Returns what the rules say about the next attempt.
fn repeat(cause: Cause, class: Class) -> Repeat {
    let repeats = Rule::of(cause, class).map_or(Repeats::Never, |rule| rule.repeats(class.is_post()));
    match (repeats, cause) {
        (Repeats::Never, _) => Repeat::Never,
        // The request is repeated on another socket.
        (_, Cause::IdleDied) => Repeat::AtOnce,
        (_, Cause::Status(429 | 503, RetryAfter::Pause(least, most))) => Repeat::After(least, most),
        (_, Cause::Status(429 | 503, RetryAfter::Beyond)) => Repeat::Beyond,
        // A poll comes after two seconds anyway.
        (_, Cause::Status(429, RetryAfter::Ignored)) => Repeat::After(1_000, 1_000),
        (Repeats::WithRetryAfter, _) => Repeat::Never,
        (Repeats::Always, _) => Repeat::Backoff,
    }
}

/// Whether the class accepts the response, or the fault does not harm it.
fn succeeds(cause: Cause, class: Class) -> bool {
    match cause {
        Cause::IdleClosed(_) | Cause::Early | Cause::OtherAddress => true,
        Cause::Redirect { followed, .. } => followed && class.is_of_outputs(),
        Cause::Body(body) => accepts(body, class),
        _ => false,
    }
}

/// Whether the class accepts a body.
fn accepts(body: Body, class: Class) -> bool {
    use Body::{
        AnotherJob, Array, Bomb, CorruptGzip, Empty, Endless, Gzip, JobWithoutStatus, JsonString, NoContent, NoJob,
        Slow, UnknownCoding,
    };
    match class {
        _ if body == Gzip => true,
        // An output may have any bytes, and may be slow as long as it is not idle.
        Class::Stream => !matches!(body, NoContent | CorruptGzip | UnknownCoding | Bomb),
        Class::Output => !matches!(body, NoContent | CorruptGzip | UnknownCoding | Bomb | Endless),
        // The response only has to be JSON and not an error body. However slow it is, the server has accepted the
        // chunk.
        Class::Chunk => matches!(
            body,
            Empty | NoContent | Array | JsonString | NoJob { .. } | JobWithoutStatus | Slow
        ),
        Class::Read | Class::Delete => matches!(body, Empty | NoContent | JobWithoutStatus),
        Class::Results => matches!(body, Empty | NoContent),
        Class::Poll => false,
        // The new job may have any identifier.
        Class::Submit => matches!(body, AnotherJob | JobWithoutStatus),
        Class::Close => body == JobWithoutStatus,
    }
}

fn error(cause: Cause, class: Class) -> (Kind, Option<Sent>) {
    let broken = |failure, sent| match failure {
        Break::Limit(phase) => (Kind::Timeout(phase), Some(sent)),
        Break::Connection(fault, phase) => (Kind::Connection(fault, phase), Some(sent)),
    };
    match cause {
        Cause::NeverSent(failure) => broken(failure, Sent::No),
        Cause::Untrusted(fault, phase) => broken(Break::Connection(fault, phase), Sent::No),
        Cause::Lost(failure) => broken(failure, Sent::Maybe),
        Cause::IdleClosed(_) | Cause::IdleDied | Cause::Early | Cause::OtherAddress => {
            broken(Break::Connection(ConnectionFault::Cut, Phase::Headers), Sent::Maybe)
        }
        Cause::Status(429, _) => (Kind::Status(429), Some(Sent::No)),
        Cause::Status(status, _) | Cause::Redirect { status, .. } => (Kind::Status(status), None),
        Cause::Body(Body::Slow) => broken(Break::Limit(Phase::Body), Sent::Maybe),
        Cause::Body(body) => {
            let fault = match body {
                Body::NoContent if class.is_of_outputs() => BodyFault::NoOutput,
                Body::Empty | Body::NoContent => BodyFault::Missing,
                Body::Html => BodyFault::NotJson,
                Body::Unreadable(fault) => fault,
                Body::Array | Body::JsonString => BodyFault::NotObject,
                Body::Failure | Body::NoJob { .. } | Body::JobWithoutStatus if class == Class::Results => {
                    BodyFault::NoResults
                }
                Body::Failure | Body::NoJob { has_status: false } | Body::JobWithoutStatus if class == Class::Poll => {
                    BodyFault::NoStatus
                }
                Body::Failure if !matches!(class, Class::Submit | Class::Close) => BodyFault::Message,
                Body::Failure | Body::NoJob { .. } | Body::JobWithoutStatus => BodyFault::NoJob,
                Body::AnotherJob => BodyFault::AnotherJob,
                Body::UnknownCoding => BodyFault::UnknownCoding,
                Body::Bomb | Body::Endless if class != Class::Stream => BodyFault::TooLarge,
                Body::CorruptGzip | Body::Gzip | Body::Bomb | Body::Endless | Body::Slow => BodyFault::NotUnpacked,
            };
            (Kind::Response(fault), Some(Sent::Maybe))
        }
    }
}

/// Returns the bounds of so many pauses. With decorrelated jitter, each pause lies between 500 ms and three times the
/// one before, and never above 8 s. A pause that the server asks for is the minimum, and up to a tenth is added.
pub(super) fn pauses(repeat: Repeat, count: u32, fraction: f64) -> Vec<(u64, u64)> {
    const LEAST: Duration = Duration::from_millis(500);
    const MOST: Duration = Duration::from_secs(8);
    let mut last = LEAST;
    let pause = |_| {
        if let Repeat::After(least, most) = repeat {
            let spread = |asked| in_millis(millis(asked).mul_f64(1.0 + 0.1 * fraction));
            (spread(least), spread(most))
        } else {
            last = (LEAST + (last * 3).saturating_sub(LEAST).mul_f64(fraction)).min(MOST);
            (in_millis(last), in_millis(last))
        }
    };
    (0..count).map(pause).collect()
}

pub(super) fn in_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap()
}
