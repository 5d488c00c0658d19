//! The end of a download: its part, which is whole, takes the place of what is there by then, and stays there whatever becomes
//! of the machine.

use std::{
    fs::File,
    io::{self, Seek as _},
    path::Path,
};

#[cfg(unix)]
use super::access::Access;
use super::{part::Part, target::Target};

/// Puts a content in its place, unless nobody wants it any more. What the place is, and what is there, is looked up again: both
/// may have changed since the download began.
pub(super) fn replace(mut part: Part, mut file: File, began: &Target, is_stopped: impl Fn() -> bool) -> io::Result<()> {
    sync(&file)?;
    let target = Target::find(&began.place)?;
    if part.folder() != Some(target.folder()) {
        match Part::create(target.folder(), target.name()) {
            Ok(of_folder) => (part, file) = copy(&file, of_folder)?,
            // A file that may be written, in a folder that may not.
            Err(_) if target.existing.is_some() => {}
            Err(error) => return Err(error),
        }
    }
    let prepared = prepare(&file, &target, began);
    if is_stopped() {
        return Ok(());
    }
    match (prepared.and_then(|()| part.move_to(&target.path)), &target.existing) {
        (Ok(()), _) => sync_folder(target.folder()),
        // It may be written, but not replaced: it would not be the same, is mounted by itself, or another's in a folder of all.
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

/// Makes a file such that nothing but the content changes when it takes the place of another: what else is noted of that stays.
#[cfg(unix)]
fn prepare(file: &File, target: &Target, began: &Target) -> io::Result<()> {
    let access = match (&target.existing, &began.existing) {
        (Some(existing), _) if existing.has_other_names() => {
            return Err(io::Error::other("it has other names"));
        }
        (Some(existing), _) => Access::of(existing.file())?,
        // Deleted meanwhile. Its content may be meant for no more than before.
        (None, Some(deleted)) => Access::of(deleted.file())?,
        (None, None) => Access::of(&Part::of_everybody(target.folder(), target.name())?.1)?,
    };
    access.give_to(file)
}

/// A new file has the access of its folder.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn prepare(_file: &File, _target: &Target, _began: &Target) -> io::Result<()> {
    Ok(())
}

/// Waits until a file is on the disk, where there is one.
pub(super) fn sync(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Err(error),
        _ => Ok(()),
    }
}

/// The same for the name of a file that has been moved there.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Ok(folder) => sync(&folder),
        // One that may be written to, but not read.
        Err(_) => Ok(()),
    }
}

/// A folder cannot be opened as a file can.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
