//! The history of an emulator's API key.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;

/// When the API key was created, and whether it was retrieved.
#[derive(Clone)]
pub(crate) struct Ledger {
    pub(super) created_at: Timestamp,
    /// Whether a client has retrieved the whole key.
    pub(super) retrieved: Arc<AtomicBool>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self {
            created_at: Timestamp::now(),
            retrieved: Arc::new(AtomicBool::new(false)),
        }
    }
}
