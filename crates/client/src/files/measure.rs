//! Measures a file before it is read: by the changes that the system records and, if these are incomplete, by its
//! content as well. What is read later is compared with both.

use std::{
    fs::File,
    hash::{BuildHasher, DefaultHasher, Hasher, RandomState},
    io, thread,
    time::{Duration, Instant},
};

use super::{
    read_at,
    stamp::{FileChanged, Stamp, notes_every_change},
};

/// How many bytes are read at a time.
const BLOCK: u64 = 256 * 1024;

/// The shortest time between two reads of the content. If both are the same, the content did not change in between: a
/// writer with several steps, or one through a memory map, pauses for less between two steps, even on a shared
/// processor.
const QUIET: Duration = Duration::from_millis(100);

/// The state of a file when it was measured.
#[derive(Debug)]
pub(crate) struct Measure {
    stamp: Stamp,
    /// `None` if the stamp shows every change.
    content: Option<Content>,
}

#[derive(Debug)]
struct Content {
    /// Random keys, so that nobody can choose two contents with the same digest.
    keys: RandomState,
    digest: u64,
    read: Instant,
}

impl Measure {
    /// Measures an open file. Call it on a thread that may block. Returns `None` if it is stopped.
    pub(crate) fn of(file: &File, is_stopped: impl Fn() -> bool) -> io::Result<Option<Self>> {
        await_writer(file);
        let metadata = file.metadata()?;
        let stamp = Stamp::of(&metadata);
        if notes_every_change(file, &metadata) {
            let (stamp, content) = (stamp.with_noted(&metadata), None);
            return Ok(Some(Self { stamp, content }));
        }
        let keys = RandomState::new();
        let mut hasher = keys.build_hasher();
        let mut memory = Vec::new();
        let mut at = 0;
        while at < stamp.size() {
            if is_stopped() {
                return Ok(None);
            }
            let length = BLOCK.min(stamp.size() - at);
            memory.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
            match read_at(file, at, &mut memory) {
                Ok(()) => hasher.write(&memory),
                Err(failure) if FileChanged::is_cause_of(&failure) => {
                    if stamp.check(file).is_ok() {
                        return Err(io::Error::other(
                            "it is shorter than the system says, as files of /sys are",
                        ));
                    }
                    // The content will differ when it is read.
                    break;
                }
                Err(failure) => return Err(failure),
            }
            at += length;
        }
        let content = Some(Content {
            keys,
            digest: hasher.finish(),
            read: Instant::now(),
        });
        Ok(Some(Self { stamp, content }))
    }

    /// Returns the size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.stamp.size()
    }

    /// Reads the whole file in blocks of this length. Call it on a thread that may block. Fails if the file has changed since it
    /// was measured. Returns `None` if it is stopped.
    pub(crate) fn read(
        &self,
        file: &File,
        block: usize,
        is_stopped: impl Fn() -> bool,
        mut take: impl FnMut(&[u8]),
    ) -> io::Result<Option<()>> {
        let mut comparison = self.compare(file)?;
        let mut memory = Vec::with_capacity(block);
        let mut at = 0;
        while at < self.size() {
            if is_stopped() {
                return Ok(None);
            }
            let rest = usize::try_from(self.size() - at).unwrap_or(block);
            memory.resize(rest.min(block), 0);
            read_at(file, at, &mut memory)?;
            comparison.absorb(&memory)?;
            take(&memory);
            at += memory.len() as u64;
        }
        self.stamp.check(file)?;
        Ok(Some(()))
    }

    /// Prepares to read the file, which may have been reopened. Call it on a thread that may block. Fails if the file
    /// is known to have changed.
    pub(crate) fn compare(&self, file: &File) -> io::Result<Comparison> {
        if let Some(content) = &self.content {
            thread::sleep(QUIET.saturating_sub(content.read.elapsed()));
        }
        // A write records its time when it begins, so a write that began before the measurement must have ended.
        await_writer(file);
        let content = self.content.as_ref().map(|content| Reading {
            hasher: content.keys.build_hasher(),
            at: 0,
            size: self.stamp.size(),
            digest: content.digest,
        });
        self.stamp.check(file)?;
        Ok(Comparison {
            stamp: self.stamp,
            content,
        })
    }
}

/// How far a file has been read and found unchanged. Clones continue from there.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    stamp: Stamp,
    content: Option<Reading>,
}

#[derive(Debug, Clone)]
struct Reading {
    hasher: DefaultHasher,
    at: u64,
    size: u64,
    digest: u64,
}

