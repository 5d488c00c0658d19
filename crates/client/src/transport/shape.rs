//! Whether the body of a 2xx is what was asked for: gateways and servers under maintenance answer with a 2xx that is something
//! else. What a fault means for the request is left to others.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::request::Expect;
use crate::{
    document::{self, Document, Members, without_mark},
    error::BodyFault,
};

/// The members of results that are there whatever has come of the inputs.
const OF_RESULTS: [&str; 6] = ["results", "failures", "finished", "total", "completed", "failed"];

/// The members of the error bodies of servers and gateways, beside `message`.
const OF_ERRORS: [&str; 15] = [
    "code",
    "detail",
    "details",
    "error",
    "errors",
    "exception",
    "path",
    "reportErrorUrl",
    "requestId",
    "status",
    "statusCode",
    "timestamp",
    "title",
    "trace",
    "type",
];

/// Reads the body of an answer about this job, or about none in particular.
pub(super) fn read(body: Vec<u8>, expect: Expect, job: Option<&str>) -> Result<Document, BodyFault> {
    let document = match expect {
        Expect::Ignored => return acknowledged(&body),
        Expect::JsonOrText => return Document::from_json_or_text(body),
        _ => Document::from_body(body)?,
    };
    if document.is_empty() {
        return match expect {
            Expect::JsonOrNothing | Expect::ResultsOrNothing | Expect::AnyOrNothing => Ok(document),
            _ => Err(BodyFault::Missing),
        };
    }
    match expect {
        Expect::AnyOrNothing => return Ok(document),
        Expect::Array if document.is_array() => return Ok(document),
        Expect::Array => return Err(BodyFault::NotArray),
        _ => {}
    }
    let Some(members) = Members::read(document.as_str()) else {
        return match expect {
            Expect::JsonOrNothing => Ok(document),
            _ => Err(BodyFault::NotObject),
        };
    };
    let object = Object::of(&members);
    match (expect, object.job(job)) {
        (_, Named::Another) => Err(BodyFault::AnotherJob),
        (Expect::Receipt, Named::Nothing) => Err(BodyFault::NoJob),
        (Expect::Job, _) if object.text("status").is_none() => Err(BodyFault::NoStatus),
        (Expect::Results | Expect::ResultsOrNothing, _) if !object.are_results() => Err(BodyFault::NoResults),
        _ if object.is_message() => Err(BodyFault::Message),
        _ => Ok(document),
    }
}

/// Accepts the beginning of a body of which nobody needs anything, as long as it is no page, and no message in its place.
fn acknowledged(body: &[u8]) -> Result<Document, BodyFault> {
    let body = without_mark(body);
    if body.trim_ascii_start().starts_with(b"<") {
        return Err(BodyFault::NotJson);
    }
    let members = str::from_utf8(body).ok().and_then(Members::read);
    if members.is_some_and(|members| Object::of(&members).is_message()) {
        return Err(BodyFault::Message);
    }
    Ok(Document::default())
}

/// The job that an object names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Nothing,
    /// The job that was asked for, or any where none was.
    It,
    Another,
}

impl Named {
    /// By the text of a `jobIdentifier`. Servers may spell it in another case than the caller.
    pub(crate) fn by(identifier: &str, job: Option<&str>) -> Self {
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

/// Whether a member of this name tells that an object is of results.
pub(crate) fn is_of_results(name: &str) -> bool {
    OF_RESULTS.contains(&name) || name == "jobIdentifier"
}

/// An object, by the names of its members. Of a member that stands twice, the last one counts.
struct Object<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Object<'a> {
    fn of(members: &Members<'a>) -> Self {
        // A name that no text can hold is none of those that are known.
        let named =
            |(name, value): (&'a RawValue, &'a RawValue)| (document::name(name).unwrap_or_default(), value.get());
        Self(members.iter().map(named).collect())
    }

    fn member(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().rfind(|(known, _)| known == name)?;
        Some(value)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.member(name).and_then(|value| serde_json::from_str(value).ok())
    }

    fn job(&self, asked: Option<&str>) -> Named {
        self.member("jobIdentifier")
            .map_or(Named::Nothing, |identifier| Named::by(identifier, asked))
    }

    fn are_results(&self) -> bool {
        let is_section = |name| {
            let value = self.member(name);
            value.is_none_or(|value| value.starts_with('{') || value == "null")
        };
        self.0.iter().any(|(name, _)| is_of_results(name)) && is_section("results") && is_section("failures")
    }

    /// Whether it is an error body, although its status is that of a success.
    fn is_message(&self) -> bool {
        let is_of_errors = |name: &str| name == "message" || OF_ERRORS.contains(&name);
        self.text("message").is_some() && self.0.iter().all(|(name, _)| is_of_errors(name))
    }
}
