//! Files as data URIs, which are read without a request.

use modzy_client::{Result, path_to_data_uri};
use serde::Deserialize;

use crate::calls::{Context, Value};

/// A file that becomes a data URI.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileArgument {
    path: String,
    mime_type: String,
    max_bytes: u64,
}

pub(super) async fn path_to_data_url(context: &Context<'_>) -> Result<Value> {
    let FileArgument {
        path,
        mime_type,
        max_bytes,
    } = context.argument.parse()?;
    Ok(Value::DataUri(path_to_data_uri(path, &mime_type, max_bytes).await?))
}
