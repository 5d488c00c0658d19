//! The file that a download is gathered in, beside its place (`.<name>.modzy-0.part`). What a killed process has left of one is
//! removed by the next download to the same place: nobody holds its lock.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use crate::files::{identity, without_waiting};

/// As many are looked for that may have been left, beyond those of downloads to the same place that are under way.
const SWEPT: usize = 8;

/// More downloads to the same place at once are refused.
const MOST: usize = 1000;

/// So many bytes of a name fit into that of the part.
const LONGEST_NAME: usize = 200;

/// The file, by its name. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct Part {
    path: Option<PathBuf>,
}

impl Part {
    /// Makes the file, open and locked. Nobody else can read it, and this user can remove it whatever becomes of this process.
    pub(super) fn create(folder: &Path, name: &OsStr) -> io::Result<(Self, File)> {
        let mut options = OpenOptions::new();
        for_this_user(&mut options);
        Self::with(&mut options, folder, name)
    }

    /// Makes an empty one with the access that every new file has in its folder.
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

    /// Where it is.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    /// Moves the file to a place.
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
            // Nothing is left to tell that it failed.
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

/// Makes a file that nobody else has; `None` where another download has it.
fn make(path: &Path, options: &OpenOptions) -> io::Result<Option<(Part, File)>> {
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(error),
    };
    // Another may have found it without a lock, and remove it. Where there are no locks, nobody does.
    let taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !is_at(&file, path);
    Ok((!taken).then(|| {
        let path = Some(path.to_owned());
        (Part { path }, file)
    }))
}

/// Removes a file that no process holds.
fn remove_left(path: &Path) {
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    if is_file
        && let Ok(left) = without_waiting(OpenOptions::new().read(true)).open(path)
        && left.try_lock().is_ok()
        // Another may have removed it, and put its own there, before it was locked here; not after.
        && is_at(&left, path)
    {
        // What cannot be removed stays in the way, and the next number is taken.
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
