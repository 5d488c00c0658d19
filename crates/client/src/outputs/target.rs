//! The target of a download: resolves its path, examines an existing file, and overwrites it in place. Leaves the part file to
//! `part`.

use std::{
    ffi::OsStr,
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::files::{identity, sync, without_waiting};

/// The most symbolic links that Linux follows.
const MOST_LINKS: usize = 40;

/// How long to wait for the lock on a file that is overwritten in place, which another download may hold.
const LONGEST_LOCK: Duration = Duration::from_secs(10);

/// The target of a download.
#[derive(Debug)]
pub(super) struct Target {
    /// The path as the caller named it, with the symbolic links of its folder resolved.
    pub(super) place: PathBuf,
    /// The path with all symbolic links resolved.
    pub(super) path: PathBuf,
    pub(super) existing: Option<Existing>,
}

/// An existing file, open for writing.
#[derive(Debug)]
pub(super) struct Existing {
    file: File,
    metadata: Metadata,
}

/// Returns the absolute path of a file. Fails for a path that cannot name a file.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    if names_a_file(path) {
        std::path::absolute(path)
    } else {
        Err(io::ErrorKind::IsADirectory.into())
    }
}

impl Target {
    /// Examines a target, by its absolute path. Fails if no file can exist there, or if it is not writable.
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

    /// Whether the file has other names (hard links), which would keep the old content if the file were replaced.
    #[cfg(unix)]
    pub(super) fn has_other_names(&self) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        self.metadata.nlink() > 1
    }

    /// Removes the set-user-ID and set-group-ID bits before the file gets new content: the system keeps them if root writes.
    #[cfg(unix)]
    fn leave_power(&self) {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let mode = self.metadata.mode();
        if mode & 0o6000 != 0 {
            // The system removes them itself for a user who may not change the mode.
            let _ = self.file.set_permissions(fs::Permissions::from_mode(mode & 0o1777));
        }
    }

    /// Overwrites the file with the content of another. A crash may truncate it; a full disk leaves it unchanged.
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
            // Writes the part that needs more space first.
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
        // Closing the file releases the lock.
        sync(file)
    }
}

/// Allocates disk space for the holes of a file, so that a full disk cannot interrupt a write there. Keeps the content.
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
        // Not every file system supports this.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn allocate(_file: &File, _length: u64) -> io::Result<()> {
    Ok(())
}

/// Locks the file, so that two downloads write to it one after the other.
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

/// Follows the symbolic links of a path. The last one may lead to a file that does not exist.
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

/// Resolves the links of a path's folder, so that later changes of them have no effect.
fn settled(path: &Path) -> io::Result<PathBuf> {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => Ok(fs::canonicalize(folder)?.join(name)),
        _ => Err(io::ErrorKind::IsADirectory.into()),
    }
}

/// Whether a link refers to an open descriptor of a process (such as `/dev/stdout`), and so to no path.
fn is_of_proc(link: &Path) -> bool {
    let device = |path: &Path| fs::metadata(path).map(|metadata| identity(&metadata).0).ok();
    let of_proc = cfg!(target_os = "linux").then(|| device(Path::new("/proc"))).flatten();
    of_proc.is_some() && link.parent().and_then(device) == of_proc
}

fn refuse(reason: &str) -> io::Error {
    let text = format!("{reason}; open the output, and write what is read from it");
    io::Error::new(io::ErrorKind::Unsupported, text)
}
