//! Files that a caller names: how they are opened for reading, and what tells that one is still the same. What becomes of their
//! bytes is left to others.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, Read},
    path::Path,
    time::{Duration, SystemTime},
};

/// Systems note the time of a change no finer than this. Those of Linux are the ticks of its clock, 10 ms at most.
const TICK: Duration = Duration::from_millis(20);

/// The same where times are whole seconds, as file systems have them that know no finer ones; FAT has even seconds alone.
const COARSE_TICK: Duration = Duration::from_millis(2020);

/// What tells that a file is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    identity: (u64, u64),
}

/// Why a file is not read on: it is no longer as it was measured.
#[derive(Debug, thiserror::Error)]
#[error("the file has changed")]
pub(crate) struct FileChanged;

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            identity: identity(metadata),
        }
    }

    /// In bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// How long a further change may still bear the time of the last one, and so not show.
    pub(crate) fn unsettled(&self, now: SystemTime) -> Duration {
        let Some(modified) = self.modified else {
            return Duration::ZERO;
        };
        let is_whole = modified
            .duration_since(SystemTime::UNIX_EPOCH)
            .is_ok_and(|since| since.subsec_nanos() == 0);
        let tick = if is_whole { COARSE_TICK } else { TICK };
        now.duration_since(modified)
            .map_or(Duration::ZERO, |age| tick.saturating_sub(age))
    }
}

/// What tells a file from one that was put in its place.
#[cfg(unix)]
pub(crate) fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

/// The same where a file's number is not to be had: it is as old as it was.
#[cfg(windows)]
pub(crate) fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::windows::fs::MetadataExt as _;
    (metadata.creation_time(), 0)
}

/// Opens a file to read it. A pipe that has come in its place since it was looked at is not waited for.
pub(crate) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    let file = without_waiting(OpenOptions::new().read(true)).open(path)?;
    let metadata = file.metadata()?;
    Ok((file, metadata))
}

/// To open a pipe is to wait for its other end, unless the system is asked not to.
pub(crate) fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let nonblocking = rustix::fs::OFlags::NONBLOCK.bits();
        options.custom_flags(nonblocking.cast_signed());
    }
    options
}

/// Whether a file of size 0 has bytes all the same, as those have that a system makes up when they are read (`/proc`).
pub(crate) fn has_unmeasured_bytes(mut file: &File) -> io::Result<bool> {
    Ok(file.read(&mut [0])? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_certain_to_show_once_the_clock_of_the_file_system_has_moved() {
        let stamp = |nanos: u64| Stamp {
            size: 1,
            modified: Some(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)),
            identity: (0, 0),
        };
        let second = 1_000_000_000;
        for (modified, age, left) in [
            (second + 1, 0, 20),
            (second + 1, 15, 5),
            (second + 1, 20, 0),
            (second, 0, 2020),
            (second, 2000, 20),
            (second, 5000, 0),
        ] {
            let stamp = stamp(modified);
            let now = stamp.modified.unwrap() + Duration::from_millis(age);
            assert_eq!(stamp.unsettled(now).as_millis(), left, "{modified} {age}");
        }
        // Of the future nothing can be said.
        assert_eq!(stamp(second + 1).unsettled(SystemTime::UNIX_EPOCH), Duration::ZERO);
    }
}
