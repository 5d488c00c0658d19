//! The processing engines.

use modzy_client::{Document, Result};

use crate::calls::Context;

pub(super) async fn get_processing_engine_status(context: &Context<'_>) -> Result<Document> {
    context.client.get_processing_engine_status(&context.request).await
}
