//! Existing jobs: one, several, their history, the wait for their end, and cancellation.

use modzy_client::{Document, Page, Result};

use super::filters::{HistoryArgument, JobsArgument, SearchArgument};
use crate::{
    calls::{Context, WaitContext},
    names::as_of_wait,
};

pub(super) async fn get_job(context: &Context<'_>) -> Result<Document> {
    context.client.get_job(context.identifier(), &context.request).await
}

pub(super) async fn get_jobs(context: &Context<'_>) -> Result<Document> {
    let filter = context.argument.parse::<JobsArgument>()?.into();
    context.client.get_jobs(&filter, &context.request).await
}

pub(super) async fn get_jobs_page(context: &Context<'_>) -> Result<Page> {
    let filter = context.argument.parse::<JobsArgument>()?.into();
    context.client.get_jobs_page(&filter, &context.request).await
}

pub(super) async fn get_jobs_by_id(context: &Context<'_>) -> Result<Vec<Document>> {
    let ids: Vec<String> = context.argument.parse()?;
    context.client.get_jobs_by_id(&ids, &context.request).await
}

pub(super) async fn get_job_history(context: &Context<'_>) -> Result<Document> {
    let filter = context.argument.parse::<HistoryArgument>()?.into();
    context.client.get_job_history(&filter, &context.request).await
}

pub(super) async fn get_job_history_page(context: &Context<'_>) -> Result<Page> {
    let filter = context.argument.parse::<HistoryArgument>()?.into();
    context.client.get_job_history_page(&filter, &context.request).await
}

pub(super) async fn find_jobs(context: &Context<'_>) -> Result<Vec<Document>> {
    let search = context.argument.parse::<SearchArgument>()?.into();
    context.client.find_jobs(&search, &context.request).await
}

pub(super) async fn cancel_job(context: &Context<'_>) -> Result<Document> {
    context.client.cancel_job(context.identifier(), &context.request).await
}

pub(super) async fn block_until_complete(context: &WaitContext<'_>) -> Result<Document> {
    let waiting = context
        .client
        .block_until_complete(context.job_id, &context.options, context.job_listener());
    waiting.await.map_err(as_of_wait)
}
