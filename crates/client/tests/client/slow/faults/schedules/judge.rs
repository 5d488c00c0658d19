//! The reference model: what must hold at the end of a run, by what the server saw and what the caller got. It knows the rules
//! of retries, and nothing of the client's own code.

use modzy_client::{Error, Sent};

use super::{
    super::{
        calls::Class,
        catalogue::{Body, Break, Cause, RetryAfter},
        rules::{Repeats, Rule, may_have_acted},
    },
    met::Met,
    modzy::Modzy,
    plan::Scenario,
    scenarios::{KEYS, Reported, UPLOADED},
};
use crate::support::upload::bytes;

/// How many further attempts a call has.
const RETRIES: usize = 2;

/// What a fault does to the calls of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    /// The request is repeated, which takes a retry.
    Retry,
    /// A wait polls again, which takes none.
    Poll,
    /// A call may fail.
    Failure,
    /// The same, or it takes a wrong response for the right one.
    Deception,
}

fn effect(met: &Met, scenario: Scenario) -> Effect {
    let (Some(cause), class) = (met.cause, met.class) else {
        return Effect::None;
    };
    let Some(rule) = Rule::of(cause, class) else {
        return Effect::None;
    };
    let is_retried = match rule.repeats(class.is_post()) {
        Repeats::Always => true,
        Repeats::WithRetryAfter => matches!(cause, Cause::Status(_, RetryAfter::Pause(..))),
        Repeats::Never => false,
    };
    match cause {
        Cause::Body(Body::Gzip) => Effect::None,
        // The caller already has a part of the results.
        Cause::Lost(Break::Limit(modzy_client::Phase::Body) | Break::Connection(_, modzy_client::Phase::Body))
            if class == Class::Results =>
        {
            Effect::Failure
        }
        Cause::Redirect { followed: true, .. } if class == Class::Stream => Effect::None,
        Cause::Status(_, RetryAfter::Beyond) => Effect::Failure,
        _ if class == Class::Poll && scenario != Scenario::Upload && is_retried => Effect::Poll,
        Cause::Body(_) => Effect::Deception,
        _ if is_retried => Effect::Retry,
        _ => Effect::Failure,
    }
}

/// Returns what does not hold.
pub(super) fn violations(scenario: Scenario, reported: &Reported, met: &[Met], modzy: &Modzy) -> Vec<String> {
    let mut found = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            found.push(what);
        }
    };
    let effects: Vec<_> = met.iter().map(|met| effect(met, scenario)).collect();
    let is_deceived = effects.contains(&Effect::Deception);
    let retries = effects.iter().filter(|effect| **effect == Effect::Retry).count();
    let must_succeed = retries <= RETRIES && !is_deceived && !effects.contains(&Effect::Failure);
    for wrong in reported.wrong.iter().filter(|_| !is_deceived) {
        must(false, wrong.clone());
    }
    // The submits of a batch have the same route. Its jobs are counted by their keys.
    let is_batch = scenario == Scenario::Batch;
    for error in &reported.failures {
        must(!must_succeed, format!("failed although every fault passes: {error:?}"));
        must(
            is_batch || !reached(error, met),
            format!("reported as not sent, and received: {error:?}"),
        );
    }
    must(
        reported.failures.len() <= KEYS.len() * 2,
        "more failures than calls".to_owned(),
    );
    let has_failed = !reported.failures.is_empty();
    match scenario {
        Scenario::SubmitAndWait => {
            must(
                modzy.jobs.len() <= 1,
                format!("{} jobs of one submit", modzy.jobs.len()),
            );
            must(
                !is_repeated(met, Class::Submit),
                "a submit that may have arrived was repeated".to_owned(),
            );
            must(
                has_failed || is_deceived || modzy.accepted(None) == 1,
                "a success without a job".to_owned(),
            );
        }
        Scenario::Batch => {
            for key in KEYS {
                let jobs = modzy.accepted(Some(key));
                must(jobs <= 1, format!("{jobs} jobs of the key {key}"));
                must(
                    has_failed || is_deceived || jobs == 1,
                    format!("no job of the key {key}"),
                );
            }
        }
        Scenario::Upload => {
            must(
                !is_repeated(met, Class::Submit),
                "an opening that may have arrived was repeated".to_owned(),
            );
            must(modzy.accepted(None) <= 1, "two jobs of one upload".to_owned());
            for (path, length) in UPLOADED {
                for job in &modzy.jobs {
                    let uploaded = job.uploaded.get(path).map_or(&[][..], Vec::as_slice);
                    let whole = bytes(length);
                    must(
                        whole.starts_with(uploaded),
                        format!("{path} has other bytes, or some twice"),
                    );
                    let is_accepted = !matches!(job.status, "OPEN" | "CANCELED");
                    let is_whole = uploaded.len() == whole.len();
                    must(
                        !is_accepted || is_whole || is_deceived,
                        format!("a closed job lacks bytes of {path}"),
                    );
                }
            }
            if !has_failed && !is_deceived {
                must(modzy.accepted(None) == 1, "a success without a closed job".to_owned());
            }
            // A cancellation that the server has confirmed.
            if reported.canceled == Some(true) && !is_deceived {
                let is_canceled = modzy.jobs.iter().all(|job| job.status == "CANCELED");
                must(is_canceled, "reported as canceled, and not canceled".to_owned());
            }
            if has_failed && reported.canceled.is_none() && !is_deceived {
                // Without a receipt there is nothing to cancel.
                let has_receipt = met.iter().any(|met| met.class == Class::Submit && met.cause.is_none());
                must(!has_receipt, "a failed upload has left its job open".to_owned());
            }
        }
        Scenario::Download | Scenario::Results => {}
    }
    found
}

/// Whether an error says that its request was not sent, although the server received it, or one before it that may have been acted
/// on.
fn reached(error: &Error, met: &[Met]) -> bool {
    let (Some(Sent::No), Some(call)) = (error.sent(), error.call()) else {
        return false;
    };
    let line = format!(
        "{} {}",
        call.method,
        call.url.split_once("/api").map_or("", |(_, path)| path)
    );
    let of_call = met.iter().filter(|met| met.line.replace(" /api", " ") == line);
    let is_single = of_call
        .clone()
        .all(|met| matches!(met.class, Class::Submit | Class::Close));
    let was_received = of_call
        .filter(|met| met.acted || met.cause.is_none_or(may_have_acted))
        .count()
        > 0;
    is_single && was_received
}

/// Whether a request of a class came after one that the server may have acted on.
fn is_repeated(met: &[Met], class: Class) -> bool {
    let mut of_class = met.iter().filter(|met| met.class == class);
    let first = of_class.find(|met| met.acted || met.cause.is_none_or(may_have_acted));
    first.is_some() && of_class.next().is_some()
}
