//! Outputs: read whole, downloaded to a file, or held open and read one chunk per call.

use modzy_client::{Document, Downloaded, Error, OutputRef};
use serde::Deserialize;
use serde_json::json;

use crate::calls::{BoxFuture, Context, Opened, Value};

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

/// An output, and the path of the file that it goes to.
#[derive(Deserialize)]
struct DownloadArgument {
    output: OutputArgument,
    file: String,
}

/// Reads an output whole.
pub(super) fn get_output_contents<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let output = context.parse_argument::<OutputArgument>()?.into();
        Ok(context
            .client
            .get_output_contents(&output, &context.request)
            .await?
            .into())
    })
}

/// Downloads an output to a file.
pub(super) fn download_output<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let DownloadArgument { output, file } = context.parse_argument()?;
        let output = output.into();
        let on_progress = |progress| context.report_download(progress);
        let download = context
            .client
            .download_output(&output, file.as_ref(), &context.request, on_progress);
        let Downloaded {
            bytes, content_type, ..
        } = download.await?;
        Ok(json!({ "bytes": bytes, "contentType": content_type })
            .to_string()
            .into())
    })
}

/// Opens an output, which is then kept under the number of this call.
pub(super) fn open_output<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let call = context.call;
        let output = context.parse_argument::<OutputArgument>()?.into();
        let mut opened = context.client.open_output(&output, &context.request).await?;
        if let Some(progress) = opened.progress() {
            context.report_download(progress);
        }
        let head = json!({
            "opened": call.id,
            "contentType": opened.content_type(),
            "contentLength": opened.content_length(),
        });
        call.keep(call.id, Opened::Output(Box::new(opened)));
        Ok(head.to_string().into())
    })
}

/// The next chunk of an open output; nothing at its end. Leaving it closes the output.
pub(super) fn pull_output<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let id = context.parse_only("opened")?;
        let Some(Opened::Output(mut output)) = context.call.calls.take(id) else {
            return Err(Error::Internal("the output is not open".to_owned()));
        };
        if let Some(observer) = context.observer() {
            output.observe(observer);
        }
        let chunk = output.next().await?;
        if let Some(progress) = output.progress() {
            context.report_download(progress);
        }
        Ok(match chunk {
            Some(chunk) => {
                context.call.keep(id, Opened::Output(output));
                chunk.into()
            }
            None => Document::default().into(),
        })
    })
}
