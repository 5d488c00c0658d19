//! A stretch of a file as a body: read in pieces, the next one while the one before is being sent.

use std::{
    fmt, fs, io, mem,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;

use crate::{
    blocking::{self, Work},
    files::{FileChanged, Stamp},
};

/// Large enough that the hand-over to a thread which may block costs little beside the reading.
const PIECE: u64 = 512 * 1024;

type Reading = Work<io::Result<Bytes>>;

/// A file that is read in pieces. Their memory is used again: to be given fresh memory takes longer than to read into it.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: fs::File,
    stamp: Stamp,
    spare: Mutex<Vec<Vec<u8>>>,
}

impl OpenFile {
    /// A file that has just been measured.
    pub(crate) fn new(file: fs::File, stamp: Stamp) -> Arc<Self> {
        Arc::new(Self {
            file,
            stamp,
            spare: Mutex::default(),
        })
    }

    /// Begins to read a piece.
    fn read(self: &Arc<Self>, offset: u64, length: u64) -> Reading {
        let file = Arc::clone(self);
        blocking::start(move || {
            let spare = file.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut memory = spare.unwrap_or_default();
            memory.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
            read_at(&file.file, offset, &mut memory).map_err(|error| match error.kind() {
                // What stands in the request's head is no longer true.
                io::ErrorKind::UnexpectedEof => io::Error::other(FileChanged),
                _ => error,
            })?;
            // All that was read until now is of the file as it was measured, or this shows it.
            if Stamp::of(&file.file.metadata()?) != file.stamp {
                return Err(io::Error::other(FileChanged));
            }
            Ok(Bytes::from_owner(Piece { memory, file }))
        })
    }
}

/// A piece, whose memory goes back to its file.
struct Piece {
    memory: Vec<u8>,
    file: Arc<OpenFile>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.memory
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let memory = mem::take(&mut self.memory);
        let mut spare = self.file.spare.lock().unwrap_or_else(PoisonError::into_inner);
        spare.push(memory);
    }
}

/// A stretch of an open file.
#[derive(Clone)]
pub(crate) struct FileRange {
    file: Arc<OpenFile>,
    offset: u64,
    length: u64,
    /// Its first piece, for whoever reads first.
    ahead: Arc<Mutex<Option<Bytes>>>,
    /// Why it could not be read. The transport would only say that the request was not sent.
    failure: Arc<OnceLock<io::Error>>,
}

impl FileRange {
    /// A stretch whose first piece has been read, so that a file which has changed is known before anything is sent.
    pub(crate) async fn new(file: Arc<OpenFile>, offset: u64, length: u64) -> io::Result<Self> {
        let ahead = file.read(offset, length.min(PIECE)).await.map_err(io::Error::other)??;
        Ok(Self {
            file,
            offset,
            length,
            ahead: Arc::new(Mutex::new(Some(ahead))),
            failure: Arc::default(),
        })
    }

    pub(crate) fn len(&self) -> u64 {
        self.length
    }

    /// Why a reading of it failed, if one did.
    pub(crate) fn failure(&self) -> Option<&io::Error> {
        self.failure.get()
    }

    pub(super) fn read(self) -> Reader {
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).take();
        let at = ahead.as_ref().map_or(0, |piece| piece.len() as u64);
        let mut reader = Reader {
            range: self,
            ahead,
            at,
            reading: None,
        };
        if at == 0 {
            reader.read_on();
        }
        reader
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
    /// The first piece, where it is there already.
    ahead: Option<Bytes>,
    /// How much of the stretch has been asked for.
    at: u64,
    /// The next piece; none at the end.
    reading: Option<Reading>,
}

impl Reader {
    /// The next piece, which is empty at the end.
    pub(super) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let read = match (self.ahead.take(), self.reading.as_mut()) {
            (Some(piece), _) => Ok(piece),
            (None, None) => return Poll::Ready(Ok(Bytes::new())),
            (None, Some(reading)) => {
                let read = ready!(Pin::new(reading).poll(cx));
                read.unwrap_or_else(|error| Err(io::Error::other(error)))
            }
        };
        self.reading = None;
        Poll::Ready(match read {
            Ok(piece) => {
                self.read_on();
                Ok(piece)
            }
            Err(error) => {
                let shown = error.kind().into();
                // The first reason is the one that is told.
                let _ = self.range.failure.set(error);
                Err(shown)
            }
        })
    }

    /// Begins to read the next piece, unless nothing is left.
    fn read_on(&mut self) {
        let length = (self.range.length - self.at).min(PIECE);
        if length > 0 {
            self.reading = Some(self.range.file.read(self.range.offset + self.at, length));
            self.at += length;
        }
    }
}

/// Reads just so many bytes.
fn read_at(file: &fs::File, offset: u64, piece: &mut [u8]) -> io::Result<()> {
    #[cfg(unix)]
    std::os::unix::fs::FileExt::read_exact_at(file, piece, offset)?;
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
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    async fn read(range: &FileRange) -> Vec<u8> {
        let mut reader = range.clone().read();
        let mut bytes = Vec::new();
        loop {
            let piece = poll_fn(|cx| reader.poll_piece(cx)).await.unwrap();
            if piece.is_empty() {
                return bytes;
            }
            bytes.extend_from_slice(&piece);
        }
    }

    #[tokio::test]
    async fn a_stretch_can_be_read_again_and_takes_the_memory_of_two_pieces() {
        // A file of some MB that is there: the program of the test.
        let path = std::env::current_exe().unwrap();
        let content = fs::read(&path).unwrap();
        let length = 5 * PIECE + 1;
        let stretch = content.get(1..=usize::try_from(length).unwrap()).unwrap();
        let file = fs::File::open(path).unwrap();
        let stamp = Stamp::of(&file.metadata().unwrap());
        let file = OpenFile::new(file, stamp);
        let range = FileRange::new(Arc::clone(&file), 1, length).await.unwrap();
        for _ in 0..2 {
            assert!(read(&range).await == stretch);
        }
        assert!(file.spare.lock().unwrap().len() <= 3);
    }
}
