//! Servers that answer before they have read the request, and close the socket with the rest of it unread: the answer counts.
//!
//! One after the other: a thread that is interrupted between its last look at a socket and its write to it has lost the answer.

use std::{
    io::{self, Read},
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use modzy_client::{Client, Document, FileSource, Result};
use tokio::{sync::Mutex, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::support::{
    builder,
    certificates::Authority,
    options,
    server::{Stream, Then, Threaded, answer},
    upload::file_job,
};

const MIB: usize = 1024 * 1024;

/// What a submit of 30 MB consists of. No JSON, so that nobody reads it first.
static LARGE: [u8; 30 * MIB] = [b'x'; 30 * MIB];

/// How long a server needs from its answer to the close, at the least.
const MOMENT: Duration = Duration::from_micros(200);

/// How often each is tried. What is asserted of one holds for all.
const TIMES: usize = 12;

static ALONE: Mutex<()> = Mutex::const_new(());

const WORDS: &str = r#"{"message":"no room for this"}"#;

/// A server that refuses what is long after so much of it, and takes the rest.
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
            line if line.starts_with("DELETE ") => (answer(200, "", "{}"), Then::Keep),
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
    // In the runtime's own thread, as the requests of the addon are.
    tokio::spawn(submit).await.unwrap()
}

/// Submits so often, and sees each refused with the server's words, after one request.
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
async fn an_early_refusal_is_the_answer_over_tls_and_by_way_of_a_proxy() {
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
async fn an_early_refusal_of_a_chunk_is_the_answer_and_cancels_the_job() {
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
                    .submit_job_files(job, &options(), &CancellationToken::new(), |_| {})
                    .await
            });
            let upload = upload.await.unwrap();
            let error = upload.result.unwrap_err();
            assert_eq!(
                (error.status(), error.to_string()),
                (Some(status), "no room for this".to_owned())
            );
            assert!(upload.cancelled.unwrap().result.is_ok());
        }
        let lines = server.lines();
        let chunks = lines.iter().filter(|line| line.ends_with("/j/k/input")).count();
        assert_eq!((chunks, lines.len()), (TIMES, 4 * TIMES));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_refusal_that_ends_without_its_body_keeps_its_status() {
    let _alone = ALONE.lock().await;
    // Closed within its body, with an RST for what has not been read.
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
async fn a_receipt_that_comes_before_the_body_is_read_is_one_and_the_rest_is_sent_where_the_server_reads_on() {
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
    // The head, then all of the body is read, then the rest of the answer.
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

/// Sends the head of an answer, then does this, then sends the rest.
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

/// Reads a body of this length. Of what came with the head, nobody knows how much it was.
fn reads_on(length: usize) -> impl Fn(&mut dyn Stream) -> io::Result<()> + Send + Sync + 'static {
    move |socket| io::copy(&mut socket.take(length as u64 - 64 * 1024), &mut io::sink()).map(drop)
}

/// Submits so often at the same time, and sees each refused with the server's words.
async fn are_refused(client: &Client, length: usize) {
    let mut calls = JoinSet::new();
    for _ in 0..TIMES {
        let client = client.clone();
        calls.spawn(async move { submit_of(&client, length).await.unwrap_err() });
    }
    for error in calls.join_all().await {
        let told = (error.status(), error.to_string());
        assert_eq!(told, (Some(413), "no room for this".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_words_of_a_refusal_that_come_only_after_the_request_was_read_are_the_answer() {
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
        // 64 pieces, in growing parts of which each is 100 ms after the one before.
        let took = began.elapsed();
        assert!(
            (Duration::from_millis(500)..Duration::from_secs(5)).contains(&took),
            "{took:?}"
        );
        assert_eq!(server.count(), TIMES);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_words_of_a_refusal_that_come_late_and_before_a_close_are_the_answer() {
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
async fn a_long_receipt_that_comes_before_the_body_is_read_is_read_whole() {
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
async fn the_late_words_of_a_refusal_of_a_chunk_are_the_answer_and_cancel_the_job() {
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
                .submit_job_files(job, &options(), &CancellationToken::new(), |_| {})
                .await
        });
    }
    for upload in uploads.join_all().await {
        let error = upload.result.unwrap_err();
        let told = (error.status(), error.to_string());
        assert_eq!(told, (Some(413), "no room for this".to_owned()));
        assert!(upload.cancelled.unwrap().result.is_ok());
    }
    assert_eq!(server.count(), 4 * TIMES);
}
