//! Outputs: the bytes that a model returns for an input, of any size, streamed or downloaded to a file. Results, which are JSON,
//! are left to `results`.

#[cfg(unix)]
mod access;
mod download;
mod entity;
mod fetch;
mod folder;
mod output;
mod part;
mod partial;
mod progress;
mod reference;
mod replace;
mod target;

pub(crate) use self::progress::Meter;
pub use self::{
    output::{Contents, Downloaded, Output},
    progress::DownloadProgress,
    reference::OutputRef,
};
