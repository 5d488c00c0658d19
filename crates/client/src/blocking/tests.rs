//! When threads start and end, and what happens when the system refuses them.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    sync::mpsc,
    thread::ThreadId,
    time::Instant,
};

use super::*;

const BRIEF: Duration = Duration::from_millis(20);

fn refusal() -> io::Error {
    io::Error::from_raw_os_error(if cfg!(windows) { 8 } else { 11 })
}

/// A pool whose threads the system refuses.
pub(crate) fn refusing() -> &'static Threads {
    leaked(16, |_| Err(refusal()))
}

fn start_one(threads: &'static Threads) -> io::Result<()> {
    thread::Builder::new().spawn(|| threads.serve()).map(drop)
}

fn leaked(most: usize, start_one: fn(&'static Threads) -> io::Result<()>) -> &'static Threads {
    leaked_idle(most, BRIEF, start_one)
}

fn leaked_idle(most: usize, idle: Duration, start_one: fn(&'static Threads) -> io::Result<()>) -> &'static Threads {
    Box::leak(Box::new(Threads {
        start_one,
        ..Threads::new("test", most, idle)
    }))
}

fn me() -> ThreadId {
    thread::current().id()
}

fn until(what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the condition was not met within 10 s"
        );
        thread::sleep(Duration::from_millis(1));
    }
}

#[tokio::test]
async fn without_any_thread_blocking_work_fails_and_computations_run_in_place() {
    let begun = Arc::new(AtomicBool::new(false));
    let begins = Arc::clone(&begun);
    let threads = refusing();
    let failure = threads.start(move || begins.store(true, Ordering::SeqCst)).await;
    let error = failure.unwrap_err();
    assert!(error.is_retryable());
    let text = error.to_string();
    assert!(text.starts_with("the client cannot start its threads: "), "{text}");
    if cfg!(unix) {
        assert!(
            text.ends_with("raise it (ulimit -u, or the pids limit of the container)"),
            "{text}"
        );
    }
    assert!(!begun.load(Ordering::SeqCst));
    assert_eq!(threads.compute(me).await.unwrap(), me());
    assert_eq!(threads.pool().queue.len(), 0);
}

#[tokio::test]
async fn without_another_thread_blocking_work_waits_and_computations_do_not() {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let threads = leaked(16, |threads| match STARTED.fetch_add(1, Ordering::SeqCst) {
        0 => start_one(threads),
        _ => Err(refusal()),
    });
    let (go_on, waits) = mpsc::channel();
    let first = threads.start(move || {
        waits.recv().unwrap();
        me()
    });
    until(|| threads.pool().queue.is_empty());
    let second = threads.start(me);
    assert_eq!(threads.compute(me).await.unwrap(), me());
    assert_eq!(threads.pool().queue.len(), 1);
    go_on.send(()).unwrap();
    assert_eq!(first.await.unwrap(), second.await.unwrap());
    assert_eq!(STARTED.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn no_more_threads_start_than_allowed_and_idle_ones_are_used_first() {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    // None of them leaves during the test.
    let threads = leaked_idle(4, Duration::from_mins(1), |threads| {
        STARTED.fetch_add(1, Ordering::SeqCst);
        start_one(threads)
    });
    let work: Vec<_> = (0..100).map(|number| threads.start(move || number)).collect();
    for (number, done) in work.into_iter().enumerate() {
        assert_eq!(done.await.unwrap(), number);
    }
    until(|| threads.pool().idle == STARTED.load(Ordering::SeqCst));
    let started = STARTED.load(Ordering::SeqCst);
    assert!(started <= 4, "{started}");
    for _ in 0..10 {
        threads.start(|| ()).await.unwrap();
        until(|| threads.pool().idle == started);
    }
    assert_eq!(STARTED.load(Ordering::SeqCst), started);
}

#[test]
fn idle_threads_end_except_the_last_which_ends_when_all_must() {
    let threads = leaked(16, start_one);
    let (arrived, arrivals) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Arc::new(Mutex::new(released));
    for _ in 0..3 {
        let (arrived, released) = (arrived.clone(), Arc::clone(&released));
        let job = move || {
            arrived.send(()).unwrap();
            let _ = released.lock().unwrap().recv();
        };
        assert!(threads.submit(Box::new(job), true).is_ok());
    }
    (0..3).for_each(|_| arrivals.recv().unwrap());
    assert_eq!(threads.pool().threads, 3);
    drop(release);
    until(|| threads.pool().threads == 1);
    thread::sleep(3 * BRIEF);
    assert_eq!(threads.pool().threads, 1);
    let began = Instant::now();
    threads.end(Duration::from_secs(10));
    assert_eq!(threads.pool().threads, 0);
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_panic_fails_only_its_own_work() {
    let threads = leaked(1, start_one);
    let panicked = threads.start(|| panic!("a bad day")).await;
    assert_eq!(
        panicked.unwrap_err().to_string(),
        "internal error: blocking work failed: a bad day"
    );
    threads.start(|| ()).await.unwrap();
    assert_eq!(threads.pool().threads, 1);
}

#[tokio::test]
async fn dropped_work_never_begins() {
    let threads = leaked(1, start_one);
    let (go_on, waits) = mpsc::channel();
    let first = threads.start(move || waits.recv().unwrap());
    let begun = Arc::new(AtomicBool::new(false));
    let begins = Arc::clone(&begun);
    drop(threads.start(move || begins.store(true, Ordering::SeqCst)));
    go_on.send(()).unwrap();
    first.await.unwrap();
    threads.start(|| ()).await.unwrap();
    assert!(!begun.load(Ordering::SeqCst));
}

#[tokio::test]
async fn work_that_ends_soon_does_not_wait_for_work_that_hangs() {
    let threads = leaked_idle(16, Duration::from_mins(1), start_one);
    let (release, released) = mpsc::channel::<()>();
    let released = Arc::new(Mutex::new(released));
    let hangs: Vec<_> = (0..500)
        .map(|_| {
            let released = Arc::clone(&released);
            threads.start(move || {
                let _ = released.lock().unwrap().recv();
            })
        })
        .collect();
    let began = Instant::now();
    let mut soon = threads.start(|| ());
    assert_eq!(threads.pool().threads, 16);
    loop {
        tokio::select! {
            biased;
            done = &mut soon => break done.unwrap(),
            () = tokio::time::sleep(Duration::from_millis(10)) => threads.relieve(),
        }
    }
    // 16 threads become 32, 64, 128, 256 and 512.
    let (took, started) = (began.elapsed(), threads.pool().threads);
    assert!((5 * HANGING..Duration::from_secs(5)).contains(&took), "{took:?}");
    assert!((501..=MOST).contains(&started), "{started}");
    drop(release);
    drop(hangs);
    threads.end(Duration::from_secs(10));
}
