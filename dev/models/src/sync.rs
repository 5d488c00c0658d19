//! The locks, atomics and tasks of the model checker, in the place of `sync.rs` of the client and of the binding.

pub(crate) use shuttle::sync::{Mutex, MutexGuard, PoisonError, atomic};

pub(crate) mod task {
    //! The tasks that drive connections are threads of the checker.

    pub(crate) type Id = usize;

    #[expect(clippy::unnecessary_wraps, reason = "other threads than those of tasks have none")]
    pub(crate) fn try_id() -> Option<Id> {
        Some(shuttle::current::me().into())
    }
}
