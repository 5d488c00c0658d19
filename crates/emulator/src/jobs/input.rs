//! One input of a job, with the values that its model gets.

use bytes::Bytes;

use crate::models::{Values, Version};

/// What names take in memory, with the tables that they stand in: an estimate.
pub(super) fn names<'n>(key: &str, names: impl Iterator<Item = &'n String>) -> usize {
    const ENTRY: usize = 128;
    names.fold(key.len() + ENTRY, |sum, name| sum + name.len() + ENTRY)
}

/// One input of a job.
#[derive(Debug)]
pub(crate) struct Input {
    /// The key that the user chose.
    pub(crate) key: String,
    /// The values by model input name.
    pub(crate) values: Values,
}

impl Input {
    /// The sample of a model's version.
    pub(crate) fn sample(version: &Version) -> Self {
        Self {
            key: "sample".to_owned(),
            values: version.sample_values(),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.values.values().map(Bytes::len).sum()
    }

    /// What it takes in memory, with its names: an estimate.
    pub(super) fn memory(&self) -> usize {
        self.bytes() + names(&self.key, self.values.keys())
    }
}
