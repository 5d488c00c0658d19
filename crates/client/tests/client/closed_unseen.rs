//! Sockets that were closed while the client's thread did nothing, as that of a process that stands still. Each test has the client
//! in its own thread, and the server in others.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use modzy_client::{FileSource, JobInput, Lookup, Resolver};

use crate::support::{
    certificates::Authority,
    clock::SkippingClock,
    millis, options, plain,
    server::{Stream, Then, Threaded, answer},
};

/// What a server says to an idle socket before it closes it, if anything.
const LAST_WORDS: [&[u8]; 2] = [
    b"",
    b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
];

/// A server of jobs that keeps its sockets.
fn keeping(_: &str, socket: &mut dyn Stream) -> std::io::Result<Then> {
    socket.write_all(&answer(200, "", r#"{"jobIdentifier":"j","status":"OPEN"}"#))?;
    Ok(Then::Keep)
}

#[tokio::test]
async fn of_200_submits_after_the_idle_sockets_were_closed_unseen_all_arrive_once() {
    for last_words in LAST_WORDS {
        let server = Threaded::start(0, keeping);
        let client = plain(&server.api()).retries(0).build().unwrap();
        client.submit_job("{}", &options()).await.unwrap();
        for nth in 1..=100 {
            server.close(last_words);
            client.submit_job("{}", &options()).await.unwrap();
            assert_eq!(server.count(), nth + 1);
        }
    }
}

#[tokio::test]
async fn of_many_submits_at_once_none_goes_by_a_socket_that_was_closed_unseen() {
    const AT_ONCE: usize = 100;
    let server = Threaded::start(0, |line, socket| {
        std::thread::sleep(millis(20));
        keeping(line, socket)
    });
    let client = plain(&server.api()).retries(0).build().unwrap();
    for round in 1..=3 {
        let submits = (0..AT_ONCE).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.submit_job("{}", &options()).await })
        });
        for submit in submits.collect::<Vec<_>>() {
            submit.await.unwrap().unwrap();
        }
        assert_eq!(server.count(), round * AT_ONCE);
        server.close(b"");
    }
    assert!(server.connections() >= 3 * AT_ONCE, "{}", server.connections());
}

/// Tells when a look-up has been made, after which the connection begins at once.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Resolver for Counting {
    fn resolve(&self, _: &str) -> Lookup {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(std::future::ready(Ok(vec![Ipv4Addr::LOCALHOST.into()])))
    }
}

#[tokio::test]
async fn a_submit_leaves_a_new_socket_alone_that_was_closed_unseen() {
    let server = Threaded::start(0, |_, socket| {
        socket.write_all(&answer(200, "keep-alive: timeout=0\r\n", r#"{"jobIdentifier":"j"}"#))?;
        Ok(Then::Keep)
    });
    let names = Arc::new(Counting::default());
    let client = plain(&format!("http://modzy.test:{}/api", server.address().port()))
        .retries(0)
        .resolver(names.clone())
        .build()
        .unwrap();
    client.submit_job("{}", &options()).await.unwrap();
    for round in 1..=20 {
        let asked = names.0.load(Ordering::SeqCst);
        let submit = tokio::spawn({
            let client = client.clone();
            async move { client.submit_job("{}", &options()).await }
        });
        while names.0.load(Ordering::SeqCst) == asked {
            tokio::task::yield_now().await;
        }
        std::thread::sleep(millis(10));
        server.close(b"");
        submit.await.unwrap().unwrap();
        assert_eq!(server.count(), round + 1);
    }
}

/// Submits, and stands still after so many turns of other tasks.
async fn stands_still_after(turns: usize) {
    let server = Threaded::start(0, keeping);
    let clock = Arc::new(SkippingClock::default());
    let client = plain(&server.api()).clock(clock).build().unwrap();
    client.submit_job("{}", &options()).await.unwrap();
    let submit = tokio::spawn(async move { client.submit_job("{}", &options()).await });
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
    // The server accepts, and answers what has been sent.
    std::thread::sleep(millis(400));
    server.close(b"");
    submit.await.unwrap().unwrap();
    assert_eq!(server.count(), 2);
}

#[test]
fn a_process_may_stand_still_anywhere_between_a_submit_and_its_sending() {
    std::thread::scope(|scope| {
        for turns in 0..30 {
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(stands_still_after(turns));
            });
        }
    });
}

/// Submits by an idle socket, and stands still for so long after so many turns of other tasks, while the server closes that socket if
/// nothing has come by it.
#[cfg(unix)]
async fn stops_after(turns: usize, stop: u64, authority: Option<&Authority>) {
    let server = Threaded::limited(authority.map(|it| it.server("127.0.0.1")), usize::MAX, keeping);
    let client = match authority {
        Some(authority) => crate::support::builder(&server.https()).ca([authority.pem()]).unwrap(),
        None => plain(&server.api()),
    };
    let client = client.retries(0).build().unwrap();
    client.submit_job("{}", &options()).await.unwrap();
    let submit = tokio::spawn(async move { client.submit_job("{}", &options()).await });
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
    std::thread::sleep(millis(stop));
    server.close_idle();
    let submitted = submit.await.unwrap();
    assert!(submitted.is_ok(), "{stop} ms after {turns} turns: {submitted:?}");
    assert_eq!(server.count(), 2);
}

#[cfg(unix)]
#[test]
fn a_stop_of_any_length_between_a_submit_and_its_sending_loses_none() {
    let authority = Authority::new();
    for authority in [None, Some(&authority)] {
        for stop in [2, 5, 20, 60] {
            std::thread::scope(|scope| {
                for turns in 0..20 {
                    scope.spawn(move || {
                        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                        runtime.unwrap().block_on(stops_after(turns, stop, authority));
                    });
                }
            });
        }
    }
}

#[tokio::test]
async fn chunks_and_closes_leave_sockets_alone_that_were_closed_unseen() {
    let server = Threaded::start(usize::MAX, |line, socket| match line {
        "GET /api/jobs/features" => {
            socket.write_all(&answer(200, "", r#"{"inputChunkMaximumSize":"1Ki"}"#))?;
            Ok(Then::Keep)
        }
        _ => keeping(line, socket),
    });
    let client = plain(&server.api()).retries(0).build().unwrap();
    let input = || FileSource::Bytes(Bytes::from(vec![7; 1500]));
    let append = || JobInput::new("j", "k", "input", input());
    for _ in 0..20 {
        server.close(b"");
        client.append_input(append(), &options(), |_| {}).await.unwrap();
        server.close(b"");
        client.close_job("j", &options()).await.unwrap();
    }
    let posts = |end: &str| server.lines().iter().filter(|line| line.ends_with(end)).count();
    assert_eq!((posts("/k/input"), posts("/close"), server.count()), (20, 20, 40));
}
