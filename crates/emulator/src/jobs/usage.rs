//! How many bytes the jobs of an emulator hold. What follows from it is left to `store`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What any job takes, however small its inputs are: an estimate.
pub(super) const JOB: usize = 1024;

/// The bytes of all jobs.
#[derive(Clone, Default)]
pub(super) struct Total(Arc<AtomicUsize>);

impl Total {
    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// The account of one more job.
    pub(super) fn open(&self) -> Usage {
        let usage = Usage {
            total: self.clone(),
            own: AtomicUsize::new(0),
        };
        usage.add(JOB);
        usage
    }
}

/// The bytes of one job, which are given back when it is dropped.
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
