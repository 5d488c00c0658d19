//! The thread that drives the calls. The checker runs its futures.

use std::time::Duration;

use modzy_client::Result;

pub(crate) struct Handle;

impl Handle {
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        shuttle::future::spawn(work);
    }

    pub(crate) fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn(work);
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the system may refuse a thread")]
pub(crate) fn handle() -> Result<Handle> {
    Ok(Handle)
}

pub(crate) fn urgent() -> Result<Handle> {
    handle()
}

/// Time does not pass in a model, so any other thread may run meanwhile.
pub(crate) async fn sleep(_: Duration) {
    shuttle::future::yield_now().await;
}

pub(crate) fn last_panic() -> Option<String> {
    None
}
