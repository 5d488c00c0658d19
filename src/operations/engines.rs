//! The processing engines.

use modzy_client::Document;

use crate::calls::{BoxFuture, Context};

pub(super) fn get_processing_engine_status<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_processing_engine_status(&context.request))
}
