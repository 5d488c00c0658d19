//! Runs one cell: a server with one fault, a client, and the outcome of a call.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use modzy_client::Error;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use super::{
    callers::client,
    calls::Class,
    catalogue::{Cause, Fault, HOST, Handshake, Injection, Then},
    expected::Course,
    rules::may_have_acted,
};
#[cfg(target_os = "linux")]
use super::{
    callers::{silent, silent_in_tls},
    catalogue::Addresses,
};
use crate::support::{
    certificates::Authority,
    clock::SkippingClock,
    millis, options,
    server::{Received, Reply, Seen, Server, answer, converse, gone, job, ok, receive, receive_head, status},
    until,
};

/// The request by which a client gets an idle socket.
pub(super) const WARM_UP: &str = "GET /api/jobs/warm-up";

/// The request that settles a close or a cancel.
pub(super) const THE_JOB: &str = "GET /api/jobs/j";

/// The target of the redirects that a download follows.
pub(super) const ELSEWHERE: &str = "GET /api/elsewhere";

/// The outcome of a call.
pub(super) struct Outcome {
    pub(super) result: Result<String, Error>,
    /// The method and the path of each request that reached the server.
    pub(super) lines: Vec<String>,
    /// The pauses of the client, in milliseconds.
    pub(super) pauses: Vec<u64>,
    /// How many times more than once the server may have acted on the request.
    pub(super) doubled: usize,
}

/// The server and its fault.
struct FaultyServer {
    class: Class,
    course: Course,
    cause: Cause,
    injection: Injection,
    limit: Duration,
    /// The requests of the class so far.
    requests: AtomicUsize,
    /// How many requests the server has acted on, as its other responses show.
    done: AtomicUsize,
    /// How many requests it may have acted on, as far as the client can know.
    may_be_done: AtomicUsize,
    /// The connections that have carried a warm-up.
    warm: Mutex<HashSet<usize>>,
}

/// Makes a call of this class under the fault. If a limit ends the attempts, the client has this one.
pub(super) async fn outcome(
    fault: &Fault,
    class: Class,
    course: Course,
    limit: Duration,
    authority: &Authority,
) -> Outcome {
    let faulty = Arc::new(FaultyServer {
        class,
        course,
        cause: fault.cause,
        injection: fault.injection.clone(),
        limit,
        requests: AtomicUsize::default(),
        done: AtomicUsize::default(),
        may_be_done: AtomicUsize::default(),
        warm: Mutex::default(),
    });
    let server = faulty.serve(Arc::new(authority.server(HOST))).await;
    let clock = Arc::new(SkippingClock::default());
    let port = server.address().port();
    #[cfg(target_os = "linux")]
    let _silent = (silent(fault, port).await, silent_in_tls(fault, port).await);
    let client = client(fault, course, limit, authority, &server, &clock).await;
    let idle = match fault.injection {
        Injection::IdleEnds(_, many) => many,
        Injection::IdleClosed | Injection::IdleDies(_) => 1,
        _ => 0,
    };
    if idle > 0 {
        let warm_up = async || client.get_job("warm-up", &options()).await.unwrap();
        join_all((0..idle).map(|_| warm_up())).await;
        if let Injection::IdleClosed = fault.injection {
            until(|| server.open() == 0).await;
            tokio::time::sleep(millis(50)).await;
        }
    }
    let result = class.call(&client, "j").await;
    let origin = format!("http://{HOST}:{port}");
    Outcome {
        result,
        lines: server.lines().iter().map(|line| line.replace(&origin, "")).collect(),
        pauses: clock
            .pauses()
            .iter()
            .map(|&pause| u64::try_from(pause).unwrap())
            .collect(),
        doubled: faulty.may_be_done.load(Ordering::SeqCst).saturating_sub(1),
    }
}

impl FaultyServer {
    async fn serve(self: &Arc<Self>, good: Arc<ServerConfig>) -> Server {
        let faulty = Arc::clone(self);
        Server::raw(move |socket, number, seen| {
            let (faulty, good) = (Arc::clone(&faulty), Arc::clone(&good));
            async move { faulty.serve_connection(socket, number, &seen, good).await }
        })
        .await
    }

    async fn serve_connection(&self, mut socket: TcpStream, number: usize, seen: &Seen, good: Arc<ServerConfig>) {
        let is_met = self.meets(number);
        match &self.injection {
            Injection::Tls(Handshake::With(config)) if is_met => {
                self.serve_tls(socket, number, seen, Arc::clone(config)).await;
            }
            Injection::Tls(handshake) if is_met => {
                let mut hello = [0; 1024];
                let _ = socket.read(&mut hello).await;
                match handshake {
                    Handshake::Cut | Handshake::With(_) => {}
                    Handshake::Stalls => gone(&mut socket).await,
                    Handshake::Refused => {
                        // The alert `handshake_failure`.
                        let _ = socket.write_all(&[0x15, 3, 3, 0, 2, 2, 40]).await;
                        gone(&mut socket).await;
                    }
                    Handshake::NoTls => {
                        let _ = socket.write_all(&answer(400, "", "plain HTTP is spoken here")).await;
                        gone(&mut socket).await;
                    }
                }
            }
            Injection::Tls(_) => self.serve_tls(socket, number, seen, good).await,
            #[cfg(target_os = "linux")]
            Injection::Addresses(Addresses::SilentInTls) => self.serve_tls(socket, number, seen, good).await,
            Injection::Tunnel(refusal) => {
                let Some(_connect) = receive(&mut socket, number).await else {
                    return;
                };
                if let Reply::Close(bytes) = refusal
                    && is_met
                {
                    let _ = socket.write_all(bytes).await;
                    let _ = socket.shutdown().await;
                } else {
                    socket.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
                    self.serve_tls(socket, number, seen, good).await;
                }
            }
            Injection::Early(make, then) => {
                let Reply::Keep(answer) = make(self.class.good(), self.limit) else {
                    panic!("an early response must keep its socket");
                };
                self.answer_early(socket, number, seen, &answer, *then).await;
            }
            _ => converse(&mut socket, number, seen, &|request, _| self.reply(request)).await,
        }
    }

