//! The records of a journal. The file says what a reader must know to take up a batch after a crash at any point.

use serde::{Deserialize, Serialize};

/// The version of the format.
pub(super) const VERSION: u32 = 1;

/// A step of a batch, which is on the disk before anything relies on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Record {
    /// The journal was created, for an API and a key.
    Created {
        version: u32,
        url: String,
        /// The prefix of the API key, which is public.
        access_key: Option<String>,
    },
    /// A run is about to submit its first job. These jobs existed before, as far as the history shows jobs of the last moments.
    Began { seen: Vec<String> },
    /// A submit is about to be sent.
    Submitting {
        input_key: String,
        #[serde(flatten)]
        intent: Intent,
    },
    /// A job was opened for an upload.
    Opened { input_key: String, job_identifier: String },
    /// The job was accepted.
    Submitted { input_key: String, job_identifier: String },
    /// The job was certainly not accepted.
    Refused { input_key: String },
    /// The job is final: as the server sent it.
    Ended { input_key: String, job: String },
}

/// What a job that was about to be submitted looks like in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Intent {
    pub(super) model: String,
    pub(super) version: String,
    /// How many inputs it has.
    pub(super) inputs: usize,
    /// The checksum of their keys: other jobs of the batch may have the key, too.
    pub(super) keys: u32,
    /// Whether the submit opens a job for an upload. Such a job does not run unless it is closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_upload: bool,
    /// It is not older than this, in ms since 1970 by the server's clock. `None` if the history could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<i64>,
    /// It was created by then, in ms since 1970. A later job may be of another batch. `None` if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<i64>,
    /// Not all jobs of before this were read before the submit: an older one may be of another batch. `None` if all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) read_since: Option<i64>,
    /// How many runs had begun before it, which its place in the file says.
    #[serde(skip)]
    pub(super) runs: u32,
}

impl Intent {
    /// Whether a job of the history may be of this model and version: some servers do not say.
    pub(super) fn is_of(&self, model: &str, version: &str) -> bool {
        let is_like = |wanted: &str, has: &str| has.is_empty() || wanted == has;
        is_like(&self.model, model) && is_like(&self.version, version)
    }
}

/// Returns the checksum of the keys of inputs, in any order.
pub(super) fn checksum_of<'k>(keys: impl Iterator<Item = &'k str>) -> u32 {
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable();
    let mut hasher = crc32fast::Hasher::new();
    for key in keys {
        hasher.update(key.as_bytes());
        // Not a byte of UTF-8.
        hasher.update(&[0xff]);
    }
    hasher.finalize()
}
