//! Jobs that exist: one, several, their history, the wait for an end, and cancellation.

use modzy_client::Document;

use super::filters::HistoryArgument;
use crate::calls::{BoxFuture, Context, Outcome, Value, WaitContext, joined};

pub(super) fn get_job<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_job(context.argument, &context.request))
}

pub(super) fn get_jobs<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let ids: Vec<String> = context.parse_only("jobIdentifiers")?;
        joined::jobs(&context.client.get_jobs(&ids, &context.request).await?)
    })
}

pub(super) fn get_job_history<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(async move {
        let filter = context.parse_argument::<HistoryArgument>()?.into();
        context.client.get_job_history(&filter, &context.request).await
    })
}

pub(super) fn get_job_history_page<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let filter = context.parse_argument::<HistoryArgument>()?.into();
        joined::page(&context.client.get_job_history_page(&filter, &context.request).await?)
    })
}

pub(super) fn cancel_job<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.cancel_job(context.argument, &context.request))
}

pub(super) fn cancel_abandoned<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Outcome> {
    Box::pin(async move {
        let canceling = context.client.cancel_abandoned(context.argument, &context.request);
        Ok(Outcome::Aborted(Some(canceling.await)))
    })
}

pub(super) fn grace<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(async move {
        context.client.cancel_grace().await;
        Ok(Document::default())
    })
}

pub(super) fn block_until_complete<'a>(context: &'a WaitContext<'_>) -> BoxFuture<'a, Value> {
    let on_progress = context.job_listener();
    let waiting = context
        .client
        .block_until_complete(context.job_id, &context.options, on_progress);
    Box::pin(async { Ok(waiting.await?.into()) })
}
