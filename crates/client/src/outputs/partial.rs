//! A download to a file: writes the bytes to a part file, which replaces the target at the end.

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

/// How many bytes are buffered for one write. As many again may be in a write that is under way.
const BLOCK: usize = 1024 * 1024;

/// A download to a file. Dropping it before it is finished leaves the target unchanged, and no part file.
#[derive(Debug)]
pub(crate) struct Partial {
    /// The file, as the caller named it.
    named: PathBuf,
    target: Target,
    part: Part,
    /// `None` during a write, and after a failed one.
    file: Option<File>,
    writing: Option<Work<io::Result<File>>>,
    gathered: Vec<Bytes>,
    size: usize,
}

impl Partial {
    /// Examines the target, by its absolute path, and creates the part file.
    pub(crate) async fn create(named: &Path, place: PathBuf) -> Result<Self> {
        let named = named.to_owned();
        // If the caller has dropped the future, the new part is dropped, which removes its file.
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

    /// Adds a chunk. Waits for the disk only if it is slower than the download.
    pub(crate) async fn write(&mut self, chunk: Bytes) -> Result<()> {
        self.size += chunk.len();
        self.gathered.push(chunk);
        if self.size < BLOCK {
            return Ok(());
        }
        self.pass_on().await
    }

    /// Drops all bytes so far.
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

    /// Writes the remaining bytes, and replaces the target. Dropping the future leaves the old content or, if the replacement has
    /// begun, the whole new content.
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
            for chunk in block {
                file.write_all(&chunk)?;
            }
            Ok(file)
        });
        Ok(())
    }

    fn work(&mut self, work: impl FnOnce() -> io::Result<File> + Send + 'static) {
        self.writing = Some(blocking::start(work));
    }

    /// Returns the file after the write that is under way, if any.
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
        // The file is writable, but its folder is not.
        Err(error) if target.existing.is_some() && is_closed(&error) => {
            Part::create(&std::env::temp_dir(), target.name())
        }
        made => made,
    }?;
    Ok((target, part, file))
}

/// Whether the error means that the folder accepts no new file.
fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}
