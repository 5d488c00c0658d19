//! One of the waits that a list serves, and what wakes its pause.

use std::{
    sync::atomic::{AtomicU8, AtomicU64, Ordering},
    task::{Context, Poll},
    time::Duration,
};

use futures_util::task::AtomicWaker;

const HINT: u8 = 1;
const CHANGE: u8 = 2;

/// After so many hints in a row that were wrong, the time for which further ones are ignored grows no more.
const MOST_WRONG: u8 = 16;

#[derive(Debug)]
pub(super) struct Entry {
    /// The hash of the job's identifier, and the number of the wait.
    pub(super) key: (u64, u64),
    pub(super) poll_interval: Duration,
    /// The interval of the wait's own polls.
    pub(super) own_interval: Duration,
    waker: AtomicWaker,
    /// What it has not been woken for yet.
    pending: AtomicU8,
    /// How many hints in a row were wrong.
    wrong: AtomicU8,
    /// Up to when hints are ignored, in ms since the epoch of all waits.
    deaf_until: AtomicU64,
}

/// Why a wait was woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wakeup {
    Hint,
    Change,
}

impl Entry {
    pub(super) fn new(key: (u64, u64), poll_interval: Duration, own_interval: Duration) -> Self {
        Self {
            key,
            poll_interval,
            own_interval,
            waker: AtomicWaker::new(),
            pending: AtomicU8::new(0),
            wrong: AtomicU8::new(0),
            deaf_until: AtomicU64::new(0),
        }
    }

    /// Notes that a list names the job.
    pub(super) fn hint(&self, now: u64) {
        if now >= self.deaf_until.load(Ordering::Relaxed) {
            self.wake(HINT);
        }
    }

    /// Notes that waits have to poll in another way from now on.
    pub(super) fn change(&self) {
        self.wake(CHANGE);
    }

    fn wake(&self, what: u8) {
        self.pending.fetch_or(what, Ordering::AcqRel);
        self.waker.wake();
    }

    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<Wakeup> {
        self.waker.register(cx.waker());
        match self.pending.swap(0, Ordering::AcqRel) {
            0 => Poll::Pending,
            // A poll that is due now needs no other pause.
            pending if pending & HINT != 0 => Poll::Ready(Wakeup::Hint),
            _ => Poll::Ready(Wakeup::Change),
        }
    }

    /// Notes that the job of a hint had not ended. Returns for how many intervals hints are ignored, until `deafen` is called.
    pub(super) fn was_wrong(&self) -> u32 {
        let wrong = self.wrong.load(Ordering::Relaxed).min(MOST_WRONG);
        self.wrong.store(wrong + 1, Ordering::Relaxed);
        1 << wrong
    }

    /// Ignores hints up to a time.
    pub(super) fn deafen(&self, until: u64) {
        self.deaf_until.store(until, Ordering::Relaxed);
    }
}
