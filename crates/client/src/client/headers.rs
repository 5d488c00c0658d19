//! Headers that callers add.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::{Error, Result};

/// Headers that are the client's own, because they carry credentials or frame the message.
const RESERVED: [&str; 15] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "modzy-team-id",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Adds a header, in place of one of the same name.
pub(super) fn insert_header(headers: &mut HeaderMap, name: &str, value: &str) -> Result<()> {
    let refuse = |reason: &str| Error::argument("headers", format!("{reason}: {name:?}"));
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse("hold a name that HTTP does not allow"))?;
    if RESERVED.contains(&parsed.as_str()) {
        return Err(refuse("must not set a header that is the client's own"));
    }
    // The value may be a secret of the user's, so the message leaves it out.
    let mut value = HeaderValue::from_str(value).map_err(|_| refuse("hold a value that HTTP does not allow, for"))?;
    value.set_sensitive(true);
    headers.insert(parsed, value);
    Ok(())
}
