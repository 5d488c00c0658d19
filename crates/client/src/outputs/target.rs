//! The place of a download: where its path leads, what is there already, and how that gets a new content. The file that the
//! bytes are gathered in is left to `part`.

use std::{
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::files::{identity, without_waiting};

/// Linux follows no more.
const MOST_LINKS: usize = 40;

/// How long a file that is written in place may be locked, as by another download that is written to it.
const LONGEST_LOCK: Duration = Duration::from_secs(10);

/// The place of a download.
#[derive(Debug)]
pub(super) struct Target {
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

impl Target {
    /// Looks at a place. Fails where no file can be, or may be written.
    pub(super) fn find(path: &Path) -> io::Result<Self> {
        if !names_a_file(path) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // The process may be in another folder when the file is moved there.
        let path = std::path::absolute(path)?;
        let found = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(metadata) if metadata.is_file() => true,
            Ok(_) => return Err(refuse("it is a pipe, a socket or a device")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        let path = settled(&behind_links(path)?)?;
        if !found {
            let existing = None;
            return Ok(Self { path, existing });
        }
        let file = without_waiting(OpenOptions::new().write(true)).open(&path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(refuse("it is a pipe, a socket or a device"));
        }
        let existing = Some(Existing { file, metadata });
        Ok(Self { path, existing })
    }

    /// Gives the file that is there the content of another, in place. A crash may cut it; where the disk is full, it stays as it
    /// was.
    pub(super) fn overwrite_with(&self, content: &File) -> io::Result<()> {
        match &self.existing {
            Some(existing) => existing.overwrite(&self.path, content),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Existing {
    /// Makes a new file such that it can take the place of this one and nothing but the content changes: with its owner, its
    /// group and its mode. Answers whether that is possible.
    #[cfg(unix)]
    pub(super) fn is_replaceable_by(&self, new: &File) -> bool {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
        // As the system does when a file is written to, it is not left in the power of its owner.
        let mode = fs::Permissions::from_mode(self.metadata.mode() & 0o1777);
        self.metadata.nlink() == 1
            && !has_own_attributes(&self.file)
            && fchown(new, Some(self.metadata.uid()), Some(self.metadata.gid())).is_ok()
            && new.set_permissions(mode).is_ok()
    }

    #[cfg(not(unix))]
    pub(super) fn is_replaceable_by(&self, _new: &File) -> bool {
        true
    }

    fn overwrite(&self, path: &Path, mut content: &File) -> io::Result<()> {
        let mut file = &self.file;
        lock(file)?;
        if identity(&fs::metadata(path)?) != identity(&self.metadata) {
            return Err(io::Error::other("another file has taken its place meanwhile"));
        }
        let (before, after) = (file.metadata()?.len(), content.metadata()?.len());
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
        // Closed with the target, the lock is gone.
        file.set_len(after)
    }
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

/// Attributes that a new file would not have: lists of access, beside which the mode means something else, and the user's own.
#[cfg(target_os = "linux")]
fn has_own_attributes(file: &File) -> bool {
    let mut names = [0; 4096];
    // A file system without attributes has none, and a longer list has some.
    let length = match rustix::fs::flistxattr(file, &mut names[..]) {
        Ok(length) => length,
        Err(error) => return error == rustix::io::Errno::RANGE,
    };
    let names = names.get(..length).unwrap_or_default().split(|&byte| byte == 0);
    names
        .into_iter()
        .any(|name| name.starts_with(b"user.") || name == b"system.posix_acl_access")
}

#[cfg(all(unix, not(target_os = "linux")))]
fn has_own_attributes(_file: &File) -> bool {
    false
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
