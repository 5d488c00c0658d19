//! The results of a job: all at once, after a wait, of one input, or read as they arrive.

use modzy_client::{Document, JobAndOutcome, JobAndResult, ReadAhead, Result, ResultStream};
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

/// Returns the first results.
pub(super) async fn first_results(id: u64, mut results: Box<ResultStream>, reports: &Reports<'_>) -> Result<Value> {
    if let Some(observer) = reports.observer() {
        results.observe(observer);
    }
    next_results(id, results.read_ahead(BATCH), reports).await
}

/// Returns the next results, and keeps the stream, which reads on, until its end.
pub(super) async fn next_results(id: u64, next: ReadAhead, reports: &Reports<'_>) -> Result<Value> {
    let (results, mut stream) = next.take().await?;
    if let Some(progress) = stream.progress() {
        reports.download(progress);
    }
    if results.is_empty() {
        return Ok(Value::StreamEnded);
    }
    let ahead = Opened::ReadAhead(stream.read_ahead(BATCH));
    reports.call.keep(id, ahead);
    Ok(Value::Results(joined(results)))
}

/// Joins texts. One by itself, which may be long, is not copied.
fn joined(results: Vec<Document>) -> String {
    let mut results = results.into_iter();
    let mut texts = results.next().map(String::from).unwrap_or_default();
    for result in results {
        texts.push(SEPARATOR);
        texts.push_str(result.as_str());
    }
    texts
}
