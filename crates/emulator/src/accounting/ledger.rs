//! What an emulator remembers of its API key.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;

/// What is remembered of the API key.
#[derive(Clone)]
pub(crate) struct Ledger {
    pub(super) created_at: Timestamp,
    /// Whether the whole key has been asked for.
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
