//! The history of an emulator's keys.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// When the keys were created, and which of them were retrieved.
#[derive(Clone)]
pub(crate) struct Ledger {
    pub(super) created_at: Timestamp,
    /// The prefixes of the keys that a client has retrieved whole.
    retrieved: Arc<Mutex<HashSet<Arc<str>>>>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            created_at: Timestamp::now(),
            retrieved: Arc::default(),
        }
    }

    pub(super) fn is_retrieved(&self, prefix: &str) -> bool {
        let retrieved = self.retrieved.lock().unwrap_or_else(PoisonError::into_inner);
        retrieved.contains(prefix)
    }

    /// Records the retrieval of a key. Returns false if it was retrieved before.
    pub(super) fn retrieve(&self, prefix: &Arc<str>) -> bool {
        let mut retrieved = self.retrieved.lock().unwrap_or_else(PoisonError::into_inner);
        retrieved.insert(Arc::clone(prefix))
    }
}
