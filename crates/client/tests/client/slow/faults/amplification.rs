//! How many requests an outage causes while callers keep calling, and how soon the callers recover after it.

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

/// The pause of a caller between two calls.
const THINK_TIME: Duration = Duration::from_millis(500);

/// The initial retry budget of a client.
const BUDGET: usize = 20;

/// Counts of the callers.
struct Callers {
    /// The calls of the readers. With one attempt each, there would be as many requests.
    calls: AtomicUsize,
    /// When each caller last got a good response.
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
            tokio::time::sleep(THINK_TIME).await;
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

/// Starts a server that fails in several ways while it is down, and keeps some sockets only to reset them.
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
async fn an_outage_of_a_minute_is_not_amplified_and_callers_recover_at_once() {
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

    // In normal operation, each wait polls every two seconds.
    let undisturbed = CALLERS / 2 * LENGTH / 2;
    let hundredths = reads.saturating_sub(BUDGET) * 100 / calls;
    let recovered = callers.well.lock().unwrap().iter().filter(|when| **when > back).count();
    println!(
        "{CALLERS} callers, {LENGTH} s of outage: {reads} requests for {calls} reads, which without the first {BUDGET} \
         are {hundredths} % of one attempt each; {polls} polls, where {undisturbed} are usual; {recovered} of {CALLERS} \
         recovered within 10 s of its end"
    );
    assert!(calls > CALLERS / 2 * LENGTH, "{calls}");
    assert!(hundredths <= 120, "{hundredths} %");
    assert!(polls <= undisturbed, "{polls}");
    assert_eq!(recovered, CALLERS);
}

/// Makes this many calls in a row from each of the callers at the same time, and returns how many requests they cause.
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
async fn two_hundred_callers_do_not_amplify_an_outage_and_recover_after_it() {
    const CALLS: usize = 10;
    let (server, down) = failing_server().await;
    let (client, clock) = skipping(&server.api());
    assert_eq!(requests_of(1, &server, &client).await, CALLERS);
    down.store(true, Ordering::SeqCst);
    let requests = requests_of(CALLS, &server, &client).await;
    let calls = CALLERS * CALLS;
    println!("{requests} requests for {calls} calls that fail");
    assert_eq!(clock.pauses().len(), BUDGET);
    assert!(requests - BUDGET <= calls * 12 / 10, "{requests} for {calls}");
    down.store(false, Ordering::SeqCst);
    for _ in 0..CALLERS {
        client.get_job("read", &options()).await.unwrap();
    }
}
