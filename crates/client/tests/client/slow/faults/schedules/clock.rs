//! A clock whose time passes only when the test advances it. The runtime's own time is paused, so that every timer of the client
//! and of its dependencies follows it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use modzy_client::{Clock, Sleep, SystemClock};
use tokio::{task::yield_now, time::Instant};

/// The client counts the time without bytes in steps of this length. A longer one is a freeze.
const STEP: Duration = Duration::from_millis(250);

/// How often all tasks run without a change before they count as idle.
const TURNS: u32 = 6;

/// How long work on files may take, in real time, before the clock goes on without it.
const PATIENCE: Duration = Duration::from_millis(40);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A pause: nothing happens before its end.
    Pause,
    Deadline,
    Idle,
}

#[derive(Debug, Default)]
pub(super) struct ByHand {
    timers: Mutex<Timers>,
    /// How many connections or lookups wait for a limit of the client.
    stalls: AtomicUsize,
    /// Counts what happens.
    changes: AtomicUsize,
}

#[derive(Debug, Default)]
struct Timers {
    last: usize,
    running: BTreeMap<usize, (Kind, Option<Instant>)>,
}

/// Something that has an end.
struct Running(Arc<ByHand>, Option<usize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.note();
        match self.1 {
            Some(timer) => drop(self.0.timers.lock().unwrap().running.remove(&timer)),
            None => drop(self.0.stalls.fetch_sub(1, Ordering::SeqCst)),
        }
    }
}

/// The clock as the client has it.
#[derive(Debug)]
pub(super) struct Handle(pub(super) Arc<ByHand>);

impl Clock for Handle {
    fn now(&self) -> std::time::Instant {
        SystemClock.now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.run(Kind::Pause, duration, SystemClock.sleep(duration))
    }

    fn deadline(&self, limit: Duration) -> Sleep {
        self.run(Kind::Deadline, limit, SystemClock.deadline(limit))
    }

    fn idle(&self, limit: Duration) -> Sleep {
        self.run(Kind::Idle, limit, SystemClock.idle(limit))
    }
}

impl Handle {
    fn run(&self, kind: Kind, duration: Duration, sleep: Sleep) -> Sleep {
        self.0.note();
        let mut timers = self.0.timers.lock().unwrap();
        timers.last += 1;
        let timer = timers.last;
        timers
            .running
            .insert(timer, (kind, Instant::now().checked_add(duration)));
        drop(timers);
        let running = Running(Arc::clone(&self.0), Some(timer));
        Box::pin(async move {
            sleep.await;
            drop(running);
        })
    }
}

impl ByHand {
    /// Notes that something has happened.
    pub(super) fn note(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Waits for something that a limit of the client ends.
    pub(super) async fn stalled(self: &Arc<Self>, end: impl Future<Output = ()>) {
        self.stalls.fetch_add(1, Ordering::SeqCst);
        let _running = Running(Arc::clone(self), None);
        end.await;
    }

    /// Pauses a server.
    pub(super) async fn pause(self: &Arc<Self>, duration: Duration) {
        Handle(Arc::clone(self)).sleep(duration).await;
    }

    /// Runs a future, and advances the time whenever only that helps. Returns `None` if the future does not end.
    pub(super) async fn drive<T>(&self, work: impl Future<Output = T>, most: Duration) -> Option<T> {
        let began = Instant::now();
        let real = std::time::Instant::now();
        let mut work = std::pin::pin!(work);
        while began.elapsed() < most && real.elapsed() < Duration::from_mins(1) {
            tokio::select! {
                biased;
                done = &mut work => return Some(done),
                () = self.quiet() => {}
            }
            tokio::time::advance(self.next() - Instant::now()).await;
        }
        None
    }

    /// Ends once the clock must go on.
    async fn quiet(&self) {
        let mut idle_since = std::time::Instant::now();
        loop {
            let before = self.changes.load(Ordering::SeqCst);
            for _ in 0..TURNS {
                yield_now().await;
            }
            if self.changes.load(Ordering::SeqCst) != before {
                idle_since = std::time::Instant::now();
                continue;
            }
            if self.is_paused() || idle_since.elapsed() > PATIENCE {
                return;
            }
            // Other threads work on files.
            std::thread::sleep(Duration::from_micros(50));
        }
    }

    /// Whether only time can change anything.
    fn is_paused(&self) -> bool {
        let timers = self.timers.lock().unwrap();
        let is_pause = |(kind, _): &(Kind, _)| *kind == Kind::Pause;
        self.stalls.load(Ordering::SeqCst) > 0 || timers.running.values().any(is_pause)
    }

    /// Returns the time at which the next timer ends.
    fn next(&self) -> Instant {
        let step = Instant::now() + STEP;
        let timers = self.timers.lock().unwrap();
        let due = timers.running.values().filter_map(|&(kind, due)| match kind {
            Kind::Idle => Some(step),
            // One that is over was extended.
            Kind::Pause | Kind::Deadline => due.map(|due| if due > Instant::now() { due } else { step }),
        });
        due.min().unwrap_or(step)
    }
}
