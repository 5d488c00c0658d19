//! Many calls at a time against servers that refuse requests for a while.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use modzy_client::{Client, Error, FileSource, JobInput, SystemRandom, WaitOptions};
use tokio::task::JoinSet;

use crate::support::{
    builder,
    clock::FastClock,
    options,
    server::{Received, Reply, Server, answer, ok},
};

/// How long the servers refuse requests.
const REFUSES: Duration = Duration::from_secs(3);

const AT_A_TIME: usize = 100;

/// What a server has refused and accepted.
#[derive(Debug, Default)]
struct Log {
    /// When the first request came.
    began: Mutex<Option<Instant>>,
    refused: AtomicUsize,
    /// The paths or the bodies of accepted requests.
    accepted: Mutex<Vec<String>>,
}

impl Log {
    /// Returns how much time has passed since the first request.
    fn elapsed(&self) -> Duration {
        self.began.lock().unwrap().get_or_insert_with(Instant::now).elapsed()
    }
}

/// Starts a server that refuses all requests at first, for this long.
async fn refusing(code: u16, refuses: Duration, name: fn(&Received) -> String) -> (Server, Arc<Log>) {
    let log = Arc::new(Log::default());
    let kept = Arc::clone(&log);
    let server = Server::start(move |request, _| {
        if kept.elapsed() < refuses {
            kept.refused.fetch_add(1, Ordering::SeqCst);
            return Reply::Keep(answer(code, "retry-after: 1\r\n", ""));
        }
        kept.accepted.lock().unwrap().push(name(request));
        match request.line() {
            line if line.ends_with("/input.txt") => ok("{}"),
            line if line.starts_with("GET") => {
                let id = line.rsplit('/').next().unwrap();
                ok(format!(r#"{{"jobIdentifier":"{id}","status":"COMPLETED"}}"#))
            }
            line if line.ends_with("/close") => {
                let id = line.split('/').nth(3).unwrap();
                ok(format!(r#"{{"jobIdentifier":"{id}"}}"#))
            }
            _ => ok(r#"{"jobIdentifier":"j"}"#),
        }
    })
    .await;
    (server, log)
}

async fn call(client: &Client, class: &str, nth: usize, retries: u32) -> Result<(), Error> {
    let options = options().retries(retries);
    match class {
        "submit" => client
            .submit_job(format!("{{\"n\":{nth}}}"), &options)
            .await
            .map(|_| ()),
        "read" => client.get_job(&nth.to_string(), &options).await.map(|_| ()),
        "close" => client.close_job(&nth.to_string(), &options).await.map(|_| ()),
        _ => {
            let source = FileSource::Bytes(Bytes::from_static(b"What a lovely day!"));
            let input = JobInput::new(nth.to_string(), "key", "input.txt", source);
            client.append_input(input, &options, |_| {}).await
        }
    }
}

/// Makes so many calls with so many retries, and returns how long they take.
async fn calls(client: &Client, class: &'static str, count: usize, retries: u32) -> Duration {
    let began = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for _ in 0..AT_A_TIME {
        let (client, next) = (client.clone(), Arc::clone(&next));
        callers.spawn(async move {
            loop {
                let nth = next.fetch_add(1, Ordering::SeqCst);
                if nth >= count {
                    break;
                }
                call(&client, class, nth, retries).await.unwrap();
            }
        });
    }
    callers.join_all().await;
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_any_class_outlast_three_seconds_of_refusals() {
    let name = |request: &Received| format!("{} {}", request.line(), String::from_utf8_lossy(&request.body));
    // All at the same time, because each takes three seconds in which hardly anything happens.
    let mut classes = JoinSet::new();
    for (class, code, count) in [
        ("submit", 429, 500),
        ("read", 429, 500),
        ("read", 503, 200),
        ("chunk", 429, 200),
        ("close", 429, 200),
    ] {
        classes.spawn(async move {
            let run = async |refuses| {
                let (server, log) = refusing(code, refuses, name).await;
                let client = builder(&server.api()).random(Arc::new(SystemRandom)).build().unwrap();
                (calls(&client, class, count, 2).await, log)
            };
            // What the calls take by themselves depends on the machine.
            let (usual, _) = run(Duration::ZERO).await;
            let (took, log) = run(REFUSES).await;
            let refused = log.refused.load(Ordering::SeqCst);
            let accepted = log.accepted.lock().unwrap();
            println!("{class}, {code}: {took:?}, usually {usual:?}, {refused} refused");
            assert!(took < Duration::from_secs(6) + usual, "{class}: {took:?} and {usual:?}");
            assert!(refused <= 105, "{class}: {refused}");
            // Each request is of a job of its own, or has a number in its body.
            assert_eq!(accepted.iter().collect::<HashSet<_>>().len(), count, "{class}");
            assert_eq!(accepted.len(), count, "{class}");
        });
    }
    classes.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_waits_poll_twice_a_second_at_most_while_polls_are_refused() {
    const WAITS: usize = 5000;
    /// How many times as fast as real time the clock of the client is.
    const FACTOR: u32 = 4;
    const SECONDS: usize = 12;
    let log = Arc::new(Log::default());
    let kept = Arc::clone(&log);
    let server = Server::start(move |request, _| {
        if kept.elapsed() * FACTOR < Duration::from_secs(SECONDS as u64) {
            kept.refused.fetch_add(1, Ordering::SeqCst);
            return Reply::Keep(answer(429, "retry-after: 1\r\n", ""));
        }
        let id = request.line().rsplit('/').next().unwrap();
        ok(format!(r#"{{"jobIdentifier":"{id}","status":"COMPLETED"}}"#))
    })
    .await;
    let client = builder(&server.api())
        .clock(Arc::new(FastClock::new(FACTOR)))
        .random(Arc::new(SystemRandom))
        .request_timeout(Duration::from_mins(10))
        .connect_timeout(Duration::from_mins(10))
        .build()
        .unwrap();
    let mut waits = JoinSet::new();
    for nth in 0..WAITS {
        let client = client.clone();
        waits.spawn(async move {
            let options = WaitOptions::default();
            client.block_until_complete(&nth.to_string(), &options, |_| {}).await
        });
    }
    while let Some(ended) = waits.join_next().await {
        ended.unwrap().unwrap();
    }
    let refused = log.refused.load(Ordering::SeqCst);
    println!("{refused} of {WAITS} polls refused in {SECONDS} s");
    // At first, as many polls are sent as there are sockets for polls.
    assert!(refused <= 192 + 2 * SECONDS, "{refused}");
    assert!(server.count() <= WAITS + refused, "{}", server.count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_share_of_refusals_at_random_does_not_starve_a_class() {
    const CALLS: usize = 1000;
    // Every seventh request or so, in no order that has to do with the calls.
    let is_refused = |nth: usize| (nth * 7919) % 101 < 15;
    let mut runs = JoinSet::new();
    for (class, code, header) in [
        ("chunk", 429, ""),
        ("chunk", 429, "retry-after: 0\r\n"),
        ("chunk", 429, "retry-after: 1\r\n"),
        ("submit", 429, "retry-after: 1\r\n"),
        ("read", 503, "retry-after: 1\r\n"),
    ] {
        runs.spawn(async move {
            let server = Server::start(move |request, nth| match request.line() {
                _ if is_refused(nth) => Reply::Keep(answer(code, header, "")),
                line if line.starts_with("GET") => {
                    let id = line.rsplit('/').next().unwrap();
                    ok(format!(r#"{{"jobIdentifier":"{id}"}}"#))
                }
                line if line.ends_with("/input.txt") => ok("{}"),
                _ => ok(r#"{"jobIdentifier":"j"}"#),
            })
            .await;
            let client = builder(&server.api()).random(Arc::new(SystemRandom)).build().unwrap();
            let took = calls(&client, class, CALLS, 30).await;
            let count = server.count();
            println!("{class}, {code} {header:?}: {took:?}, {count} requests");
            // Each of a hundred callers is refused about twice. Three pauses show that the refusals are chance.
            assert!(took < Duration::from_secs(40), "{class} {code} {header:?}: {took:?}");
            assert!(count <= CALLS * 5 / 4, "{count}");
        });
    }
    runs.join_all().await;
}
