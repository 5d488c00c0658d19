//! Files that a caller names: how they are opened for reading, and what tells that one is still the same. What becomes of their
//! bytes is left to others.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, Read},
    path::Path,
};

mod measure;
mod stamp;

pub(crate) use self::{
    measure::{Comparison, Measure},
    stamp::{FileChanged, Stamp},
};

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

/// Reads just so many bytes from a place of a file.
pub(crate) fn read_at(file: &File, offset: u64, piece: &mut [u8]) -> io::Result<()> {
    fill(file, offset, piece).map_err(|error| match error.kind() {
        // It is shorter than it was when it was measured.
        io::ErrorKind::UnexpectedEof => io::Error::other(FileChanged),
        _ => error,
    })
}

#[cfg(unix)]
fn fill(file: &File, offset: u64, piece: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, piece, offset)
}

#[cfg(windows)]
fn fill(file: &File, offset: u64, piece: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while let Some(rest) = piece.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match std::os::windows::fs::FileExt::seek_read(file, rest, offset + filled as u64)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => filled += read,
        }
    }
    Ok(())
}
