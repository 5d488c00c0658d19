//! Turns of the reactor. What has arrived at a socket is known once the reactor has asked the system for it and the connection's
//! task has read it; a decision that depends on it waits for both. Decides nothing itself.

use std::{
    future::poll_fn,
    mem,
    pin::pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    task::{self, coop},
    time,
};

/// A response passes from its connection to the call, which asks for the body: a turn each, and some to spare.
const TURNS: usize = 4;

/// More than what Tokio lets a task do in one poll, which is 128. A task that is not limited is not kept from anything.
const MOST_IN_A_POLL: usize = 1024;

/// How long other threads may take over their turn.
const OTHERS: Duration = Duration::from_millis(1);

/// Ends when everything that had arrived by now has been read, if the connection had room for it.
pub(crate) async fn settle() {
    if is_shared() {
        return time::sleep(OTHERS).await;
    }
    for _ in 0..TURNS {
        task::yield_now().await;
        behind_all_others().await;
    }
}

/// Gives other threads the time to read what has arrived by now, where there are any.
pub(crate) async fn settle_others() {
    if is_shared() {
        time::sleep(OTHERS).await;
    }
}

/// Whether another thread may have the reactor. Nothing tells when it has had its turn.
fn is_shared() -> bool {
    Handle::current().metrics().num_workers() > 1
}

/// Keeps the current task from its sockets until it is polled again, which it is after the reactor's next turn. Whether it could.
///
/// Tokio lets a task do so much in one poll, and then has every resource answer that it is not ready, so that other tasks have their
/// turn. What the task may still do is used up here.
pub(crate) fn bar_until_a_turn(cx: &mut Context<'_>) -> bool {
    (0..MOST_IN_A_POLL).any(|_| pin!(coop::consume_budget()).poll(cx).is_pending())
}

/// Whether the current task is kept from its sockets.
pub(crate) fn is_barred() -> bool {
    !coop::has_budget_remaining()
}

/// Wakes a task after the reactor's next turn.
pub(crate) fn wake_after_a_turn(cx: &mut Context<'_>) {
    let turn = pin!(task::yield_now());
    // Hands the task over to the scheduler, which needs nothing more of this future.
    let _: Poll<()> = turn.poll(cx);
}

/// Ends when all tasks that can go on by now have done so. A task that Tokio wakes may run before those that wait longer; one
/// that wakes itself is the last.
async fn behind_all_others() {
    let mut waited = false;
    poll_fn(|cx| {
        if mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
