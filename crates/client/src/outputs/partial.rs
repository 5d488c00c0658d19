//! A file that is not there until it is whole: it is written beside its place, and moved there at the end.

use std::{
    fs::{File, OpenOptions},
    io::{self, Seek, Write},
    mem,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::error::{Error, Result};

/// How much is gathered for the disk. As much again may be on its way there.
const BLOCK: usize = 1024 * 1024;

/// The file. Dropped before it is finished, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Partial {
    place: PathBuf,
    path: PathBuf,
    /// `None` while it is being written to, and once that has failed.
    file: Option<File>,
    writing: Option<JoinHandle<io::Result<File>>>,
    gathered: Vec<Bytes>,
    size: usize,
    finished: bool,
}

impl Partial {
    /// Makes the file, beside the place where it shall be.
    pub(crate) async fn create(place: &Path) -> Result<Self> {
        let place = place.to_owned();
        // What is made for a caller that is gone is dropped, and removed.
        let made = tokio::task::spawn_blocking(move || Self::new(place)).await;
        made.map_err(|error| Error::Internal(format!("a file was not made: {error}")))?
    }

    fn new(place: PathBuf) -> Result<Self> {
        if place.file_name().is_none() || place.is_dir() {
            let source = io::ErrorKind::IsADirectory.into();
            return Err(Error::File { path: place, source });
        }
        let path = place.with_file_name(format!(".modzy-{:016x}.part", fastrand::u64(..)));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => Ok(Self {
                place,
                path,
                file: Some(file),
                writing: None,
                gathered: Vec::new(),
                size: 0,
                finished: false,
            }),
            Err(source) => Err(Error::File { path: place, source }),
        }
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

    /// Writes what is left, and moves the file to its place.
    pub(crate) async fn finish(mut self) -> Result<()> {
        self.pass_on().await?;
        drop(self.idle_file().await?);
        // In one step with the end of the call: whoever gives it up finds either no file or has the answer.
        std::fs::rename(&self.path, &self.place).map_err(|source| self.failed(source))?;
        self.finished = true;
        Ok(())
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
        self.writing = Some(tokio::task::spawn_blocking(work));
    }

    /// The file, once nothing is written to it.
    async fn idle_file(&mut self) -> Result<File> {
        if let Some(writing) = &mut self.writing {
            let written = writing.await;
            self.writing = None;
            let written = written.map_err(|error| Error::Internal(format!("a file was not written: {error}")))?;
            self.file = Some(written.map_err(|source| self.failed(source))?);
        }
        let file = self.file.take();
        file.ok_or_else(|| Error::Internal("a file was written to after a failure".to_owned()))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::File {
            path: self.place.clone(),
            source,
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.finished {
            // Nothing is left to tell that it failed.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
