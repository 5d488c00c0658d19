//! The part file of a download, beside its target (`.<name>.modzy-0.part`). If a process is killed, the next download to the same
//! target removes its part file, because no process holds the lock.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use crate::files::{identity, without_waiting};

/// How many names are checked for part files that were left behind. The crate `tempfile` makes random names, by which no later
/// download could find them.
const SWEPT: usize = 8;

/// The most concurrent downloads to the same target.
const MOST: usize = 1000;

/// How many bytes of the target's name go into the name of the part file.
const LONGEST_NAME: usize = 200;

/// A part file. Dropping it removes the file.
#[derive(Debug)]
pub(super) struct Part {
    path: Option<PathBuf>,
}

impl Part {
    /// Creates the file, open and locked. Only this user can read it.
    pub(super) fn create(folder: &Path, name: &OsStr) -> io::Result<(Self, File)> {
        let mut options = OpenOptions::new();
        for_this_user(&mut options);
        Self::with(&mut options, folder, name)
    }

    /// Creates an empty file with the default access of its folder.
    #[cfg(unix)]
    pub(super) fn of_everybody(folder: &Path, name: &OsStr) -> io::Result<(Self, File)> {
        Self::with(&mut OpenOptions::new(), folder, name)
    }

    fn with(options: &mut OpenOptions, folder: &Path, name: &OsStr) -> io::Result<(Self, File)> {
        let name = name.to_string_lossy();
        let end = name.floor_char_boundary(LONGEST_NAME);
        let name = name.get(..end).unwrap_or_default();
        options.read(true).write(true).create_new(true);
        let mut made = None;
        for number in 0..MOST {
            let path = folder.join(format!(".{name}.modzy-{number}.part"));
            remove_left(&path);
            if made.is_none() {
                made = make(&path, options)?;
            } else if number >= SWEPT {
                break;
            }
        }
        made.ok_or_else(|| io::ErrorKind::ResourceBusy.into())
    }

    /// Returns the folder of the file.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    /// Moves the file to the target.
    pub(super) fn move_to(&mut self, place: &Path) -> io::Result<()> {
        if let Some(path) = &self.path {
            fs::rename(path, place)?;
        }
        self.path = None;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // A failure has no caller to report to.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(unix)]
fn for_this_user(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

/// A new file has the access of its folder.
#[cfg(not(unix))]
fn for_this_user(_options: &mut OpenOptions) {}

/// Creates a file and locks it. Returns `None` if another download holds it.
fn make(path: &Path, options: &OpenOptions) -> io::Result<Option<(Part, File)>> {
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(error),
    };
    // Another process may have removed it before it was locked. A file system without locks has no such process.
    let taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !is_at(&file, path);
    Ok((!taken).then(|| {
        let path = Some(path.to_owned());
        (Part { path }, file)
    }))
}

/// Removes a part file that no process holds.
fn remove_left(path: &Path) {
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    if is_file
        && let Ok(left) = without_waiting(OpenOptions::new().read(true)).open(path)
        && left.try_lock().is_ok()
        // Another process may have replaced it before it was locked here, but not after.
        && is_at(&left, path)
    {
        // If it cannot be removed, the next number is used.
        let _ = fs::remove_file(path);
    }
}

/// Whether an open file is the one that a path names.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => identity(&open) == identity(&named),
        _ => false,
    }
}
