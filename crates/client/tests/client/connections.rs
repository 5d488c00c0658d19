//! How requests come by their connections: slowly, and by the connection of another.

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

use crate::support::{
    builder,
    certificates::Authority,
    millis, options, plain,
    server::{Stream, Then, Threaded, answer},
};

/// Longer than what anybody would take for an instant.
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

/// Passes connections on to a server, each after a pause.
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
                    // They end with the test.
                    scope.spawn(|| io::copy(&mut &socket, &mut &server));
                    scope.spawn(|| io::copy(&mut &server, &mut &socket));
                });
            });
        }
    });
    address
}

#[tokio::test]
async fn a_slow_handshake_is_nothing_that_a_submit_fails_for() {
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
            Ok(vec![[127, 0, 0, 1].into()])
        })
    }
}

#[tokio::test]
async fn a_slow_look_up_is_nothing_that_a_submit_fails_for() {
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
async fn a_submit_that_waits_for_a_connection_goes_by_that_of_another_once_it_is_free() {
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
async fn a_server_that_closes_each_new_connection_at_once_has_two_of_a_submit() {
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
    // One where the close comes too late to be seen.
    let accepted = accepted.load(Ordering::SeqCst);
    assert!((1..=2).contains(&accepted), "{accepted} connections");
}