impl Comparison {
    /// Returns how many bytes have been compared, or `None` if the content need not be.
    pub(crate) fn at(&self) -> Option<u64> {
        self.content.as_ref().map(|content| content.at)
    }

    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Compares the bytes that were read next. A difference shows at the last byte.
    pub(crate) fn absorb(&mut self, block: &[u8]) -> io::Result<()> {
        let Some(content) = &mut self.content else {
            return Ok(());
        };
        content.hasher.write(block);
        content.at += block.len() as u64;
        if content.at < content.size || (content.at == content.size && content.hasher.finish() == content.digest) {
            Ok(())
        } else {
            Err(io::Error::other(FileChanged))
        }
    }

    /// Reads and compares the bytes before an offset that were not read.
    pub(crate) fn catch_up(&mut self, file: &File, offset: u64) -> io::Result<()> {
        let mut memory = Vec::new();
        while let Some(at) = self.at().filter(|&at| at < offset) {
            memory.resize(usize::try_from(BLOCK.min(offset - at)).map_err(io::Error::other)?, 0);
            read_at(file, at, &mut memory)?;
            self.absorb(&memory)?;
        }
        Ok(())
    }
}

/// Waits until no write is running. A system locks a file during a write, but ext4, Btrfs and tmpfs do not make readers
/// wait for it, who may see old and new content mixed. They do wait when they are asked where data begin.
#[cfg(target_os = "linux")]
fn await_writer(file: &File) {
    // The answer does not matter.
    let _ = rustix::fs::seek(file, rustix::fs::SeekFrom::Data(0));
}

#[cfg(not(target_os = "linux"))]
fn await_writer(_file: &File) {}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _, path::PathBuf};

    use super::*;

    fn file(name: &str, content: &[u8]) -> (PathBuf, File) {
        let path = std::env::temp_dir().join(format!("modzy-client-{}-{name}", std::process::id()));
        fs::write(&path, content).unwrap();
        let file = File::open(&path).unwrap();
        (path, file)
    }

    #[test]
    fn content_compares_equal_in_blocks_of_any_length() {
        let content: Vec<u8> = (0..251).cycle().take(300_001).collect();
        let (path, file) = file("blocks", &content);
        assert!(Measure::of(&file, || true).unwrap().is_none());
        let measure = Measure::of(&file, || false).unwrap().unwrap();
        for length in [1, 3, 7, 8, 9, 4096, 65_537, 300_001] {
            let mut comparison = measure.compare(&file).unwrap();
            for block in content.chunks(length) {
                comparison.absorb(block).unwrap();
            }
            let mut skipped = measure.compare(&file).unwrap();
            skipped.catch_up(&file, 299_999).unwrap();
            skipped.absorb(&content[299_999..]).unwrap();
        }
        // A different content shows at its last byte, and a longer one at once.
        let mut other = measure.compare(&file).unwrap();
        other.absorb(b"x").unwrap();
        let differs = other.absorb(&content[1..]).unwrap_err();
        assert!(FileChanged::is_cause_of(&differs));
        assert!(other.absorb(b"x").is_err());
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_is_read_only_after_a_quiet_time() {
        let (path, file) = file("quiet", b"content");
        let measure = Measure::of(&file, || false).unwrap().unwrap();
        let began = Instant::now();
        measure.compare(&file).unwrap();
        assert!(began.elapsed() > QUIET / 2);
        let again = Instant::now();
        measure.compare(&file).unwrap();
        assert!(again.elapsed() < QUIET / 2);
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_that_is_truncated_during_measurement_has_changed() {
        let (path, file) = file("cut", &vec![7; 3 * usize::try_from(BLOCK).unwrap()]);
        let cut = || {
            fs::File::options().write(true).open(&path).unwrap().set_len(9).unwrap();
            false
        };
        let measure = Measure::of(&file, cut).unwrap().unwrap();
        assert!(FileChanged::is_cause_of(&measure.compare(&file).unwrap_err()));
        fs::remove_file(path).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_running_write_is_waited_for() {
        const LENGTH: usize = 64 * 1024 * 1024;
        for folder in [std::env::temp_dir(), "/dev/shm".into()] {
            let path = folder.join(format!("modzy-client-{}-writing", std::process::id()));
            fs::write(&path, vec![b'o'; LENGTH]).unwrap();
            let file = File::open(&path).unwrap();
            let mut writer = File::options().write(true).open(&path).unwrap();
            let content = vec![b'n'; LENGTH];
            let writing = thread::Builder::new()
                .spawn(move || writer.write(&content).unwrap())
                .unwrap();
            let byte = |at: usize| {
                let mut byte = [0];
                read_at(&file, at as u64, &mut byte).unwrap();
                byte[0]
            };
            while byte(0) == b'o' {}
            await_writer(&file);
            assert_eq!(byte(LENGTH - 1), b'n', "{}", folder.display());
            assert_eq!(writing.join().unwrap(), LENGTH);
            fs::remove_file(path).unwrap();
        }
    }
}
