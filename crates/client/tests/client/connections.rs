//! How requests get their connections: slowly, from another request, and on each connection no more than its server
//! announces.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use modzy_client::{Client, Lookup, Resolver};
use tokio::task::JoinSet;

use crate::support::{
    builder,
    certificates::Authority,
    millis, options, plain,
    server::{Stream, Then, Threaded, answer},
};

/// Long enough to be noticed.
const LONG: Duration = Duration::from_millis(400);

const RECEIPT: &str = r#"{"jobIdentifier":"j"}"#;

fn keeping(_: &str, socket: &mut dyn Stream) -> io::Result<Then> {
    socket.write_all(&answer(200, "", RECEIPT))?;
    Ok(Then::Keep)
}

fn trusting(root: &str, authority: &Authority) -> Client {
    let client = builder(root).ca([authority.pem()]).unwrap();
    client.retries(0).build().unwrap()
}

/// Forwards each connection to a server after a pause.
fn slow_way(to: SocketAddr, pause: fn(usize) -> Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (nth, socket) in listener.incoming().enumerate() {
            let socket = socket.unwrap();
            thread::spawn(move || {
                thread::sleep(pause(nth));
                let server = TcpStream::connect(to).unwrap();
                for socket in [&socket, &server] {
                    socket.set_nodelay(true).unwrap();
                }
                thread::scope(|scope| {
                    // The tasks end with the test.
                    scope.spawn(|| io::copy(&mut &socket, &mut &server));
                    scope.spawn(|| io::copy(&mut &server, &mut &socket));
                });
            });
        }
    });
    address
}

#[tokio::test]
async fn a_slow_handshake_does_not_fail_a_submit() {
    let authority = Authority::new();
    let server = Threaded::tls(authority.server("127.0.0.1"), 0, keeping);
    let way = slow_way(server.address(), |_| LONG);
    let began = Instant::now();
    let client = trusting(&format!("https://{way}/api"), &authority);
    client.submit_job("{}", &options()).await.unwrap();
    assert!(began.elapsed() >= LONG);
    assert_eq!((server.count(), server.connections()), (1, 1));
}

#[derive(Debug)]
struct SlowNames;

impl Resolver for SlowNames {
    fn resolve(&self, _: &str) -> Lookup {
        Box::pin(async {
            tokio::time::sleep(LONG).await;
            Ok(vec![([127, 0, 0, 1], 0).into()])
        })
    }
}

#[tokio::test]
async fn a_slow_lookup_does_not_fail_a_submit() {
    let server = Threaded::start(0, keeping);
    let client = plain(&format!("http://modzy.test:{}/api", server.address().port()))
        .resolver(Arc::new(SlowNames))
        .retries(0)
        .build()
        .unwrap();
    client.submit_job("{}", &options()).await.unwrap();
    assert_eq!((server.count(), server.connections()), (1, 1));
}

#[tokio::test]
async fn a_submit_that_waits_for_a_connection_takes_the_next_free_one() {
    let authority = Authority::new();
    let server = Threaded::tls(authority.server("127.0.0.1"), 0, |line, socket| {
        thread::sleep(LONG);
        keeping(line, socket)
    });
    let way = slow_way(
        server.address(),
        |nth| if nth == 0 { Duration::ZERO } else { 10 * LONG },
    );
    let client = trusting(&format!("https://{way}/api"), &authority);
    for nth in 0..2 {
        let options = options();
        let (first, second) = tokio::join!(client.submit_job("{}", &options), async {
            tokio::time::sleep(millis(20)).await;
            client.submit_job("{}", &options).await
        });
        first.unwrap();
        second.unwrap();
        assert_eq!((server.count(), server.connections()), (2 * (nth + 1), 1));
    }
}

#[tokio::test]
async fn a_socket_that_has_carried_as_many_requests_as_announced_carries_no_other() {
    for is_read in [true, false] {
        // The server would accept more.
        let server = Threaded::start(0, |_, socket| {
            socket.write_all(&answer(200, "keep-alive: timeout=60, max=3\r\n", RECEIPT))?;
            Ok(Then::Keep)
        });
        let client = plain(&server.api()).retries(0).build().unwrap();
        for _ in 0..30 {
            if is_read {
                client.get_job("j", &options()).await.unwrap();
            } else {
                client.submit_job("{}", &options()).await.unwrap();
            }
        }
        assert_eq!((server.count(), server.connections()), (30, 10), "reads: {is_read}");
    }
}

#[tokio::test]
async fn none_of_200_concurrent_submits_uses_a_socket_that_has_carried_as_many_requests_as_announced() {
    const AT_ONCE: usize = 40;
    let authority = Authority::new();
    for max in [1, 2, 5] {
        for is_tls in [false, true] {
            let tls = is_tls.then(|| authority.server("127.0.0.1"));
            let server = Threaded::limited(tls, max, move |_, socket| {
                let hint = format!("keep-alive: timeout=60, max={max}\r\n");
                socket.write_all(&answer(200, &hint, RECEIPT))?;
                Ok(Then::Keep)
            });
            let root = if is_tls { server.https() } else { server.api() };
            let client = trusting(&root, &authority);
            let mut submits = JoinSet::new();
            for _ in 0..AT_ONCE {
                let client = client.clone();
                submits.spawn(async move {
                    for _ in 0..200 / AT_ONCE {
                        client.submit_job("{}", &options()).await.unwrap();
                    }
                });
            }
            submits.join_all().await;
            assert_eq!(server.count(), 200, "max={max}, TLS: {is_tls}");
            // All are used up, except the last ones.
            let connections = server.connections();
            assert!(
                (200 / max..=200 / max + AT_ONCE).contains(&connections),
                "{connections}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_that_closes_each_new_connection_at_once_gets_two_from_a_submit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&accepted);
    thread::spawn(move || {
        for socket in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            drop(socket);
        }
    });
    let client = plain(&format!("http://{address}/api")).retries(0).build().unwrap();
    client.submit_job("{}", &options()).await.unwrap_err();
    // Or one connection, if the close comes too late for the client to see it.
    let accepted = accepted.load(Ordering::SeqCst);
    assert!((1..=2).contains(&accepted), "{accepted} connections");
}
