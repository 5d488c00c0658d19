//! What the transport assumes about its dependencies beyond their documented behavior. No other file relies on their
//! internals without a pointer to this list.
//!
//! The test `the_assumptions_were_checked_for_the_versions_in_cargo_lock` fails after an update of one of them. Then
//! run the tests that are named here, compare the sources if one fails, and enter the new version.
//!
//! hyper 1.12.0 (`body`, `delivery`, `gate`, `handover`, `read_check`, `rest`):
//!
//! - polls a body before it flushes the head, in the task of the connection. A body that fails then keeps the whole
//!   request from being written: `hyper_writes_nothing_of_a_request_whose_body_fails_at_once`;
//! - flushes the head while the body is pending, so only a barred task keeps it back:
//!   `hyper_writes_the_head_while_the_body_is_pending`;
//! - does not poll an empty body, but asks for its end and drops it in the task of the connection:
//!   `hyper_drops_an_empty_body_in_the_task_of_the_connection_without_a_poll`;
//! - drops any other body there once it has taken the last block:
//!   `hyper_drops_a_body_in_the_task_of_the_connection_after_its_last_block`;
//! - reads its socket before it writes in each poll, and wakes the call in the task of the connection when it delivers a
//!   response or its failure: `hyper_wakes_the_call_in_the_task_of_its_connection`;
//! - keeps each block until the socket has it: `hyper_keeps_a_block_until_the_socket_has_it`;
//! - ends a connection at the first failed write, with the response that it may have received, which `wire` prevents:
//!   `tests/client/slow/early_answers.rs`, `tests/client/slow/early_refusals.rs`.
//!
//! hyper-util 0.1.21 (`attempt_state`, `dial`, `keep_alive`, `lookup`):
//!
//! - opens at most one connection for each request, in the task of the request, and moves it to a task of its own if
//!   the request finds another socket first: `tests/client/addresses.rs`, `tests/client/phases.rs`;
//! - drives each connection in a task of its own, whose ID identifies it: `tests/client/keep_alive.rs`;
//! - fails a request, or answers it, if the server sends an unsolicited response: `tests/client/keep_alive.rs`.
//!
//! reqwest 0.13.5 (`connect`, `own`, `pool`, `tunnel`):
//!
//! - lets a connector layer follow its connections, but not replace them, which is why requests that take more than one
//!   write have connections of their own: `own.rs`;
//! - passes each request through its layer for redirects, whatever the policy;
//! - sets `TCP_USER_TIMEOUT` to 30 s unless its builder sets another value: `tests/client/sockets.rs`;
//! - fixes the idle limit of sockets when a client is built, and drops expired ones only on the next use of the pool:
//!   `tests/client/keep_alive.rs`;
//! - refuses answers to `CONNECT` of more than 8 kB or 100 fields, which is why it opens no tunnels here:
//!   `tests/client/tunnels.rs`.
//!
//! rustls 0.23.46 (`tls`, `trust`):
//!
//! - asks the session store for a key exchange group as it makes its first message, after the TCP connection is open:
//!   `rustls_asks_for_a_key_exchange_group_when_a_handshake_begins`;
//! - checks the validity period of a certificate before its issuer: `tests/client/trust.rs`.
//!
//! Tokio 1.54.1 (`crate::reactor`):
//!
//! - lets a task do at most 128 operations in one poll, and then has every resource answer that it is not ready:
//!   `tokio_bars_a_task_that_has_spent_its_budget_until_the_next_poll`;
//! - wakes the tasks that wait for a turn of the reactor in the reverse order, so that a barred task runs before what the
//!   waker spawns that barred it: `tokio_runs_a_barred_task_before_what_its_turn_spawns`;
//! - wakes a task that yields after the next turn of the reactor, and runs a task that wakes itself last:
//!   `tests/client/frozen.rs`, `tests/client/closed_unseen.rs`.

#[cfg(test)]
mod tests {
    use std::{
        fs,
        future::poll_fn,
        io,
        path::Path,
        pin::{Pin, pin},
        sync::{
            Arc, Mutex,
            atomic::{AtomicBool, Ordering},
        },
        task::{Context, Poll, Wake, Waker},
        time::Duration,
    };

