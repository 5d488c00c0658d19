//! Limits of uploads: the whole upload has none, but neither the server nor a source may be idle for too long.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;
use futures_core::Stream;
use modzy_client::{
    Abort, BodyFault, Client, Error, FileSource, InputFault, JobInput, Phase, RequestOptions, Sent, Upload,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    TOLERANCE, body_fault, builder, millis, options,
    server::{Received, Reply, Server, answer, job, ok, receive_head},
    upload::file_job,
};

const MIB: usize = 1024 * 1024;

/// A stream that stalls forever after its chunks.
struct Stalling(Vec<Bytes>);

impl Stream for Stalling {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.0.pop() {
            Some(chunk) => Poll::Ready(Some(Ok(chunk))),
            None => Poll::Pending,
        }
    }
}

fn stalling(chunks: Vec<Bytes>) -> FileSource {
    FileSource::Stream {
        size: None,
        stream: Box::pin(Stalling(chunks)),
    }
}

async fn upload(server: &Server, source: FileSource, options: &RequestOptions) -> Upload {
    let job = file_job(vec![("k", "input", source)]);
    let client = builder(&server.api()).build().unwrap();
    client.submit_job_files(job, options, &Abort::default(), |_| {}).await
}

/// Starts a server that accepts chunks of any size and replies to them with this.
async fn replying(chunk: Reply) -> Server {
    Server::start(move |request, _| match request.line() {
        "GET /api/jobs/features" => ok(r#"{"inputChunkMaximumSize":"1Gi"}"#),
        "POST /api/jobs/j/k/input" => chunk.clone(),
        _ => job("OPEN"),
    })
    .await
}

fn memory(length: usize) -> FileSource {
    FileSource::Bytes(Bytes::from(vec![7; length]))
}

fn timeout(result: Result<modzy_client::Document, Error>) -> (u128, Phase) {
    match result {
        Err(Error::Timeout { limit, phase, .. }) => (limit.as_millis(), phase),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stalled_server_ends_the_upload_and_the_job_is_canceled() {
    let begun = b"HTTP/1.1 202 Accepted\r\ncontent-length: 10\r\n\r\n{".to_vec();
    for (reply, phase) in [(Vec::new(), Phase::Headers), (begun, Phase::Body)] {
        let server = replying(Reply::Stall(reply)).await;
        let Upload { result, canceled, .. } = upload(&server, memory(10), &options().idle_timeout(millis(200))).await;
        assert_eq!(timeout(result), (200, phase));
        assert!(canceled.unwrap().result.is_ok());
        assert_eq!(server.lines().last().unwrap(), "DELETE /api/jobs/j");
    }
}

#[tokio::test]
async fn a_chunk_has_a_limit_up_to_the_headers_of_its_response() {
    let limits = options().request_timeout(millis(200)).idle_timeout(millis(60_000));
    let server = replying(Reply::Stall(Vec::new())).await;
    assert_eq!(
        timeout(upload(&server, memory(10), &limits).await.result),
        (200, Phase::Headers)
    );

    let limits = options().request_timeout(millis(200)).idle_timeout(millis(1000));
    let server = replying(Reply::Stall(
        b"HTTP/1.1 202 Accepted\r\ncontent-length: 10\r\n\r\n{".to_vec(),
    ))
    .await;
    assert_eq!(
        timeout(upload(&server, memory(10), &limits).await.result),
        (1000, Phase::Body)
    );
}

#[tokio::test]
async fn an_accepted_chunk_waits_for_the_rest_of_its_response_no_longer_than_its_limits() {
    let limits = options().request_timeout(millis(150)).idle_timeout(millis(150));
    let head = b"HTTP/1.1 202 Accepted\r\n\r\n".to_vec();
    let server = replying(Reply::Dribble(head.clone(), millis(20), vec![b' '; 10_000])).await;
    let started = Instant::now();
    upload(&server, memory(10), &limits).await.result.unwrap();
    let elapsed = started.elapsed();
    assert!((millis(300)..millis(300) + TOLERANCE).contains(&elapsed), "{elapsed:?}");
    // Its connection is closed, and the close uses another one.
    assert_eq!(server.lines().last().unwrap(), "POST /api/jobs/j/close");
    assert_eq!(server.connections(), 2);

    // The bytes that have come show that the body is HTML.
    let page = [b"<html>".as_slice(), &[b' '; 10_000]].concat();
    let server = replying(Reply::Dribble(head, millis(20), page)).await;
    let error = upload(&server, memory(10), &limits).await.result.unwrap_err();
    assert_eq!((error.status(), error.sent()), (Some(202), Some(Sent::Maybe)));
}

#[tokio::test]
async fn the_response_to_a_chunk_may_be_as_large_as_any_other_and_is_not_kept() {
    let head = b"HTTP/1.1 202 Accepted\r\n\r\n{".to_vec();
    let server = replying(Reply::Endless(head, vec![b' '; 64 * 1024])).await;
    let job = file_job(vec![("k", "input", memory(10))]);
    let client = builder(&server.api()).max_response_bytes(8 << 20).build().unwrap();
    let upload = client
        .submit_job_files(job, &options(), &Abort::default(), |_| {})
        .await;
    let error = upload.result.unwrap_err();
    assert_eq!(
        (body_fault(&error), error.status()),
        (Some(BodyFault::TooLarge), Some(202))
    );
}

/// Refuses chunks without reading them, with an error that comes byte by byte.
async fn refuse_slowly(mut socket: TcpStream) {
    while let Some((request, mut left)) = receive_head(&mut socket, 0).await {
        if request.line() == "POST /api/jobs/j/k/input" {
            for byte in answer(413, "", r#"{"message":"too much"}"#.repeat(100)) {
                if socket.write_all(&[byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(millis(5)).await;
            }
            return;
        }
        let mut rest = [0; 1024];
        while left > 0 {
            left -= socket.read(&mut rest[..left.min(1024)]).await.unwrap();
        }
        socket.write_all(&document(&request)).await.unwrap();
    }
}

#[tokio::test]
async fn a_refusal_of_a_chunk_that_takes_longer_than_its_limit_is_reported_without_its_body() {
    let server = Server::raw(|socket, _, _| refuse_slowly(socket)).await;
    let limits = options().request_timeout(millis(800)).idle_timeout(millis(60_000));
    // One chunk has been sent when the refusal comes, and one is never sent completely.
    for length in [10, 64 * MIB] {
        let started = std::time::Instant::now();
        let Upload { result, canceled, .. } = upload(&server, memory(length), &limits).await;
        let took = started.elapsed();
        let error = result.unwrap_err();
        assert_eq!(error.status(), Some(413));
        assert_eq!(error.to_string(), "the server answered 413 Payload Too Large");
        assert!(took >= millis(800) && took < millis(800) + TOLERANCE, "{took:?}");
        assert!(canceled.unwrap().result.is_ok());
    }
}

#[tokio::test]
async fn a_source_that_stalls_is_named_and_the_job_is_canceled() {
    for chunks in [vec![], vec![Bytes::from_static(b"12")]] {
        let server = replying(Reply::Keep(answer(202, "", ""))).await;
        let source = stalling(chunks);
        let Upload { result, canceled, .. } = upload(&server, source, &options().idle_timeout(millis(200))).await;
        let Err(Error::Input {
            fault,
            input_key,
            reason,
            ..
        }) = result
        else {
            panic!("{result:?}")
        };
        assert_eq!((fault, input_key.as_str()), (InputFault::Timeout, "k"));
        assert_eq!(reason, "gave no byte for 200 ms (idle_timeout)");
        assert!(canceled.unwrap().result.is_ok());
    }
    let server = replying(Reply::Keep(answer(202, "", ""))).await;
    let client: Client = builder(&server.api()).build().unwrap();
    let input = JobInput::new("j", "k", "input", stalling(Vec::new()));
    let appended = client
        .append_input(input, &options().idle_timeout(millis(100)), |_| {})
        .await;
    let fault = match appended {
        Err(Error::Input { fault, .. }) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault, InputFault::Timeout);
}

/// Returns a good response to a request.
fn document(request: &Received) -> Vec<u8> {
    let body = if request.line() == "GET /api/jobs/features" {
        r#"{"inputChunkMaximumSize":"1Gi"}"#
    } else {
        r#"{"jobIdentifier":"j","status":"OPEN"}"#
    };
    answer(200, "", body)
}

/// Reads 2 MiB of a body every 25 ms, then replies. The system may keep 36 MiB of what was sent.
async fn take_slowly(mut socket: TcpStream) {
    let mut chunk = vec![0; 2 * MIB];
    while let Some((request, mut left)) = receive_head(&mut socket, 0).await {
        while left > 0 {
            let taken = left.min(chunk.len());
            socket.read_exact(&mut chunk[..taken]).await.unwrap();
            left -= taken;
            tokio::time::sleep(millis(25)).await;
        }
        socket.write_all(&document(&request)).await.unwrap();
    }
}

#[tokio::test]
async fn an_upload_that_makes_progress_may_take_longer_than_its_idle_timeout() {
    let server = Server::raw(|socket, _, _| take_slowly(socket)).await;
    let started = std::time::Instant::now();
    let limits = options().idle_timeout(millis(800));
    upload(&server, memory(128 * MIB), &limits).await.result.unwrap();
    assert!(started.elapsed() > millis(1600));
}
