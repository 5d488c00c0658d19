//! What an upload is made of: sources, checked before anything is sent, and cut into chunks when their turn comes. Sends
//! nothing.

use std::{
    fs,
    future::poll_fn,
    io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    time::SystemTime,
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use super::idle::Idle;
use crate::{
    error::{Error, InputFault, Result},
    jobs::{Place, cannot_open, look},
    transport::{Data, FileRange, OpenFile},
};

/// The largest chunk that is held in memory; two are at a time, one being sent and one being filled.
const LARGEST_HELD: u64 = 4 * 1024 * 1024;

/// Bytes that come piece by piece, each when it is asked for.
pub type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// Where an input of an upload comes from.
#[non_exhaustive]
pub enum FileSource {
    /// A file. It is measured before the job is opened, read in pieces when its turn comes, and refused if it has changed by
    /// then.
    Path(PathBuf),
    /// Memory.
    Bytes(Bytes),
    /// Anything else.
    Pieces {
        /// How many bytes will come, where that is known.
        size: Option<u64>,
        /// The bytes.
        pieces: Pieces,
    },
}

impl std::fmt::Debug for FileSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => write!(f, "Path({})", path.display()),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Pieces { size, .. } => write!(f, "Pieces({size:?})"),
        }
    }
}

/// A source that has been checked.
pub(crate) struct Checked {
    pub(crate) place: Place,
    source: Source,
}

enum Source {
    File { path: PathBuf, stamp: Stamp },
    Bytes(Bytes),
    Pieces { size: Option<u64>, pieces: Pieces },
}

/// What tells that a file is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
}

impl Checked {
    /// Checks a source. Opens and closes a file, so it belongs on a thread that may block.
    pub(crate) fn new(place: Place, source: FileSource) -> Result<Self> {
        let source = match source {
            FileSource::Path(path) => {
                let stamp = measure(&place, &path)?;
                Source::File { path, stamp }
            }
            FileSource::Bytes(bytes) => Source::Bytes(bytes),
            FileSource::Pieces { size, pieces } => Source::Pieces { size, pieces },
        };
        let checked = Self { place, source };
        if checked.size() == Some(0) {
            return Err(empty(&checked.place));
        }
        Ok(checked)
    }

    /// In bytes, where that is known.
    pub(crate) fn size(&self) -> Option<u64> {
        match &self.source {
            Source::File { stamp, .. } => Some(stamp.size),
            Source::Bytes(bytes) => Some(bytes.len() as u64),
            Source::Pieces { size, .. } => *size,
        }
    }

    /// The size of its chunks, of which the last may be shorter, where the server takes them up to so many bytes.
    pub(crate) fn chunk_size(&self, most: u64) -> u64 {
        match self.source {
            Source::Pieces { .. } => most.min(LARGEST_HELD),
            Source::File { .. } | Source::Bytes(_) => most,
        }
    }

    /// How many chunks it makes, where that is known.
    pub(crate) fn chunks(&self, most: u64) -> Option<u64> {
        Some(self.size()?.div_ceil(self.chunk_size(most)))
    }

    /// Opens it. Its chunks are then to be taken one after the other.
    pub(crate) async fn open(self, most: u64) -> Result<Chunks> {
        let limit = self.chunk_size(most);
        let Self { place, source } = self;
        let source = match source {
            Source::File { path, stamp } => {
                let of_file = place.clone();
                let opened = tokio::task::spawn_blocking(move || reopen(&of_file, &path, stamp)).await;
                let file = opened.map_err(|error| Error::Internal(format!("a file was not opened: {error}")))??;
                Open::File {
                    file: OpenFile::new(file),
                    at: 0,
                    size: stamp.size,
                }
            }
            Source::Bytes(bytes) => Open::Bytes(bytes),
            Source::Pieces { size, pieces } => Open::Pieces {
                pieces: Some(pieces),
                rest: Bytes::new(),
                taken: 0,
                size,
            },
        };
        Ok(Chunks { place, source, limit })
    }
}

/// The chunks of a source.
pub(crate) struct Chunks {
    pub(crate) place: Place,
    source: Open,
    limit: u64,
}

enum Open {
    File {
        file: Arc<OpenFile>,
        at: u64,
        size: u64,
    },
    Bytes(Bytes),
    Pieces {
        /// None once they have ended: a stream may panic when it is asked again.
        pieces: Option<Pieces>,
        /// What the last piece had over.
        rest: Bytes,
        taken: u64,
        size: Option<u64>,
    },
}