    /// Responds to requests of the class that meet the fault before their bodies are read.
    async fn answer_early(&self, mut socket: TcpStream, number: usize, seen: &Seen, early: &[u8], then: Then) {
        while let Some((mut request, left)) = receive_head(&mut socket, number).await {
            let is_met = self.is_of_the_class(&request) && self.meets(self.requests.load(Ordering::SeqCst));
            if is_met {
                self.requests.fetch_add(1, Ordering::SeqCst);
                if may_have_acted(self.cause) {
                    self.may_be_done.fetch_add(1, Ordering::SeqCst);
                }
                seen.note(request);
                let end = early.windows(4).position(|part| part == b"\r\n\r\n").unwrap() + 4;
                // The client may already be gone.
                let _ = socket.write_all(&early[..end]).await;
                if then == Then::ReadsOn {
                    socket.read_exact(&mut vec![0; left]).await.unwrap();
                }
                let _ = socket.write_all(&early[end..]).await;
                if then == Then::Resets {
                    socket.set_zero_linger().unwrap();
                    return;
                }
                continue;
            }
            let received = request.body.len();
            request.body.resize(received + left, 0);
            socket.read_exact(&mut request.body[received..]).await.unwrap();
            let reply = self.reply(&request);
            seen.note(request);
            let bytes = match reply {
                Reply::Keep(bytes) => bytes,
                // All calls of the classes are about this job.
                Reply::Job(status) => answer(200, "", format!(r#"{{"jobIdentifier":"j","status":"{status}"}}"#)),
                other => panic!("{other:?}"),
            };
            let _ = socket.write_all(&bytes).await;
        }
    }

    async fn serve_tls(&self, socket: TcpStream, number: usize, seen: &Seen, config: Arc<ServerConfig>) {
        match TlsAcceptor::from(config).accept(socket).into_fallible().await {
            Ok(mut socket) => converse(&mut socket, number, seen, &|request, _| self.reply(request)).await,
            Err((_, mut socket)) => gone(&mut socket).await,
        }
    }

    /// Whether the request, or the connection, of this number meets the fault.
    fn meets(&self, nth: usize) -> bool {
        self.course == Course::Lasting || nth == 0
    }

    fn is_warm(&self, request: &Received) -> bool {
        self.warm.lock().unwrap().contains(&request.connection)
    }

    fn is_of_the_class(&self, request: &Received) -> bool {
        let (method, path) = self.class.line().split_once(' ').unwrap();
        // A request to a proxy has the origin before the path.
        request.line().starts_with(method) && request.line().ends_with(path)
    }

    fn reply(&self, request: &Received) -> Reply {
        if request.line().ends_with("/warm-up") {
            let body = r#"{"jobIdentifier":"warm-up"}"#;
            let answer = answer(200, "", body);
            let is_first = self.warm.lock().unwrap().insert(request.connection);
            return match self.injection {
                Injection::IdleClosed => Reply::Close(answer),
                Injection::IdleEnds(..) if !is_first => Reply::Reset,
                Injection::IdleEnds(hint, _) => Reply::Keep(self::answer(200, &format!("{hint}\r\n"), body)),
                _ => Reply::Keep(answer),
            };
        }
        if !self.is_of_the_class(request) {
            return self.reply_to_other();
        }
        let nth = self.requests.fetch_add(1, Ordering::SeqCst);
        let fault = match &self.injection {
            Injection::Answer(make) if self.meets(nth) => Some(make(self.class.good(), self.limit)),
            Injection::Proxy(reply) if self.meets(nth) => Some(reply.clone()),
            // Only the sockets of warm-ups were ever idle.
            Injection::IdleDies(reply) if self.is_warm(request) => Some(reply.clone()),
            Injection::IdleEnds(..) if self.is_warm(request) => Some(Reply::Reset),
            _ => None,
        };
        if fault.is_none() || may_have_acted(self.cause) {
            self.may_be_done.fetch_add(1, Ordering::SeqCst);
        }
        match fault {
            Some(fault) => {
                if self.course == Course::Passing && may_have_acted(self.cause) {
                    self.done.fetch_add(1, Ordering::SeqCst);
                }
                fault
            }
            None if self.class == Class::Delete && self.done.load(Ordering::SeqCst) > 0 => status(400),
            None => {
                self.done.fetch_add(1, Ordering::SeqCst);
                ok(self.class.good())
            }
        }
    }

    /// Replies to requests that are not of the class: reads of the job, and targets of redirects.
    fn reply_to_other(&self) -> Reply {
        let done = self.done.load(Ordering::SeqCst) > 0;
        match self.class {
            Class::Delete => job(if done { "CANCELED" } else { "SUBMITTED" }),
            Class::Close => job(if done { "SUBMITTED" } else { "OPEN" }),
            _ => ok(self.class.good()),
        }
    }
}
