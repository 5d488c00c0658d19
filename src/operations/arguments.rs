//! What the arguments of operations hold, and what of the client is made from them.

use bytes::Bytes;
use modzy_client::{
    Client, Document, EmbeddedJob, EmbeddedValue, Error, FileJob, JobInput, RequestOptions, Result, Sources,
    UploadProgress,
};
use serde::{Deserialize, de::DeserializeOwned};

use super::sources::{self, NamedSource, Origin};
use crate::calls::Call;

/// Reads an argument that the face has made. What cannot be read in it is what the user put there.
pub(crate) fn read<T: DeserializeOwned>(argument: &str) -> Result<T> {
    serde_json::from_str(argument).map_err(|_| Error::Argument {
        name: "sources",
        reason: "cannot be serialized to JSON".to_owned(),
    })
}

/// An input of a job.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InputArgument {
    pub(crate) job_id: String,
    pub(crate) input_key: String,
}

/// A version of a model.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VersionArgument {
    pub(crate) model_id: String,
    pub(crate) version: String,
}

/// A model by its name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NameArgument {
    pub(crate) name: String,
    pub(crate) active_only: bool,
}

/// A file that becomes a data URI.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileArgument {
    pub(crate) path: String,
    pub(crate) mime_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EmbeddedArgument {
    model_id: String,
    version: String,
    sources: Sources<EmbeddedLeaf>,
    media_type: Option<String>,
    explain: Option<bool>,
    timeout: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum EmbeddedLeaf {
    DataUri(String),
    Bytes(usize),
}

/// The job, with the bytes that came along in their places.
pub(crate) fn embedded(argument: EmbeddedArgument, bytes: &[Bytes]) -> Result<EmbeddedJob> {
    let media_type = argument.media_type.unwrap_or_default();
    let value = |leaf| match leaf {
        EmbeddedLeaf::DataUri(uri) => Ok(EmbeddedValue::DataUri(uri)),
        EmbeddedLeaf::Bytes(number) => Ok(EmbeddedValue::Bytes {
            media_type: media_type.clone(),
            data: bytes
                .get(number)
                .cloned()
                .ok_or_else(|| Error::Internal("an embedded input did not come along".to_owned()))?,
        }),
    };
    let mut sources = Sources::default();
    for (key, parts) in argument.sources {
        let parts = parts.into_iter().map(|(name, leaf)| Ok((name, value(leaf)?)));
        sources.insert(key, parts.collect::<Result<_>>()?);
    }
    let mut job = EmbeddedJob::new(argument.model_id, argument.version, sources);
    job.explain = argument.explain;
    job.timeout = argument.timeout;
    Ok(job)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadArgument {
    model_id: String,
    version: String,
    sources: Vec<NamedSource>,
    explain: Option<bool>,
    timeout: Option<u64>,
    chunk_size: Option<u64>,
}

pub(crate) fn upload(argument: UploadArgument, call: &Call) -> FileJob {
    let sources = sources::sources(argument.sources, call);
    let mut job = FileJob::new(argument.model_id, argument.version, sources);
    job.explain = argument.explain;
    job.timeout = argument.timeout;
    job.chunk_size = argument.chunk_size;
    job
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppendArgument {
    job_id: String,
    input_key: String,
    input_name: String,
    chunk_size: Option<u64>,
    #[serde(flatten)]
    origin: Origin,
}

pub(crate) async fn append(
    client: &Client,
    argument: AppendArgument,
    call: &Call,
    request: &RequestOptions,
    on_progress: impl FnMut(&UploadProgress<'_>) + Send,
) -> Result<Document> {
    let source = sources::source(argument.origin, call, &mut 0);
    let mut input = JobInput::new(argument.job_id, argument.input_key, argument.input_name, source);
    input.chunk_size = argument.chunk_size;
    client.append_input(input, request, on_progress).await?;
    Ok(Document::default())
}
