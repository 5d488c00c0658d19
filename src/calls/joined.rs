//! What the client brings in parts, as the one text that crosses to JavaScript.

use modzy_client::{Document, Error, JobAndResult, Page, Result};
use serde::Serialize;
use serde_json::value::RawValue;

use super::outcome::Value;

#[derive(Serialize)]
struct PageText<'a> {
    items: &'a RawValue,
    next: bool,
}

#[derive(Serialize)]
struct JobAndResultText<'a> {
    job: &'a RawValue,
    result: &'a RawValue,
}

/// An array of jobs.
pub(crate) fn jobs(jobs: &[Document]) -> Result<Value> {
    text(jobs.iter().map(raw).collect::<Result<Vec<_>>>()?)
}

/// `{items, next}`.
pub(crate) fn page(page: &Page) -> Result<Value> {
    text(PageText {
        items: raw(&page.items)?,
        next: page.has_next,
    })
}

/// `{job, result}`.
pub(crate) fn job_and_result(both: &JobAndResult) -> Result<Value> {
    text(JobAndResultText {
        job: raw(&both.job)?,
        result: raw(&both.result)?,
    })
}

fn raw(document: &Document) -> Result<&RawValue> {
    serde_json::from_str(document.as_str()).map_err(internal)
}

fn text(parts: impl Serialize) -> Result<Value> {
    serde_json::to_string(&parts).map(Value::Text).map_err(internal)
}

#[expect(clippy::needless_pass_by_value, reason = "of the shape that map_err takes")]
fn internal(error: serde_json::Error) -> Error {
    Error::Internal(error.to_string())
}
