//! Work that blocks, or computes for long, on threads of its own. Tokio's threads for it leave when they are idle, and it panics
//! where the system refuses another; these report the refusal, and the last of them stays, so that a process at its limit goes
//! on. What a refusal means for a call is left to the callers.

use std::{
    any::Any,
    collections::VecDeque,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    thread,
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{
    error::{Error, Result},
    faults::limit_of_threads,
};

/// For files, and for what takes long to compute.
static WORK: Threads = Threads::new("modzy-client-files", 512, IDLE);

/// For the look-ups of the system's resolver, which keep nothing else from its turn.
pub(crate) static LOOK_UPS: Threads = Threads::new("modzy-look-up", 16, IDLE);

/// How long a thread waits for further work, unless it is the last.
const IDLE: Duration = Duration::from_secs(2);

/// Does work that blocks, behind other work where the system refuses another thread, and not at all where there is none.
pub(crate) fn start<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Work<T> {
    WORK.start(work)
}

/// Computes what is bounded and needed: here and now, where the system refuses a thread.
pub(crate) fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Work<T> {
    WORK.compute(work)
}

/// Starts the thread that reads and writes files, unless there is one. It stays: where the system refuses further threads later,
/// calls wait for this one. Without this, the first call that needs it starts it.
///
/// # Errors
/// [`Error::System`] where the system refuses it.
pub fn start_threads() -> Result<()> {
    WORK.submit(Box::new(|| ()), true)
        .map_err(|(_, refused)| refused.to_error())
}

/// Ends the threads of the process that read and write files and look names up: those that are idle at once, and the others with
/// their work, for which this waits so long at most. Later calls start others.
pub fn end_threads(patience: Duration) {
    LOOK_UPS.end(Duration::ZERO);
    WORK.end(patience);
}

/// What the system says where it refuses a thread, and there is none to wait for.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", limit_of_threads(.0))]
pub(crate) struct Refused(pub(crate) Arc<io::Error>);

impl Refused {
    pub(crate) fn to_error(&self) -> Error {
        Error::system(Arc::clone(&self.0))
    }
}

/// Work under way. Dropped before its turn has come, it is not begun.
#[derive(Debug)]
pub(crate) struct Work<T>(State<T>);

#[derive(Debug)]
enum State<T> {
    /// Else what a panic said.
    UnderWay(oneshot::Receiver<Result<T, String>>),
    Refused(Refused),
}

impl<T> Future for Work<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::UnderWay(done) => Pin::new(done).poll(cx).map(|done| {
                let done = done.unwrap_or_else(|_| Err("it was dropped".to_owned()));
                done.map_err(|panic| Error::Internal(format!("blocking work failed: {panic}")))
            }),
            State::Refused(refused) => Poll::Ready(Err(refused.to_error())),
        }
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// Threads that come with the work and go without it, but for the last.
#[derive(Debug)]
pub(crate) struct Threads {
    name: &'static str,
    /// How many there may be; further work waits.
    most: usize,
    /// How long one waits for further work, unless it is the last.
    idle: Duration,
    /// Starts one.
    start_one: fn(&'static Self) -> io::Result<()>,
    pool: Mutex<Pool>,
    /// There is work, or the end of a thread is asked for.
    changed: Condvar,
    /// A thread has ended.
    left: Condvar,
}

struct Pool {
    queue: VecDeque<Job>,
    threads: usize,
    /// How many of them wait for work.
    idle: usize,
    /// Whether the last one goes, too.
    ends: bool,
}

impl Threads {
    const fn new(name: &'static str, most: usize, idle: Duration) -> Self {
        Self {
            name,
            most,
            idle,
            start_one: |threads| {
                let builder = thread::Builder::new().name(threads.name.to_owned());
                builder.spawn(|| threads.serve()).map(drop)
            },
            pool: Mutex::new(Pool {
                queue: VecDeque::new(),
                threads: 0,
                idle: 0,
                ends: false,
            }),
            changed: Condvar::new(),
            left: Condvar::new(),
        }
    }

    fn start<T: Send + 'static>(&'static self, work: impl FnOnce() -> T + Send + 'static) -> Work<T> {
        let (job, done) = job(work);
        Work(match self.submit(job, true) {
            Ok(()) => State::UnderWay(done),
            Err((_, refused)) => State::Refused(refused),
        })
    }

    fn compute<T: Send + 'static>(&'static self, work: impl FnOnce() -> T + Send + 'static) -> Work<T> {
        let (job, done) = job(work);
        if let Err((job, _)) = self.submit(job, false) {
            job();
        }
        Work(State::UnderWay(done))
    }

    /// Has a job done by a thread that is idle, or by another. Where the system refuses that, the job waits for one that works;
    /// if it may not wait or there is none, it comes back.
    pub(crate) fn submit(&'static self, job: Job, may_wait: bool) -> Result<(), (Job, Refused)> {
        let mut pool = self.pool();
        // Whatever is queued has an idle thread that is on its way, as far as there are any.
        let has_idle = pool.idle > pool.queue.len();
        if !has_idle && pool.threads < self.most {
            match (self.start_one)(self) {
                Ok(()) => pool.threads += 1,
                Err(_) if may_wait && pool.threads > 0 => {}
                Err(error) => return Err((job, Refused(Arc::new(error)))),
            }
        }
        pool.queue.push_back(job);
        self.changed.notify_one();
        Ok(())
    }

    /// The life of a thread.
    fn serve(&self) {
        let mut pool = self.pool();
        loop {
            while let Some(job) = pool.queue.pop_front() {
                drop(pool);
                // It reports a panic of its work. What is dropped with it may panic, too.
                let _ = catch_unwind(AssertUnwindSafe(job));
                pool = self.pool();
            }
            if pool.ends {
                break;
            }
            pool.idle += 1;
            let is_last = pool.threads == 1;
            let (woken, is_over) = if is_last {
                (self.changed.wait(pool).unwrap_or_else(PoisonError::into_inner), false)
            } else {
                let (woken, waited) = self
                    .changed
                    .wait_timeout(pool, self.idle)
                    .unwrap_or_else(PoisonError::into_inner);
                (woken, waited.timed_out())
            };
            pool = woken;
            pool.idle -= 1;
            if is_over && pool.queue.is_empty() && pool.threads > 1 {
                break;
            }
        }
        pool.threads -= 1;
        self.left.notify_all();
    }

    /// Has all threads end that have nothing to do, and waits for the others, but not for long.
    fn end(&self, patience: Duration) {
        let mut pool = self.pool();
        pool.ends = true;
        self.changed.notify_all();
        let ended = self.left.wait_timeout_while(pool, patience, |pool| pool.threads > 0);
        pool = ended.unwrap_or_else(PoisonError::into_inner).0;
        pool.ends = false;
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool({} threads, {} idle)", self.threads, self.idle)
    }
}

/// Work as a job that panics never, and where its outcome is to be had.
fn job<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> (Job, oneshot::Receiver<Result<T, String>>) {
    let (sender, done) = oneshot::channel();
    let job = move || {
        if sender.is_closed() {
            return;
        }
        let outcome = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| said(&*panic));
        // Whoever waited may have gone.
        let _ = sender.send(outcome);
    };
    (Box::new(job), done)
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests;
