//! Outputs: read as a whole, downloaded to a file, or held open in Rust and read one chunk per call.

use modzy_client::{Contents, Downloaded, Output, OutputRef, Result};
use serde::Deserialize;

use crate::calls::{Context, Opened, Reports, Value};

/// An output, by its names or by its URL.
#[derive(Deserialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum OutputArgument {
    Url {
        url: String,
    },
    Named {
        job_id: String,
        input_key: String,
        output_name: String,
    },
}

impl From<OutputArgument> for OutputRef {
    fn from(argument: OutputArgument) -> Self {
        match argument {
            OutputArgument::Url { url } => Self::Url(url),
            OutputArgument::Named {
                job_id,
                input_key,
                output_name,
            } => Self::Named {
                job_id,
                input_key,
                output_name,
            },
        }
    }
}

/// An output, and the path of the file that it is downloaded to.
#[derive(Deserialize)]
struct DownloadArgument {
    output: OutputArgument,
    file: String,
}

/// Reads an output as a whole.
pub(super) async fn get_output_contents(context: &Context<'_>) -> Result<Contents> {
    let output = context.argument.parse::<OutputArgument>()?.into();
    context.client.get_output_contents(&output, &context.request).await
}

/// Downloads an output to a file.
pub(super) async fn download_output(context: &Context<'_>) -> Result<Downloaded> {
    let DownloadArgument { output, file } = context.argument.parse()?;
    let output = output.into();
    let on_progress = |progress| context.reports.download(progress);
    context
        .client
        .download_output(&output, file.as_ref(), &context.request, on_progress)
        .await
}

/// Opens an output, and keeps it under the number of this call.
pub(super) async fn open_output(context: &Context<'_>) -> Result<Value> {
    let call = context.call;
    let output = context.argument.parse::<OutputArgument>()?.into();
    let mut opened = context.client.open_output(&output, &context.request).await?;
    if let Some(progress) = opened.progress() {
        context.reports.download(progress);
    }
    let head = Value::Opened {
        content_type: opened.content_type().map(str::to_owned),
        content_length: opened.content_length(),
    };
    call.keep(call.id, Opened::Output(Box::new(opened)));
    Ok(head)
}

/// Returns the next chunk of an open output, and keeps the output until its end.
pub(super) async fn next_chunk(id: u64, mut output: Box<Output>, reports: &Reports<'_>) -> Result<Value> {
    if let Some(observer) = reports.observer() {
        output.observe(observer);
    }
    let chunk = output.next().await?;
    if let Some(progress) = output.progress() {
        reports.download(progress);
    }
    Ok(match chunk {
        Some(chunk) => {
            reports.call.keep(id, Opened::Output(output));
            Value::Chunk(chunk)
        }
        None => Value::StreamEnded,
    })
}
