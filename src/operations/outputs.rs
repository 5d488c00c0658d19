//! Outputs: read whole, downloaded to a file, or open to be read chunk by chunk.

use modzy_client::{Client, Document, Downloaded, Error, OutputRef, RequestOptions, Result};
use serde::Deserialize;
use serde_json::json;

use crate::{
    calls::{Call, CallObserver, Opened, Value},
    options::BindingCallOptions,
};

/// An output, by its names or by its URL.
#[derive(Deserialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(crate) enum OutputArgument {
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

/// An output, and the path of the file that it goes to.
#[derive(Deserialize)]
pub(crate) struct DownloadArgument {
    pub(crate) output: OutputArgument,
    pub(crate) file: String,
}

/// Reads an output whole.
pub(crate) async fn contents(client: &Client, argument: OutputArgument, request: &RequestOptions) -> Result<Value> {
    let output = argument.into();
    Ok(client.get_output_contents(&output, request).await?.into())
}

/// Downloads an output to a file.
pub(crate) async fn download(
    client: &Client,
    argument: DownloadArgument,
    request: &RequestOptions,
    call: &Call,
    options: &BindingCallOptions,
) -> Result<Value> {
    let output = argument.output.into();
    let tell = |progress| call.report_download(progress, options);
    let download = client.download_output(&output, argument.file.as_ref(), request, tell);
    let Downloaded {
        bytes, content_type, ..
    } = download.await?;
    Ok(json!({ "bytes": bytes, "contentType": content_type })
        .to_string()
        .into())
}

/// Opens an output, which is then kept under the number of this call.
pub(crate) async fn open(
    client: &Client,
    argument: OutputArgument,
    request: &RequestOptions,
    call: &Call,
    options: &BindingCallOptions,
) -> Result<Value> {
    let output = argument.into();
    let mut opened = client.open_output(&output, request).await?;
    if let Some(progress) = opened.progress() {
        call.report_download(progress, options);
    }
    let head = json!({
        "opened": call.id,
        "contentType": opened.content_type(),
        "contentLength": opened.content_length(),
    });
    call.keep(call.id, Opened::Output(Box::new(opened)));
    Ok(head.to_string().into())
}

/// The next chunk of an open output; nothing at its end. Leaving it closes the output.
pub(crate) async fn pull(id: u64, call: &Call, options: &BindingCallOptions) -> Result<Value> {
    let Some(Opened::Output(mut output)) = call.calls.take(id) else {
        return Err(Error::Internal("the output is not open".to_owned()));
    };
    if let Some(observer) = CallObserver::of(call, options) {
        output.observe(observer);
    }
    let chunk = output.next().await?;
    if let Some(progress) = output.progress() {
        call.report_download(progress, options);
    }
    Ok(match chunk {
        Some(chunk) => {
            call.keep(id, Opened::Output(output));
            chunk.into()
        }
        None => Document::default().into(),
    })
}
