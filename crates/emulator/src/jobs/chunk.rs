//! Reads the chunk of an upload from its multipart body.

use axum::extract::multipart::Multipart;
use bytes::Bytes;

use crate::error::Error;

/// The name of the part that holds the chunk.
const PART: &str = "input";

/// Returns the content of the only part named `input`. Other parts are ignored.
pub(super) async fn read(mut multipart: Multipart) -> Result<Bytes, Error> {
    let broken = |_| Error::bad_request("the multipart body is malformed");
    let mut chunk = None;
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        if field.name() != Some(PART) {
            continue;
        }
        if field.file_name().is_none() {
            return Err(Error::bad_request(format!("the part {PART} must have a filename")));
        }
        if chunk.replace(field.bytes().await.map_err(broken)?).is_some() {
            return Err(Error::bad_request(format!("there must be only one part {PART}")));
        }
    }
    chunk.ok_or_else(|| Error::bad_request(format!("the part {PART} is missing")))
}
