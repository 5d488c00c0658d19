//! Runs work that blocks or computes for long on its own threads. The blocking threads of Tokio end when they are idle,
//! and Tokio panics if the system refuses a new one. These threads report the refusal, and the last of them stays, so
//! that a process at its limit goes on. The callers decide what a refusal means for a call.

use std::{
    any::Any,
    collections::VecDeque,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{
    error::{Error, Result},
    faults::limit_of_threads,
};

/// For files, and for long computations.
static WORK: Threads = Threads::new("modzy-client-files", MOST, IDLE);

/// For the look-ups of the resolver of the system, so that they delay nothing else.
pub(crate) static LOOK_UPS: Threads = Threads::new("modzy-look-up", 16, IDLE);

/// The most threads of a pool, even if all of them hang.
const MOST: usize = 512;

/// If no thread takes the queued work for this long, all of them may hang.
pub(crate) const HANGING: Duration = Duration::from_millis(100);

/// How long a thread waits for work, unless it is the last one.
const IDLE: Duration = Duration::from_secs(2);

/// Runs work that blocks. If the system refuses another thread, the work waits for an existing one; without any, it
/// fails.
pub(crate) fn start<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Work<T> {
    WORK.start(work)
}

/// Runs work that blocks. Dropping the future stops it.
pub(crate) async fn stoppable<T: Send + 'static>(
    work: impl FnOnce(&CancellationToken) -> Result<T> + Send + 'static,
) -> Result<T> {
    let stop = CancellationToken::new();
    let _stopped = stop.clone().drop_guard();
    start(move || work(&stop)).await?
}

/// Runs a bounded computation; on this thread, if the system refuses one.
pub(crate) fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Work<T> {
    WORK.compute(work)
}

/// Runs work that blocks and that nobody awaits.
pub(crate) fn detach(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let refused = WORK.submit(Box::new(work), true);
    refused.map_err(|(_, refused)| refused.to_error())
}

/// Starts the thread that reads and writes files, unless it exists. It stays, so that later calls can wait for it if
/// the system refuses further threads. Without this call, the first call that needs the thread starts it.
///
/// # Errors
/// [`Error::System`] if the system refuses the thread.
pub fn start_threads() -> Result<()> {
    WORK.submit(Box::new(|| ()), true)
        .map_err(|(_, refused)| refused.to_error())
}

/// Ends the threads of the process that read and write files and look names up: idle ones at once, and the others with
/// their work. Waits for the threads of files at most for `patience`. Later calls start new threads.
pub fn end_threads(patience: Duration) {
    LOOK_UPS.end(Duration::ZERO);
    WORK.end(patience);
}

/// The error of the system when it refuses a thread and there is none to wait for.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", limit_of_threads(.0))]
pub(crate) struct Refused(pub(crate) Arc<io::Error>);

impl Refused {
    pub(crate) fn to_error(&self) -> Error {
        Error::system(Arc::clone(&self.0))
    }
}

/// Running or queued work. Work that is dropped in the queue never begins.
#[derive(Debug)]
pub(crate) struct Work<T>(State<T>);

#[derive(Debug)]
enum State<T> {
    /// The result, or the message of a panic.
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

/// A pool of threads that grows with its work and shrinks without, to one thread.
#[derive(Debug)]
pub(crate) struct Threads {
    name: &'static str,
    /// The most threads that start at once; further work waits.
    most: usize,
    /// How long a thread waits for work, unless it is the last one.
    idle: Duration,
    /// Starts a thread.
    start_one: fn(&'static Self) -> io::Result<()>,
    pool: Mutex<Pool>,
    /// Notified when there is work, or when threads must end.
    changed: Condvar,
    /// Notified when a thread has ended.
    left: Condvar,
}

struct Pool {
    queue: VecDeque<Job>,
    threads: usize,
    /// How many threads wait for work.
    idle: usize,
    /// When a thread last took work, or when work was first queued.
    taken: Option<Instant>,
    /// Whether the last thread must end, too.
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
                taken: None,
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

    /// Gives a job to an idle thread, or to a new one. If the system refuses a new thread, the job waits for a busy
    /// one; if it may not wait, or there is none, it is returned.
    pub(crate) fn submit(&'static self, job: Job, may_wait: bool) -> Result<(), (Job, Refused)> {
        let mut pool = self.pool();
        // Each queued job has an idle thread that is about to take it, as far as there are any.
        let has_idle = pool.idle > pool.queue.len();
        if !has_idle && pool.threads < self.most {
            match (self.start_one)(self) {
                Ok(()) => pool.threads += 1,
                Err(_) if may_wait && pool.threads > 0 => {}
                Err(error) => return Err((job, Refused(Arc::new(error)))),
            }
        }
        if pool.queue.is_empty() {
            pool.taken = Some(Instant::now());
        }
        pool.queue.push_back(job);
        self.changed.notify_one();
        Ok(())
    }

    /// Doubles the threads, as far as there is work for them, if all of them have hung for some time: work that ends
    /// soon does not wait for work that hangs. Callers whose work may be queued call this from time to time.
    pub(crate) fn relieve(&'static self) {
        let mut pool = self.pool();
        if pool.queue.is_empty() || pool.taken.is_none_or(|taken| taken.elapsed() < HANGING) {
            return;
        }
        let more = pool.threads.min(MOST.saturating_sub(pool.threads));
        for _ in 0..more.min(pool.queue.len()) {
            if (self.start_one)(self).is_err() {
                break;
            }
            pool.threads += 1;
        }
        pool.taken = Some(Instant::now());
    }

    /// The main loop of a thread.
    fn serve(&self) {
        let mut pool = self.pool();
        loop {
            while let Some(job) = pool.queue.pop_front() {
                pool.taken = Some(Instant::now());
                drop(pool);
                // The job reports a panic of its work. Dropping its captures may panic, too.
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

    /// Ends all idle threads, and waits for the others for at most `patience`.
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

/// Wraps work as a job that never panics, and returns the receiver of its result.
fn job<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> (Job, oneshot::Receiver<Result<T, String>>) {
    let (sender, done) = oneshot::channel();
    let job = move || {
        if sender.is_closed() {
            return;
        }
        let outcome = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panic_message(&*panic));
        // The receiver may have been dropped.
        let _ = sender.send(outcome);
    };
    (Box::new(job), done)
}

/// Returns the message of a panic.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests;
