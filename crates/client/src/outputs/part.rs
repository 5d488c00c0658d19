//! The part file of a download, beside its target (`.<name>.modzy-0.part`). If a process is killed, the next download to the same
//! target removes its part file, because no process holds the lock.

use std::{
    ffi::{OsStr, OsString},
    fs::{File, TryLockError},
    io,
    path::Path,
};

use super::{
    folder::{Folder, Identity, Readers},
    target::Target,
};

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
    folder: Folder,
    file: Identity,
    /// `None` once the file has its final name.
    name: Option<OsString>,
}

impl Part {
    /// Creates the file, open and locked. Only this user can read it.
    pub(super) fn create(folder: &Path, name: &OsStr) -> io::Result<(Self, File)> {
        Self::with(Readers::User, folder, name)
    }

    /// Creates an empty file with the default access of its folder.
    #[cfg(unix)]
    pub(super) fn of_everybody(folder: &Path, name: &OsStr) -> io::Result<(Self, File)> {
        Self::with(Readers::Default, folder, name)
    }

    fn with(readers: Readers, folder: &Path, name: &OsStr) -> io::Result<(Self, File)> {
        let folder = Folder::open(folder);
        let name = name.to_string_lossy();
        let end = name.floor_char_boundary(LONGEST_NAME);
        let name = name.get(..end).unwrap_or_default();
        let mut made = None;
        for number in 0..MOST {
            let name = OsString::from(format!(".{name}.modzy-{number}.part"));
            remove_left(&folder, &name);
            if made.is_none() {
                made = make(&folder, &name, readers)?.map(|(identity, file)| (identity, file, name));
            } else if number >= SWEPT {
                break;
            }
        }
        let (identity, file, name) = made.ok_or(io::ErrorKind::ResourceBusy)?;
        let part = Self {
            folder,
            file: identity,
            name: Some(name),
        };
        Ok((part, file))
    }

    /// Whether the file is still in the folder that a path names. The folder may have been renamed, and the file removed.
    pub(super) fn is_in(&self, folder: &Path) -> bool {
        self.own_name().is_some() && self.folder.is_at(folder)
    }

    /// Gives the file the name of the target. Fails if it is not in the folder of the target.
    pub(super) fn move_to(&mut self, target: &Target) -> io::Result<()> {
        let name = self.own_name().filter(|_| self.folder.is_at(target.folder()));
        self.folder
            .rename(name.ok_or(io::ErrorKind::NotFound)?, target.name())?;
        self.name = None;
        Ok(())
    }

    /// Returns the name of the file, unless another file has it now.
    fn own_name(&self) -> Option<&OsStr> {
        let name = self.name.as_deref();
        name.filter(|name| self.folder.has(name, self.file))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(name) = self.own_name() {
            // A failure has no caller to report to.
            let _ = self.folder.remove(name);
        }
    }
}

/// Creates a file and locks it. Returns `None` if another download holds it.
fn make(folder: &Folder, name: &OsStr, readers: Readers) -> io::Result<Option<(Identity, File)>> {
    let file = match folder.create(name, readers) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(error),
    };
    let identity = Identity::of(&file)?;
    // Another process may have removed it before it was locked. A file system without locks has no such process.
    let taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !folder.has(name, identity);
    Ok((!taken).then_some((identity, file)))
}

/// Removes a part file that no process holds.
fn remove_left(folder: &Folder, name: &OsStr) {
    if let Some(left) = folder.open_file(name)
        && left.try_lock().is_ok()
        // Another process may have replaced it before it was locked here, but not after.
        && Identity::of(&left).is_ok_and(|left| folder.has(name, left))
    {
        // If it cannot be removed, the next number is used.
        let _ = folder.remove(name);
    }
}
