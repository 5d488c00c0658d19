//! Results that are read as they arrive.

use modzy_client::{Client, Document, Error, RequestOptions, Result};
use serde_json::json;

use crate::{
    calls::{Call, CallObserver, Opened, Value},
    options::BindingCallOptions,
};

/// What stands between two results: no JSON has it.
const SEPARATOR: char = '\u{1e}';

/// How much text crosses at a time, unless a single result is longer. It is read on the JavaScript thread one by one.
const BATCH: usize = 64 * 1024;

/// Opens the results of a job, which are then kept under the number of this call.
pub(crate) async fn open(
    client: &Client,
    job_id: &str,
    request: &RequestOptions,
    call: &Call,
    options: &BindingCallOptions,
) -> Result<Value> {
    let mut results = client.stream_results(job_id, request).await?;
    if let Some(progress) = results.progress() {
        call.report_download(progress, options);
    }
    call.keep(call.id, Opened::Results(Box::new(results)));
    Ok(json!({ "opened": call.id }).to_string().into())
}

/// The next results, of those that have arrived; nothing at their end. Leaving it closes the request.
pub(crate) async fn pull(id: u64, call: &Call, options: &BindingCallOptions) -> Result<Value> {
    let Some(Opened::Results(mut results)) = call.calls.take(id) else {
        return Err(Error::Internal("the results are not open".to_owned()));
    };
    if let Some(observer) = CallObserver::of(call, options) {
        results.observe(observer);
    }
    let next = results.next().await?;
    let Some(first) = next else {
        if let Some(progress) = results.progress() {
            call.report_download(progress, options);
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
        call.report_download(progress, options);
    }
    call.keep(id, Opened::Results(results));
    Ok(text.into())
}
