//! API keys of an account.

use modzy_client::Document;

use crate::calls::{BoxFuture, Context};

pub(super) fn get_api_keys<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_api_keys(context.argument, &context.request))
}

pub(super) fn get_key_body<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_key_body(context.argument, &context.request))
}
