//! What is said not to have been sent has not arrived, however close to its sending a call was ended.

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

/// Lets others run for a while that is up to chance, and mostly short.
async fn turns() {
    let most = 1 << fastrand::u32(0..9);
    for _ in 0..fastrand::u32(0..most) {
        yield_now().await;
    }
}

/// Its deadlines come after some turns, whatever the limit.
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

/// Notes each call of which a head arrives, and answers it once it is whole.
async fn note(mut socket: TcpStream, arrived: Arrived) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let receipt = answer(202, "", r#"{"jobIdentifier":"j"}"#);
    loop {
        match socket.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
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

/// A submit or, as often, a request without a body.
async fn call(nth: u64, client: &Client, options: &RequestOptions) -> Result<Document, Error> {
    match nth % 4 {
        0 => client.get_job("j", options).await,
        1 => client.cancel_job("j", options).await,
        _ => client.submit_job("{}", options).await,
    }
}

/// What the calls said of themselves.
#[derive(Default)]
struct Said {
    not_sent: HashSet<u64>,
    sent: usize,
    maybe: usize,
}

/// Makes so many calls, each ended about when it is sent: by a limit, or because its caller gives it up.
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
    let said = Arc::new(Mutex::new(Said::default()));
    let mut tasks = JoinSet::new();
    for task in 0..AT_ONCE {
        let (limited, patient, said) = (limited.clone(), patient.clone(), said.clone());
        tasks.spawn(async move {
            for nth in (task..count).step_by(usize::try_from(AT_ONCE).unwrap()) {
                let options = options().header("x-nth", &nth.to_string()).unwrap();
                let result = if fastrand::bool() {
                    call(nth, &limited, &options).await
                } else {
                    let token = CancellationToken::new();
                    let options = options.nothing_sent_after(token.clone());
                    let give_up = async {
                        turns().await;
                        token.cancel();
                    };
                    tokio::join!(call(nth, &patient, &options), give_up).0
                };
                let mut said = said.lock().unwrap();
                match result {
                    Ok(_) => said.sent += 1,
                    Err(Error::GivenUp) => drop(said.not_sent.insert(nth)),
                    Err(error) if error.sent() == Some(Sent::No) => drop(said.not_sent.insert(nth)),
                    Err(error) if error.sent() == Some(Sent::Maybe) => said.maybe += 1,
                    Err(error) => panic!("{error:?}"),
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    // What is under way arrives.
    tokio::time::sleep(millis(500)).await;
    let said = said.lock().unwrap();
    let arrived = arrived.lock().unwrap();
    let lied = said.not_sent.intersection(&arrived).count();
    println!(
        "{count} calls ended about when they were sent: {} said not to be sent, {} maybe, {} answered; {} arrived, {lied} \
         of those said not to be sent",
        said.not_sent.len(),
        said.maybe,
        said.sent,
        arrived.len()
    );
    assert_eq!(lied, 0);
    let share = usize::try_from(count / 200).unwrap();
    let enough = [said.not_sent.len(), said.maybe, said.sent]
        .iter()
        .all(|many| *many > share);
    assert!(enough, "the calls do not end about when they are sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_a_thousand_calls_none_arrives_that_was_not_sent() {
    calls(1_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
#[ignore = "takes a minute; `npm run test:faults` runs it"]
async fn of_a_hundred_thousand_calls_none_arrives_that_was_not_sent() {
    calls(100_000).await;
}
