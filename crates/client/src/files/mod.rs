//! Opens the files that a caller names, detects changes to them, and writes them to the disk. The callers use their bytes.

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

/// Identifies a file, so that another file under the same path is recognized.
#[cfg(unix)]
pub(crate) fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

/// Identifies a file by its creation time, because Windows offers no file number here.
#[cfg(windows)]
pub(crate) fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::windows::fs::MetadataExt as _;
    (metadata.creation_time(), 0)
}

/// Opens a file for reading. Does not wait for the writer of a pipe that has replaced it since it was checked.
pub(crate) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    let file = without_waiting(OpenOptions::new().read(true)).open(path)?;
    let metadata = file.metadata()?;
    Ok((file, metadata))
}

/// Opens without waiting: opening a pipe waits for its other end, unless the system is asked not to.
pub(crate) fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let nonblocking = rustix::fs::OFlags::NONBLOCK.bits();
        options.custom_flags(nonblocking.cast_signed());
    }
    options
}

/// Waits until a file is on the disk, if its file system has one.
pub(crate) fn sync(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Err(error),
        _ => Ok(()),
    }
}

/// Whether a file of size 0 has bytes all the same, as the generated files in `/proc` do.
pub(crate) fn has_unmeasured_bytes(mut file: &File) -> io::Result<bool> {
    Ok(file.read(&mut [0])? > 0)
}

/// Reads exactly this many bytes at an offset of a file.
pub(crate) fn read_at(file: &File, offset: u64, block: &mut [u8]) -> io::Result<()> {
    fill(file, offset, block).map_err(|error| match error.kind() {
        // The file is shorter than it was when it was measured.
        io::ErrorKind::UnexpectedEof => io::Error::other(FileChanged),
        _ => error,
    })
}

#[cfg(unix)]
fn fill(file: &File, offset: u64, block: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, block, offset)
}

#[cfg(windows)]
fn fill(file: &File, offset: u64, block: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match std::os::windows::fs::FileExt::seek_read(file, rest, offset + filled as u64)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => filled += read,
        }
    }
    Ok(())
}
