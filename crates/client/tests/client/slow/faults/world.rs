//! A server with one fault, a client, and the account of what comes of a call.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use modzy_client::{Client, Error, Resolver};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

#[cfg(target_os = "linux")]
use super::catalogue::Addresses;
use super::{
    calls::Class,
    catalogue::{Fault, HOST, Handshake, How, MOST, What},
    expected::{Course, may_be_done},
    matrix::fraction,
};
use crate::support::{
    builder,
    certificates::Authority,
    clock::{Fixed, SkippingClock},
    millis,
    names::Names,
    options,
    server::{
        Received, Reply, Seen, Server, answer, closed_port, converse, gone, job, ok, receive, receive_head, status,
    },
    until,
};
#[cfg(target_os = "linux")]
use crate::support::{names::Listed, server::FullListener};

/// What a client asks for to have an idle socket.
pub(super) const WARM_UP: &str = "GET /api/jobs/warm-up";

/// What came of a call.
pub(super) struct Outcome {
    pub(super) result: Result<String, Error>,
    /// The method and the path of each request that the server saw.
    pub(super) lines: Vec<String>,
    /// In milliseconds.
    pub(super) pauses: Vec<u64>,
    /// How often more than once the server may have done what it was asked for.
    pub(super) doubled: usize,
}

/// What the server knows.
struct Account {
    class: Class,
    course: Course,
    what: What,
    how: How,
    limit: Duration,
    /// Requests of the class so far.
    asked: AtomicUsize,
    /// How often the server has done what the class asks for, as its other answers tell.
    done: AtomicUsize,
    /// How often it may have, for all that the client can know.
    may_be_done: AtomicUsize,
}

