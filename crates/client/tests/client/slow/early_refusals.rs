//! Early refusals of chunks: of every length, over every kind of connection, after interim responses, and with every way
//! to close a socket.

use std::{io, net::Shutdown, thread, time::Duration};

use bytes::Bytes;
use modzy_client::{Abort, Client, ClientBuilder, FileSource};
use rustls::ServerConfig;

use super::early_answers::ALONE;
use crate::support::{
    builder,
    certificates::Authority,
    millis, options, proxy,
    server::{Stream, Then, Threaded, answer},
    upload::file_job,
};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

static LARGE: [u8; 64 * MIB] = [b'x'; 64 * MIB];

const WORDS: &str = r#"{"message":"no room for this"}"#;

/// How many times each chunk is sent. Every one must end alike.
const TIMES: usize = 5;

/// Shorter than the delay of an acknowledgment, 40 ms.
const GAP: Duration = Duration::from_millis(30);

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
const PROCESSING: &str = "HTTP/1.1 102 Processing\r\n\r\n";
const HINTS: &str = "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\nx-more: 1\r\n\r\n";

/// How a server ends a connection after its refusal.
#[derive(Debug, Clone, Copy)]
enum End {
    /// Closes the socket at once, with the rest of the request unread.
    Close,
    /// Closes it in one direction, and reads for a while.
    Linger,
    /// Closes it in one direction, and the other without reading later.
    HalfClose,
}

const ENDS: [End; 3] = [End::Close, End::Linger, End::HalfClose];

/// A refusal, sent as soon as the server has read this much of the body.
#[derive(Debug, Clone)]
struct Refusal {
    after: usize,
    interim: Vec<&'static str>,
    /// The time after each interim response.
    gap: Duration,
    /// Whether a short segment waits for the acknowledgment of the one before (Nagle's algorithm), as in most servers in
    /// JavaScript and Java.
    delays: bool,
    end: End,
}

impl Default for Refusal {
    fn default() -> Self {
        Self {
            after: 1,
            interim: Vec::new(),
            gap: Duration::ZERO,
            delays: false,
            end: End::Close,
        }
    }
}

impl Refusal {
    fn send(&self, socket: &mut dyn Stream) -> io::Result<Then> {
        for interim in &self.interim {
            socket.write_all(interim.as_bytes())?;
            socket.flush()?;
            thread::sleep(self.gap);
        }
        socket.write_all(&answer(413, "connection: close\r\n", WORDS))?;
        socket.flush()?;
        match self.end {
            End::Close => return Ok(Then::Close(Duration::ZERO)),
            End::Linger => {
                socket.tcp().shutdown(Shutdown::Write)?;
                socket.tcp().set_read_timeout(Some(millis(200)))?;
                // The client may close the connection or send nothing more.
                let _ = io::copy(&mut socket.tcp(), &mut io::sink());
            }
            End::HalfClose => {
                socket.tcp().shutdown(Shutdown::Write)?;
                thread::sleep(millis(20));
            }
        }
        Ok(Then::Close(Duration::ZERO))
    }

    fn serve(self, tls: Option<ServerConfig>) -> Threaded {
        let (after, treat) = (self.after, move |line: &str, socket: &mut dyn Stream| {
            socket.tcp().set_nodelay(!self.delays)?;
            let (status, body) = match line {
                "POST /api/jobs/j/k/input" => return self.send(socket),
                "GET /api/jobs/features" => (200, r#"{"inputChunkMaximumSize":"1Gi"}"#),
                _ => (202, r#"{"jobIdentifier":"j","status":"OPEN"}"#),
            };
            socket.write_all(&answer(status, "", body))?;
            Ok(Then::Keep)
        });
        match tls {
            Some(config) => Threaded::tls(config, after, treat),
            None => Threaded::start(after, treat),
        }
    }
}

fn client(api: &str, authority: &Authority) -> ClientBuilder {
    builder(api).ca([authority.pem()]).unwrap().retries(0)
}

/// Sends a chunk of this length `TIMES` times, and asserts that each time the server's message is the error.
async fn are_refused(client: Client, length: usize, case: impl std::fmt::Debug) {
    for nth in 1..=TIMES {
        let client = client.clone();
        let upload = tokio::spawn(async move {
            let mut job = file_job(vec![(
                "k",
                "input",
                FileSource::Bytes(Bytes::from_static(&LARGE[..length])),
            )]);
            job.chunk_size = Some(length as u64);
            client
                .submit_job_files(job, &options(), &Abort::default(), |_| {})
                .await
        });
        let error = upload.await.unwrap().result.unwrap_err();
        let refusal = (error.status(), error.to_string());
        assert_eq!(
            refusal,
            (Some(413), "no room for this".to_owned()),
            "{case:?}, {length} bytes, {nth}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_early_refusal_of_a_chunk_of_any_length_is_read_with_and_without_tls() {
    let _alone = ALONE.lock().await;
    let authority = Authority::new();
    for is_tls in [false, true] {
        for end in ENDS {
            for length in [64 * KIB, MIB, 4_000_000, 4 * MIB, 64 * MIB] {
                for after in [1, 70_000] {
                    let refusal = Refusal {
                        after,
                        end,
                        ..Refusal::default()
                    };
                    let case = (is_tls, refusal.clone());
                    let server = refusal.serve(is_tls.then(|| authority.server("127.0.0.1")));
                    let api = if is_tls { server.https() } else { server.api() };
                    are_refused(client(&api, &authority).build().unwrap(), length, case).await;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_early_refusal_after_interim_responses_is_read() {
    let _alone = ALONE.lock().await;
    let authority = Authority::new();
    for is_tls in [false, true] {
        for interim in [
            vec![CONTINUE],
            vec![PROCESSING],
            vec![HINTS],
            vec![PROCESSING, HINTS, CONTINUE],
        ] {
            for after in [1, 70_000, MIB] {
                let refusal = Refusal {
                    after,
                    interim: interim.clone(),
                    gap: GAP,
                    delays: !is_tls,
                    ..Refusal::default()
                };
                let case = (is_tls, refusal.clone());
                let server = refusal.serve(is_tls.then(|| authority.server("127.0.0.1")));
                let api = if is_tls { server.https() } else { server.api() };
                are_refused(client(&api, &authority).build().unwrap(), 4_000_000, case).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_refusal_of_the_headers_comes_through_a_tunnel_that_breaks_at_the_first_failed_write() {
    let _alone = ALONE.lock().await;
    let authority = Authority::new();
    for is_secure in [false, true] {
        // If the proxy cannot write to the server, it closes both connections, and what the server has sent is lost.
        let proxy = proxy::in_a_thread(is_secure.then(|| authority.server("127.0.0.1")));
        let scheme = if is_secure { "https" } else { "http" };
        for end in ENDS {
            for length in [64 * KIB, 4_000_000, 64 * MIB] {
                let refusal = Refusal {
                    end,
                    ..Refusal::default()
                };
                let server = refusal.serve(Some(authority.server("127.0.0.1")));
                let client = client(&server.https(), &authority).proxy(&format!("{scheme}://{}", proxy.address()));
                are_refused(client.unwrap().build().unwrap(), length, (is_secure, end)).await;
            }
        }
    }
}
