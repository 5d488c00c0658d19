//! A download on its way to a file: its bytes are gathered in a part, which at the end takes the place of what is there.

use std::{
    fs::File,
    io::{self, Seek, Write},
    mem,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{part::Part, replace::replace, target::Target};
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
    /// `None` while it is being written to, and once that has failed.
    file: Option<File>,
    writing: Option<Work<io::Result<File>>>,
    gathered: Vec<Bytes>,
    size: usize,
}

impl Partial {
    /// Looks at the place where the file shall be, by its absolute path, and makes the part.
    pub(crate) async fn create(named: &Path, place: PathBuf) -> Result<Self> {
        let named = named.to_owned();
        // What is made for a caller that is gone is dropped, and removed.
        let made = blocking::start(move || {
            begin(&place)
                .map(|begun| (named.clone(), begun))
                .map_err(|source| Error::File { path: named, source })
        });
        let (named, (target, part, file)) = made.await??;
        Ok(Self {
            named,
            target,
            part,
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

    /// Writes what is left, and gives the file its content. Dropped meanwhile, it leaves what was there or, where that comes
    /// too late, the whole content.
    pub(crate) async fn finish(mut self) -> Result<()> {
        self.pass_on().await?;
        let file = self.idle_file().await?;
        let Self {
            named, target, part, ..
        } = self;
        let stop = CancellationToken::new();
        let _stopped = stop.clone().drop_guard();
        let replacing = blocking::start(move || replace(part, file, &target, || stop.is_cancelled()));
        replacing.await?.map_err(|source| Error::File { path: named, source })
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

fn begin(place: &Path) -> io::Result<(Target, Part, File)> {
    let target = Target::find(place)?;
    let (part, file) = match Part::create(target.folder(), target.name()) {
        // A file that may be written, in a folder that may not.
        Err(error) if target.existing.is_some() && is_closed(&error) => {
            Part::create(&std::env::temp_dir(), target.name())
        }
        made => made,
    }?;
    Ok((target, part, file))
}

/// Whether a folder takes no file.
fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}
