//! The folder of a part file. It stays open, so that its files are found there even if it gets another name, and another folder gets
//! its own. On other systems than Unix, a folder with open files keeps its name.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    path::{Path, PathBuf},
};

/// Identifies a file, so that another file with the same name is recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity((u64, u64));

/// Who may access a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Only this user.
    User,
    /// The default of the folder.
    #[cfg(unix)]
    Default,
}

/// A folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// `None` if it cannot be opened. Its files are found by their paths then.
    #[cfg(unix)]
    handle: Option<File>,
}

#[cfg(unix)]
mod unix {
    use std::{borrow::Cow, fs};

    use rustix::{
        fd::{AsFd as _, BorrowedFd},
        fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, open, openat, renameat, stat, statat, unlinkat},
        io::retry_on_intr,
    };

    use super::{File, Folder, Identity, OsStr, Path, Readers, io};

    /// A folder may be used without being readable.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const ACCESS: OFlags = OFlags::PATH;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const ACCESS: OFlags = OFlags::RDONLY;

    impl Folder {
        pub(in crate::outputs) fn open(path: &Path) -> Self {
            let flags = ACCESS | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Self {
                path: path.to_owned(),
                handle: open(path, flags, Mode::empty()).ok().map(fs::File::from),
            }
        }

        /// Whether this is the folder that a path names now.
        pub(in crate::outputs) fn is_at(&self, path: &Path) -> bool {
            match &self.handle {
                Some(handle) => matches!((fstat(handle), stat(path)), (Ok(own), Ok(named)) if of(&own) == of(&named)),
                None => self.path == path,
            }
        }

        /// Creates a file, open for reading and writing.
        pub(in crate::outputs) fn create(&self, name: &OsStr, readers: Readers) -> io::Result<File> {
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let mode = match readers {
                Readers::User => Mode::RUSR | Mode::WUSR,
                Readers::Default => Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP | Mode::ROTH | Mode::WOTH,
            };
            let (folder, name) = self.at(name);
            Ok(retry_on_intr(|| openat(folder, &*name, flags, mode))?.into())
        }

        /// Opens a file for reading, unless the name is that of something else.
        pub(in crate::outputs) fn open_file(&self, name: &OsStr) -> Option<File> {
            let (folder, name) = self.at(name);
            let named = statat(folder, &*name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
            if FileType::from_raw_mode(named.st_mode) != FileType::RegularFile {
                return None;
            }
            // Opening a pipe would wait for its other end.
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let opened = retry_on_intr(|| openat(folder, &*name, flags, Mode::empty()));
            opened.ok().map(File::from)
        }

        /// Whether a name is that of a file.
        pub(in crate::outputs) fn has(&self, name: &OsStr, file: Identity) -> bool {
            let (folder, name) = self.at(name);
            statat(folder, &*name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|named| of(&named) == file)
        }

        pub(in crate::outputs) fn remove(&self, name: &OsStr) -> io::Result<()> {
            let (folder, name) = self.at(name);
            Ok(unlinkat(folder, &*name, AtFlags::empty())?)
        }

        pub(in crate::outputs) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            let ((folder, from), (_, to)) = (self.at(from), self.at(to));
            Ok(renameat(folder, &*from, folder, &*to)?)
        }

        fn at<'a>(&'a self, name: &'a OsStr) -> (BorrowedFd<'a>, Cow<'a, Path>) {
            match &self.handle {
                Some(handle) => (handle.as_fd(), Path::new(name).into()),
                None => (CWD, self.path.join(name).into()),
            }
        }
    }

    impl Identity {
        pub(in crate::outputs) fn of(file: &File) -> io::Result<Self> {
            Ok(of(&fstat(file)?))
        }
    }

    fn of(stat: &Stat) -> Identity {
        Identity((number(stat.st_dev), number(stat.st_ino)))
    }

    /// Converts a number whose type depends on the system.
    fn number(number: impl TryInto<u64>) -> u64 {
        number.try_into().unwrap_or_default()
    }
}

#[cfg(not(unix))]
mod other {
    use std::fs::{self, OpenOptions};

    use super::{File, Folder, Identity, OsStr, Path, Readers, io};
    use crate::files::identity;

    impl Folder {
        pub(in crate::outputs) fn open(path: &Path) -> Self {
            Self { path: path.to_owned() }
        }

        /// Whether this is the folder that a path names.
        pub(in crate::outputs) fn is_at(&self, path: &Path) -> bool {
            self.path == path
        }

        /// Creates a file, open for reading and writing. It has the access of its folder.
        pub(in crate::outputs) fn create(&self, name: &OsStr, Readers::User: Readers) -> io::Result<File> {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true);
            options.open(self.path.join(name))
        }

        /// Opens a file for reading, unless the name is that of something else.
        pub(in crate::outputs) fn open_file(&self, name: &OsStr) -> Option<File> {
            let path = self.path.join(name);
            let is_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
            is_file.then(|| File::open(path).ok()).flatten()
        }

        /// Whether a name is that of a file.
        pub(in crate::outputs) fn has(&self, name: &OsStr, file: Identity) -> bool {
            let named = fs::symlink_metadata(self.path.join(name));
            named.is_ok_and(|named| Identity(identity(&named)) == file)
        }

        pub(in crate::outputs) fn remove(&self, name: &OsStr) -> io::Result<()> {
            fs::remove_file(self.path.join(name))
        }

        pub(in crate::outputs) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
            fs::rename(self.path.join(from), self.path.join(to))
        }
    }

    impl Identity {
        pub(in crate::outputs) fn of(file: &File) -> io::Result<Self> {
            Ok(Self(identity(&file.metadata()?)))
        }
    }
}
