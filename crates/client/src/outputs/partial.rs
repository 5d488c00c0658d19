//! A download on its way to a file: its bytes are gathered in a part, which at the end takes the place of what is there.

use std::{
    fs::File,
    io::{self, Seek, Write},
    mem,
    path::{Path, PathBuf},
};

use bytes::Bytes;

use super::{part::Part, target::Target};
use crate::{
    blocking::{self, Work},
    error::{Error, Result},
};

/// How much is gathered for the disk. As much again may be on its way there.
const BLOCK: usize = 1024 * 1024;

/// The download. Dropped before it is finished, it leaves what was there, and nothing else.
#[derive(Debug)]
pub(crate) struct Partial {
    /// As the caller named the file.
    named: PathBuf,
    target: Target,
    part: Part,
    /// Whether the file that is there is written to, because another in its place would not be the same.
    in_place: bool,
    /// `None` while it is being written to, and once that has failed.
    file: Option<File>,
    writing: Option<Work<io::Result<File>>>,
    gathered: Vec<Bytes>,
    size: usize,
}

impl Partial {
    /// Looks at the place where the file shall be, and makes the part.
    pub(crate) async fn create(place: &Path) -> Result<Self> {
        let place = place.to_owned();
        // What is made for a caller that is gone is dropped, and removed.
        let made = blocking::start(move || Self::new(&place).map_err(|source| Error::File { path: place, source }));
        made.await?
    }

    fn new(named: &Path) -> io::Result<Self> {
        let target = Target::find(named)?;
        let name = target.path.file_name().unwrap_or_default();
        let folder = target.path.parent().unwrap_or(Path::new("/"));
        let existing = target.existing.as_ref();
        let (in_place, part, file) = match Part::create(folder, name, existing.is_some()) {
            Ok((part, file)) => {
                let is_replaceable = existing.is_none_or(|existing| existing.is_replaceable_by(&file));
                (!is_replaceable, part, file)
            }
            // A file that may be written, in a folder that may not.
            Err(error) if existing.is_some() && is_closed(&error) => {
                let (part, file) = Part::create(&std::env::temp_dir(), name, true)?;
                (true, part, file)
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            named: named.to_owned(),
            target,
            part,
            in_place,
            file: Some(file),
            writing: None,
            gathered: Vec::new(),
            size: 0,
        })
    }

    /// Adds a piece. Waits for the disk only where it is slower than the pieces come.
    pub(crate) async fn write(&mut self, piece: Bytes) -> Result<()> {
        self.size += piece.len();
        self.gathered.push(piece);
        if self.size < BLOCK {
            return Ok(());
        }
        self.pass_on().await
    }

    /// Drops what there is.
    pub(crate) async fn start_again(&mut self) -> Result<()> {
        self.gathered.clear();
        self.size = 0;
        let mut file = self.idle_file().await?;
        self.work(move || {
            file.set_len(0)?;
            file.rewind()?;
            Ok(file)
        });
        Ok(())
    }

    /// Writes what is left, and gives the file its content.
    pub(crate) async fn finish(mut self) -> Result<()> {
        self.pass_on().await?;
        let file = self.idle_file().await?;
        let Self {
            named,
            target,
            mut part,
            in_place,
            ..
        } = self;
        if !in_place {
            // In one step with the end of the call: whoever gives it up finds either no file or has the answer.
            match part.move_to(&target.path) {
                Ok(()) => return Ok(()),
                Err(source) if target.existing.is_none() => return Err(Error::File { path: named, source }),
                // It may be written, but not replaced: mounted by itself, or another's in a folder of all.
                Err(_) => {}
            }
        }
        let overwriting = blocking::start(move || {
            let overwritten = target.overwrite_with(&file);
            drop(part);
            overwritten
        });
        let overwritten = overwriting.await?;
        overwritten.map_err(|source| Error::File { path: named, source })
    }

    async fn pass_on(&mut self) -> Result<()> {
        let mut file = self.idle_file().await?;
        let block = mem::take(&mut self.gathered);
        self.size = 0;
        self.work(move || {
            for piece in block {
                file.write_all(&piece)?;
            }
            Ok(file)
        });
        Ok(())
    }

    fn work(&mut self, work: impl FnOnce() -> io::Result<File> + Send + 'static) {
        self.writing = Some(blocking::start(work));
    }

    /// The file, once nothing is written to it.
    async fn idle_file(&mut self) -> Result<File> {
        if let Some(writing) = &mut self.writing {
            let written = writing.await;
            self.writing = None;
            self.file = Some(written?.map_err(|source| self.failed(source))?);
        }
        let file = self.file.take();
        file.ok_or_else(|| Error::Internal("a file was written to after a failure".to_owned()))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::File {
            path: self.named.clone(),
            source,
        }
    }
}

/// Whether a folder takes no file.
fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}
