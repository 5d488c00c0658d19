//! A substitute for the check of a pooled socket, which depends on real time: a model says what the check has found.

use shuttle::sync::atomic::{AtomicBool, Ordering};

#[derive(Debug, Default)]
pub(super) struct ReadCheck(AtomicBool);

impl ReadCheck {
    pub(super) fn is_of_repeatable(&self) -> bool {
        true
    }

    pub(super) fn again(&self) {}

    /// Notes that the connection has received something before it wrote the request.
    pub(super) fn find(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(super) fn has_found(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}
