//! The idle limit of a source. The limit does not apply while a request is being sent.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tokio::sync::Notify;

use crate::clock::Clock;

#[derive(Debug)]
pub(crate) struct Idle<'c> {
    clock: &'c dyn Clock,
    pub(super) limit: Duration,
    sending: AtomicBool,
    sent: Notify,
}

impl<'c> Idle<'c> {
    pub(crate) fn new(clock: &'c dyn Clock, limit: Duration) -> Self {
        Self {
            clock,
            limit,
            sending: AtomicBool::new(false),
            sent: Notify::new(),
        }
    }

    /// Runs a send. The source's limit starts again when the send ends.
    pub(crate) async fn during<T>(&self, sending: impl Future<Output = T>) -> T {
        self.sending.store(true, Ordering::Release);
        let sent = sending.await;
        self.sending.store(false, Ordering::Release);
        self.sent.notify_one();
        sent
    }

    /// Ends when the limit has passed since now, and since the last thing was sent.
    pub(super) async fn passed(&self) {
        loop {
            tokio::select! {
                biased;
                () = self.sent.notified() => continue,
                () = self.clock.idle(self.limit) => {}
            }
            if !self.sending.load(Ordering::Acquire) {
                return;
            }
            self.sent.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::clock::SystemClock;

    const LIMIT: Duration = Duration::from_millis(300);

    #[tokio::test(start_paused = true)]
    async fn the_limit_counts_from_now_or_from_what_was_sent_last() {
        let idle = Idle::new(&SystemClock, LIMIT);
        let started = Instant::now();
        idle.passed().await;
        assert_eq!(started.elapsed(), LIMIT);
        for sending in [1, 200, 299, 301, 1000] {
            let started = Instant::now();
            tokio::join!(idle.during(sleep(Duration::from_millis(sending))), idle.passed());
            assert_eq!(started.elapsed().as_millis(), u128::from(sending) + 300);
        }
    }
}
