//! The sources of inputs, checked before anything is sent. Leaves cutting them into chunks to `chunks`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{
    chunks::{ByteStream, Chunks, Open, empty, first_bytes},
    idle::Idle,
};
use crate::{
    blocking,
    error::{Error, InputFault, Result},
    files::{Comparison, FileChanged, Measure},
    jobs::{InputNames, Sources},
    transport::OpenFile,
};

/// The largest chunk that is held in memory. Up to two are held at a time: one is sent while the next is filled.
const LARGEST_HELD: u64 = 4 * 1024 * 1024;

/// Where an input of an upload comes from.
#[non_exhaustive]
pub enum FileSource {
    /// A file. It is measured before the job is opened, and read one chunk at a time when its turn comes. The upload fails if the
    /// file changes in between. A relative path is resolved in the call, before its future is first polled.
    Path(PathBuf),
    /// Bytes in memory.
    Bytes(Bytes),
    /// A stream of bytes.
    Stream {
        /// The size in bytes, if known.
        size: Option<u64>,
        /// The bytes.
        stream: ByteStream,
    },
}

impl std::fmt::Debug for FileSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => write!(f, "Path({})", path.display()),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Stream { size, .. } => write!(f, "Stream({size:?})"),
        }
    }
}

/// A source that has been checked.
pub(super) struct Checked {
    pub(super) names: InputNames,
    source: Source,
}

enum Source {
    File {
        path: PathBuf,
        measure: Measure,
    },
    Bytes(Bytes),
    Stream {
        size: Option<u64>,
        /// `None` after its end.
        stream: Option<ByteStream>,
        /// Its first bytes, if they have been read already.
        first: Bytes,
    },
}

/// Resolves relative paths now: the process may have another working folder when the files are opened.
pub(super) fn resolve(sources: &mut Sources<FileSource>) -> Result<()> {
    for (input_key, parts) in sources {
        for (input_name, source) in parts {
            let names = || InputNames {
                input_key: input_key.clone(),
                input_name: input_name.clone(),
            };
            source.resolve(names)?;
        }
    }
    Ok(())
}

impl FileSource {
    pub(super) fn resolve(&mut self, names: impl FnOnce() -> InputNames) -> Result<()> {
        if let Self::Path(path) = self {
            *path = std::path::absolute(&*path).map_err(|cause| names().cannot_open(path, cause))?;
        }
        Ok(())
    }
}

impl Checked {
    /// Checks a source, whose path must be absolute. Opens, reads and closes files, so call it on a thread that may block.
    pub(super) fn new(names: InputNames, source: FileSource, stop: &CancellationToken) -> Result<Self> {
        let source = match source {
            FileSource::Path(path) => {
                let measured = Measure::of(&names.open(&path)?, || stop.is_cancelled());
                let measure = measured.map_err(|failure| names.unreadable(&failure))?;
                let measure = measure.ok_or(Error::Aborted)?;
                Source::File { path, measure }
            }
            FileSource::Bytes(bytes) => Source::Bytes(bytes),
            FileSource::Stream { size, stream } => Source::Stream {
                size,
                stream: Some(stream),
                first: Bytes::new(),
            },
        };
        let checked = Self { names, source };
        if checked.size() == Some(0) {
            return Err(empty(&checked.names));
        }
        Ok(checked)
    }

    /// Reads the first bytes of a stream without a size, and returns their number: what such a stream is shows only then.
    pub(super) async fn begin(&mut self, idle: &Idle<'_>) -> Result<usize> {
        let Source::Stream {
            size: None,
            stream,
            first,
        } = &mut self.source
        else {
            return Ok(0);
        };
        *first = first_bytes(stream, &self.names, idle).await?;
        Ok(first.len())
    }

    /// Returns the size in bytes, if known.
    pub(super) fn size(&self) -> Option<u64> {
        match &self.source {
            Source::File { measure, .. } => Some(measure.size()),
            Source::Bytes(bytes) => Some(bytes.len() as u64),
            Source::Stream { size, .. } => *size,
        }
    }

    /// Returns the size of the source's chunks, given the largest that the server accepts. The last chunk may be shorter.
    pub(super) fn chunk_size(&self, most: u64) -> u64 {
        match self.source {
            Source::Stream { .. } => most.min(LARGEST_HELD),
            Source::File { .. } | Source::Bytes(_) => most,
        }
    }

    /// Returns the number of chunks, if known.
    pub(super) fn chunks(&self, most: u64) -> Option<u64> {
        Some(self.size()?.div_ceil(self.chunk_size(most)))
    }

    /// Opens the source. The caller then takes its chunks one after the other.
    pub(super) async fn open(self, most: u64) -> Result<Chunks> {
        let limit = self.chunk_size(most);
        let Self { names, source } = self;
        let source = match source {
            Source::File { path, measure } => {
                let size = measure.size();
                let of_file = names.clone();
                let (file, comparison) = blocking::start(move || reopen(&of_file, &path, &measure)).await??;
                Open::File {
                    file: OpenFile::new(file, comparison),
                    at: 0,
                    size,
                }
            }
            Source::Bytes(bytes) => Open::Bytes(bytes),
            Source::Stream { size, stream, first } => Open::Stream {
                stream,
                rest: first,
                taken: 0,
                size,
            },
        };
        Ok(Chunks::new(names, source, limit))
    }
}

/// Opens a file again, and checks that it has not changed since it was measured.
fn reopen(names: &InputNames, path: &Path, measure: &Measure) -> Result<(fs::File, Comparison)> {
    let file = names.open(path)?;
    let comparison = measure.compare(&file).map_err(|failure| {
        if FileChanged::is_cause_of(&failure) {
            let reason = format!("has changed since the upload began: {}", path.display());
            names.refuse(InputFault::Changed, reason)
        } else {
            names.unreadable(&failure)
        }
    })?;
    Ok((file, comparison))
}
