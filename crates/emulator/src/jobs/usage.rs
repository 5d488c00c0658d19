//! Counts the bytes that the jobs of an emulator hold. `store` acts on the count.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The estimated memory of a job without inputs.
pub(super) const JOB: usize = 1024;

/// The bytes of all jobs.
#[derive(Clone, Default)]
pub(super) struct Total(Arc<AtomicUsize>);

impl Total {
    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds a job, and returns its share of the total.
    pub(super) fn open(&self) -> Usage {
        let usage = Usage {
            total: self.clone(),
            own: AtomicUsize::new(0),
        };
        usage.add(JOB);
        usage
    }
}

/// The bytes of one job. Dropping it subtracts them from the total.
pub(super) struct Usage {
    total: Total,
    own: AtomicUsize,
}

impl Usage {
    pub(super) fn add(&self, bytes: usize) {
        self.own.fetch_add(bytes, Ordering::Relaxed);
        self.total.0.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn bytes(&self) -> usize {
        self.own.load(Ordering::Relaxed)
    }
}

impl Drop for Usage {
    fn drop(&mut self) {
        self.total.0.fetch_sub(self.bytes(), Ordering::Relaxed);
    }
}
