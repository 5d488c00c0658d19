//! What a system notes of a file's changes, and when it notes all of them.

use std::{
    fs::{File, Metadata},
    io,
    time::{Duration, SystemTime},
};

use super::identity;

/// Systems write memory maps back after 35 seconds, by default, and from then on note the next write through one. So a file
/// that was not changed for longer has no page that is written to unnoticed.
const SETTLED: Duration = Duration::from_mins(2);

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

impl FileChanged {
    /// Whether a reading failed for this.
    pub(crate) fn is_cause_of(failure: &io::Error) -> bool {
        failure
            .get_ref()
            .is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>)
    }
}

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

    /// Whether all that was read of a file until now is of it as it was, as far as this shows it.
    pub(crate) fn check(&self, file: &File) -> io::Result<()> {
        if Self::of(&file.metadata()?) == *self {
            Ok(())
        } else {
            Err(io::Error::other(FileChanged))
        }
    }
}

/// Whether every further change of a file will show in its stamp.
pub(super) fn notes_every_change(file: &File, metadata: &Metadata) -> bool {
    is_settled(metadata, SystemTime::now()) && is_on_local_disk(file)
}

/// By the clock of the system, which sets the times of files, whatever clock the client has.
fn is_settled(metadata: &Metadata, now: SystemTime) -> bool {
    last_changes(metadata)
        .iter()
        .all(|change| change.is_some_and(|change| now.duration_since(change).is_ok_and(|age| age >= SETTLED)))
}

/// The change of the content, whose time a program can set, and that of what is noted of the file, whose time it cannot.
#[cfg(unix)]
fn last_changes(metadata: &Metadata) -> [Option<SystemTime>; 2] {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = u64::try_from(metadata.ctime()).ok();
    let noted = seconds.and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    [metadata.modified().ok(), noted]
}

#[cfg(not(unix))]
fn last_changes(metadata: &Metadata) -> [Option<SystemTime>; 1] {
    [metadata.modified().ok()]
}

/// Whether a file lies on a disk of this machine, in a file system whose times are exact and which notes writes through memory
/// maps. Those in memory do not note these, and those of other machines note changes by another clock, or late.
#[cfg(target_os = "linux")]
fn is_on_local_disk(file: &File) -> bool {
    /// ext2 to ext4, XFS and Btrfs, as `linux/magic.h` has them.
    const KNOWN: [u32; 3] = [0xEF53, 0x5846_5342, 0x9123_683E];
    let kind = rustix::fs::fstatfs(file).map(|system| u32::try_from(system.f_type));
    matches!(kind, Ok(Ok(kind)) if KNOWN.contains(&kind))
}

#[cfg(not(target_os = "linux"))]
fn is_on_local_disk(_file: &File) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_settled_once_neither_it_nor_what_is_noted_of_it_changed_for_two_minutes() {
        let path = std::env::temp_dir().join(format!("modzy-client-{}-settled", std::process::id()));
        std::fs::write(&path, "x").unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        let settled = |after| {
            is_settled(
                &file.metadata().unwrap(),
                SystemTime::now() + Duration::from_secs(after),
            )
        };
        assert_eq!((settled(0), settled(119), settled(121)), (false, false, true));
        // A time that a program has set says nothing.
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!((settled(0), settled(121)), (cfg!(not(unix)), true));
        // Nor does one of the future.
        file.set_modified(SystemTime::now() + Duration::from_hours(1)).unwrap();
        assert!(!settled(121));
        std::fs::remove_file(path).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_in_memory_is_on_no_disk() {
        let shared = File::open("/dev/shm").unwrap();
        assert!(!is_on_local_disk(&shared));
    }
}
