//! The thread that drives all calls of the process. The first call starts it, so loading the addon takes neither a thread nor a
//! descriptor. If the system refuses either, that call fails.

use std::{
    cell::RefCell,
    io,
    panic::{self, AssertUnwindSafe},
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use futures_util::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use modzy_client::{Error, Result, end_threads, start_threads};
use napi::{Env, bindgen_prelude::retain_current_module_for_unload_safety};
pub(crate) use tokio::time::sleep;
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::mpsc as channel,
};

/// How long the end of the last environment waits for the thread and for work on files. Work that takes longer ends with the
/// process.
const SHUTDOWN: Duration = Duration::from_millis(100);

/// One task in this many is taken from those that JavaScript has started or aborted. With Tokio's default, one in 31, thousands of
/// them would wait for seconds behind the running tasks.
const FROM_OUTSIDE: u32 = 2;

static SHARED: Mutex<Shared> = Mutex::new(Shared {
    environments: 0,
    driver: None,
});

struct Shared {
    /// How many threads of JavaScript have loaded the addon.
    environments: usize,
    driver: Option<Driver>,
}

/// Runs futures before all tasks. Tokio runs the tasks that other threads spawn or wake in their order, so after thousands of starts
/// an abort or the end of a limit would come too late.
#[derive(Clone)]
pub(crate) struct Urgent(channel::UnboundedSender<Work>);

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The thread and what it drives.
struct Driver {
    handle: Handle,
    /// Ends the thread when it is dropped.
    urgent: Urgent,
    ended: mpsc::Receiver<()>,
    thread: JoinHandle<()>,
}

thread_local! {
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps the message of a panic for the error that reports it, instead of writing it to the standard error of the user's
/// program. The addon has its own copy of the standard library, so only its own panics are affected.
pub(crate) fn keep_panics() {
    panic::set_hook(Box::new(|panic| {
        let text = panic.to_string().replace('\n', " ");
        // Fails while the thread is ending. The message is not needed then.
        let _ = PANIC.try_with(|last| last.replace(Some(text)));
    }));
}

/// Takes the message of the last panic of this thread.
pub(crate) fn last_panic() -> Option<String> {
    PANIC.try_with(RefCell::take).ok().flatten()
}

/// Counts a JavaScript thread. The thread that drives the calls ends with the last one.
pub(crate) fn enter(env: Env) -> napi::Result<()> {
    shared().environments += 1;
    env.add_env_cleanup_hook((), |()| leave())?;
    Ok(())
}

fn leave() {
    let mut shared = shared();
    shared.environments = shared.environments.saturating_sub(1);
    let driver = if shared.environments == 0 {
        shared.driver.take()
    } else {
        None
    };
    drop(shared);
    if let Some(driver) = driver {
        driver.end();
    }
}

/// Returns the handle that spawns calls. Starts the thread unless it runs.
pub(crate) fn handle() -> Result<Handle> {
    with_driver(|driver| driver.handle.clone())
}

/// Returns what runs futures before the calls. Starts the thread unless it runs.
pub(crate) fn urgent() -> Result<Urgent> {
    with_driver(|driver| driver.urgent.clone())
}

fn with_driver<T>(get: impl FnOnce(&Driver) -> T) -> Result<T> {
    let mut shared = shared();
    if let Some(driver) = &shared.driver {
        return Ok(get(driver));
    }
    let driver = Driver::start()?;
    Ok(get(shared.driver.insert(driver)))
}

/// Returns the same handle if the thread runs. Does not start it, so that nothing starts it while its last environment ends.
pub(crate) fn running() -> Option<Handle> {
    shared().driver.as_ref().map(|driver| driver.handle.clone())
}

impl Urgent {
    /// Runs a future. If the thread is ending, the future is dropped.
    pub(crate) fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        let _ = self.0.send(Box::pin(work));
    }
}

impl Driver {
    fn start() -> Result<Self> {
        // The threads may outlive the environment that has loaded the image.
        retain_current_module_for_unload_safety();
        let runtime = build().map_err(Error::system)?;
        let handle = runtime.handle().clone();
        let (urgent, given) = channel::unbounded_channel();
        let (end, ended) = mpsc::channel();
        let thread = thread::Builder::new().name("modzy-client".to_owned()).spawn(move || {
            drive(runtime, given);
            // The receiver may have stopped waiting.
            let _ = end.send(());
        });
        let thread = thread.map_err(Error::system)?;
        let driver = Self {
            handle,
            urgent: Urgent(urgent),
            ended,
            thread,
        };
        if let Err(error) = start_threads() {
            driver.end();
            return Err(error);
        }
        Ok(driver)
    }

    /// Ends the thread, and waits a limited time for its end.
    fn end(self) {
        drop(self.urgent);
        if self.ended.recv_timeout(2 * SHUTDOWN).is_ok() {
            // The thread is about to return. The message of a panic is kept by `keep_panics`.
            let _ = self.thread.join();
        }
    }
}

fn build() -> io::Result<Runtime> {
    has_room()?;
    // Tokio panics if the system refuses some of its descriptors.
    let built = panic::catch_unwind(|| {
        Builder::new_current_thread()
            .global_queue_interval(FROM_OUTSIDE)
            .enable_all()
            .build()
    });
    built.unwrap_or_else(|_| Err(io::Error::other(last_panic().unwrap_or_default())))
}

/// Checks that the six descriptors that Tokio opens are available, and otherwise returns the error of the system.
#[cfg(unix)]
fn has_room() -> io::Result<()> {
    use std::os::unix::net::UnixStream;

    let _room = (UnixStream::pair()?, UnixStream::pair()?, UnixStream::pair()?);
    Ok(())
}

#[cfg(not(unix))]
fn has_room() -> io::Result<()> {
    Ok(())
}

/// Runs the calls until it is stopped. With two threads, most of a small call would be spent on waking one for the other. Long
/// computations and blocking work have threads of their own.
fn drive(runtime: Runtime, urgent: channel::UnboundedReceiver<Work>) {
    // Tokio polls this future every few dozen tasks, regardless of how many there are.
    runtime.block_on(run_urgent(urgent));
    drop(runtime);
    end_threads(SHUTDOWN);
}

/// Runs the urgent futures until there is no sender left.
async fn run_urgent(mut urgent: channel::UnboundedReceiver<Work>) {
    let mut running = FuturesUnordered::new();
    loop {
        tokio::select! {
            biased;
            work = urgent.recv() => match work {
                // As in a task, a panic ends only this future.
                Some(work) => running.push(AssertUnwindSafe(work).catch_unwind()),
                None => return,
            },
            Some(_) = running.next() => {}
        }
    }
}

fn shared() -> MutexGuard<'static, Shared> {
    SHARED.lock().unwrap_or_else(PoisonError::into_inner)
}