/// Sees a call of this class through the fault, by a client with this limit where it is one that ends the attempts.
pub(super) async fn outcome(
    fault: &Fault,
    class: Class,
    course: Course,
    limit: Duration,
    authority: &Authority,
) -> Outcome {
    let account = Arc::new(Account {
        class,
        course,
        what: fault.what,
        how: fault.how.clone(),
        limit,
        asked: AtomicUsize::default(),
        done: AtomicUsize::default(),
        may_be_done: AtomicUsize::default(),
    });
    let server = account.serve(Arc::new(authority.server(HOST))).await;
    let clock = Arc::new(SkippingClock::default());
    let port = server.address().port();
    #[cfg(target_os = "linux")]
    let _silent = silent(fault, port).await;
    let client = client(fault, course, limit, authority, &server, &clock).await;
    if let How::IdleClosed | How::IdleDies(_) | How::IdleEnds(_) = fault.how {
        client.get_job("warm-up", &options()).await.unwrap();
        if let How::IdleClosed = fault.how {
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
        doubled: account.may_be_done.load(Ordering::SeqCst).saturating_sub(1),
    }
}

/// The addresses of a fault that swallow packets at the server's port.
#[cfg(target_os = "linux")]
async fn silent(fault: &Fault, port: u16) -> Vec<FullListener> {
    let hosts: &[&str] = match fault.how {
        How::Addresses(Addresses::Silent) => &["127.0.0.2"],
        How::Addresses(Addresses::AllSilent) => &["127.0.0.2", "127.0.0.3"],
        _ => &[],
    };
    let mut silent = Vec::new();
    for host in hosts {
        silent.push(FullListener::at(std::net::SocketAddr::new(host.parse().unwrap(), port)).await);
    }
    silent
}

async fn client(
    fault: &Fault,
    course: Course,
    limit: Duration,
    authority: &Authority,
    server: &Server,
    clock: &Arc<SkippingClock>,
) -> Client {
    let limit = if fault.takes_its_time() {
        limit
    } else {
        Duration::from_mins(1)
    };
    let times = if course == Course::Lasting { usize::MAX } else { 1 };
    let mut port = server.address().port();
    let mut scheme = "http";
    let mut names: Arc<dyn Resolver> = Arc::new(Names::found());
    let mut proxy = None;
    match &fault.how {
        How::Lookup(fate) => names = Arc::new(Names::first(times, *fate)),
        How::Refused => port = closed_port().await,
        #[cfg(target_os = "linux")]
        How::NeverStands(listener) => port = listener.address().port(),
        #[cfg(target_os = "linux")]
        How::Addresses(addresses) => {
            names = Listed::new(match addresses {
                Addresses::Silent | Addresses::Refusing => &["127.0.0.2", "127.0.0.1"],
                Addresses::AllSilent => &["127.0.0.2", "127.0.0.3"],
            });
        }
        How::Tls(_) => scheme = "https",
        How::Tunnel(_) => {
            scheme = "https";
            proxy = Some(server.address());
        }
        How::Proxy(_) => proxy = Some(server.address()),
        How::Answer(_) | How::IdleClosed | How::IdleDies(_) | How::IdleEnds(_) | How::Early(_) => {}
    }
    let mut builder = builder(&format!("{scheme}://{HOST}:{port}/api"))
        .ca([authority.pem()])
        .unwrap()
        .resolver(names)
        .clock(clock.clone())
        .random(Arc::new(Fixed(fraction(course))))
        .max_response_bytes(MOST)
        .connect_timeout(limit)
        .request_timeout(limit)
        .idle_timeout(limit);
    if let Some(proxy) = proxy {
        builder = builder.proxy(&format!("http://{proxy}")).unwrap();
    }
    builder.build().unwrap()
}

impl Account {
    async fn serve(self: &Arc<Self>, good: Arc<ServerConfig>) -> Server {
        let account = Arc::clone(self);
        Server::raw(move |socket, number, seen| {
            let (account, good) = (Arc::clone(&account), Arc::clone(&good));
            async move { account.treat(socket, number, &seen, good).await }
        })
        .await
    }

    async fn treat(&self, mut socket: TcpStream, number: usize, seen: &Seen, good: Arc<ServerConfig>) {
        let is_met = self.meets(number);
        match &self.how {
            How::Tls(Handshake::With(config)) if is_met => {
                self.serve_tls(socket, number, seen, Arc::clone(config)).await;
            }
            How::Tls(handshake) if is_met => {
                let mut hello = [0; 1024];
                let _ = socket.read(&mut hello).await;
                match handshake {
                    Handshake::Cut | Handshake::With(_) => {}
                    Handshake::Stalls => gone(&mut socket).await,
                    Handshake::NoTls => {
                        let _ = socket.write_all(&answer(400, "", "plain HTTP is spoken here")).await;
                        gone(&mut socket).await;
                    }
                }
            }
            How::Tls(_) => self.serve_tls(socket, number, seen, good).await,
            How::Tunnel(refusal) => {
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
            How::Early(refusal) => self.refuse(socket, number, seen, refusal).await,
            _ => converse(&mut socket, number, seen, &|request, _| self.reply(request)).await,
        }
    }

    /// Answers to requests of the class that the fault meets with this, before their bodies are read.
    async fn refuse(&self, mut socket: TcpStream, number: usize, seen: &Seen, refusal: &[u8]) {
        while let Some((mut request, left)) = receive_head(&mut socket, number).await {
            let is_met = self.is_of_the_class(&request) && self.meets(self.asked.load(Ordering::SeqCst));
            if is_met {
                self.asked.fetch_add(1, Ordering::SeqCst);
                seen.note(request);
                // Those who are gone already do not mind.
                let _ = socket.write_all(refusal).await;
                socket.set_zero_linger().unwrap();
                return;
            }
            let came = request.body.len();
            request.body.resize(came + left, 0);
            socket.read_exact(&mut request.body[came..]).await.unwrap();
            let reply = self.reply(&request);
            seen.note(request);
            let Reply::Keep(bytes) = reply else {
                panic!("{reply:?}");
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

    /// Whether the fault meets the request, or the connection, of this number.
    fn meets(&self, nth: usize) -> bool {
        self.course == Course::Lasting || nth == 0
    }

    fn is_of_the_class(&self, request: &Received) -> bool {
        let (method, path) = self.class.line().split_once(' ').unwrap();
        // To a proxy, the path comes with its origin.
        request.line().starts_with(method) && request.line().ends_with(path)
    }

    fn reply(&self, request: &Received) -> Reply {
        if request.line().ends_with("/warm-up") {
            let body = r#"{"jobIdentifier":"warm-up"}"#;
            let answer = answer(200, "", body);
            return match self.how {
                How::IdleClosed => Reply::Close(answer),
                How::IdleEnds(hint) => Reply::Keep(self::answer(200, &format!("{hint}\r\n"), body)),
                _ => Reply::Keep(answer),
            };
        }
        if !self.is_of_the_class(request) {
            return self.other();
        }
        let nth = self.asked.fetch_add(1, Ordering::SeqCst);
        let fault = match &self.how {
            How::Answer(make) if self.meets(nth) => Some(make(self.class.good(), self.limit)),
            How::Proxy(reply) if self.meets(nth) => Some(reply.clone()),
            // Only the socket of the warm-up has been idle.
            How::IdleDies(reply) if request.connection == 0 => Some(reply.clone()),
            How::IdleEnds(_) if request.connection == 0 => Some(Reply::Reset),
            _ => None,
        };
        if fault.is_none() || may_be_done(self.what) {
            self.may_be_done.fetch_add(1, Ordering::SeqCst);
        }
        match fault {
            Some(fault) => {
                if self.course == Course::Passing && may_be_done(self.what) {
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

    /// What the server says to requests that are not of the class: to those for the job how it is, and where a redirect leads
    /// to what was asked for.
    fn other(&self) -> Reply {
        let done = self.done.load(Ordering::SeqCst) > 0;
        match self.class {
            Class::Delete => job(if done { "CANCELED" } else { "SUBMITTED" }),
            Class::Close => job(if done { "SUBMITTED" } else { "OPEN" }),
            _ => ok(self.class.good()),
        }
    }
}
