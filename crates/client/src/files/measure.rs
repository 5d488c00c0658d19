//! A file is measured before it is read: by what the system notes of its changes and, where that is not all of them, by its
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
const PIECE: u64 = 256 * 1024;

/// The content is read again no sooner than this after it was measured. Where both are the same it did not change between; a writer
/// who takes several steps, or one through a memory map, rests for less between two steps, even if it shares its processor.
const QUIET: Duration = Duration::from_millis(100);

/// What a file was when it was measured.
#[derive(Debug)]
pub(crate) struct Measure {
    stamp: Stamp,
    /// None where the stamp will show every change.
    content: Option<Content>,
}

#[derive(Debug)]
struct Content {
    /// By keys of its own, so that nobody can know of two contents with the same digest.
    keys: RandomState,
    digest: u64,
    read: Instant,
}

impl Measure {
    /// Measures an open file, on a thread that may block. `None` where it is stopped.
    pub(crate) fn of(file: &File, is_stopped: impl Fn() -> bool) -> io::Result<Option<Self>> {
        await_writer(file);
        let metadata = file.metadata()?;
        let stamp = Stamp::of(&metadata);
        if notes_every_change(file, &metadata) {
            let content = None;
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
            let length = PIECE.min(stamp.size() - at);
            memory.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
            match read_at(file, at, &mut memory) {
                Ok(()) => hasher.write(&memory),
                // What is read later is not the same, whatever it is.
                Err(failure) if FileChanged::is_cause_of(&failure) => break,
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

    /// In bytes.
    pub(crate) fn size(&self) -> u64 {
        self.stamp.size()
    }

    /// Makes ready to read the file, which may have been opened again, on a thread that may block. Fails where it is known to
    /// have changed.
    pub(crate) fn compare(&self, file: &File) -> io::Result<Comparison> {
        if let Some(content) = &self.content {
            thread::sleep(QUIET.saturating_sub(content.read.elapsed()));
        }
        // A write notes its time when it begins: one that began before the measure must have ended.
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

/// How far a file has been read, and found to be as it was measured. Clones go on from there.
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
    /// How many bytes have been compared; `None` where the content need not be.
    pub(crate) fn at(&self) -> Option<u64> {
        self.content.as_ref().map(|content| content.at)
    }

    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Compares what has been read next. A difference shows with the last byte.
    pub(crate) fn absorb(&mut self, piece: &[u8]) -> io::Result<()> {
        let Some(content) = &mut self.content else {
            return Ok(());
        };
        content.hasher.write(piece);
        content.at += piece.len() as u64;
        if content.at < content.size || (content.at == content.size && content.hasher.finish() == content.digest) {
            Ok(())
        } else {
            Err(io::Error::other(FileChanged))
        }
    }

    /// Compares what lies before a place and was not read.
    pub(crate) fn catch_up(&mut self, file: &File, offset: u64) -> io::Result<()> {
        let mut memory = Vec::new();
        while let Some(at) = self.at().filter(|&at| at < offset) {
            memory.resize(usize::try_from(PIECE.min(offset - at)).map_err(io::Error::other)?, 0);
            read_at(file, at, &mut memory)?;
            self.absorb(&memory)?;
        }
        Ok(())
    }
}

/// Waits until no write is under way. A system locks a file for the time of one, but does not always make readers wait for it,
/// who may see the old and the new content mixed: ext4, Btrfs and tmpfs do not. They do so for the question where data begin.
#[cfg(target_os = "linux")]
fn await_writer(file: &File) {
    // There need not be an answer.
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
    fn a_content_is_the_same_in_whatever_pieces_it_is_read() {
        let content: Vec<u8> = (0..251).cycle().take(300_001).collect();
        let (path, file) = file("pieces", &content);
        assert!(Measure::of(&file, || true).unwrap().is_none());
        let measure = Measure::of(&file, || false).unwrap().unwrap();
        for length in [1, 3, 7, 8, 9, 4096, 65_537, 300_001] {
            let mut comparison = measure.compare(&file).unwrap();
            for piece in content.chunks(length) {
                comparison.absorb(piece).unwrap();
            }
            let mut skipped = measure.compare(&file).unwrap();
            skipped.catch_up(&file, 299_999).unwrap();
            skipped.absorb(&content[299_999..]).unwrap();
        }
        // One that differs does so with its last byte, and one that is longer at once.
        let mut other = measure.compare(&file).unwrap();
        other.absorb(b"x").unwrap();
        let differs = other.absorb(&content[1..]).unwrap_err();
        assert!(FileChanged::is_cause_of(&differs));
        assert!(other.absorb(b"x").is_err());
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_is_read_no_sooner_than_it_was_quiet_for_a_while() {
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
    fn one_that_is_cut_while_it_is_measured_is_another_later() {
        let (path, file) = file("cut", &vec![7; 3 * usize::try_from(PIECE).unwrap()]);
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
    fn a_write_that_is_under_way_is_waited_for() {
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
