//! The inputs that an open job has received so far. `job` decides when they may change.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::BytesMut;
use indexmap::IndexMap;

/// The uploaded inputs, in the order of their first chunks.
#[derive(Default)]
pub(super) struct Upload(Mutex<IndexMap<String, Parts>>);

/// One input during its upload.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) chunks: usize,
    pub(super) values: IndexMap<String, BytesMut>,
}

impl Upload {
    /// Locks the upload against other changes.
    pub(super) fn hold(&self) -> impl Drop {
        self.inputs()
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.inputs().keys().cloned().collect()
    }

    pub(super) fn bytes(&self) -> usize {
        let inputs = self.inputs();
        inputs
            .values()
            .flat_map(|parts| parts.values.values())
            .map(BytesMut::len)
            .sum()
    }

    pub(super) fn inputs(&self) -> MutexGuard<'_, IndexMap<String, Parts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
