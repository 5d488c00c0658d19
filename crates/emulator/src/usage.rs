//! Counts the bytes that the jobs or the models of an emulator hold. Their stores act on the counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes of all.
#[derive(Clone, Default)]
pub(crate) struct Total(Arc<AtomicUsize>);

impl Total {
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds these bytes, and returns them as a share of the total.
    pub(crate) fn open(&self, bytes: usize) -> Usage {
        let usage = Usage {
            total: self.clone(),
            own: AtomicUsize::new(0),
        };
        usage.add(bytes);
        usage
    }
}

/// The bytes of one job or record. Dropping it subtracts them from the total, and a clone adds them again.
pub(crate) struct Usage {
    total: Total,
    own: AtomicUsize,
}

impl Usage {
    pub(crate) fn add(&self, bytes: usize) {
        self.own.fetch_add(bytes, Ordering::Relaxed);
        self.total.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Replaces the bytes.
    pub(crate) fn set(&self, bytes: usize) {
        let before = self.own.swap(bytes, Ordering::Relaxed);
        self.total.0.fetch_add(bytes, Ordering::Relaxed);
        self.total.0.fetch_sub(before, Ordering::Relaxed);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.own.load(Ordering::Relaxed)
    }
}

impl Clone for Usage {
    fn clone(&self) -> Self {
        self.total.open(self.bytes())
    }
}

impl Drop for Usage {
    fn drop(&mut self) {
        self.total.0.fetch_sub(self.bytes(), Ordering::Relaxed);
    }
}
