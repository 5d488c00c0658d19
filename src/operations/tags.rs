//! Tags, and the models that have them.

use modzy_client::Document;

use crate::calls::{BoxFuture, Context};

pub(super) fn get_all_tags<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_all_tags(&context.request))
}

pub(super) fn get_tags_and_models<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(async move {
        let ids: Vec<String> = context.parse_only("tagIds")?;
        context.client.get_tags_and_models(&ids, &context.request).await
    })
}
