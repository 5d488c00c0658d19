//! The API keys of an account.

use modzy_client::{Document, Result};

use crate::calls::Context;

pub(super) async fn get_api_keys(context: &Context<'_>) -> Result<Document> {
    context
        .client
        .get_api_keys(context.identifier(), &context.request)
        .await
}

pub(super) async fn get_key_body(context: &Context<'_>) -> Result<Document> {
    context
        .client
        .get_key_body(context.identifier(), &context.request)
        .await
}
