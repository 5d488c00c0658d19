//! The file of a journal: opens and locks it, and appends lines. One flush writes all lines that wait for one. Leaves the meaning
//! of the lines to the others.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    mem,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{
    line::{self, Damage, Lines},
    record::Record,
};
use crate::{
    blocking,
    error::{Error, JournalFault, Result},
    files,
};

/// How long a batch may take to release the lock after its end has been reported.
const ENDING: Duration = Duration::from_millis(250);

/// The pause between two attempts to lock.
const PAUSE: Duration = Duration::from_millis(10);

/// An open journal. It is locked until it is dropped.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: File,
    /// Whether a folder names the file, as far as its file system counts that.
    is_named: bool,
    /// Writes lines to the disk.
    write: fn(&File, &[u8]) -> io::Result<()>,
    queue: Mutex<Queue>,
}

#[derive(Debug)]
struct Queue {
    /// The lines that no flush has begun to write.
    lines: Vec<u8>,
    checksum: u32,
    /// Those who wait for these lines.
    waiting: Vec<oneshot::Sender<Flushed>>,
    is_writing: bool,
    /// Whether the lock is to be released.
    is_closed: bool,
    /// Why nothing can be written any more.
    failure: Option<Arc<io::Error>>,
}

type Flushed = std::result::Result<(), Arc<io::Error>>;

impl Log {
    /// Opens a journal, or creates it, and returns its records. Blocks.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Record>)> {
        let broken = |reason: &str, source: io::Error| failure(path, JournalFault::Unusable, reason, Some(source));
        let cannot_open = |source| broken("cannot be opened", source);
        if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(failure(path, JournalFault::Unusable, "is not a file", None));
        }
        let mut options = OpenOptions::new();
        // Not `append`, with which Windows does not shorten a file.
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            // The jobs name their users.
            options.mode(0o600);
        }
        let mut file = files::without_waiting(&mut options).open(path).map_err(cannot_open)?;
        let opening = Instant::now();
        while let Err(refused) = file.try_lock() {
            match refused {
                // Perhaps by a batch that is just ending.
                TryLockError::WouldBlock if opening.elapsed() < ENDING => thread::sleep(PAUSE),
                TryLockError::WouldBlock => {
                    return Err(failure(path, JournalFault::InUse, "is in use by another batch", None));
                }
                TryLockError::Error(source) => return Err(broken("cannot be locked", source)),
            }
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|source| broken("cannot be read", source))?;
        let lines = line::read(&bytes).map_err(|damage| damaged(path, &damage))?;
        repair(&mut file, &lines, bytes.len()).map_err(|source| broken("cannot be written", source))?;
        if lines.records.is_empty() {
            sync_folder(path).map_err(|source| broken("cannot be written", source))?;
        }
        let log = Self {
            path: path.to_owned(),
            is_named: is_named(&file),
            file,
            write: |mut file, lines| file.write_all(lines).and_then(|()| file.sync_data()),
            queue: Mutex::new(Queue {
                lines: Vec::new(),
                checksum: lines.checksum,
                waiting: Vec::new(),
                is_writing: false,
                is_closed: false,
                failure: None,
            }),
        };
        Ok((log, lines.records))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a record. Returns once it is on the disk. It is written even if the future is dropped.
    pub(super) fn append(self: &Arc<Self>, record: &Record) -> impl Future<Output = Result<()>> + use<> {
        let flushed = self.enqueue(record);
        let log = Arc::clone(self);
        async move {
            let flushed = match flushed {
                Ok(flushed) => flushed
                    .await
                    .unwrap_or_else(|_| Err(Arc::new(io::Error::other("it was dropped")))),
                Err(error) => Err(error),
            };
            flushed.map_err(|source| {
                let source = io::Error::new(source.kind(), source.to_string());
                failure(&log.path, JournalFault::Unusable, "cannot be written", Some(source))
            })
        }
    }

    fn enqueue(self: &Arc<Self>, record: &Record) -> std::result::Result<oneshot::Receiver<Flushed>, Arc<io::Error>> {
        let (sender, flushed) = oneshot::channel();
        let mut queue = self.queue();
        if let Some(failure) = &queue.failure {
            return Err(Arc::clone(failure));
        }
        let before = queue.checksum;
        queue.checksum =
            line::write(&mut queue.lines, before, record).map_err(|error| Arc::new(io::Error::other(error)))?;
        queue.waiting.push(sender);
        if !queue.is_writing {
            queue.is_writing = true;
            let log = Arc::clone(self);
            if let Err(error) = blocking::detach(move || log.flush()) {
                let failure = Arc::new(io::Error::other(error));
                queue.fail(&failure);
                return Err(failure);
            }
        }
        Ok(flushed)
    }

    /// Releases the lock, once all lines are written.
    pub(super) fn close(&self) {
        let mut queue = self.queue();
        queue.is_closed = true;
        if !queue.is_writing {
            self.unlock();
        }
    }

    /// Writes lines until none wait.
    fn flush(&self) {
        let mut next = self.next();
        while let Some((lines, waiting)) = next {
            let flushed = (self.write)(&self.file, &lines).and_then(|()| self.check_place());
            let flushed = flushed.map_err(Arc::new);
            // Before anyone is answered, who may then open the file again.
            next = match &flushed {
                Ok(()) => self.next(),
                Err(failure) => self.end(failure),
            };
            for waiting in waiting {
                // A receiver that was dropped does not need the answer.
                let _ = waiting.send(flushed.clone());
            }
        }
    }

    /// Checks that the next run will find the file, without which it would submit each job again.
    fn check_place(&self) -> io::Result<()> {
        let is_missing = fs::metadata(&self.path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
        if is_missing || self.is_named && !is_named(&self.file) {
            let reason = "it was removed, renamed or replaced while the batch ran";
            return Err(io::Error::new(io::ErrorKind::NotFound, reason));
        }
        Ok(())
    }

    /// Takes the lines that wait, and those who wait for them.
    fn next(&self) -> Option<(Vec<u8>, Vec<oneshot::Sender<Flushed>>)> {
        let mut queue = self.queue();
        if !queue.lines.is_empty() {
            return Some((mem::take(&mut queue.lines), mem::take(&mut queue.waiting)));
        }
        queue.is_writing = false;
        if queue.is_closed {
            self.unlock();
        }
        None
    }

    /// Ends the log, because nothing may follow a line that is perhaps incomplete.
    fn end<T>(&self, failure: &Arc<io::Error>) -> Option<T> {
        let mut queue = self.queue();
        queue.fail(failure);
        if queue.is_closed {
            self.unlock();
        }
        None
    }

    fn unlock(&self) {
        // The system releases it with the file in any case.
        let _ = self.file.unlock();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn fail(&mut self, failure: &Arc<io::Error>) {
        self.failure = Some(Arc::clone(failure));
        self.is_writing = false;
        self.lines.clear();
        for waiting in self.waiting.drain(..) {
            let _ = waiting.send(Err(Arc::clone(failure)));
        }
    }
}

/// Removes a last line that was not written to its end, and ends one that lacks only that.
fn repair(file: &mut File, lines: &Lines, length: usize) -> io::Result<()> {
    if lines.length < length {
        file.set_len(lines.length as u64)?;
    }
    file.seek(SeekFrom::End(0))?;
    if lines.lacks_end {
        file.write_all(b"\n")?;
    }
    file.sync_data()
}

/// Writes the entry of a new file to the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    files::sync(&File::open(folder.unwrap_or(Path::new(".")))?)
}

