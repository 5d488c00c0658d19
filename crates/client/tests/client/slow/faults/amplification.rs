//! What an outage costs a server whose callers go on calling, and how soon they are well once it is over.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use modzy_client::{Client, SystemRandom, WaitOptions};
use tokio::task::JoinSet;

use crate::support::{
    builder, options,
    server::{Reply, Server, job, status},
    skipping,
};

const CALLERS: usize = 200;

/// Between the end of a call and the caller's next.
const THOUGHT: Duration = Duration::from_millis(500);

/// The retries that a client has in hand.
const ALLOWANCE: usize = 20;

/// What was counted.
struct Callers {
    /// Calls of those who read, which would be as many requests with one attempt each.
    calls: AtomicUsize,
    /// When each caller last had a good answer.
    well: Mutex<Vec<Instant>>,
}

impl Callers {
    fn is_well(&self, caller: usize) {
        self.well.lock().unwrap()[caller] = Instant::now();
    }

    async fn read(&self, client: &Client, caller: usize) {
        loop {
            self.calls.fetch_add(1, Ordering::SeqCst);
            if client.get_job("read", &options()).await.is_ok() {
                self.is_well(caller);
            }
            tokio::time::sleep(THOUGHT).await;
        }
    }

    async fn wait(&self, client: &Client, caller: usize) {
        let options = WaitOptions::default();
        let ended = client
            .block_until_complete("wait", &options, |_| self.is_well(caller))
            .await;
        panic!("a wait ended: {ended:?}");
    }
}

/// A server that fails in all ways while it is down, and keeps some of its sockets only to reset them.
async fn failing_server() -> (Server, Arc<AtomicBool>) {
    let down = Arc::new(AtomicBool::new(false));
    let is_down = Arc::clone(&down);
    let server = Server::start(move |_, nth| match nth % 3 {
        _ if !is_down.load(Ordering::SeqCst) => job("IN_PROGRESS"),
        0 => Reply::Reset,
        1 => status(503),
        _ => Reply::Close(Vec::new()),
    })
    .await;
    (server, down)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes 75 seconds; `npm run test:faults` runs it"]
async fn an_outage_of_a_minute_is_not_multiplied_and_soon_forgotten() {
    const LENGTH: usize = 60;
    let (server, down) = failing_server().await;
    let client = builder(&server.api()).random(Arc::new(SystemRandom)).build().unwrap();
    let callers = Arc::new(Callers {
        well: Mutex::new(vec![Instant::now(); CALLERS]),
        calls: AtomicUsize::default(),
    });
    let mut tasks = JoinSet::new();
    for caller in 0..CALLERS {
        let (callers, client) = (callers.clone(), client.clone());
        tasks.spawn(async move {
            if caller % 2 == 0 {
                callers.read(&client, caller).await;
            } else {
                callers.wait(&client, caller).await;
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(3)).await;

    let counts = || {
        let polls = server.lines().iter().filter(|line| line.ends_with("/wait")).count();
        (server.count() - polls, polls, callers.calls.load(Ordering::SeqCst))
    };
    down.store(true, Ordering::SeqCst);
    let (reads, polls, calls) = counts();
    tokio::time::sleep(Duration::from_secs(LENGTH as u64)).await;
    let (reads, polls, calls) = {
        let (reads_after, polls_after, calls_after) = counts();
        (reads_after - reads, polls_after - polls, calls_after - calls)
    };
    down.store(false, Ordering::SeqCst);
    let back = Instant::now();
    tokio::time::sleep(Duration::from_secs(10)).await;
    tasks.abort_all();

    // Each wait polls every two seconds where all is well.
    let undisturbed = CALLERS / 2 * LENGTH / 2;
    let hundredths = reads.saturating_sub(ALLOWANCE) * 100 / calls;
    let recovered = callers.well.lock().unwrap().iter().filter(|when| **when > back).count();
    println!(
        "{CALLERS} callers, {LENGTH} s of outage: {reads} requests for {calls} reads, which beyond the first \
         {ALLOWANCE} are {hundredths} % of one attempt each; {polls} polls where {undisturbed} are usual; {recovered} of {CALLERS} well within 10 s of its end"
    );
    assert!(calls > CALLERS / 2 * LENGTH, "{calls}");
    assert!(hundredths <= 120, "{hundredths} %");
    assert!(polls <= undisturbed, "{polls}");
    assert_eq!(recovered, CALLERS);
}

/// Calls at the same time, over and over, by so many callers: how many requests they make.
async fn requests_of(calls_each: usize, server: &Server, client: &Client) -> usize {
    let before = server.count();
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let client = client.clone();
        callers.spawn(async move {
            for _ in 0..calls_each {
                let _ = client.get_job("read", &options()).await;
            }
        });
    }
    callers.join_all().await;
    server.count() - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_callers_do_not_multiply_an_outage_and_are_well_when_it_is_over() {
    const CALLS: usize = 10;
    let (server, down) = failing_server().await;
    let (client, clock) = skipping(&server.api());
    assert_eq!(requests_of(1, &server, &client).await, CALLERS);
    down.store(true, Ordering::SeqCst);
    let requests = requests_of(CALLS, &server, &client).await;
    let calls = CALLERS * CALLS;
    println!("{requests} requests for {calls} calls that fail");
    assert_eq!(clock.pauses().len(), ALLOWANCE);
    assert!(requests - ALLOWANCE <= calls * 12 / 10, "{requests} for {calls}");
    down.store(false, Ordering::SeqCst);
    for _ in 0..CALLERS {
        client.get_job("read", &options()).await.unwrap();
    }
}
