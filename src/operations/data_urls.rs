//! Files as data URIs, which are read without a request.

use modzy_client::{Error, path_to_data_uri};
use serde::Deserialize;

use crate::calls::{BoxFuture, Context, Value};

/// A file that becomes a data URI.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileArgument {
    path: String,
    mime_type: String,
}

pub(super) fn path_to_data_url<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let FileArgument { path, mime_type } = context.parse_argument()?;
        let reading = tokio::task::spawn_blocking(move || path_to_data_uri(path.as_ref(), &mime_type));
        let read = reading.await.map_err(|error| Error::Internal(error.to_string()))?;
        Ok(read?.into())
    })
}
