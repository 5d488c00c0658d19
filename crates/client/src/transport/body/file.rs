//! A stretch of a file as a body: read in pieces, the next one while the one before is being sent.

use std::{
    fmt, fs, io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use tokio::task::JoinHandle;

/// Large enough that the hand-over to a thread which may block costs little beside the reading.
const PIECE: u64 = 256 * 1024;

/// A stretch of an open file.
#[derive(Clone)]
pub(crate) struct FileRange {
    file: Arc<fs::File>,
    offset: u64,
    length: u64,
    /// Why it could not be read. The transport would only say that the request was not sent.
    failure: Arc<OnceLock<io::Error>>,
}

impl FileRange {
    pub(crate) fn new(file: Arc<fs::File>, offset: u64, length: u64) -> Self {
        Self {
            file,
            offset,
            length,
            failure: Arc::default(),
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.length
    }

    /// Why a reading of it failed, if one did.
    pub(crate) fn failure(&self) -> Option<&io::Error> {
        self.failure.get()
    }

    pub(super) fn read(self) -> Reader {
        Reader {
            range: self,
            at: 0,
            reading: None,
        }
    }
}

impl fmt::Debug for FileRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileRange({} bytes at {})", self.length, self.offset)
    }
}

/// A reading of a stretch.
pub(super) struct Reader {
    range: FileRange,
    /// How much of the stretch has been asked for.
    at: u64,
    reading: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl Reader {
    /// The next piece, which is empty at the end.
    pub(super) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let Some(reading) = self.reading.as_mut() else {
            if self.at == self.range.length {
                return Poll::Ready(Ok(Bytes::new()));
            }
            self.ask();
            return self.poll_piece(cx);
        };
        let read = ready!(Pin::new(reading).poll(cx)).unwrap_or_else(|error| Err(io::Error::other(error)));
        self.reading = None;
        if read.is_ok() && self.at < self.range.length {
            self.ask();
        }
        Poll::Ready(read.map(Bytes::from).inspect_err(|error| {
            // The first reason is the one that is told.
            let _ = self.range.failure.set(io::Error::new(error.kind(), error.to_string()));
        }))
    }

    /// Begins to read the next piece.
    fn ask(&mut self) {
        let file = Arc::clone(&self.range.file);
        let offset = self.range.offset + self.at;
        let length = (self.range.length - self.at).min(PIECE);
        self.at += length;
        self.reading = Some(tokio::task::spawn_blocking(move || read_at(&file, offset, length)));
    }
}

/// Reads just so many bytes. A file that has become shorter is an error: what stands in the request's head is no longer true.
fn read_at(file: &fs::File, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut piece = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    #[cfg(unix)]
    std::os::unix::fs::FileExt::read_exact_at(file, &mut piece, offset)?;
    #[cfg(windows)]
    {
        let mut filled = 0;
        while let Some(rest) = piece.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match std::os::windows::fs::FileExt::seek_read(file, rest, offset + filled as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => filled += read,
            }
        }
    }
    Ok(piece)
}
