//! What has to come of a fault, from the rules alone:
//!
//! | what happened | GET, DELETE | POST |
//! | --- | --- | --- |
//! | never sent | again | again |
//! | a certificate that does not verify | never | never |
//! | 429 | again, after `Retry-After` | again, likewise |
//! | 503 | again, likewise | only if the answer carries `Retry-After` |
//! | 408, 425, 500, 502, 504 | again | never |
//! | reset, timeout, cut or unreadable body | again | never |
//! | other 4xx, a redirect | never | never |
//!
//! A poll is one attempt. What is repeated of reads is an outage to a wait, which goes on for `maxOutage`, and a 404 is believed once
//! it has stood for four seconds.

use std::time::Duration;

use modzy_client::{BodyFault, ConnectionFault, Phase, Sent};

use super::{
    calls::Class,
    catalogue::{Asked, Body, Broke, What},
};
use crate::support::millis;

/// Whether the fault is there for good, or meets the first request alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// The server does nothing of what it is asked for.
    Lasting,
    /// Where a server can have done what it was asked for before the fault hid it, it has.
    Passing,
}

/// What becomes of the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    Never,
    /// After a pause of the client's own.
    Backoff,
    /// After a pause within these bounds, in milliseconds, and a tenth more at most.
    Asked(u64, u64),
    /// At once.
    Free,
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) failure: Option<Failure>,
    /// The requests that reach the server.
    pub(super) lines: Vec<&'static str>,
    /// Of each pause the least and the most, in milliseconds.
    pub(super) pauses: Vec<(u64, u64)>,
}

/// How many attempts may follow a failed one.
const RETRIES: u32 = 2;

/// Between two polls, at least.
pub(super) const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// How long a wait rides out what fails.
pub(super) const MAX_OUTAGE: Duration = Duration::from_secs(10);

/// How long a wait doubts a 404.
const DOUBT: Duration = Duration::from_secs(4);

