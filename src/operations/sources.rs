//! The sources of an upload. Rust reads paths itself. From every other source it requests one chunk at a time from JavaScript.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_util::Stream;
use modzy_client::{FileSource, Sources};
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::calls::{Call, Calls, Chunk};

/// An input of an upload. Without a path, its chunks are requested from JavaScript.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NamedSource {
    pub(crate) input_key: String,
    pub(crate) input_name: String,
    #[serde(flatten)]
    pub(crate) origin: Origin,
}

/// The source of an input.
#[derive(Deserialize)]
pub(crate) struct Origin {
    path: Option<String>,
    /// In bytes, if it is known.
    size: Option<u64>,
}

/// Returns the sources of an upload, in order.
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

/// Returns a single source, and counts it if JavaScript reads it.
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
    FileSource::Stream {
        size: origin.size,
        stream: Box::pin(chunks),
    }
}

/// A source that JavaScript reads. Each chunk is requested when it is needed, one at a time.
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
