//! Encodes a chunk as the body of its request.

use http::HeaderValue;

use crate::{
    error::{Error, Result},
    transport::{Data, Payload},
};

/// Encodes a chunk as the only part of a form. The part is named `input`; its file name is the name of the model's input.
pub(crate) fn part(input_name: &str, data: Data) -> Result<Payload> {
    let boundary = format!("modzy-client-{:032x}", fastrand::u128(..));
    let media_type = mime_guess::from_path(input_name)
        .first_raw()
        .unwrap_or("application/octet-stream");
    // Escapes like browsers do.
    let file_name = input_name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"input\"; filename=\"{file_name}\"\r\n\
         Content-Type: {media_type}\r\n\r\n"
    );
    let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
        .map_err(|error| Error::Internal(format!("a boundary that no header can carry: {error}")))?;
    Ok(Payload::Framed {
        content_type,
        head: head.into(),
        data,
        tail: format!("\r\n--{boundary}--\r\n").into(),
    })
}
