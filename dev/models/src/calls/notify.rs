//! The event loop, in the place of the function of Node-API.

use std::sync::Arc;

use shuttle::sync::{Condvar, Mutex, PoisonError};

/// What `hold` and `open` need of Node-API: nothing here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Env;

/// The calls of the function that the event loop has not run.
#[derive(Debug, Default)]
pub(super) struct EventLoop {
    scheduled: Mutex<usize>,
    changed: Condvar,
}

impl EventLoop {
    /// Waits until the function is called. If nothing calls it, the checker reports a deadlock.
    pub(super) fn turn(&self) {
        let mut scheduled = self.scheduled.lock().unwrap_or_else(PoisonError::into_inner);
        while *scheduled == 0 {
            scheduled = self.changed.wait(scheduled).unwrap_or_else(PoisonError::into_inner);
        }
        *scheduled -= 1;
    }

    fn schedule(&self) {
        *self.scheduled.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_one();
    }
}

/// The function, as JavaScript passes it.
pub(super) struct OnEvents<'f>(pub(super) &'f Arc<EventLoop>);

/// The function.
pub(super) struct Notify(Arc<EventLoop>);

impl Notify {
    #[expect(clippy::unnecessary_wraps, reason = "Node-API may refuse the function")]
    pub(super) fn open(_: Env, function: &OnEvents<'_>) -> napi::Result<Self> {
        Ok(Self(Arc::clone(function.0)))
    }

    #[expect(clippy::unnecessary_wraps, reason = "Node-API may refuse it")]
    pub(super) fn hold(&self, _: Env, _: bool) -> napi::Result<()> {
        Ok(())
    }

    pub(super) fn call(&self) {
        self.0.schedule();
    }
}
