//! Tags, and the models that have them.

use modzy_client::{Document, Result};

use crate::calls::Context;

pub(super) async fn get_all_tags(context: &Context<'_>) -> Result<Document> {
    context.client.get_all_tags(&context.request).await
}

pub(super) async fn get_tags_and_models(context: &Context<'_>) -> Result<Document> {
    let ids: Vec<String> = context.argument.parse()?;
    context.client.get_tags_and_models(&ids, &context.request).await
}