    use bytes::Bytes;
    use http_body::{Body, Frame, SizeHint};
    use hyper::client::conn::http1;
    use hyper_util::rt::TokioIo;
    use rustls::{ClientConnection, pki_types::ServerName};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
        task::{self, Id, coop},
        time::timeout,
    };

    use super::super::{attempt_state::AttemptState, handover::HandOver, tls, trust::RootSources};
    use crate::{error::Phase, reactor};

    const VERSIONS: [(&str, &str); 5] = [
        ("hyper", "1.12.0"),
        ("hyper-util", "0.1.21"),
        ("reqwest", "0.13.5"),
        ("rustls", "0.23.46"),
        ("tokio", "1.54.1"),
    ];

    #[test]
    fn the_assumptions_were_checked_for_the_versions_in_cargo_lock() {
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
        let lock = fs::read_to_string(lock).unwrap();
        for (name, version) in VERSIONS {
            let package = format!("name = \"{name}\"\nversion = \"{version}\"\n");
            assert!(lock.contains(&package), "{name} is no longer {version}");
        }
    }

    type Next = Poll<Option<io::Result<Frame<Bytes>>>>;

    /// What hyper did with a body.
    #[derive(Default)]
    struct Notes {
        is_polled: AtomicBool,
        dropped_in: Mutex<Option<Id>>,
    }

    impl Notes {
        fn is_polled(&self) -> bool {
            self.is_polled.load(Ordering::SeqCst)
        }

        /// The task in which the body was dropped.
        async fn dropped_in(&self) -> Id {
            let dropped_in = || *self.dropped_in.lock().unwrap();
            until(|| dropped_in().is_some()).await;
            dropped_in().unwrap()
        }
    }

    async fn until(condition: impl Fn() -> bool) {
        let holds = async {
            while !condition() {
                task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), holds).await.unwrap();
    }

    /// A body that notes what hyper does with it.
    struct Probe<N> {
        notes: Arc<Notes>,
        length: u64,
        next: N,
    }

    impl<N: FnMut() -> Next + Unpin> Body for Probe<N> {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Next {
            self.notes.is_polled.store(true, Ordering::SeqCst);
            (self.next)()
        }

        fn is_end_stream(&self) -> bool {
            self.length == 0
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.length)
        }
    }

    impl<N> Drop for Probe<N> {
        fn drop(&mut self) {
            *self.notes.dropped_in.lock().unwrap() = task::try_id();
        }
    }

    /// A request on its way.
    struct Sent {
        notes: Arc<Notes>,
        server: DuplexStream,
        /// The task of its connection.
        connection: Id,
    }

    impl Sent {
        /// Sends a request with a body over a connection that holds this many bytes.
        async fn new(room: usize, length: u64, next: impl FnMut() -> Next + Unpin + Send + 'static) -> Self {
            let (client, server) = duplex(room);
            let (mut sender, connection) = http1::handshake(TokioIo::new(client)).await.unwrap();
            let connection = tokio::spawn(connection).id();
            let notes = Arc::new(Notes::default());
            let body = Probe {
                notes: Arc::clone(&notes),
                length,
                next,
            };
            let request = http::Request::post("/").header("host", "server").body(body).unwrap();
            tokio::spawn(async move { sender.send_request(request).await.map(drop) });
            Self {
                notes,
                server,
                connection,
            }
        }

        /// Waits for the head of the request.
        async fn read_head(&mut self) {
            let mut method = [0; 4];
            self.server.read_exact(&mut method).await.unwrap();
            assert_eq!(&method, b"POST");
        }
    }

    #[tokio::test]
    async fn hyper_writes_nothing_of_a_request_whose_body_fails_at_once() {
        let failing = || Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        let mut sent = Sent::new(1024, 1, failing).await;
        let mut received = Vec::new();
        sent.server.read_to_end(&mut received).await.unwrap();
        assert_eq!((received, sent.notes.is_polled()), (Vec::new(), true));
    }

    #[tokio::test]
    async fn hyper_writes_the_head_while_the_body_is_pending() {
        let mut sent = Sent::new(1024, 1, || Poll::Pending).await;
        sent.read_head().await;
        assert!(sent.notes.is_polled());
    }

    #[tokio::test]
    async fn hyper_drops_an_empty_body_in_the_task_of_the_connection_without_a_poll() {
        let mut sent = Sent::new(1024, 0, || Poll::Ready(None)).await;
        sent.read_head().await;
        assert_eq!(sent.notes.dropped_in().await, sent.connection);
        assert!(!sent.notes.is_polled());
    }

    #[tokio::test]
    async fn hyper_drops_a_body_in_the_task_of_the_connection_after_its_last_block() {
        let block = || Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))));
        let mut sent = Sent::new(1024, 1, block).await;
        sent.read_head().await;
        assert_eq!(sent.notes.dropped_in().await, sent.connection);
    }

    /// A waker that notes in which tasks it is used.
    #[derive(Default)]
    struct WokenIn(Mutex<Vec<Option<Id>>>);

    impl Wake for WokenIn {
        fn wake(self: Arc<Self>) {
            self.0.lock().unwrap().push(task::try_id());
        }
    }

    #[tokio::test]
    async fn hyper_wakes_the_call_in_the_task_of_its_connection() {
        let response = &b"HTTP/1.1 204 No Content\r\n\r\n"[..];
        for received in [response, b""] {
            let (client, mut server) = duplex(1024);
            let (mut sender, connection) = http1::handshake(TokioIo::new(client)).await.unwrap();
            let connection = tokio::spawn(connection).id();
            let body = Probe {
                notes: Arc::default(),
                length: 0,
                next: || Poll::Ready(None),
            };
            let request = http::Request::get("/").header("host", "server").body(body).unwrap();
            let mut call = pin!(sender.send_request(request));
            let woken = Arc::new(WokenIn::default());
            let waker = Waker::from(Arc::clone(&woken));
            assert!(call.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            server.read_exact(&mut [0; 3]).await.unwrap();
            server.write_all(received).await.unwrap();
            server.shutdown().await.unwrap();
            until(|| !woken.0.lock().unwrap().is_empty()).await;
            assert_eq!(*woken.0.lock().unwrap(), [Some(connection)]);
        }
    }

    /// A block that notes when it is dropped.
    struct Block(Vec<u8>, Arc<AtomicBool>);

    impl AsRef<[u8]> for Block {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }

    impl Drop for Block {
        fn drop(&mut self) {
            self.1.store(true, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn hyper_keeps_a_block_until_the_socket_has_it() {
        const LENGTH: usize = 64 * 1024;
        let is_dropped = Arc::new(AtomicBool::new(false));
        let mut block = Some(Block(vec![7; LENGTH], Arc::clone(&is_dropped)));
        let next = move || {
            let block = block.take().map(Bytes::from_owner);
            Poll::Ready(block.map(|block| Ok(Frame::data(block))))
        };
        let mut sent = Sent::new(1024, LENGTH as u64, next).await;
        sent.read_head().await;
        for _ in 0..100 {
            task::yield_now().await;
        }
        assert!(sent.notes.is_polled() && !is_dropped.load(Ordering::SeqCst));
        // The bytes that are still unread fit into the connection.
        let mut rest = vec![0; LENGTH];
        sent.server.read_exact(&mut rest).await.unwrap();
        until(|| is_dropped.load(Ordering::SeqCst)).await;
    }

    #[tokio::test]
    async fn rustls_asks_for_a_key_exchange_group_when_a_handshake_begins() {
        let config = tls::config(&RootSources::default(), None).unwrap();
        let attempt = AttemptState::new(Arc::default(), HandOver::new(Arc::default()));
        assert_eq!(attempt.phase(), Phase::Connect);
        let handshake =
            async { ClientConnection::new(Arc::new(config), ServerName::try_from("server.example").unwrap()) };
        let connection = Arc::clone(&attempt).follow(handshake).await.unwrap();
        assert_eq!((attempt.phase(), connection.wants_write()), (Phase::Tls, true));
    }

    /// A waker that spawns a task.
    struct Spawning(Arc<Mutex<Vec<&'static str>>>);

    impl Wake for Spawning {
        fn wake(self: Arc<Self>) {
            let order = Arc::clone(&self.0);
            tokio::spawn(async move { order.lock().unwrap().push("spawned") });
        }
    }

    #[tokio::test]
    async fn tokio_runs_a_barred_task_before_what_its_turn_spawns() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let ours = Arc::clone(&order);
        let mut turned = Some(Waker::from(Arc::new(Spawning(Arc::clone(&order)))));
        let task = poll_fn(move |cx| {
            let Some(turned) = turned.take() else {
                ours.lock().unwrap().push("barred");
                return Poll::Ready(());
            };
            assert!(reactor::bar_until_a_turn(&mut Context::from_waker(&turned)));
            // As the socket of a connection does.
            pin!(coop::consume_budget()).poll(cx)
        });
        tokio::spawn(task).await.unwrap();
        until(|| order.lock().unwrap().len() == 2).await;
        assert_eq!(*order.lock().unwrap(), ["barred", "spawned"]);
    }

    #[tokio::test]
    async fn tokio_bars_a_task_that_has_spent_its_budget_until_the_next_poll() {
        let mut polls = 0;
        let task = poll_fn(move |cx| {
            polls += 1;
            if polls > 1 {
                return Poll::Ready(reactor::is_barred());
            }
            assert!(!reactor::is_barred());
            assert!(reactor::bar_until_a_turn(cx) && reactor::is_barred());
            Poll::Pending
        });
        assert!(!tokio::spawn(task).await.unwrap());
    }
}
