//! The changes of a file that the system records, and when that record is complete.

use std::{
    fs::{File, Metadata},
    io,
    time::{Duration, SystemTime},
};

use super::identity;

/// Systems write memory maps back after 35 seconds by default, and record the next write after that. So a file that has
/// not changed for longer has no page that can be written unnoticed. Where the system waits longer, this is longer, too.
const SETTLED: Duration = Duration::from_mins(2);

/// The properties that show whether a file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    identity: (u64, u64),
    /// `None` if the content is compared as well.
    noted: Option<Noted>,
}

/// What a system notes at each change of a file, which no program can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Noted {
    /// The time of the last change of the content or the metadata, in s and ns.
    changed: (i64, i64),
    links: u64,
}

/// The file is no longer as it was measured.
#[derive(Debug, thiserror::Error)]
#[error("the file has changed")]
pub(crate) struct FileChanged;

impl FileChanged {
    /// Whether this caused a read to fail.
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
            noted: None,
        }
    }

    /// Adds what the system notes even if a program restores the time of the last modification.
    pub(super) fn with_noted(self, metadata: &Metadata) -> Self {
        let noted = Some(Noted::of(metadata));
        Self { noted, ..self }
    }

    /// Returns the size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Checks that the file has not changed so far, as far as its stamp shows.
    pub(crate) fn check(&self, file: &File) -> io::Result<()> {
        let metadata = file.metadata()?;
        let noted = Noted::of(&metadata);
        // A file that is removed or replaced by another keeps its content, but has another number of links.
        let is_as_noted = self
            .noted
            .is_none_or(|known| noted.changed == known.changed || noted.links != known.links);
        let seen = Self::of(&metadata);
        if is_as_noted && seen == (Self { noted: None, ..*self }) {
            Ok(())
        } else {
            Err(io::Error::other(FileChanged))
        }
    }
}

impl Noted {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self {
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            links: metadata.nlink(),
        }
    }

    /// Nothing: on other systems, the content is always compared.
    #[cfg(not(unix))]
    fn of(_metadata: &Metadata) -> Self {
        Self {
            changed: (0, 0),
            links: 0,
        }
    }
}

/// Whether every further change of a file will show in its stamp.
pub(super) fn notes_every_change(file: &File, metadata: &Metadata) -> bool {
    let is_settled = |time| is_settled(metadata, SystemTime::now(), time);
    is_settled(SETTLED) && is_on_local_disk(file) && settling_time().is_some_and(is_settled)
}

/// Returns the time after which a file has no page that can be written unnoticed. `None`: the system writes memory maps back only
/// when it lacks memory.
#[cfg(target_os = "linux")]
fn settling_time() -> Option<Duration> {
    let setting = |name| std::fs::read_to_string(format!("/proc/sys/vm/dirty_{name}_centisecs"));
    settling_time_of(setting("expire").ok(), setting("writeback").ok())
}

#[cfg(not(target_os = "linux"))]
fn settling_time() -> Option<Duration> {
    None
}

/// The same by the age at which a page is written back, and by the interval between two looks for such pages, in 10 ms. A setting
/// that cannot be read has its default.
#[cfg(target_os = "linux")]
fn settling_time_of(age: Option<String>, interval: Option<String>) -> Option<Duration> {
    let number = |setting: Option<String>, default| {
        let number = setting.and_then(|setting| setting.trim().parse::<u64>().ok());
        number.unwrap_or(default)
    };
    let (age, interval) = (number(age, 3000), number(interval, 500));
    // Three times as long as promised, as the write takes time.
    let longest = Duration::from_millis(age.saturating_add(interval).saturating_mul(30));
    (interval > 0).then(|| SETTLED.max(longest))
}

/// Uses the clock of the system, which sets the times of files, and not the clock of the client.
fn is_settled(metadata: &Metadata, now: SystemTime, time: Duration) -> bool {
    last_changes(metadata)
        .iter()
        .all(|change| change.is_some_and(|change| now.duration_since(change).is_ok_and(|age| age >= time)))
}

/// Returns the time of the last change of the content, which a program can set, and of the metadata, which it cannot.
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

/// Whether a file is on a local disk, in a file system with exact times that records writes through memory maps. File
/// systems in memory do not record these, and network file systems record changes by another clock, or late.
#[cfg(target_os = "linux")]
fn is_on_local_disk(file: &File) -> bool {
    /// ext2 to ext4, XFS and Btrfs, with the values of `linux/magic.h`.
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
    fn a_file_is_settled_two_minutes_after_its_content_and_metadata_changed() {
        let path = std::env::temp_dir().join(format!("modzy-client-{}-settled", std::process::id()));
        std::fs::write(&path, "x").unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        let settled = |after| {
            is_settled(
                &file.metadata().unwrap(),
                SystemTime::now() + Duration::from_secs(after),
                SETTLED,
            )
        };
        assert_eq!((settled(0), settled(119), settled(121)), (false, false, true));
        // A time that a program has set proves nothing.
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!((settled(0), settled(121)), (cfg!(not(unix)), true));
        // Nor does a time in the future.
        file.set_modified(SystemTime::now() + Duration::from_hours(1)).unwrap();
        assert!(!settled(121));
        std::fs::remove_file(path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_restored_modification_time_shows_in_the_stamp_of_a_settled_file_and_a_removal_does_not() {
        use std::{io::Write as _, time::Instant};

        let path = std::env::temp_dir().join(format!("modzy-client-{}-restored", std::process::id()));
        std::fs::write(&path, "old").unwrap();
        let file = File::open(&path).unwrap();
        let metadata = file.metadata().unwrap();
        let noted = Stamp::of(&metadata).with_noted(&metadata);
        noted.check(&file).unwrap();
        let began = Instant::now();
        // The clock of the file system moves in steps of some ms.
        while noted.check(&file).is_ok() {
            let mut writer = File::options().write(true).open(&path).unwrap();
            writer.write_all(b"new").unwrap();
            writer.set_modified(metadata.modified().unwrap()).unwrap();
            assert!(began.elapsed() < Duration::from_secs(5));
        }
        assert!(FileChanged::is_cause_of(&noted.check(&file).unwrap_err()));
        // The size and the time of the modification alone show nothing.
        Stamp::of(&metadata).check(&file).unwrap();

        let metadata = file.metadata().unwrap();
        let noted = Stamp::of(&metadata).with_noted(&metadata);
        std::fs::remove_file(path).unwrap();
        noted.check(&file).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_settles_later_where_memory_maps_are_written_back_later() {
        let time = |age: &str, interval: &str| settling_time_of(Some(age.to_owned()), Some(interval.to_owned()));
        assert_eq!(settling_time_of(None, None), Some(SETTLED));
        assert_eq!(time("3000\n", "500\n"), Some(SETTLED));
        assert_eq!(time("100\n", "100\n"), Some(SETTLED));
        assert_eq!(time("60000\n", "500\n"), Some(Duration::from_secs(3 * 605)));
        assert_eq!(time("3000\n", "60000\n"), Some(Duration::from_secs(3 * 630)));
        // Without an interval, the system never looks.
        assert_eq!(time("3000\n", "0\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_in_memory_is_not_on_a_disk() {
        let shared = File::open("/dev/shm").unwrap();
        assert!(!is_on_local_disk(&shared));
    }
}
