//! The moment at which a connection passes the response to a request, or its own failure, on to the call. The connection
//! wakes the call within its own task, so this moment is known however late the call is polled, for example among
//! hundreds in one task. `attempt_state` decides what it means.

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::{Context, Wake, Waker},
};

use futures_util::task::AtomicWaker;

use super::attempt_state::AttemptState;

struct Delivery {
    attempt: Arc<AttemptState>,
    /// The waker of the call.
    call: AtomicWaker,
}

impl Wake for Delivery {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.attempt.delivered();
        self.call.wake();
    }
}

/// Sends the request of an attempt, and notes in its state when something is delivered.
pub(super) async fn watch<F: Future>(attempt: &Arc<AttemptState>, request: F) -> F::Output {
    let delivery = Arc::new(Delivery {
        attempt: Arc::clone(attempt),
        call: AtomicWaker::new(),
    });
    let waker = Waker::from(Arc::clone(&delivery));
    let mut request = pin!(request);
    poll_fn(|cx| {
        delivery.call.register(cx.waker());
        request.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}
