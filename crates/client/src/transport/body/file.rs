//! A range of a file as a body: read in blocks, the next one while the one before is being sent.

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

/// The length of a block, in bytes. Large enough that the hand-over to another thread costs little beside the read.
const BLOCK: u64 = 512 * 1024;

type Reading = Work<io::Result<(Bytes, Comparison)>>;

/// A file that is read in blocks. Their memory is reused, because fresh memory takes longer to get than to fill.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: fs::File,
    stamp: Stamp,
    spare: Mutex<Vec<Vec<u8>>>,
    compared: Mutex<Compared>,
}

/// The comparisons at the beginning of the range that is being read, and at the end of the last complete read.
#[derive(Debug)]
struct Compared {
    begin: Comparison,
    end: Comparison,
}

impl OpenFile {
    /// Wraps a file that must still be as it was measured.
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

    /// Reads a block.
    fn read(self: &Arc<Self>, offset: u64, length: u64) -> io::Result<Bytes> {
        let spare = lock(&self.spare).pop();
        let mut memory = spare.unwrap_or_default();
        memory.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
        read_at(&self.file, offset, &mut memory)?;
        self.stamp.check(&self.file)?;
        let file = Arc::clone(self);
        Ok(Bytes::from_owner(Block { memory, file }))
    }

    /// Returns the comparison before a range. The ranges before it have been sent; this one may be read again.
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

/// A block, whose memory returns to its file.
struct Block {
    memory: Vec<u8>,
    file: Arc<OpenFile>,
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        &self.memory
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let memory = mem::take(&mut self.memory);
        lock(&self.file.spare).push(memory);
    }
}

/// A range of an open file.
#[derive(Clone)]
pub(crate) struct FileRange {
    file: Arc<OpenFile>,
    offset: u64,
    length: u64,
    /// Its first block, for the first reader.
    ahead: Arc<Mutex<Option<Bytes>>>,
    /// Why it could not be read. The transport would report only that the request was not sent.
    failure: Arc<OnceLock<io::Error>>,
}

impl FileRange {
    /// Makes a range and reads its first block, so that a changed file is noticed before anything is sent.
    pub(crate) async fn new(file: Arc<OpenFile>, offset: u64, length: u64) -> io::Result<Self> {
        let of_file = Arc::clone(&file);
        let reading = blocking::start(move || of_file.read(offset, length.min(BLOCK)));
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

    /// Returns why a read failed, if one did.
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

/// One read of a range.
pub(super) struct Reader {
    range: FileRange,
    /// The first block, if it has been read already.
    ahead: Option<Bytes>,
    /// How many bytes of the range have been requested.
    at: u64,
    /// The next block, with the comparison up to its end; `None` at the end of the range.
    reading: Option<Reading>,
}

impl Reader {
    /// Returns the next block, which is empty at the end.
    pub(super) fn poll_block(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(Ok(Bytes::new()));
        };
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        Poll::Ready(match read.unwrap_or_else(|error| Err(io::Error::other(error))) {
            Ok((block, comparison)) => {
                self.read_on(comparison);
                Ok(block)
            }
            Err(error) => {
                let shown = error.kind().into();
                // Only the first failure is reported.
                let _ = self.range.failure.set(error);
                Err(shown)
            }
        })
    }

    /// Starts to read the next block, unless nothing is left.
    fn read_on(&mut self, mut comparison: Comparison) {
        let length = (self.range.length - self.at).min(BLOCK);
        if length == 0 {
            lock(&self.range.file.compared).end = comparison;
            return;
        }
        let (file, ahead) = (Arc::clone(&self.range.file), self.ahead.take());
        let offset = self.range.offset + self.at;
        self.at += length;
        self.reading = Some(blocking::start(move || {
            let block = match ahead {
                Some(block) => block,
                None => file.read(offset, length)?,
            };
            // The server may have answered before it had all of an earlier range.
            comparison.catch_up(&file.file, offset)?;
            comparison.absorb(&block)?;
            Ok((block, comparison))
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
            let block = poll_fn(|cx| reader.poll_block(cx)).await.unwrap();
            if block.is_empty() {
                return bytes;
            }
            bytes.extend_from_slice(&block);
        }
    }

    #[tokio::test]
    async fn a_range_can_be_read_again_and_takes_the_memory_of_two_blocks() {
        // An existing file of several MB: the program of the test.
        let path = std::env::current_exe().unwrap();
        let content = fs::read(&path).unwrap();
        let length = 5 * BLOCK + 1;
        let range_bytes = content.get(1..=usize::try_from(length).unwrap()).unwrap();
        let file = fs::File::open(path).unwrap();
        let measure = Measure::of(&file, || false).unwrap().unwrap();
        let comparison = measure.compare(&file).unwrap();
        let file = OpenFile::new(file, comparison);
        let range = FileRange::new(Arc::clone(&file), 1, length).await.unwrap();
        for _ in 0..2 {
            assert!(read(&range).await == range_bytes);
        }
        assert!(file.spare.lock().unwrap().len() <= 3);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_range_that_was_not_read_to_its_end_is_compared_with_the_next() {
        let path = std::env::temp_dir().join(format!("modzy-client-{}-ranges", std::process::id()));
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
            let read = poll_fn(|cx| reader.poll_block(cx)).await;
            assert_eq!(read.is_err(), is_changed);
            assert_eq!(next.failure().is_some_and(FileChanged::is_cause_of), is_changed);
        }
        fs::remove_file(path).unwrap();
    }
}
