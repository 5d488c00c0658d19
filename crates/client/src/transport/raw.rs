//! A response with its status and its headers.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;

/// The response to a [`RawRequest`](crate::RawRequest).
#[derive(Clone)]
#[non_exhaustive]
pub struct RawResponse {
    /// The status, which is 2xx.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body: JSON without a byte order mark, unless the request takes bytes. Empty if the response had none.
    pub body: Bytes,
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawResponse({}, {} bytes)", self.status, self.body.len())
    }
}
