//! What an object is, by its members: which job it names, and whether it is an error body or results.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::document::{self, Members};

/// The members that mark an error body, in lower case: those of the API, of gateways, and of the frameworks behind
/// them. Objects of the API have none of them, except among the outputs of inputs.
const MARKS: [&str; 11] = [
    "message",
    "msg",
    "error",
    "errors",
    "error_description",
    "exception",
    "fault",
    "detail",
    "statuscode",
    "status_code",
    "reporterrorurl",
];

/// Further members of error bodies, in lower case.
const BESIDE_MARKS: [&str; 12] = [
    "code",
    "details",
    "instance",
    "ok",
    "path",
    "requestid",
    "status",
    "success",
    "timestamp",
    "title",
    "trace",
    "type",
];

/// Which job an object names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Named {
    #[default]
    Nothing,
    /// The job of the request, or any job if the request has none.
    It,
    Another,
}

impl Named {
    /// Reads the JSON of a `jobIdentifier`. Servers may spell it in another case than the caller.
    fn by(identifier: &str, job: Option<&str>) -> Self {
        if identifier == "null" {
            return Self::Nothing;
        }
        let named: Option<String> = serde_json::from_str(identifier).ok();
        match (named, job) {
            (Some(named), None) if named.trim().is_empty() => Self::Nothing,
            (Some(_), None) => Self::It,
            (Some(named), Some(job)) if named.to_lowercase() == job.to_lowercase() => Self::It,
            (_, Some(_)) => Self::Another,
            (None, None) => Self::Nothing,
        }
    }
}

/// Recognizes the results of a job by the members of an object, read one after the other: they name the job, and hold
/// results, failures, or whether the job has finished.
#[derive(Debug, Default)]
pub(crate) struct Results {
    named: Named,
    sections: Sections,
    has_finished: bool,
    error: Likeness,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Sections {
    #[default]
    None,
    Some,
    /// One of them is something else.
    Wrong,
}

/// How closely an object resembles an error body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Likeness {
    #[default]
    None,
    Marked,
    OfTheApi,
}

impl Results {
    /// Notes a member. For an object, the first byte of the value is enough.
    pub(crate) fn note(&mut self, name: &str, value: &str, job: Option<&str>) -> Named {
        match name {
            "jobIdentifier" => self.named = Named::by(value, job),
            "results" | "failures" => {
                self.sections = self.sections.max(match value {
                    "null" => Sections::None,
                    _ if value.starts_with('{') => Sections::Some,
                    _ => Sections::Wrong,
                });
            }
            "finished" => self.has_finished = matches!(value, "true" | "false"),
            _ if is_mark_of_the_api(name, value) => self.error = Likeness::OfTheApi,
            _ if is_mark(name, value) => self.error = self.error.max(Likeness::Marked),
            _ => {}
        }
        self.named
    }

    pub(crate) fn are_results(&self) -> bool {
        let are_these = match self.sections {
            Sections::None => self.has_finished && self.error == Likeness::None,
            Sections::Some => self.error < Likeness::OfTheApi,
            Sections::Wrong => false,
        };
        self.named == Named::It && are_these
    }
}

/// An object, by the names of its members. The last of several equal names counts.
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Object<'a> {
    pub(super) fn of(members: &Members<'a>) -> Self {
        // A name that is not valid text is not one of the known ones.
        let named =
            |(name, value): (&'a RawValue, &'a RawValue)| (document::name(name).unwrap_or_default(), value.get());
        Self(members.iter().map(named).collect())
    }

    pub(super) fn member(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().rfind(|(known, _)| known == name)?;
        Some(value)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.member(name).and_then(|value| serde_json::from_str(value).ok())
    }

    pub(super) fn job(&self, requested: Option<&str>) -> Named {
        self.member("jobIdentifier")
            .map_or(Named::Nothing, |identifier| Named::by(identifier, requested))
    }

    /// Whether it has a status that is a text and not blank.
    pub(super) fn has_status(&self) -> bool {
        self.has_text("status")
    }

    /// Whether it has a member that is a text and not blank.
    pub(super) fn has_text(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| !text.trim().is_empty())
    }

    /// Whether it has a percentage that is a number.
    pub(super) fn has_percentage(&self) -> bool {
        let percentage = self.member("percentage");
        percentage.is_some_and(|percentage| serde_json::from_str::<f64>(percentage).is_ok())
    }

    /// Whether it has no result of a run yet, or one that is an object and not an error body. Outputs may be named like members of error
    /// bodies, but are not its only members, unless the result says that the run has succeeded.
    pub(super) fn may_have_result(&self) -> bool {
        self.member("result").is_none_or(|result| {
            let is_result = |members: &Members<'_>| {
                let object = Object::of(members);
                object.has_succeeded() || !object.is_error() || !object.is_of_errors()
            };
            result == "null" || Members::read(result).as_ref().is_some_and(is_result)
        })
    }

    /// Whether it has the status of a run that has succeeded, in any letter case.
    fn has_succeeded(&self) -> bool {
        self.text("status")
            .is_some_and(|status| status.eq_ignore_ascii_case("SUCCESSFUL"))
    }

    /// Whether it reports a run that has failed, which may have no percentage.
    pub(super) fn is_of_a_failed_run(&self) -> bool {
        let status = self
            .member("result")
            .and_then(|result| document::string_member(result, "status"));
        status.is_some_and(|status| is_failed(&status))
    }

    pub(super) fn are_results(&self, job: Option<&str>) -> bool {
        let mut results = Results::default();
        for (name, value) in &self.0 {
            results.note(name, value, job);
        }
        results.are_results()
    }

    fn has(&self, is: impl Fn(&str, &str) -> bool) -> bool {
        self.0.iter().any(|(name, value)| is(name, value))
    }

    /// Whether it is an error body, despite the status of a success.
    pub(super) fn is_error(&self) -> bool {
        self.has(is_mark)
    }

    /// The same for an object that names the job of the request.
    pub(super) fn is_error_of_the_api(&self) -> bool {
        self.has(is_mark_of_the_api)
    }

    /// Whether it has members, all of them typical of error bodies, like the answer of a gateway to a health check.
    pub(super) fn is_of_errors(&self) -> bool {
        let is_of_errors = |name: &str| {
            let name = name.to_lowercase();
            MARKS.contains(&name.as_str()) || BESIDE_MARKS.contains(&name.as_str())
        };
        !self.0.is_empty() && self.0.iter().all(|(name, _)| is_of_errors(name))
    }
}

/// The statuses of a run that has ended without a result, in any letter case.
const FAILED: [&str; 4] = ["FAILED", "ERROR", "TIMEDOUT", "CANCELED"];

/// Whether a run with a status has failed.
pub(crate) fn is_failed(status: &str) -> bool {
    FAILED.iter().any(|failed| status.eq_ignore_ascii_case(failed))
}

fn is_mark(name: &str, value: &str) -> bool {
    let is_number = value.starts_with(|first: char| first.is_ascii_digit() || first == '-');
    match name.to_lowercase().as_str() {
        "status" | "code" => is_number,
        "ok" | "success" => value == "false",
        name => MARKS.contains(&name) && value != "null",
    }
}

/// Whether a member occurs in the error bodies of the API alone.
fn is_mark_of_the_api(name: &str, value: &str) -> bool {
    matches!(name, "statusCode" | "reportErrorUrl") && value != "null"
}
