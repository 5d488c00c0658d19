//! Reads the file of a multipart body.

use axum::extract::multipart::{Multipart, MultipartRejection};
use bytes::Bytes;

use crate::error::Error;

/// The file of the part `file`.
pub(super) struct File {
    pub(super) name: String,
    pub(super) content: Bytes,
}

/// Returns the only part named `file`. Other parts are ignored.
pub(super) async fn read(multipart: Result<Multipart, MultipartRejection>) -> Result<File, Error> {
    let broken = |_| Error::bad_request("the multipart body is malformed");
    let mut multipart =
        multipart.map_err(|_| Error::bad_request("the body must be multipart/form-data with a boundary"))?;
    let mut file = None;
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().map(str::to_owned);
        let name = name.ok_or_else(|| Error::bad_request("the part file must have a filename"))?;
        let content = field.bytes().await.map_err(broken)?;
        if content.is_empty() {
            return Err(Error::bad_request("the file is empty"));
        }
        if file.replace(File { name, content }).is_some() {
            return Err(Error::bad_request("there must be only one part file"));
        }
    }
    file.ok_or_else(|| Error::bad_request("the part file is missing"))
}
