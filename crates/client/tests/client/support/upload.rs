//! Uploads from every kind of source, in small chunks.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use modzy_client::{Abort, Client, FileJob, FileSource, Sources, Upload};
use modzy_emulator::{Emulator, Options};

use super::{
    clock::SkippingClock,
    emulator_with, options,
    server::{Reply, ok},
};

pub(crate) const CHUNK: usize = 1024;

/// A stream of these chunks. Like a generator, it panics if polled after its end.
struct Script(Option<std::vec::IntoIter<io::Result<Bytes>>>);

impl Stream for Script {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = self.0.as_mut().expect("polled after the end").next();
        if chunk.is_none() {
            self.0 = None;
        }
        Poll::Ready(chunk)
    }
}

/// Returns a source of these chunks.
pub(crate) fn chunked(size: Option<u64>, chunks: Vec<io::Result<Bytes>>) -> FileSource {
    FileSource::Stream {
        size,
        stream: Box::pin(Script(Some(chunks.into_iter()))),
    }
}

pub(crate) fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect()
}

pub(crate) fn file_job(sources: Vec<(&str, &str, FileSource)>) -> FileJob {
    let mut tree = Sources::<FileSource>::default();
    for (key, name, source) in sources {
        tree.entry(key.to_owned()).or_default().insert(name.to_owned(), source);
    }
    FileJob::new("ed542963de", "1.0.1", tree)
}

pub(crate) async fn upload(client: &Client, job: FileJob) -> Upload {
    client
        .submit_job_files(job, &options(), &Abort::default(), |_| {})
        .await
}

pub(crate) async fn small_chunks() -> (Emulator, Client, Arc<SkippingClock>) {
    let (emulator, builder) = emulator_with(Options {
        chunk_size: "1Ki".to_owned(),
        ..Options::default()
    })
    .await;
    let clock = Arc::new(SkippingClock::default());
    let client = builder.clock(clock.clone()).build().unwrap();
    (emulator, client, clock)
}

pub(crate) fn server_limits() -> Reply {
    ok(r#"{"inputChunkMaximumSize":"1Ki","maximumInputChunks":10,"maximumInputsPerJob":"2"}"#)
}