/// Of calls with two retries and a generator that always gives this fraction. `None`: the fault means nothing to the class.
pub(super) fn expected(what: What, class: Class, course: Course, fraction: f64) -> Option<Expected> {
    if what == What::Body(Body::Endless) && class == Class::Stream {
        // It goes on for as long as somebody reads.
        return None;
    }
    let mut lines = Vec::new();
    let idle = match what {
        What::IdleClosed(many) => many,
        What::IdleDied => 1,
        _ => 0,
    };
    lines.extend(vec![super::world::WARM_UP; idle]);
    let well = |lines, pauses| {
        Some(Expected {
            failure: None,
            lines,
            pauses,
        })
    };
    if is_well(what, class) {
        lines.push(class.line());
        if let What::Redirect { .. } = what {
            lines.push("GET /api/elsewhere");
        }
        return well(lines, vec![]);
    }
    let again = again(what, class);
    if class == Class::Poll && again != Again::Free {
        return Some(expected_of_wait(what, again, course, fraction));
    }
    let attempts = match (again, course) {
        (Again::Never, _) => 1,
        (Again::Free, _) | (_, Course::Passing) => 2,
        (_, Course::Lasting) => 1 + RETRIES,
    };
    let arrives = !matches!(what, What::NeverSent(_) | What::Distrusted(..));
    let hidden = match (arrives, again, course) {
        (false, Again::Never, _) | (false, _, Course::Lasting) => attempts,
        (false, _, Course::Passing) => 1,
        (true, ..) => 0,
    };
    lines.extend(vec![class.line(); (attempts - hidden) as usize]);
    let pauses = if again == Again::Free {
        vec![]
    } else {
        pauses(again, attempts - 1, fraction)
    };
    let fails = again == Again::Never || (course == Course::Lasting && again != Again::Free);
    let asks_the_job = match class {
        // A close that is turned away to the end asks all the same.
        Class::Close => fails && (may_be_done(what) || matches!(what, What::Status(503, _))),
        // The first may have cancelled the job, so that the second is refused.
        Class::Delete if fails => attempts > 1 && matches!(what, What::Status(400..=499, _)),
        Class::Delete => may_be_done(what) && course == Course::Passing,
        _ => false,
    };
    if asks_the_job {
        lines.push("GET /api/jobs/j");
    }
    if !fails || (asks_the_job && course == Course::Passing) {
        return well(lines, pauses);
    }
    let (kind, sent) = error(what, class);
    let retryable = again != Again::Never;
    Some(Expected {
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

/// The same of a wait.
fn expected_of_wait(what: What, again: Again, course: Course, fraction: f64) -> Expected {
    let limit = match (what, again) {
        (What::Status(404, _), _) => DOUBT,
        (_, Again::Never) => Duration::ZERO,
        _ => MAX_OUTAGE,
    };
    let (mut last, mut passed) = (POLL_INTERVAL, Duration::ZERO);
    let mut pauses = Vec::new();
    while passed < limit && (course == Course::Lasting || pauses.is_empty()) {
        let pause = match what {
            What::Status(404, _) => POLL_INTERVAL,
            // Asked for by whatever status.
            What::Status(_, Asked::Pause(asked, _)) => millis(asked).max(POLL_INTERVAL).mul_f64(1.0 + 0.1 * fraction),
            _ => {
                last = (POLL_INTERVAL + (last * 3).saturating_sub(POLL_INTERVAL).mul_f64(fraction))
                    .min(Duration::from_secs(8));
                last
            }
        };
        let pause = pause.min(limit.saturating_sub(passed));
        passed += pause;
        pauses.push((in_millis(pause), in_millis(pause)));
    }
    let fails = course == Course::Lasting || limit.is_zero();
    let polls = if fails { pauses.len() + 1 } else { 2 };
    let hidden = match what {
        What::NeverSent(_) | What::Distrusted(..) if fails => polls,
        What::NeverSent(_) => 1,
        _ => 0,
    };
    let (kind, sent) = error(what, Class::Poll);
    let failure = Failure {
        kind,
        sent,
        attempts: 1,
        retryable: again != Again::Never,
    };
    Expected {
        failure: fails.then_some(failure),
        lines: vec![Class::Poll.line(); polls - hidden],
        pauses,
    }
}

/// The table.
fn again(what: What, class: Class) -> Again {
    let may_be_repeated = !class.is_post();
    let read = if may_be_repeated { Again::Backoff } else { Again::Never };
    match what {
        What::NeverSent(_) | What::Status(429, Asked::Nothing) => Again::Backoff,
        What::Status(429 | 503, Asked::Pause(least, most)) => Again::Asked(least, most),
        // It would be as large again.
        What::Body(Body::Bomb | Body::Endless) if class != Class::Stream => Again::Never,
        What::Status(408 | 425 | 500 | 502 | 503 | 504, _) | What::Lost(_) | What::Body(_) => read,
        What::IdleDied if may_be_repeated => Again::Free,
        What::Distrusted(..)
        | What::Status(..)
        | What::Redirect { .. }
        | What::IdleClosed(_)
        | What::IdleDied
        | What::Early
        | What::OtherAddress => Again::Never,
    }
}

/// Whether an answer is one that the class takes, or the fault none that it meets.
fn is_well(what: What, class: Class) -> bool {
    match what {
        What::IdleClosed(_) | What::Early | What::OtherAddress => true,
        What::Redirect { followed, .. } => followed && class.is_of_outputs(),
        What::Body(body) => is_taken(body, class),
        _ => false,
    }
}

/// Whether the class takes a body for what it asked for.
fn is_taken(body: Body, class: Class) -> bool {
    use Body::{
        AnotherJob, Array, Bomb, Coded, Endless, Members, Named, NoContent, Nothing, Packed, Slow, Text, Unnamed,
    };
    match class {
        _ if body == Members => true,
        // Any bytes are an output, at any speed above none.
        Class::Stream => !matches!(body, NoContent | Packed | Coded | Bomb),
        Class::Output => !matches!(body, NoContent | Packed | Coded | Bomb | Endless),
        // Nobody needs to know more than that it is JSON and no error body, and however slowly it comes, the chunk has been taken.
        Class::Chunk => matches!(body, Nothing | NoContent | Array | Text | Unnamed(_) | Named | Slow),
        Class::Read | Class::Delete => matches!(body, Nothing | NoContent | Named),
        Class::Results => matches!(body, Nothing | NoContent),
        Class::Poll => false,
        // Any job may be the new one.
        Class::Submit => matches!(body, AnotherJob | Named),
        Class::Close => body == Named,
    }
}

/// Whether a server can have done what it was asked for. One that says when to come back has not.
pub(super) fn may_be_done(what: What) -> bool {
    matches!(
        what,
        What::Lost(_)
            | What::Body(_)
            | What::IdleDied
            | What::Status(408 | 500 | 502 | 504, _)
            | What::Status(503, Asked::Nothing)
    )
}

fn error(what: What, class: Class) -> (Kind, Option<Sent>) {
    let broken = |broke, sent| match broke {
        Broke::Limit(phase) => (Kind::Timeout(phase), Some(sent)),
        Broke::Connection(fault, phase) => (Kind::Connection(fault, phase), Some(sent)),
    };
    match what {
        What::NeverSent(broke) => broken(broke, Sent::No),
        What::Distrusted(fault, phase) => broken(Broke::Connection(fault, phase), Sent::No),
        What::Lost(broke) => broken(broke, Sent::Maybe),
        What::IdleClosed(_) | What::IdleDied | What::Early | What::OtherAddress => {
            broken(Broke::Connection(ConnectionFault::Cut, Phase::Headers), Sent::Maybe)
        }
        What::Status(status, _) | What::Redirect { status, .. } => (Kind::Status(status), None),
        What::Body(Body::Slow) => broken(Broke::Limit(Phase::Body), Sent::Maybe),
        What::Body(body) => {
            let fault = match body {
                Body::NoContent if class.is_of_outputs() => BodyFault::NoOutput,
                Body::Nothing | Body::NoContent => BodyFault::Missing,
                Body::Page => BodyFault::NotJson,
                Body::Garbled(fault) => fault,
                Body::Array | Body::Text => BodyFault::NotObject,
                Body::Message | Body::Unnamed(_) | Body::Named if class == Class::Results => BodyFault::NoResults,
                Body::Message | Body::Unnamed(false) | Body::Named if class == Class::Poll => BodyFault::NoStatus,
                Body::Message if !matches!(class, Class::Submit | Class::Close) => BodyFault::Message,
                Body::Message | Body::Unnamed(_) | Body::Named => BodyFault::NoJob,
                Body::AnotherJob => BodyFault::AnotherJob,
                Body::Coded => BodyFault::UnknownCoding,
                Body::Bomb | Body::Endless if class != Class::Stream => BodyFault::TooLarge,
                Body::Packed | Body::Members | Body::Bomb | Body::Endless | Body::Slow => BodyFault::NotUnpacked,
            };
            (Kind::Response(fault), Some(Sent::Maybe))
        }
    }
}

/// So many pauses. Decorrelated jitter: each lies between 500 ms and three times the one before, and never above 8 s. What a
/// server asks for is the least, and a tenth more the most.
pub(super) fn pauses(again: Again, count: u32, fraction: f64) -> Vec<(u64, u64)> {
    const LEAST: Duration = Duration::from_millis(500);
    const MOST: Duration = Duration::from_secs(8);
    let mut last = LEAST;
    let pause = |_| {
        if let Again::Asked(least, most) = again {
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
