//! Requests to any route.

use bytes::Bytes;
use modzy_client::{Error, RawRequest, RawResponse, Result};
use serde::Deserialize;

use crate::calls::Context;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawArgument {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    /// JSON.
    body: Option<String>,
    takes_bytes: bool,
}

pub(super) async fn raw_request(context: &Context<'_>) -> Result<RawResponse> {
    let argument: RawArgument = context.argument.parse()?;
    let method = argument.method.parse().map_err(|_| Error::Argument {
        name: "method",
        reason: "is not an HTTP method".to_owned(),
    })?;
    let mut request = RawRequest::new(method, argument.path);
    request.query = argument.query;
    request.body = argument.body.map(Bytes::from);
    request.takes_bytes = argument.takes_bytes;
    context.client.raw_request(&request, &context.request).await
}
