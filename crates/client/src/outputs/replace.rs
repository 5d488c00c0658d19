//! The end of a download: the complete part file replaces the target, durably.

use std::{
    fs::File,
    io::{self, Seek as _},
    path::Path,
};

#[cfg(unix)]
use super::access::Access;
use super::{part::Part, target::Target};
use crate::files::sync;

/// Replaces the target with the part file, unless the caller has dropped the future. Examines the target again, because it may
/// have changed since the download began.
pub(super) fn replace(mut part: Part, mut file: File, began: &Target, is_stopped: impl Fn() -> bool) -> io::Result<()> {
    sync(&file)?;
    let target = Target::find(&began.place)?;
    if !part.is_in(target.folder()) {
        match Part::create(target.folder(), target.name()) {
            Ok(of_folder) => (part, file) = copy(&file, of_folder)?,
            // The file is writable, but its folder is not.
            Err(_) if target.existing.is_some() => {}
            Err(error) => return Err(error),
        }
    }
    let prepared = prepare(&file, &target, began);
    if is_stopped() {
        return Ok(());
    }
    match (prepared.and_then(|()| part.move_to(&target)), &target.existing) {
        (Ok(()), _) => sync_folder(target.folder()),
        // The file is writable, but cannot be replaced: its attributes would change, it is a mount point, or it belongs to
        // another user in a shared folder.
        (Err(_), Some(existing)) => existing.overwrite(&target.path, &file),
        (Err(error), None) => Err(error),
    }
}

fn copy(mut from: &File, (part, mut to): (Part, File)) -> io::Result<(Part, File)> {
    from.rewind()?;
    io::copy(&mut from, &mut to)?;
    sync(&to)?;
    Ok((part, to))
}

/// Copies the access of the target to a file, so that a replacement changes only the content.
#[cfg(unix)]
fn prepare(file: &File, target: &Target, began: &Target) -> io::Result<()> {
    let access = match (&target.existing, &began.existing) {
        (Some(existing), _) if existing.has_other_names() => {
            return Err(io::Error::other("it has other names"));
        }
        (Some(existing), _) => Access::of(existing.file())?,
        // Deleted during the download. The new file must not be accessible to more users than the old one.
        (None, Some(deleted)) => Access::of(deleted.file())?,
        (None, None) => Access::of(&Part::of_everybody(target.folder(), target.name())?.1)?,
    };
    access.give_to(file)
}

/// Does nothing: a new file has the access of its folder.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn prepare(_file: &File, _target: &Target, _began: &Target) -> io::Result<()> {
    Ok(())
}

/// Waits until the entries of a folder are on the disk.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Ok(folder) => sync(&folder),
        // The folder is writable, but not readable.
        Err(_) => Ok(()),
    }
}

/// Does nothing: a folder cannot be opened like a file.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
