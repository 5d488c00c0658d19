//! Streams that are held open in Rust and read one chunk per call.

use modzy_client::{Error, Result};

use super::{Given, outputs, results};
use crate::calls::{Call, NO_OPTIONS, Opened, Reports, Value};

/// Returns the next chunk of the stream that a call opened. Dropping this future closes the stream.
pub(crate) async fn next_chunk(stream: u64, given: Given, call: Call) {
    let options = given.as_deref().unwrap_or(&NO_OPTIONS);
    let reports = Reports { call: &call, options };
    call.run(Box::pin(next(stream, &reports))).await;
}

async fn next(stream: u64, reports: &Reports<'_>) -> Result<Value> {
    match reports.call.calls.take(stream) {
        Some(Opened::Output(output)) => outputs::next_chunk(stream, output, reports).await,
        Some(Opened::Results(results)) => results::first_results(stream, results, reports).await,
        Some(Opened::ReadAhead(results)) => results::next_results(stream, results, reports).await,
        Some(Opened::Journal(_)) | None => Err(Error::Internal("the stream is not open".to_owned())),
    }
}
