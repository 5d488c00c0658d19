//! The results of a job: all at once, after a wait, of one input, or read as they arrive.

use modzy_client::{Document, JobAndOutcome, JobAndResult, Result, ResultStream};
use serde::Deserialize;

use crate::{
    calls::{Context, Opened, Reports, Value, WaitContext},
    names::as_of_wait,
};

/// Separates two results. JSON does not contain this character.
const SEPARATOR: char = '\u{1e}';

/// How much text is handed over at a time, unless a single result is longer. The JavaScript thread parses one result at a time.
const BATCH: usize = 64 * 1024;

/// An input of a job.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InputArgument {
    job_id: String,
    input_key: String,
}

pub(super) async fn get_result(context: &Context<'_>) -> Result<Document> {
    context.client.get_result(context.identifier(), &context.request).await
}

pub(super) async fn get_input_result(context: &Context<'_>) -> Result<Document> {
    let InputArgument { job_id, input_key } = context.argument.parse()?;
    context
        .client
        .get_input_result(&job_id, &input_key, &context.request)
        .await
}

pub(super) async fn block_until_result(context: &WaitContext<'_>) -> Result<JobAndResult> {
    let waiting = context
        .client
        .block_until_result(context.job_id, &context.options, context.job_listener());
    waiting.await.map_err(as_of_wait)
}

pub(super) async fn block_until_outcome(context: &WaitContext<'_>) -> Result<JobAndOutcome> {
    let waiting = context
        .client
        .block_until_outcome(context.job_id, &context.options, context.job_listener());
    waiting.await.map_err(as_of_wait)
}

/// Opens the results of a job, and keeps the stream under the number of this call.
pub(super) async fn open_results(context: &Context<'_>) -> Result<Value> {
    let call = context.call;
    let mut results = context
        .client
        .stream_results(context.identifier(), &context.request)
        .await?;
    if let Some(progress) = results.progress() {
        context.reports.download(progress);
    }
    call.keep(call.id, Opened::Results(Box::new(results)));
    Ok(Value::Opened {
        content_type: None,
        content_length: None,
    })
}

/// Returns the next results that have arrived, and keeps the stream until its end.
pub(super) async fn next_results(id: u64, mut results: Box<ResultStream>, reports: &Reports<'_>) -> Result<Value> {
    if let Some(observer) = reports.observer() {
        results.observe(observer);
    }
    let next = results.next().await?;
    let Some(first) = next else {
        if let Some(progress) = results.progress() {
            reports.download(progress);
        }
        return Ok(Value::StreamEnded);
    };
    let mut texts = String::from(first);
    while texts.len() < BATCH
        && let Some(next) = results.ready()
    {
        texts.push(SEPARATOR);
        texts.push_str(next.as_str());
    }
    if let Some(progress) = results.progress() {
        reports.download(progress);
    }
    reports.call.keep(id, Opened::Results(results));
    Ok(Value::Results(texts))
}
