//! Where the inputs of an upload come from: paths, which Rust reads, and everything else, which is pulled from JavaScript
//! chunk by chunk.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use modzy_client::{FileSource, Sources};
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::calls::{Call, Calls, Chunk};

/// An input as JavaScript names it. Without a path it is pulled.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NamedSource {
    pub(crate) input_key: String,
    pub(crate) input_name: String,
    #[serde(flatten)]
    pub(crate) origin: Origin,
}

/// Where it comes from.
#[derive(Deserialize)]
pub(crate) struct Origin {
    path: Option<String>,
    /// In bytes, where it is known.
    size: Option<u64>,
}

/// The sources of an upload, in their order.
pub(crate) fn sources(inputs: Vec<NamedSource>, call: &Call) -> Sources<FileSource> {
    let mut pulled = 0;
    let mut sources = Sources::<FileSource>::default();
    for input in inputs {
        let source = source(input.origin, call, &mut pulled);
        let parts = sources.entry(input.input_key).or_default();
        parts.insert(input.input_name, source);
    }
    sources
}

/// A single source. Those that are pulled are counted.
pub(crate) fn source(origin: Origin, call: &Call, pulled: &mut u32) -> FileSource {
    if let Some(path) = origin.path {
        return FileSource::Path(path.into());
    }
    let chunks = Pulled {
        calls: Arc::clone(&call.calls),
        id: call.id,
        number: *pulled,
        pull: None,
    };
    *pulled += 1;
    FileSource::Pieces {
        size: origin.size,
        pieces: Box::pin(chunks),
    }
}

/// A source that JavaScript holds. A chunk is asked for when it is needed, and the next one not before it has come.
struct Pulled {
    calls: Arc<Calls>,
    id: u64,
    number: u32,
    pull: Option<oneshot::Receiver<Chunk>>,
}

impl Stream for Pulled {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.pull.is_none() {
            self.pull = Some(self.calls.pull(self.id, self.number));
        }
        let Some(pull) = self.pull.as_mut() else {
            return Poll::Ready(None);
        };
        let chunk = ready!(Pin::new(pull).poll(cx));
        self.pull = None;
        Poll::Ready(match chunk {
            Ok(chunk) => chunk.map(Ok),
            Err(_) => Some(Err(io::ErrorKind::BrokenPipe.into())),
        })
    }
}
