//! Sockets that the server closes while the client's thread does not run, as in a stopped process. The client runs in
//! the thread of the test, and the server in others.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::future::join_all;
use http::Method;
use modzy_client::{Client, FileSource, JobInput, Lookup, RawRequest, Resolver, Result};

use crate::support::{
    certificates::Authority,
    clock::SkippingClock,
    millis, options, plain, proxy,
    server::{Stream, Then, Threaded, answer},
};

/// The bytes that a server sends on an idle socket before it closes it.
const FINAL_BYTES: [&[u8]; 2] = [
    b"",
    b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
];

/// Responds with a job, and keeps the socket.
fn keeping(_: &str, socket: &mut dyn Stream) -> std::io::Result<Then> {
    socket.write_all(&answer(200, "", r#"{"jobIdentifier":"j","status":"OPEN"}"#))?;
    Ok(Then::Keep)
}

#[tokio::test]
async fn all_of_200_submits_arrive_once_after_the_idle_sockets_were_closed_unseen() {
    for final_bytes in FINAL_BYTES {
        let server = Threaded::start(0, keeping);
        let client = plain(&server.api()).retries(0).build().unwrap();
        client.submit_job("{}", &options()).await.unwrap();
        for nth in 1..=100 {
            server.close(final_bytes);
            client.submit_job("{}", &options()).await.unwrap();
            assert_eq!(server.count(), nth + 1);
        }
    }
}

#[tokio::test]
async fn none_of_many_concurrent_submits_uses_a_socket_that_was_closed_unseen() {
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

#[tokio::test]
async fn none_of_200_submits_of_one_task_uses_a_socket_that_was_closed_unseen() {
    const AT_ONCE: usize = 200;
    for final_bytes in FINAL_BYTES {
        let server = Threaded::start(0, keeping);
        let client = plain(&server.api()).max_sockets(AT_ONCE).retries(0).build().unwrap();
        let options = options();
        for round in 1..=5 {
            for submit in join_all((0..AT_ONCE).map(|_| client.submit_job("{}", &options))).await {
                submit.unwrap();
            }
            assert_eq!(server.count(), round * AT_ONCE);
            server.close(final_bytes);
        }
    }
}

/// A resolver that signals each lookup. The connection begins immediately after it.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Resolver for Counting {
    fn resolve(&self, _: &str) -> Lookup {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(std::future::ready(Ok(vec![(Ipv4Addr::LOCALHOST, 0).into()])))
    }
}

#[tokio::test]
async fn a_submit_does_not_use_a_new_socket_that_was_closed_unseen() {
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

/// Submits, and blocks the thread after this many turns of other tasks.
async fn block_after(turns: usize) {
    let server = Threaded::start(0, keeping);
    let clock = Arc::new(SkippingClock::default());
    let client = plain(&server.api()).clock(clock).build().unwrap();
    client.submit_job("{}", &options()).await.unwrap();
    let submit = tokio::spawn(async move { client.submit_job("{}", &options()).await });
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
    // Meanwhile the server accepts, and responds to requests that were sent.
    std::thread::sleep(millis(400));
    server.close(b"");
    submit.await.unwrap().unwrap();
    assert_eq!(server.count(), 2);
}

#[test]
fn a_process_may_stop_anywhere_between_a_submit_and_its_send() {
    std::thread::scope(|scope| {
        for turns in 0..30 {
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(block_after(turns));
            });
        }
    });
}

/// A request that must not be repeated.
#[derive(Debug, Clone, Copy)]
enum Sending {
    Submit,
    /// A request without a body.
    Bare,
    /// Another one, whose lost response would be replaced by a read of the job.
    Close,
}

impl Sending {
    async fn by(self, client: &Client) -> Result<()> {
        match self {
            Self::Submit => client.submit_job("{}", &options()).await.map(drop),
            Self::Bare => {
                let request = RawRequest::new(Method::POST, "/jobs/j/restart");
                client.raw_request(&request, &options()).await.map(drop)
            }
            Self::Close => client.close_job("j", &options()).await.map(drop),
        }
    }
}

/// Sends on an idle socket, and blocks the thread for `stop` ms after this many turns of other tasks. Meanwhile the
/// server closes the socket unless a request has come on it.
#[cfg(unix)]
async fn stops_after(sending: Sending, turns: usize, stop: u64, authority: Option<&Authority>, is_forwarded: bool) {
    let server = Threaded::limited(
        authority.map(|authority| authority.server("127.0.0.1")),
        usize::MAX,
        keeping,
    );
    let scheme = if authority.is_some() { "https" } else { "http" };
    let origin = format!("{scheme}://{}", server.address());
    let client = if is_forwarded {
        plain("http://elsewhere.example/api").proxy(&origin).unwrap()
    } else {
        plain(&format!("{origin}/api"))
    };
    let trusted = authority.map(Authority::pem);
    let client = trusted.iter().fold(client, |client, pem| client.ca([pem]).unwrap());
    let client = client.retries(0).build().unwrap();
    sending.by(&client).await.unwrap();
    let sent = tokio::spawn(async move { sending.by(&client).await });
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
    std::thread::sleep(millis(stop));
    server.close_idle();
    let sent = sent.await.unwrap();
    assert!(sent.is_ok(), "{sending:?}, {stop} ms after {turns} turns: {sent:?}");
    assert_eq!(server.count(), 2, "{sending:?}, {stop} ms after {turns} turns");
}

#[cfg(unix)]
#[test]
fn a_stop_of_any_length_between_a_request_and_its_send_loses_none() {
    let authority = Authority::new();
    for sending in [Sending::Submit, Sending::Bare, Sending::Close] {
        for (authority, is_forwarded, stops) in [
            (None, false, &[2, 5, 20, 60][..]),
            (Some(&authority), false, &[2, 5, 20, 60]),
            (None, true, &[20]),
            (Some(&authority), true, &[20]),
        ] {
            for &stop in stops {
                std::thread::scope(|scope| {
                    for turns in 0..20 {
                        scope.spawn(move || {
                            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                            runtime
                                .unwrap()
                                .block_on(stops_after(sending, turns, stop, authority, is_forwarded));
                        });
                    }
                });
            }
        }
    }
}

#[tokio::test]
async fn all_of_200_requests_without_a_body_arrive_once_after_the_idle_sockets_were_closed_unseen() {
    let methods = [Method::POST, Method::PUT, Method::PATCH];
    for final_bytes in FINAL_BYTES {
        let server = Threaded::start(0, keeping);
        let client = plain(&server.api()).retries(0).build().unwrap();
        for (nth, method) in methods.iter().cycle().take(102).enumerate() {
            let request = RawRequest::new(method.clone(), "/jobs/j/restart");
            client.raw_request(&request, &options()).await.unwrap();
            assert_eq!(server.count(), nth + 1);
            server.close(final_bytes);
        }
        assert!(server.lines().iter().all(|line| line.ends_with(" /api/jobs/j/restart")));
    }
}

#[tokio::test]
async fn chunks_and_closes_do_not_use_sockets_that_were_closed_unseen() {
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

/// Whether no connection to this port of this machine is open at both ends.
#[cfg(target_os = "linux")]
fn are_half_closed(port: u16) -> bool {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let end = format!(":{port:04X}");
    table.lines().all(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        // The third field is the peer, and the fourth one the state: 1 is an open connection.
        !fields[2].ends_with(&end) || fields[3] != "01"
    })
}

/// Sends this many requests, and closes the connections to the server after each.
async fn all_arrive(client: Client, server: &Threaded, times: usize, is_closed: impl Fn() -> bool) {
    for nth in 1..=times {
        let sending = [Sending::Submit, Sending::Bare, Sending::Close][nth % 3];
        sending.by(&client).await.unwrap();
        assert_eq!(server.count(), nth, "{sending:?}");
        server.close(b"");
        while !is_closed() {
            std::thread::sleep(millis(1));
        }
    }
    assert_eq!(server.connections(), times);
}

#[tokio::test]
async fn requests_do_not_use_connections_that_a_proxy_closed_unseen() {
    let authority = Authority::new();
    for (scheme, certificate) in [("http", None), ("https", Some(authority.server("127.0.0.1")))] {
        let server = Threaded::limited(certificate, usize::MAX, keeping);
        let client = plain("http://elsewhere.example/api").ca([authority.pem()]).unwrap();
        let client = client.proxy(&format!("{scheme}://{}", server.address())).unwrap();
        all_arrive(client.retries(0).build().unwrap(), &server, 20, || true).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn requests_do_not_use_tunnels_that_their_server_closed_unseen() {
    let authority = Authority::new();
    for (scheme, certificate) in [("http", None), ("https", Some(authority.server("127.0.0.1")))] {
        let proxy = proxy::in_a_thread(certificate);
        let server = Threaded::limited(Some(authority.server("127.0.0.1")), usize::MAX, keeping);
        let client = plain(&server.https()).ca([authority.pem()]).unwrap();
        let client = client.proxy(&format!("{scheme}://{}", proxy.address())).unwrap();
        let client = client.retries(0).build().unwrap();
        // A machine with many sockets needs some time to list them.
        all_arrive(client, &server, 6, || are_half_closed(proxy.address().port())).await;
    }
}
