//! The bytes of single outputs, whole or in part.

use std::ops::Range;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::documents::processed;
use super::generated::Pattern;
use crate::error::{Error, Segments};
use crate::jobs::{Job, JobStore};
use crate::models::{Outcome, Output};

/// Returns the bytes of one output, JSON or not, whole or in part.
pub(super) async fn output(
    State(jobs): State<JobStore>,
    Segments((id, key, name)): Segments<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let job = jobs.get(&id)?;
    let (_, outcome) = processed(&job, &key).await?;
    output_of(&job, &key, outcome, &name, &headers)
}

/// Returns the bytes of one output of an input.
pub(crate) fn output_of(
    job: &Job,
    key: &str,
    outcome: &Outcome,
    name: &str,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    let output = outcome.as_ref().ok().and_then(|outputs| outputs.get(name));
    let Some(output) = output else {
        return Err(Error::not_found(format!(
            "the input {key} of the job {} has no output {name}",
            job.id
        )));
    };
    let json = |json: serde_json::Result<Vec<u8>>| json.map_or_else(|_| Bytes::new(), Bytes::from);
    let content = match output {
        Output::Binary(bytes) => Content::Held(bytes.clone()),
        Output::Json(value) => Content::Held(json(serde_json::to_vec(value))),
        Output::GeneratedJson(predictions) => Content::Held(json(serde_json::to_vec(predictions))),
        Output::GeneratedBinary(size) => Content::Generated(*size),
    };
    Ok(download(&content, job.version.media_type(name), headers))
}

/// The content of an output.
enum Content {
    Held(Bytes),
    /// This number of bytes, which are generated while they are sent.
    Generated(u64),
}

impl Content {
    fn length(&self) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::Generated(size) => *size,
        }
    }

    fn etag(&self) -> String {
        match self {
            Self::Held(bytes) => format!("\"{:x}\"", Sha256::digest(bytes)),
            Self::Generated(size) => format!("\"made-{size}\""),
        }
    }

    fn part(&self, range: Range<u64>) -> Body {
        match self {
            Self::Held(bytes) => {
                let [start, end] = [range.start, range.end].map(|place| usize::try_from(place).unwrap_or_default());
                bytes.slice(start..end).into()
            }
            Self::Generated(_) => Body::new(Pattern::new(range.start, range.end)),
        }
    }
}

fn download(content: &Content, media_type: &str, headers: &HeaderMap) -> Response {
    let etag = content.etag();
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let common = [(ETAG, etag.clone()), (ACCEPT_RANGES, "bytes".to_owned())];
    let is_known = |known: &str| {
        known
            .split(',')
            .any(|known| matches!(known.trim(), "*") || known.trim() == etag)
    };
    if header(IF_NONE_MATCH).is_some_and(is_known) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let media_type = [(CONTENT_TYPE, media_type.to_owned())];
    let length = content.length();
    // The client cannot use a range of another version.
    let range = header(RANGE).filter(|_| header(IF_RANGE).is_none_or(|validator| validator == etag));
    match range.map_or(Part::Whole, |range| part(range, length)) {
        Part::Whole => (StatusCode::OK, common, media_type, content.part(0..length)).into_response(),
        Part::Bytes(range) => {
            let content_range = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            let content = content.part(range);
            let content_range = [(CONTENT_RANGE, content_range)];
            (StatusCode::PARTIAL_CONTENT, common, content_range, media_type, content).into_response()
        }
        Part::Unsatisfiable => {
            let error = Error::new(StatusCode::RANGE_NOT_SATISFIABLE, "the range is outside of the output");
            ([(CONTENT_RANGE, format!("bytes */{length}"))], error).into_response()
        }
    }
}

/// The part of an output that a `Range` selects.
#[derive(Debug, PartialEq)]
enum Part {
    Whole,
    Bytes(Range<u64>),
    Unsatisfiable,
}

/// Reads a `Range` of one part. A range that is malformed or has several parts selects the whole output.
fn part(range: &str, length: u64) -> Part {
    let bounds = range
        .trim()
        .strip_prefix("bytes=")
        .and_then(|bounds| bounds.split_once('-'));
    let Some((first, last)) = bounds else {
        return Part::Whole;
    };
    let (first, last) = (bound(first), bound(last));
    let (start, end) = match (first, last) {
        (Some(Some(first)), Some(Some(last))) if first <= last => (first, last.saturating_add(1).min(length)),
        (Some(Some(first)), Some(None)) => (first, length),
        (Some(None), Some(Some(count))) => (length.saturating_sub(count), length),
        _ => return Part::Whole,
    };
    if start < end {
        Part::Bytes(start..end)
    } else {
        Part::Unsatisfiable
    }
}

/// One end of a range: left out, a number, or unreadable.
#[expect(
    clippy::option_option,
    reason = "a missing end and an invalid end mean different things"
)]
fn bound(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    text.parse().ok().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_length() {
        for (range, expected) in [
            ("bytes=0-3", Part::Bytes(0..4)),
            ("bytes=8-", Part::Bytes(8..10)),
            ("bytes=-3", Part::Bytes(7..10)),
            ("bytes=-30", Part::Bytes(0..10)),
            ("bytes=9-18446744073709551615", Part::Bytes(9..10)),
            ("bytes=10-", Part::Unsatisfiable),
            ("bytes=10-20", Part::Unsatisfiable),
            ("bytes=-0", Part::Unsatisfiable),
            ("bytes=5-2", Part::Whole),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=x-y", Part::Whole),
            ("lines=1-2", Part::Whole),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
        assert_eq!(part("bytes=0-", 0), Part::Unsatisfiable);
    }
}
