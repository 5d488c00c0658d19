//! One job as the page shows it: its times, its inputs as sent, its results, and the requests about it.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::mask::Mask;
use super::requests::{self, Row};
use crate::auth::Keys;
use crate::error::{Error, Segments};
use crate::jobs::{JobStore, Overview, State as JobState, milliseconds};
use crate::models::Output;
use crate::requests::RequestLog;
use crate::results::{generated_json, output_of};

/// How many requests about a job are shown.
const SHOWN_REQUESTS: usize = 300;

/// How many inputs are shown at a time.
const SHOWN_INPUTS: usize = 25;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'j> {
    #[serde(flatten)]
    overview: Overview<'j>,
    /// Milliseconds since 1970: the close of an upload, otherwise the receipt.
    submitted_at: i64,
    /// Milliseconds.
    queued: u64,
    elapsed: u64,
    timeout: Option<u64>,
    is_uploaded: bool,
    /// Whether its upload was closed, or it had none.
    is_closed: bool,
    input_bytes: usize,
    /// The media types that the model accepts for its inputs, and those of its outputs, by name.
    accepted_types: Vec<(&'j str, &'j str)>,
    media_types: Vec<(&'j str, &'j str)>,
    /// Whether the routes of the API return it.
    is_stored: bool,
    requests: Vec<Row>,
}

/// `GET /page/jobs/{job}`. Like a read of the job, it runs the model.
pub(super) async fn details(
    State(jobs): State<JobStore>,
    State(log): State<RequestLog>,
    State(keys): State<Keys>,
    Segments(id): Segments<String>,
) -> Result<Response, Error> {
    let job = jobs.accepted(&id)?;
    let progress = job.progress();
    job.outcomes(progress.processed).await?;
    let state: JobState = job.state();
    let attributes = &job.version.attributes;
    let (inputs, outputs) = (attributes.inputs.iter(), attributes.outputs.iter());
    Ok(Json(Details {
        overview: job.overview(state),
        submitted_at: job.submitted_at().as_millisecond(),
        queued: milliseconds(progress.queued),
        elapsed: milliseconds(progress.elapsed),
        timeout: job.timeout.map(milliseconds),
        is_uploaded: job.is_uploaded(),
        is_closed: !job.is_open(),
        input_bytes: job.input_bytes(),
        accepted_types: inputs
            .map(|input| (input.name.as_str(), input.accepted_media_types.as_str()))
            .collect(),
        media_types: outputs
            .map(|output| (output.name.as_str(), job.version.media_type(&output.name)))
            .collect(),
        is_stored: jobs.get(&id).is_ok(),
        requests: requests::about(&log, &Mask::new(&keys), &id, SHOWN_REQUESTS),
    })
    .into_response())
}

#[derive(Serialize)]
struct Input<'j> {
    index: usize,
    key: &'j str,
    /// The ages of the job between which it is processed, in milliseconds.
    start: u64,
    end: u64,
    values: Vec<Value<'j>>,
}

/// The content for one input of the model.
#[derive(Serialize)]
struct Value<'j> {
    name: &'j str,
    bytes: usize,
    sha256: String,
}

#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    from: usize,
}

/// `GET /page/jobs/{job}/inputs?from=N`: the next inputs from an index.
pub(super) async fn inputs(
    State(jobs): State<JobStore>,
    Segments(id): Segments<String>,
    Query(From { from }): Query<From>,
) -> Result<Response, Error> {
    let job = jobs.accepted(&id)?;
    let of_page = job.inputs().iter().enumerate().skip(from).take(SHOWN_INPUTS);
    let shown: Vec<_> = of_page
        .map(|(index, input)| {
            let (start, end) = job.span(index);
            let values = input.values.iter().map(|(name, bytes)| Value {
                name,
                bytes: bytes.len(),
                sha256: format!("{:x}", Sha256::digest(bytes)),
            });
            Input {
                index,
                key: &input.key,
                start: milliseconds(start),
                end: milliseconds(end),
                values: values.collect(),
            }
        })
        .collect();
    Ok(Json(shown).into_response())
}

#[derive(Deserialize)]
pub(super) struct Limit {
    #[serde(default = "usize::max_value")]
    limit: usize,
}

/// `GET /page/jobs/{job}/inputs/{input}/{value}?limit=N`: the first bytes of a value.
pub(super) async fn value(
    State(jobs): State<JobStore>,
    Segments((id, input, value)): Segments<(String, usize, usize)>,
    Query(Limit { limit }): Query<Limit>,
) -> Result<Response, Error> {
    let job = jobs.accepted(&id)?;
    let input = job.inputs().get(input);
    let (_, bytes) = input
        .and_then(|input| input.values.get_index(value))
        .ok_or_else(|| Error::not_found("the job has no such input"))?;
    Ok(as_bytes(
        Body::from(bytes.slice(..limit.min(bytes.len()))).into_response(),
    ))
}

/// The outcome of an input. Its outputs have any names, so none of them is a member of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'j> {
    /// Why the input failed.
    error: Option<&'j str>,
    outputs: Vec<OutputRow<'j>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutputRow<'j> {
    name: &'j str,
    /// Whether the results of the API contain it, and not only its URL.
    is_json: bool,
}

/// `GET /page/jobs/{job}/results/{input}`: the outcome of the input with this index.
pub(super) async fn result(
    State(jobs): State<JobStore>,
    Segments((id, input)): Segments<(String, usize)>,
) -> Result<Response, Error> {
    let job = jobs.accepted(&id)?;
    let outcomes = job.outcomes(job.progress().processed).await?;
    let outcome = outcomes.get(input).ok_or_else(not_processed)?;
    let outputs = outcome.iter().flatten().map(|(name, output)| OutputRow {
        name,
        is_json: matches!(output, Output::Json(_) | Output::GeneratedJson(_)),
    });
    Ok(Json(Outcome {
        error: outcome.as_ref().err().map(String::as_str),
        outputs: outputs.collect(),
    })
    .into_response())
}

/// `GET /page/jobs/{job}/results/{input}/{output}`: the bytes of the output with this index, of the input with this index.
pub(super) async fn output(
    State(jobs): State<JobStore>,
    Segments((id, input, output)): Segments<(String, usize, usize)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let job = jobs.accepted(&id)?;
    let outcomes = job.outcomes(job.progress().processed).await?;
    let outcome = outcomes.get(input).ok_or_else(not_processed)?;
    let named = outcome.iter().flatten().nth(output);
    let (name, output) = named.ok_or_else(|| Error::not_found("the input has no such output"))?;
    let key = job.inputs().get(input).map_or("", |input| &input.key);
    Ok(as_bytes(match output {
        // It may be large, so it is not held in memory.
        Output::GeneratedJson(json) => generated_json(*json).into_response(),
        _ => output_of(&job, key, outcome, name, &headers)?,
    }))
}

fn not_processed() -> Error {
    Error::not_found("the input is not processed yet")
}

/// Makes a response one that a browser saves and never shows or runs.
fn as_bytes(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    response
}