/// Windows writes the entry with the file.
#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "it can fail on other systems")]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_named(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    !file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
}

/// A file that is open keeps its name.
#[cfg(windows)]
fn is_named(_: &File) -> bool {
    true
}

fn damaged(path: &Path, damage: &Damage) -> Error {
    match damage {
        Damage::NotAJournal => failure(path, JournalFault::Damaged, "is not a journal", None),
        Damage::OtherVersion => {
            let reason = "was written by another version of this package";
            failure(path, JournalFault::Unusable, reason, None)
        }
        Damage::Line(line) => failure(
            path,
            JournalFault::Damaged,
            &format!("is damaged in line {line}: its checksum is wrong, so which jobs it has submitted is unknown"),
            None,
        ),
    }
}

pub(super) fn failure(path: &Path, fault: JournalFault, reason: &str, source: Option<io::Error>) -> Error {
    Error::Journal {
        path: path.to_owned(),
        fault,
        reason: reason.to_owned(),
        input_key: None,
        source: source.map(Into::into),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join_all;

    use super::*;

    fn record(number: usize) -> Record {
        Record::Refused {
            input_key: number.to_string(),
        }
    }

    fn open() -> (PathBuf, Log) {
        let path = std::env::temp_dir().join(format!("modzy-journal-{:x}.jsonl", fastrand::u64(..)));
        let (log, _) = Log::open(&path).unwrap();
        (path, log)
    }

    #[tokio::test]
    async fn one_flush_serves_all_steps_that_wait_for_one() {
        static FLUSHES: AtomicU32 = AtomicU32::new(0);
        let (path, mut log) = open();
        log.write = |mut file, lines| {
            FLUSHES.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(5));
            file.write_all(lines)
        };
        let log = Arc::new(log);
        // Fifty jobs at a time, each with three steps in turn, and four of them one after the other.
        let jobs = (0..50).map(|job| {
            let log = &log;
            async move {
                for step in 0..12 {
                    log.append(&record(job * 12 + step)).await.unwrap();
                }
            }
        });
        join_all(jobs).await;
        log.close();
        // Two hundred jobs take 600 steps, and less than a second if a flush takes 5 ms.
        let flushes = FLUSHES.load(Ordering::Relaxed);
        assert!(flushes <= 30, "{flushes} flushes for 600 steps");
        let (_, records) = Log::open(&path).unwrap();
        assert_eq!(records.len(), 600);
        fs::remove_file(&path).unwrap();
    }

    #[tokio::test]
    async fn after_a_failed_write_nothing_more_is_written() {
        let (path, mut log) = open();
        log.write = |mut file, lines| {
            file.write_all(lines.get(..20).unwrap_or_default())?;
            Err(io::ErrorKind::StorageFull.into())
        };
        let log = Arc::new(log);
        let both = join_all([log.append(&record(1)), log.append(&record(2))]).await;
        let third = log.append(&record(3)).await;
        for failed in both.into_iter().chain([third]) {
            let message = failed.unwrap_err().to_string();
            assert!(message.contains("cannot be written: "), "{message}");
        }
        log.close();
        let (_, records) = Log::open(&path).unwrap();
        assert_eq!(records, []);
        fs::remove_file(&path).unwrap();
    }
}
