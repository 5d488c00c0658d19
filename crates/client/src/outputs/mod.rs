//! Outputs: the bytes that a model returns for an input, of any size, streamed or downloaded to a file. Results, which are JSON,
//! are left to `results`.

mod download;
mod entity;
mod output;
mod partial;
mod progress;

pub(crate) use self::progress::Meter;
pub use self::{
    download::{Contents, DownloadProgress, Downloaded, OutputRef},
    output::Output,
};
