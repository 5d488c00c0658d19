//! The results of a job: whole, awaited, of one input, or read as they arrive.

use modzy_client::{Document, Error};
use serde::Deserialize;
use serde_json::json;

use crate::calls::{BoxFuture, Context, Opened, Value, WaitContext, joined};

/// What stands between two results: no JSON has it.
const SEPARATOR: char = '\u{1e}';

/// How much text crosses at a time, unless a single result is longer. It is read on the JavaScript thread one by one.
const BATCH: usize = 64 * 1024;

/// An input of a job.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InputArgument {
    job_id: String,
    input_key: String,
}

pub(super) fn get_result<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(context.client.get_result(context.argument, &context.request))
}

pub(super) fn get_input_result<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Document> {
    Box::pin(async move {
        let InputArgument { job_id, input_key } = context.parse_argument()?;
        context
            .client
            .get_input_result(&job_id, &input_key, &context.request)
            .await
    })
}

pub(super) fn block_until_result<'a>(context: &'a WaitContext<'_>) -> BoxFuture<'a, Value> {
    let on_progress = context.job_listener();
    let waiting = context
        .client
        .block_until_result(context.job_id, &context.options, on_progress);
    Box::pin(async { joined::job_and_result(&waiting.await?) })
}

/// Opens the results of a job, which are then kept under the number of this call.
pub(super) fn open_results<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let call = context.call;
        let mut results = context
            .client
            .stream_results(context.argument, &context.request)
            .await?;
        if let Some(progress) = results.progress() {
            context.report_download(progress);
        }
        call.keep(call.id, Opened::Results(Box::new(results)));
        Ok(json!({ "opened": call.id }).to_string().into())
    })
}

/// The next results, of those that have arrived; nothing at their end. Leaving it closes the request.
pub(super) fn pull_results<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let id = context.parse_only("opened")?;
        let Some(Opened::Results(mut results)) = context.call.calls.take(id) else {
            return Err(Error::Internal("the results are not open".to_owned()));
        };
        if let Some(observer) = context.observer() {
            results.observe(observer);
        }
        let next = results.next().await?;
        let Some(first) = next else {
            if let Some(progress) = results.progress() {
                context.report_download(progress);
            }
            return Ok(Document::default().into());
        };
        let mut text = String::from(first);
        while text.len() < BATCH
            && let Some(next) = results.ready()
        {
            text.push(SEPARATOR);
            text.push_str(next.as_str());
        }
        if let Some(progress) = results.progress() {
            context.report_download(progress);
        }
        context.call.keep(id, Opened::Results(results));
        Ok(text.into())
    })
}
