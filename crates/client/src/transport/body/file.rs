//! A stretch of a file as a body: read in pieces, the next one while the one before is being sent.

use std::{
    fmt, fs, io, mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;

use crate::{
    blocking::{self, Work},
    files::{Comparison, Stamp, read_at},
};

/// Large enough that the hand-over to a thread which may block costs little beside the reading.
const PIECE: u64 = 512 * 1024;

type Reading = Work<io::Result<(Bytes, Comparison)>>;

/// A file that is read in pieces. Their memory is used again: to be given fresh memory takes longer than to read into it.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: fs::File,
    stamp: Stamp,
    spare: Mutex<Vec<Vec<u8>>>,
    compared: Mutex<Compared>,
}

/// How far a file was compared where the stretch begins that is being read, and where it was last read to its end.
#[derive(Debug)]
struct Compared {
    begin: Comparison,
    end: Comparison,
}

impl OpenFile {
    /// A file that is to be read as it was measured.
    pub(crate) fn new(file: fs::File, comparison: Comparison) -> Arc<Self> {
        Arc::new(Self {
            file,
            stamp: comparison.stamp(),
            spare: Mutex::default(),
            compared: Mutex::new(Compared {
                begin: comparison.clone(),
                end: comparison,
            }),
        })
    }

    /// Reads a piece.
    fn read(self: &Arc<Self>, offset: u64, length: u64) -> io::Result<Bytes> {
        let spare = lock(&self.spare).pop();
        let mut memory = spare.unwrap_or_default();
        memory.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
        read_at(&self.file, offset, &mut memory)?;
        self.stamp.check(&self.file)?;
        let file = Arc::clone(self);
        Ok(Bytes::from_owner(Piece { memory, file }))
    }

    /// How far it was compared before a stretch. Those before it have been sent; it may be read again.
    fn compared_before(&self, offset: u64) -> Comparison {
        let mut compared = lock(&self.compared);
        if compared.end.at() <= Some(offset) {
            compared.begin = compared.end.clone();
        }
        compared.begin.clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        lock(&self.file.spare).push(memory);
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
        let of_file = Arc::clone(&file);
        let reading = blocking::start(move || of_file.read(offset, length.min(PIECE)));
        let ahead = reading.await.map_err(io::Error::other)??;
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
        let comparison = self.file.compared_before(self.offset);
        let ahead = lock(&self.ahead).take();
        let mut reader = Reader {
            range: self,
            ahead,
            at: 0,
            reading: None,
        };
        reader.read_on(comparison);
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
    /// The next piece, and the comparison up to its end; none at the end.
    reading: Option<Reading>,
}

impl Reader {
    /// The next piece, which is empty at the end.
    pub(super) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(Ok(Bytes::new()));
        };
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        Poll::Ready(match read.unwrap_or_else(|error| Err(io::Error::other(error))) {
            Ok((piece, comparison)) => {
                self.read_on(comparison);
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
    fn read_on(&mut self, mut comparison: Comparison) {
        let length = (self.range.length - self.at).min(PIECE);
        if length == 0 {
            lock(&self.range.file.compared).end = comparison;
            return;
        }
        let (file, ahead) = (Arc::clone(&self.range.file), self.ahead.take());
        let offset = self.range.offset + self.at;
        self.at += length;
        self.reading = Some(blocking::start(move || {
            let piece = match ahead {
                Some(piece) => piece,
                None => file.read(offset, length)?,
            };
            // A server may have answered before it had all of an earlier stretch.
            comparison.catch_up(&file.file, offset)?;
            comparison.absorb(&piece)?;
            Ok((piece, comparison))
        }));
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;
    use crate::files::{FileChanged, Measure};

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
        let measure = Measure::of(&file, || false).unwrap().unwrap();
        let comparison = measure.compare(&file).unwrap();
        let file = OpenFile::new(file, comparison);
        let range = FileRange::new(Arc::clone(&file), 1, length).await.unwrap();
        for _ in 0..2 {
            assert!(read(&range).await == stretch);
        }
        assert!(file.spare.lock().unwrap().len() <= 3);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_stretch_that_was_not_read_to_its_end_is_compared_with_the_next() {
        let path = std::env::temp_dir().join(format!("modzy-client-{}-stretches", std::process::id()));
        for is_changed in [false, true] {
            let content = vec![b'o'; 20];
            fs::write(&path, &content).unwrap();
            let file = fs::File::open(&path).unwrap();
            let measure = Measure::of(&file, || false).unwrap().unwrap();
            let open = OpenFile::new(fs::File::open(&path).unwrap(), measure.compare(&file).unwrap());
            let first = FileRange::new(Arc::clone(&open), 0, 10).await.unwrap();
            drop(first.clone().read());
            // While the first is being sent, the next is made; then the first is sent again.
            let next = FileRange::new(Arc::clone(&open), 10, 10).await.unwrap();
            assert!(is_changed || read(&first).await == content[..10]);
            if is_changed {
                let time = file.metadata().unwrap().modified().unwrap();
                let changed = fs::File::options().write(true).open(&path).unwrap();
                std::os::unix::fs::FileExt::write_at(&changed, b"n", 0).unwrap();
                changed.set_modified(time).unwrap();
            }
            let mut reader = next.clone().read();
            let read = poll_fn(|cx| reader.poll_piece(cx)).await;
            assert_eq!(read.is_err(), is_changed);
            assert_eq!(next.failure().is_some_and(FileChanged::is_cause_of), is_changed);
        }
        fs::remove_file(path).unwrap();
    }
}
