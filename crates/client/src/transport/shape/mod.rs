//! Checks that the body of a 2xx is what the request expects: gateways and servers under maintenance answer with a 2xx
//! that is something else. The callers decide what a fault means.

mod object;
mod of_model;

use serde_json::value::RawValue;

use self::object::Object;
pub(crate) use self::object::{Named, Results, is_failed};
use super::request::{Expect, OfModel, Shape};
use crate::{
    document::{self, Document, Members, without_mark},
    error::BodyFault,
};

/// Reads the body of an answer about this job and this model, or about none.
pub(super) fn read_about(
    body: Vec<u8>,
    expect: Expect,
    job: Option<&str>,
    model: Option<&OfModel>,
) -> Result<Document, BodyFault> {
    let document = read(body, expect, job)?;
    if let Some(model) = model {
        of_model::check(&document, model)?;
    }
    Ok(document)
}

/// Reads the body of an answer about this job, or about none.
fn read(body: Vec<u8>, expect: Expect, job: Option<&str>) -> Result<Document, BodyFault> {
    let (shape, may_be_nothing) = expect.shape();
    let document = match shape {
        Shape::Key => Document::from_json_or_text(body)?,
        _ => Document::from_body(body)?,
    };
    if document.is_empty() {
        return if may_be_nothing {
            Ok(document)
        } else {
            Err(BodyFault::Missing)
        };
    }
    judge(document.as_str(), shape, job)?;
    Ok(document)
}

/// Checks the received part of the answer to a chunk. The caller needs none of it, and the SDKs of the API expect JSON
/// or nothing.
pub(super) fn acknowledge(body: &[u8], is_whole: bool, job: Option<&str>) -> Result<(), BodyFault> {
    let body = without_mark(body).trim_ascii();
    if body.is_empty() {
        return Ok(());
    }
    if !is_whole {
        return if begins_like_json(body) {
            Ok(())
        } else {
            Err(BodyFault::NotJson)
        };
    }
    let Some(members) = Members::read(document::check(body)?) else {
        return Ok(());
    };
    let object = Object::of(&members);
    match object.job(job) {
        Named::Another => Err(BodyFault::AnotherJob),
        Named::Nothing if object.is_error() => Err(BodyFault::Message),
        _ if object.is_error_of_the_api() => Err(BodyFault::Message),
        _ => Ok(()),
    }
}

/// Returns the fault of a body that is too long, from its beginning. If that, or the media type, is something else, the
/// body would be wrong at any length.
pub(super) fn oversized(begun: &[u8], media_type: Option<&str>, expect: Expect) -> BodyFault {
    let begun = without_mark(begun).trim_ascii_start();
    let (shape, _) = expect.shape();
    let is_page = media_type.is_some_and(|media_type| media_type.to_ascii_lowercase().starts_with("text/html"));
    if shape == Shape::Key || !is_page && (begun.is_empty() || begins_like_json(begun)) {
        BodyFault::TooLarge
    } else {
        BodyFault::NotJson
    }
}

fn begins_like_json(body: &[u8]) -> bool {
    body.first()
        .is_some_and(|byte| matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'))
}

/// The table: what the body of each class of request must be.
fn judge(text: &str, shape: Shape, job: Option<&str>) -> Result<(), BodyFault> {
    let is_array = text.trim_start().starts_with('[');
    let Some(members) = Members::read(text) else {
        return match shape {
            // The text has become a JSON string.
            Shape::Key if text.starts_with("\"<") => Err(BodyFault::NotJson),
            Shape::Anything | Shape::Key => Ok(()),
            Shape::Array if is_array => judge_items(text),
            Shape::Array => Err(BodyFault::NotArray),
            _ => Err(BodyFault::NotObject),
        };
    };
    let object = Object::of(&members);
    let named = object.job(job);
    let fault = match shape {
        Shape::Anything => None,
        _ if named == Named::Another => Some(BodyFault::AnotherJob),
        // The job may exist, whatever else the body holds.
        Shape::Receipt => (named == Named::Nothing).then_some(BodyFault::NoJob),
        Shape::Results | Shape::FinalResults if !object.are_results(job) => Some(BodyFault::NoResults),
        Shape::FinalResults if object.member("finished") == Some("false") => Some(BodyFault::Unfinished),
        Shape::Results | Shape::FinalResults => None,
        Shape::JobWithStatus if !object.has_status() => Some(BodyFault::NoStatus),
        // A step may report its failure among its progress.
        Shape::Progress if object.is_of_a_failed_run() => None,
        Shape::Progress if object.has_percentage() && object.may_have_result() => None,
        Shape::Job | Shape::JobWithStatus if named == Named::It => {
            object.is_error_of_the_api().then_some(BodyFault::Message)
        }
        Shape::ObjectWith(members) if members.iter().any(|member| object.member(member).is_some()) => None,
        Shape::Progress if object.has_percentage() => Some(BodyFault::NoProgress),
        _ if object.is_error() => Some(BodyFault::Message),
        Shape::Job | Shape::JobWithStatus => Some(BodyFault::NoJob),
        Shape::Array => Some(BodyFault::NotArray),
        Shape::NewModel => (!object.has_text("identifier")).then_some(BodyFault::NoModel),
        Shape::Progress => Some(BodyFault::NoProgress),
        Shape::Object => object.is_of_errors().then_some(BodyFault::Message),
        Shape::ObjectWith(_) => Some(BodyFault::NoMember),
        Shape::Key => None,
    };
    fault.map_or(Ok(()), Err)
}

/// Checks the items of an array: they are not all null or error bodies. A single such item is left to the caller.
fn judge_items(text: &str) -> Result<(), BodyFault> {
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| BodyFault::NotArray)?;
    let is_null = |item: &&RawValue| item.get() == "null";
    let is_message = |item: &&RawValue| {
        Members::read(item.get()).is_some_and(|members| {
            let object = Object::of(&members);
            object.is_error() && object.is_of_errors()
        })
    };
    if items.is_empty() || !items.iter().all(|item| is_null(item) || is_message(item)) {
        Ok(())
    } else if items.iter().all(is_null) {
        Err(BodyFault::NoItem)
    } else {
        Err(BodyFault::Message)
    }
}

#[cfg(test)]
mod tests;
