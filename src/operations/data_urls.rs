//! Files as data URIs, which are read without a request.

use modzy_client::path_to_data_uri;
use serde::Deserialize;

use crate::calls::{BoxFuture, Context, Value};

/// A file that becomes a data URI.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileArgument {
    path: String,
    mime_type: String,
    max_bytes: u64,
}

pub(super) fn path_to_data_url<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let FileArgument {
            path,
            mime_type,
            max_bytes,
        } = context.parse_argument()?;
        Ok(path_to_data_uri(path, &mime_type, max_bytes).await?.into())
    })
}
