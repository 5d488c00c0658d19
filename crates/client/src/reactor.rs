//! Turns of the reactor. The client learns what has arrived at a socket once the reactor has asked the system and the
//! task of the connection has read it. A decision that depends on it waits for both. This module decides nothing
//! itself. What it assumes about Tokio is listed in `transport::assumptions`.

use std::{
    future::poll_fn,
    mem,
    pin::pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    task::{self, coop},
    time,
};

/// A response passes from its connection to the call, which then asks for the body: a turn each, and two to spare.
const TURNS: usize = 4;

/// More than the 128 operations that Tokio allows a task in one poll. A task without that limit is not barred.
const MOST_IN_A_POLL: usize = 1024;

/// How long other threads get for their turn.
const OTHERS: Duration = Duration::from_millis(1);

/// Ends when everything that has arrived by now has been read, as far as the connection has room for it.
pub(crate) async fn settle() {
    if is_shared() {
        return time::sleep(OTHERS).await;
    }
    for _ in 0..TURNS {
        task::yield_now().await;
        behind_all_others().await;
    }
}

/// Gives other threads the time to read what has arrived by now, if there are any.
pub(crate) async fn settle_others() {
    if is_shared() {
        time::sleep(OTHERS).await;
    }
}

/// Ends when idle connections have read what has arrived, as far as this thread reads it. Returns until when.
pub(crate) async fn turn() -> Instant {
    let began = Instant::now();
    // The connections that the turn wakes run before this task.
    task::yield_now().await;
    began
}

/// Whether another thread may run the reactor. Tokio does not report when that thread has had its turn.
pub(crate) fn is_shared() -> bool {
    Handle::current().metrics().num_workers() > 1
}

/// Bars the current task from its sockets until it is polled again, after the next turn of the reactor. Returns whether
/// that was possible.
///
/// Tokio limits what a task may do in one poll. Once a task has used up that budget, every resource reports that it is
/// not ready, so that other tasks get their turn. This function uses up the budget.
pub(crate) fn bar_until_a_turn(cx: &mut Context<'_>) -> bool {
    (0..MOST_IN_A_POLL).any(|_| pin!(coop::consume_budget()).poll(cx).is_pending())
}

/// Whether the current task is barred from its sockets.
pub(crate) fn is_barred() -> bool {
    !coop::has_budget_remaining()
}

/// Wakes a task after the next turn of the reactor.
pub(crate) fn wake_after_a_turn(cx: &mut Context<'_>) {
    let turn = pin!(task::yield_now());
    // This registers the task with the scheduler, which does not need the future any more.
    let _: Poll<()> = turn.poll(cx);
}

/// Ends when all tasks that are ready by now have run. A task that Tokio wakes may run before earlier ones; a task that
/// wakes itself runs last.
pub(crate) async fn behind_all_others() {
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
