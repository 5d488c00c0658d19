//! Servers that respond before they have read the request, and close the socket with the rest unread: the client reads
//! the response.
//!
//! The tests run one at a time: a thread that is interrupted between its last check of a socket and its write loses the
//! response.

use std::{
    io::{self, Read},
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use modzy_client::{Abort, Client, Document, FileSource, Result};
use tokio::{sync::Mutex, task::JoinSet};

use crate::support::{
    builder,
    certificates::Authority,
    options,
    server::{Stream, Then, Threaded, answer},
    upload::file_job,
};

const MIB: usize = 1024 * 1024;

/// The body of a submit of 30 MB. It is not JSON, so that the client does not parse it first.
static LARGE: [u8; 30 * MIB] = [b'x'; 30 * MIB];

/// The shortest time between the response of a server and its close.
const MOMENT: Duration = Duration::from_micros(200);

/// How many times each call is made. Every one must end alike.
const TIMES: usize = 12;

pub(super) static ALONE: Mutex<()> = Mutex::const_new(());

const WORDS: &str = r#"{"message":"no room for this"}"#;

/// Starts a server that refuses long bodies after it has read this much of them, and accepts all other requests.
fn refusing(read_first: usize, status: u16, headers: &'static str) -> Threaded {
    Threaded::start(read_first, refusal(status, headers))
}

fn refusal(
    status: u16,
    headers: &'static str,
) -> impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static {
    move |line, socket| {
        let (bytes, then) = match line {
            "GET /api/jobs/features" => (answer(200, "", r#"{"inputChunkMaximumSize":"1Gi"}"#), Then::Keep),
            "POST /api/jobs/j/k/input" => (answer(status, headers, WORDS), Then::Close(MOMENT)),
            line if line.starts_with("DELETE ") => (answer(200, "", r#"{"jobIdentifier":"j"}"#), Then::Keep),
            _ => (answer(status, headers, WORDS), Then::Close(MOMENT)),
        };
        socket.write_all(&bytes)?;
        Ok(then)
    }
}

async fn submit_large(client: &Client) -> Result<Document> {
    submit_of(client, LARGE.len()).await
}

async fn submit_of(client: &Client, length: usize) -> Result<Document> {
    let client = client.clone();
    let submit = async move {
        client
            .submit_job(Bytes::from_static(&LARGE[..length]), &options())
            .await
    };
    // The call runs in the thread of the runtime, like the calls of the addon.
    tokio::spawn(submit).await.unwrap()
}

/// Submits `TIMES` times, and asserts that each submit is refused with the server's message after one request.
async fn is_refused(client: &Client, server: &Threaded, status: u16) {
    for nth in 1..=TIMES {
        let error = submit_large(client).await.unwrap_err();
        assert_eq!(error.status(), Some(status), "{nth}: {error:?}");
        assert_eq!(error.to_string(), "no room for this");
        assert_eq!(server.count(), nth);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_refusal_of_30_mb_that_comes_before_they_are_read_is_the_answer() {
    let _alone = ALONE.lock().await;
    for (read_first, status, headers) in [
        (0, 413, ""),
        (0, 401, "connection: close\r\n"),
        (MIB, 413, ""),
        (0, 500, ""),
        (0, 307, "location: /elsewhere\r\n"),
    ] {
        let server = refusing(read_first, status, headers);
        let client = builder(&server.api()).retries(0).build().unwrap();
        is_refused(&client, &server, status).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_early_refusal_is_read_over_tls_and_through_a_proxy() {
    let _alone = ALONE.lock().await;
    let authority = Authority::new();
    let server = Threaded::tls(authority.server("127.0.0.1"), 0, refusal(413, ""));
    let client = builder(&server.https())
        .ca([authority.pem().as_str()])
        .unwrap()
        .retries(0)
        .build()
        .unwrap();
    is_refused(&client, &server, 413).await;

    let proxy = refusing(0, 413, "");
    let client = builder("http://elsewhere.example/api")
        .proxy(&format!("http://{}", proxy.address()))
        .unwrap()
        .retries(0)
        .build()
        .unwrap();
    is_refused(&client, &proxy, 413).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_early_refusal_of_a_chunk_is_read_and_cancels_the_job() {
    let _alone = ALONE.lock().await;
    for status in [413, 401, 507] {
        let server = Threaded::start(0, move |line, socket| match line {
            "POST /api/jobs" => {
                socket.write_all(&answer(202, "", r#"{"jobIdentifier":"j","status":"OPEN"}"#))?;
                Ok(Then::Keep)
            }
            _ => refusal(status, "")(line, socket),
        });
        let client = builder(&server.api()).retries(0).build().unwrap();
        for _ in 0..TIMES {
            let client = client.clone();
            let upload = tokio::spawn(async move {
                let source = FileSource::Bytes(Bytes::from_static(&LARGE));
                let job = file_job(vec![("k", "input", source)]);
                client
                    .submit_job_files(job, &options(), &Abort::default(), |_| {})
                    .await
            });
            let upload = upload.await.unwrap();
            let error = upload.result.unwrap_err();
            assert_eq!(
                (error.status(), error.to_string()),
                (Some(status), "no room for this".to_owned())
            );
            assert!(upload.canceled.unwrap().result.is_ok());
        }
        let lines = server.lines();
        let chunks = lines.iter().filter(|line| line.ends_with("/j/k/input")).count();
        assert_eq!((chunks, lines.len()), (TIMES, 4 * TIMES));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_refusal_that_ends_without_its_body_keeps_its_status() {
    let _alone = ALONE.lock().await;
    // The server closes within the body of its response, with an RST because of the unread request.
    let server = Threaded::start(0, |_, socket| {
        let mut bytes = answer(413, "", WORDS);
        bytes.truncate(bytes.len() - 10);
        socket.write_all(&bytes)?;
        Ok(Then::Close(MOMENT))
    });
    let client = builder(&server.api()).retries(0).build().unwrap();
    for _ in 0..TIMES {
        let error = submit_large(&client).await.unwrap_err();
        assert_eq!(error.to_string(), "the server answered 413 Payload Too Large");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_early_receipt_is_read_and_the_rest_of_the_request_is_sent_if_the_server_reads_on() {
    let _alone = ALONE.lock().await;
    let receipt = r#"{"jobIdentifier":"j","status":"SUBMITTED"}"#;
    let server = Threaded::start(0, move |_, socket| {
        socket.write_all(&answer(202, "", receipt))?;
        Ok(Then::Close(MOMENT))
    });
    let client = builder(&server.api()).retries(0).build().unwrap();
    for _ in 0..TIMES {
        assert_eq!(submit_large(&client).await.unwrap().as_str(), receipt);
    }
    // The server sends the head, reads all of the body, then sends the rest of the response.
    let server = Threaded::start(0, move |_, socket| {
        let whole = answer(202, "", receipt);
        let (head, body) = whole.split_at(whole.len() - receipt.len());
        socket.write_all(head)?;
        socket.flush()?;
        io::copy(
            &mut (&mut *socket).take(LARGE.len() as u64 - 64 * 1024),
            &mut io::sink(),
        )?;
        socket.write_all(body)?;
        Ok(Then::Close(MOMENT))
    });
    let client = builder(&server.api()).retries(0).build().unwrap();
    assert_eq!(submit_large(&client).await.unwrap().as_str(), receipt);
}

/// Sends the head of a response, calls `between`, then sends the rest.
fn in_two_parts(
    whole: Vec<u8>,
    then: Then,
    between: impl Fn(&mut dyn Stream) -> io::Result<()> + Send + Sync + 'static,
) -> impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static {
    move |_, socket| {
        let end = whole.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        socket.write_all(&whole[..end])?;
        socket.flush()?;
        between(socket)?;
        socket.write_all(&whole[end..])?;
        Ok(then)
    }
}

/// Reads a body of this length, without the unknown part that came with the head.
fn reads_on(length: usize) -> impl Fn(&mut dyn Stream) -> io::Result<()> + Send + Sync + 'static {
    move |socket| io::copy(&mut socket.take(length as u64 - 64 * 1024), &mut io::sink()).map(drop)
}

/// Makes `TIMES` concurrent submits, and asserts that each is refused with the server's message.
async fn are_refused(client: &Client, length: usize) {
    let mut calls = JoinSet::new();
    for _ in 0..TIMES {
        let client = client.clone();
        calls.spawn(async move { submit_of(&client, length).await.unwrap_err() });
    }
    for error in calls.join_all().await {
        let refusal = (error.status(), error.to_string());
        assert_eq!(refusal, (Some(413), "no room for this".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_message_of_a_refusal_that_comes_after_the_request_was_read_is_the_error() {
    const LENGTH: usize = 4 * MIB;
    let _alone = ALONE.lock().await;
    let authority = Authority::new();
    let plain = Threaded::start(
        0,
        in_two_parts(answer(413, "", WORDS), Then::Close(MOMENT), reads_on(LENGTH)),
    );
    let tls = authority.server("127.0.0.1");
    let tls = Threaded::tls(
        tls,
        0,
        in_two_parts(answer(413, "", WORDS), Then::Close(MOMENT), reads_on(LENGTH)),
    );
    for (server, root) in [(&plain, plain.api()), (&tls, tls.https())] {
        let client = builder(&root)
            .ca([authority.pem()])
            .unwrap()
            .retries(0)
            .build()
            .unwrap();
        let began = Instant::now();
        are_refused(&client, LENGTH).await;
        // The client sends 64 times 64 KiB in growing parts, each 100 ms after the one before.
        let took = began.elapsed();
        assert!(
            (Duration::from_millis(500)..Duration::from_secs(5)).contains(&took),
            "{took:?}"
        );
        assert_eq!(server.count(), TIMES);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_message_of_a_refusal_that_comes_late_before_a_close_is_the_error() {
    let _alone = ALONE.lock().await;
    let waits = |_: &mut dyn Stream| {
        thread::sleep(Duration::from_millis(250));
        Ok(())
    };
    let server = Threaded::start(0, in_two_parts(answer(413, "", WORDS), Then::Close(MOMENT), waits));
    let client = builder(&server.api()).retries(0).build().unwrap();
    are_refused(&client, LARGE.len()).await;
    assert_eq!(server.count(), TIMES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_long_early_receipt_is_read_completely() {
    let _alone = ALONE.lock().await;
    for length in [48 * 1024, MIB, 2 * MIB] {
        let filler = "x".repeat(length);
        let receipt = format!(r#"{{"jobIdentifier":"j","status":"SUBMITTED","more":"{filler}"}}"#);
        let server = Threaded::start(
            0,
            in_two_parts(answer(202, "", &receipt), Then::CloseWhenAcknowledged, |_| Ok(())),
        );
        let client = builder(&server.api()).retries(0).build().unwrap();
        for nth in 1..=TIMES {
            let read = submit_large(&client).await;
            let read = read.unwrap_or_else(|error| panic!("{length} bytes, {nth}: {error:?}"));
            assert_eq!(read.as_str().len(), receipt.len());
        }
        assert_eq!(server.count(), TIMES);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_late_message_of_a_refusal_of_a_chunk_is_the_error_and_cancels_the_job() {
    const LENGTH: usize = 2 * MIB;
    let _alone = ALONE.lock().await;
    let refuse = in_two_parts(answer(413, "", WORDS), Then::Close(MOMENT), reads_on(LENGTH));
    let server = Threaded::start(0, move |line, socket| {
        let (status, body) = match line {
            "POST /api/jobs/j/k/input" => return refuse(line, socket),
            "GET /api/jobs/features" => (200, r#"{"inputChunkMaximumSize":"1Gi"}"#),
            _ => (202, r#"{"jobIdentifier":"j","status":"OPEN"}"#),
        };
        socket.write_all(&answer(status, "", body))?;
        Ok(Then::Keep)
    });
    let client = builder(&server.api()).retries(0).build().unwrap();
    let mut uploads = JoinSet::new();
    for _ in 0..TIMES {
        let client = client.clone();
        uploads.spawn(async move {
            let source = FileSource::Bytes(Bytes::from_static(&LARGE[..LENGTH]));
            let job = file_job(vec![("k", "input", source)]);
            client
                .submit_job_files(job, &options(), &Abort::default(), |_| {})
                .await
        });
    }
    for upload in uploads.join_all().await {
        let error = upload.result.unwrap_err();
        let refusal = (error.status(), error.to_string());
        assert_eq!(refusal, (Some(413), "no room for this".to_owned()));
        assert!(upload.canceled.unwrap().result.is_ok());
    }
    assert_eq!(server.count(), 4 * TIMES);
}
