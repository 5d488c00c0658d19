//! A request that is reported as not sent never arrives, however close to the send its call ends.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use modzy_client::{Client, Clock, Document, Error, RequestOptions, Sent, Sleep};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::{JoinSet, yield_now},
};
use tokio_util::sync::CancellationToken;

use crate::support::{
    builder, millis, options,
    server::{Server, answer},
};

const AT_ONCE: u64 = 16;

/// Yields a random number of times, usually few.
async fn turns() {
    let most = 1 << fastrand::u32(0..9);
    for _ in 0..fastrand::u32(0..most) {
        yield_now().await;
    }
}

/// A clock whose deadlines pass after some turns of other tasks, whatever the limit.
#[derive(Debug)]
struct Turns;

impl Clock for Turns {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn deadline(&self, _: Duration) -> Sleep {
        Box::pin(turns())
    }
}

type Arrived = Arc<Mutex<HashSet<u64>>>;

/// Records each call whose head arrives, and responds once the request is complete.
async fn note(mut socket: TcpStream, arrived: Arrived) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let receipt = answer(202, "", r#"{"jobIdentifier":"j"}"#);
    loop {
        match socket.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
        while let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let (_, rest) = head.split_once("x-nth: ").unwrap();
            let nth = rest.split("\r\n").next().unwrap().parse().unwrap();
            arrived.lock().unwrap().insert(nth);
            let body = if head.starts_with("POST") { "{}" } else { "" };
            let whole = end + 4 + body.len();
            if bytes.len() < whole {
                break;
            }
            bytes.drain(..whole);
            if socket.write_all(&receipt).await.is_err() {
                return;
            }
        }
    }
}

/// Makes a submit or, as often, a request without a body.
async fn call(nth: u64, client: &Client, options: &RequestOptions) -> Result<Document, Error> {
    match nth % 4 {
        0 => client.get_job("j", options).await,
        1 => client.cancel_job("j", options).await,
        _ => client.submit_job("{}", options).await,
    }
}

/// What the calls reported.
#[derive(Default)]
struct Reports {
    not_sent: HashSet<u64>,
    answered: usize,
    maybe: usize,
}

/// Makes this many calls. A limit or the caller ends each of them at about the moment of the send.
async fn calls(count: u64) {
    let arrived = Arrived::default();
    let noted = Arc::clone(&arrived);
    let server = Server::raw(move |socket, _, _| note(socket, Arc::clone(&noted))).await;
    let limited = builder(&server.api())
        .clock(Arc::new(Turns))
        .retries(0)
        .build()
        .unwrap();
    let patient = builder(&server.api()).retries(0).build().unwrap();
    let reports = Arc::new(Mutex::new(Reports::default()));
    let mut tasks = JoinSet::new();
    for task in 0..AT_ONCE {
        let (limited, patient, reports) = (limited.clone(), patient.clone(), reports.clone());
        tasks.spawn(async move {
            for nth in (task..count).step_by(usize::try_from(AT_ONCE).unwrap()) {
                let options = options().header("x-nth", &nth.to_string()).unwrap();
                let result = if fastrand::bool() {
                    call(nth, &limited, &options).await
                } else {
                    let token = CancellationToken::new();
                    let options = options.nothing_sent_after(token.clone());
                    let abort = async {
                        turns().await;
                        token.cancel();
                    };
                    tokio::join!(call(nth, &patient, &options), abort).0
                };
                let mut reports = reports.lock().unwrap();
                match result {
                    Ok(_) => reports.answered += 1,
                    Err(Error::Aborted) => drop(reports.not_sent.insert(nth)),
                    Err(error) if error.sent() == Some(Sent::No) => drop(reports.not_sent.insert(nth)),
                    Err(error) if error.sent() == Some(Sent::Maybe) => reports.maybe += 1,
                    Err(error) => panic!("{error:?}"),
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    // Requests on their way arrive.
    tokio::time::sleep(millis(500)).await;
    let reports = reports.lock().unwrap();
    let arrived = arrived.lock().unwrap();
    let false_reports = reports.not_sent.intersection(&arrived).count();
    println!(
        "{count} calls that ended at about the moment of the send: {} reported as not sent, {} maybe, {} answered; \
         {} arrived, {false_reports} of those reported as not sent",
        reports.not_sent.len(),
        reports.maybe,
        reports.answered,
        arrived.len()
    );
    assert_eq!(false_reports, 0);
    let share = usize::try_from(count / 200).unwrap();
    let enough = [reports.not_sent.len(), reports.maybe, reports.answered]
        .iter()
        .all(|many| *many > share);
    assert!(enough, "too few calls end at about the moment of the send");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn none_of_a_thousand_calls_arrives_if_reported_as_not_sent() {
    calls(1_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
#[ignore = "takes a minute; `npm run test:faults` runs it"]
async fn none_of_a_hundred_thousand_calls_arrives_if_reported_as_not_sent() {
    calls(100_000).await;
}
