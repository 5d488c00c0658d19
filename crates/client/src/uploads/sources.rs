//! Where inputs come from, checked before anything is sent. How they are cut is left to `chunks`.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::SystemTime,
};

use bytes::Bytes;

use super::chunks::{Chunks, Open, Pieces, empty};
use crate::{
    blocking,
    error::{InputFault, Result},
    files::Stamp,
    jobs::Place,
    transport::OpenFile,
};

/// The largest chunk that is held in memory; two are at a time, one being sent and one being filled.
const LARGEST_HELD: u64 = 4 * 1024 * 1024;

/// Where an input of an upload comes from.
#[non_exhaustive]
pub enum FileSource {
    /// A file. It is measured before the job is opened, and read in pieces when its turn comes. A change that its size, its time
    /// or its number shows, until its last byte has been read, ends the upload. Where a path leads that is relative is decided
    /// when the call is first polled.
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
pub(super) struct Checked {
    pub(super) place: Place,
    source: Source,
}

enum Source {
    File { path: PathBuf, stamp: Stamp },
    Bytes(Bytes),
    Pieces { size: Option<u64>, pieces: Pieces },
}

impl Checked {
    /// Checks a source. Opens and closes a file, so it belongs on a thread that may block.
    pub(super) fn new(place: Place, source: FileSource) -> Result<Self> {
        let source = match source {
            FileSource::Path(path) => {
                // Opened again later, when the process may be in another folder.
                let path = std::path::absolute(&path).unwrap_or(path);
                let (_, stamp) = place.open(&path)?;
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
    pub(super) fn size(&self) -> Option<u64> {
        match &self.source {
            Source::File { stamp, .. } => Some(stamp.size()),
            Source::Bytes(bytes) => Some(bytes.len() as u64),
            Source::Pieces { size, .. } => *size,
        }
    }

    /// The size of its chunks, of which the last may be shorter, where the server takes them up to so many bytes.
    pub(super) fn chunk_size(&self, most: u64) -> u64 {
        match self.source {
            Source::Pieces { .. } => most.min(LARGEST_HELD),
            Source::File { .. } | Source::Bytes(_) => most,
        }
    }

    /// How many chunks it makes, where that is known.
    pub(super) fn chunks(&self, most: u64) -> Option<u64> {
        Some(self.size()?.div_ceil(self.chunk_size(most)))
    }

    /// Opens it. Its chunks are then to be taken one after the other.
    pub(super) async fn open(self, most: u64) -> Result<Chunks> {
        let limit = self.chunk_size(most);
        let Self { place, source } = self;
        let source = match source {
            Source::File { path, stamp } => {
                let of_file = place.clone();
                let file = blocking::start(move || reopen(&of_file, &path, stamp)).await??;
                Open::File {
                    file: OpenFile::new(file, stamp),
                    at: 0,
                    size: stamp.size(),
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
        Ok(Chunks::new(place, source, limit))
    }
}

/// Opens a file again, and makes sure that a change from now on would show.
fn reopen(place: &Place, path: &Path, measured: Stamp) -> Result<fs::File> {
    let (file, stamp) = place.open(path)?;
    if stamp != measured {
        let reason = format!("has changed since the upload began: {}", path.display());
        return Err(place.refuse(InputFault::Changed, reason));
    }
    // By the clock of the system, which sets the times of files, whatever clock the client has.
    thread::sleep(stamp.unsettled(SystemTime::now()));
    Ok(file)
}
