//! The place of a download: where its path leads, what is there already, and how that gets a new content. The file that the
//! bytes are gathered in is left to `part`.

use std::{
    ffi::OsStr,
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::replace::sync;
use crate::files::{identity, without_waiting};

/// Linux follows no more.
const MOST_LINKS: usize = 40;

/// How long a file that is written in place may be locked, as by another download that is written to it.
const LONGEST_LOCK: Duration = Duration::from_secs(10);

/// The place of a download.
#[derive(Debug)]
pub(super) struct Target {
    /// As it was named, in the folder where its own is behind all symbolic links.
    pub(super) place: PathBuf,
    /// Behind all symbolic links.
    pub(super) path: PathBuf,
    pub(super) existing: Option<Existing>,
}

/// A file that is there already, open to be written to.
#[derive(Debug)]
pub(super) struct Existing {
    file: File,
    metadata: Metadata,
}

/// The absolute path of a place. Fails for one that cannot be a file's.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    if names_a_file(path) {
        std::path::absolute(path)
    } else {
        Err(io::ErrorKind::IsADirectory.into())
    }
}

impl Target {
    /// Looks at a place, by its absolute path. Fails where no file can be, or may be written.
    pub(super) fn find(path: &Path) -> io::Result<Self> {
        let found = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(metadata) if metadata.is_file() => true,
            Ok(_) => return Err(refuse("it is a pipe, a socket or a device")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        let place = settled(path)?;
        let path = settled(&behind_links(path.to_owned())?)?;
        if !found {
            let existing = None;
            return Ok(Self { place, path, existing });
        }
        let file = without_waiting(OpenOptions::new().write(true)).open(&path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(refuse("it is a pipe, a socket or a device"));
        }
        let existing = Some(Existing { file, metadata });
        Ok(Self { place, path, existing })
    }

    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    pub(super) fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }
}

impl Existing {
    #[cfg(unix)]
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Whether it has other names (hard links), under which it would keep its content if another took its place.
    #[cfg(unix)]
    pub(super) fn has_other_names(&self) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        self.metadata.nlink() > 1
    }

    /// Programs that run with the rights of another user do not get a new content: for root, the system would leave them these
    /// rights.
    #[cfg(unix)]
    fn leave_power(&self) {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let mode = self.metadata.mode();
        if mode & 0o6000 != 0 {
            // For whoever may not do this, the system does it.
            let _ = self.file.set_permissions(fs::Permissions::from_mode(mode & 0o1777));
        }
    }

    /// Gives it the content of another file, in place. A crash may cut it; where the disk is full, it stays as it was.
    pub(super) fn overwrite(&self, path: &Path, mut content: &File) -> io::Result<()> {
        let mut file = &self.file;
        lock(file)?;
        if identity(&fs::metadata(path)?) != identity(&self.metadata) {
            return Err(io::Error::other("another file has taken its place meanwhile"));
        }
        #[cfg(unix)]
        self.leave_power();
        let (before, after) = (file.metadata()?.len(), content.metadata()?.len());
        allocate(file, before.min(after))?;
        if after > before {
            // What takes room comes first.
            content.seek(SeekFrom::Start(before))?;
            file.seek(SeekFrom::Start(before))?;
            if let Err(error) = io::copy(&mut content, &mut file).and_then(|_| file.sync_data()) {
                file.set_len(before)?;
                return Err(error);
            }
        }
        content.rewind()?;
        file.rewind()?;
        io::copy(&mut content.take(before.min(after)), &mut file)?;
        file.set_len(after)?;
        // Closed with the target, the lock is gone.
        sync(file)
    }
}

/// Gives the holes of a file their room on the disk, so that writing there cannot find it full. Its content stays.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn allocate(file: &File, length: u64) -> io::Result<()> {
    use rustix::{
        fs::{FallocateFlags, fallocate},
        io::Errno,
    };
    if length == 0 {
        return Ok(());
    }
    match fallocate(file, FallocateFlags::KEEP_SIZE, 0, length) {
        // Not every file system can.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn allocate(_file: &File, _length: u64) -> io::Result<()> {
    Ok(())
}

/// Two downloads that are written to the same file are so one after the other.
fn lock(file: &File) -> io::Result<()> {
    let began = Instant::now();
    while matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        if began.elapsed() > LONGEST_LOCK {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Whether a path ends in a name, and not in a separator or a dot.
fn names_a_file(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| path.as_os_str().as_encoded_bytes().ends_with(name.as_encoded_bytes()))
}

/// Where a path leads, which may be nothing yet.
fn behind_links(mut path: PathBuf) -> io::Result<PathBuf> {
    for _ in 0..=MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else {
            return Ok(path);
        };
        if is_of_proc(&path) {
            return Err(refuse("it is an open descriptor"));
        }
        path.pop();
        path.push(target);
    }
    Err(io::Error::other("too many symbolic links"))
}

/// The same place, whatever becomes of the links that lead to its folder.
fn settled(path: &Path) -> io::Result<PathBuf> {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => Ok(fs::canonicalize(folder)?.join(name)),
        _ => Err(io::ErrorKind::IsADirectory.into()),
    }
}

/// Whether a link is one of those that stand for what a process has open (`/dev/stdout`), which lead to no name.
fn is_of_proc(link: &Path) -> bool {
    let device = |path: &Path| fs::metadata(path).map(|metadata| identity(&metadata).0).ok();
    let of_proc = cfg!(target_os = "linux").then(|| device(Path::new("/proc"))).flatten();
    of_proc.is_some() && link.parent().and_then(device) == of_proc
}

fn refuse(reason: &str) -> io::Error {
    let text = format!("{reason}; open the output, and write what is read from it");
    io::Error::new(io::ErrorKind::Unsupported, text)
}
