//! Uploads: inputs of any size, sent in chunks to an open job. Submits that fit into one request are left to `jobs`.

mod append;
mod chunks;
mod close;
mod form;
mod idle;
mod job;
mod limits;
mod progress;
pub(crate) mod size;
mod sources;
mod submit;

#[cfg(any(fuzzing, test))]
pub(crate) use self::form::part;
pub use self::{
    chunks::ByteStream,
    job::{FileJob, JobInput, Upload},
    progress::UploadProgress,
    sources::FileSource,
};
