//! One input of a job, with the values for its model.

use bytes::Bytes;

use crate::models::Values;

/// The estimated memory of names and the tables that hold them.
pub(super) fn names<'n>(key: &str, names: impl Iterator<Item = &'n String>) -> usize {
    const ENTRY: usize = 128;
    names.fold(key.len() + ENTRY, |sum, name| sum + name.len() + ENTRY)
}

/// One input of a job.
#[derive(Debug)]
pub(crate) struct Input {
    /// The input key, which the user chooses.
    pub(crate) key: String,
    /// The values by model input name.
    pub(crate) values: Values,
}

impl Input {
    pub(crate) fn bytes(&self) -> usize {
        self.values.values().map(Bytes::len).sum()
    }

    /// Returns its estimated memory, with its names.
    pub(super) fn memory(&self) -> usize {
        self.bytes() + names(&self.key, self.values.keys())
    }
}