impl Chunks {
    /// The next chunk; `None` at the end.
    pub(crate) async fn next(&mut self, idle: &Idle<'_>) -> Result<Option<Data>> {
        let limit = self.limit;
        match &mut self.source {
            Open::File { file, at, size } => {
                let length = (*size - *at).min(limit);
                let range = (length > 0).then(|| FileRange::new(Arc::clone(file), *at, length));
                *at += length;
                Ok(range.map(Data::File))
            }
            Open::Bytes(bytes) => {
                let chunk = bytes.split_to(at_most(limit, bytes.len()));
                Ok((!chunk.is_empty()).then_some(Data::Bytes(chunk)))
            }
            Open::Pieces {
                pieces,
                rest,
                taken,
                size,
            } => {
                // Room for what will come, so that a chunk is not copied again and again as it grows.
                let room = size.map_or(limit, |size| size.saturating_sub(*taken).min(limit));
                let chunk = fill(pieces, rest, limit, room, idle).await;
                let chunk = chunk.map_err(|failure| match failure {
                    Failure::Broken(cause) => self.place.broken(InputFault::Unusable, "cannot be read", cause),
                    Failure::Stalled => {
                        let reason = format!("gave no byte for {} ms (idleTimeout)", idle.limit.as_millis());
                        self.place.refuse(InputFault::Timeout, reason)
                    }
                })?;
                *taken += chunk.len() as u64;
                let ended = chunk.is_empty();
                if size.is_some_and(|size| *taken > size || (ended && *taken < size)) {
                    let reason = "has another size than it had when the upload began";
                    return Err(self.place.refuse(InputFault::Changed, reason));
                }
                if ended && *taken == 0 {
                    return Err(empty(&self.place));
                }
                Ok((!ended).then_some(Data::Bytes(chunk)))
            }
        }
    }
}

/// Why a source gave no chunk.
enum Failure {
    Broken(io::Error),
    Stalled,
}

/// Gathers pieces until a chunk is full or they end. A piece that is a chunk by itself is not copied.
async fn fill(
    pieces: &mut Option<Pieces>,
    rest: &mut Bytes,
    limit: u64,
    room: u64,
    idle: &Idle<'_>,
) -> Result<Bytes, Failure> {
    let mut chunk = BytesMut::new();
    loop {
        let missing = at_most(limit - chunk.len() as u64, rest.len());
        let piece = rest.split_to(missing);
        if chunk.is_empty() && piece.len() as u64 == limit {
            return Ok(piece);
        }
        if chunk.is_empty() && !piece.is_empty() {
            chunk.reserve(at_most(room, usize::MAX));
        }
        chunk.extend_from_slice(&piece);
        if chunk.len() as u64 == limit {
            return Ok(chunk.freeze());
        }
        let Some(coming) = pieces else {
            return Ok(chunk.freeze());
        };
        let piece = tokio::select! {
            biased;
            piece = poll_fn(|cx| coming.as_mut().poll_next(cx)) => piece,
            () = idle.passed() => return Err(Failure::Stalled),
        };
        match piece {
            Some(piece) => *rest = piece.map_err(Failure::Broken)?,
            None => *pieces = None,
        }
    }
}

fn at_most(limit: u64, length: usize) -> usize {
    usize::try_from(limit).map_or(length, |limit| limit.min(length))
}

fn empty(place: &Place) -> Error {
    place.refuse(
        InputFault::Empty,
        "is empty, and servers drop an empty input without a word",
    )
}

fn measure(place: &Place, path: &Path) -> Result<Stamp> {
    let metadata = look(place, path)?;
    fs::File::open(path).map_err(|cause| cannot_open(place, path, cause))?;
    Ok(stamp(&metadata))
}

fn reopen(place: &Place, path: &Path, measured: Stamp) -> Result<fs::File> {
    look(place, path)?;
    let file = fs::File::open(path).map_err(|cause| cannot_open(place, path, cause))?;
    let metadata = file.metadata().map_err(|cause| cannot_open(place, path, cause))?;
    if stamp(&metadata) == measured {
        Ok(file)
    } else {
        let reason = format!("has changed since the upload began: {}", path.display());
        Err(place.refuse(InputFault::Changed, reason))
    }
}

fn stamp(metadata: &fs::Metadata) -> Stamp {
    Stamp {
        size: metadata.len(),
        modified: metadata.modified().ok(),
    }
}
