//! Failed uploads: their errors, that no chunk is sent twice, and that no job stays open.

use std::{
    io,
    time::{Duration, Instant},
};

use bytes::Bytes;
use modzy_client::{Abort, Cancellation, Error, FileSource, InputFault, Sent};
use modzy_emulator::{ConnectionFault, Emulator, Fault};

use crate::support::{
    builder,
    folder::Folder,
    input_fault, options,
    server::{Reply, Server, answer, job, ok, status},
    skipping, until,
    upload::{CHUNK, bytes, chunked, file_job, server_limits, small_chunks, upload},
};

fn lines(emulator: &Emulator) -> Vec<String> {
    let requests = emulator.requests().into_iter();
    let job = |path: &str| path.replace(|c: char| c == '-' || c.is_ascii_hexdigit(), "");
    requests
        .map(|request| format!("{} {}", request.method, job(&request.path)))
        .collect()
}

#[tokio::test]
async fn a_stream_of_more_chunks_than_the_server_accepts_ends_the_upload_at_the_first_excess_one() {
    let mut script = vec![server_limits(), job("OPEN")];
    script.extend((0..10).map(|_| status(202)));
    script.push(job("CANCELED"));
    let server = Server::scripted(script).await;
    let (client, _) = skipping(&server.api());
    let stream = chunked(None, (0..11).map(|_| Ok(Bytes::from(bytes(CHUNK)))).collect());
    let done = upload(&client, file_job(vec![("k", "n", stream)])).await;
    let error = done.result.unwrap_err();
    assert_eq!(input_fault(&error), Some(InputFault::Limit), "{error:?}");
    assert!(done.canceled.unwrap().result.is_ok());
    assert_eq!(server.count(), 13);
}

#[tokio::test]
async fn a_failure_cancels_the_open_job_and_is_the_error_of_the_call() {
    let (emulator, client, _) = small_chunks().await;
    let refused = Fault {
        method: Some("POST".to_owned()),
        path: Some("/api/jobs/*".to_owned()),
        status: Some(413),
        ..Fault::default()
    };
    emulator.fault(refused).unwrap();
    let source = FileSource::Bytes(Bytes::from(bytes(3 * CHUNK)));
    let done = upload(&client, file_job(vec![("k", "input.txt", source)])).await;
    assert_eq!(done.result.unwrap_err().status(), Some(413));
    let cancel = done.canceled.unwrap();
    assert_eq!(cancel.result.unwrap().string_member("status").unwrap(), "CANCELED");
    assert!(cancel.job_identifier.is_some());
    let methods: Vec<_> = lines(&emulator)
        .iter()
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(methods, ["GET", "POST", "POST", "DELETE"]);
}

#[tokio::test]
async fn a_chunk_of_unknown_fate_is_never_sent_again() {
    let (emulator, client, clock) = small_chunks().await;
    let reset = Fault {
        method: Some("POST".to_owned()),
        path: Some("/api/jobs/*".to_owned()),
        connection: Some(ConnectionFault::Reset),
        ..Fault::default()
    };
    emulator.fault(reset).unwrap();
    let source = FileSource::Bytes(Bytes::from(bytes(3 * CHUNK)));
    let done = upload(&client, file_job(vec![("k", "input.txt", source)])).await;
    assert_eq!(done.result.unwrap_err().sent(), Some(Sent::Maybe));
    assert!(done.canceled.unwrap().result.is_ok());
    assert!(clock.pauses().is_empty());
    let appended = emulator
        .requests()
        .iter()
        .filter(|request| request.path.contains("/k/"))
        .count();
    assert_eq!(appended, 1);
}

#[tokio::test]
async fn a_rejected_chunk_is_sent_again_with_the_same_bytes() {
    let folder = Folder::new();
    let server = Server::scripted(vec![
        server_limits(),
        job("OPEN"),
        status(429),
        status(202),
        job("SUBMITTED"),
    ])
    .await;
    let (client, clock) = skipping(&server.api());
    let source = FileSource::Path(folder.file("x", b"some bytes"));
    upload(&client, file_job(vec![("k", "n", source)]))
        .await
        .result
        .unwrap();
    assert_eq!(clock.pauses(), [1050]);
    let requests = server.requests();
    assert_eq!(requests[2].body, requests[3].body);
}

#[tokio::test]
async fn an_html_page_as_response_to_a_chunk_is_not_a_success() {
    let server = Server::scripted(vec![
        server_limits(),
        job("OPEN"),
        ok("\n<html>sign in</html>"),
        job("CANCELED"),
    ])
    .await;
    let (client, _) = skipping(&server.api());
    let source = FileSource::Bytes(Bytes::from_static(b"x"));
    let done = upload(&client, file_job(vec![("k", "n", source)])).await;
    assert!(matches!(done.result, Err(Error::Response { sent: Sent::Maybe, .. })));
    assert!(done.canceled.unwrap().result.is_ok());
}

#[tokio::test]
async fn a_file_that_changes_after_its_measurement_is_refused() {
    let folder = Folder::new();
    let path = folder.file("x", b"as measured");
    let (emulator, client, _) = small_chunks().await;
    let slow = Fault {
        method: Some("GET".to_owned()),
        delay_ms: 200,
        ..Fault::default()
    };
    emulator.fault(slow).unwrap();
    let changed = async {
        until(|| !emulator.requests().is_empty()).await;
        std::fs::write(&path, b"something longer than it was").unwrap();
    };
    let source = FileSource::Path(path.clone());
    let (done, ()) = tokio::join!(upload(&client, file_job(vec![("k", "input.txt", source)])), changed);
    let error = done.result.unwrap_err();
    assert_eq!(input_fault(&error), Some(InputFault::Changed), "{error:?}");
    assert!(done.canceled.unwrap().result.is_ok());
}

#[tokio::test]
async fn a_stream_that_fails_or_lies_about_its_size_ends_the_upload_and_cancels_the_job() {
    let one = || Ok(Bytes::from_static(b"1"));
    let streams = [
        (
            chunked(None, vec![one(), Err(io::Error::other("torn"))]),
            InputFault::Unusable,
        ),
        (chunked(None, vec![]), InputFault::Empty),
        (chunked(Some(3), vec![one()]), InputFault::Changed),
        (chunked(Some(1), vec![one(), one()]), InputFault::Changed),
    ];
    for (stream, expected) in streams {
        let (emulator, client, _) = small_chunks().await;
        let done = upload(&client, file_job(vec![("k", "input.txt", stream)])).await;
        match done.result.unwrap_err() {
            Error::Input { fault, .. } => assert_eq!(fault, expected),
            other => panic!("{other:?}"),
        }
        // A stream that turns out to be empty at once opens no job.
        let opened = expected != InputFault::Empty;
        assert_eq!(
            done.canceled.is_some_and(|canceled| canceled.result.is_ok()),
            opened,
            "{expected:?}"
        );
        assert_eq!(
            emulator.requests().iter().any(|request| request.method == "POST"),
            opened
        );
    }
}

#[tokio::test]
async fn an_aborted_upload_closes_its_request_and_cancels_its_job() {
    let (emulator, client, _) = small_chunks().await;
    let stall = Fault {
        method: Some("POST".to_owned()),
        path: Some("/api/jobs/*".to_owned()),
        connection: Some(ConnectionFault::Stall),
        ..Fault::default()
    };
    emulator.fault(stall).unwrap();
    let abort = Abort::default();
    let source = FileSource::Bytes(Bytes::from(bytes(3 * CHUNK)));
    let aborting = async {
        until(|| emulator.requests().iter().any(|request| request.path.contains("/k/"))).await;
        abort.end();
    };
    let options = options();
    let uploading = client.submit_job_files(file_job(vec![("k", "input.txt", source)]), &options, &abort, |_| {});
    let (done, ()) = tokio::join!(uploading, aborting);
    assert!(matches!(done.result, Err(Error::Aborted)));
    assert_eq!(
        done.canceled.unwrap().result.unwrap().string_member("status").unwrap(),
        "CANCELED"
    );
}

#[tokio::test]
async fn the_cancellation_after_an_upload_has_the_rest_of_the_five_seconds_since_the_abort() {
    let server = Server::start(|request, _| match request.line() {
        "GET /api/jobs/features" => server_limits(),
        "POST /api/jobs" => job("OPEN"),
        _ => Reply::Stall(Vec::new()),
    })
    .await;
    let client = builder(&server.api()).build().unwrap();
    let (options, abort) = (options(), Abort::default());
    let source = FileSource::Bytes(Bytes::from_static(b"x"));
    let uploading = client.submit_job_files(file_job(vec![("k", "n", source)]), &options, &abort, |_| {});
    let aborting = async {
        until(|| server.count() == 3).await;
        abort.abort(Instant::now().checked_sub(Duration::from_secs(5)).map(Cancellation::at));
    };
    let (done, ()) = tokio::join!(uploading, aborting);
    assert!(matches!(done.result, Err(Error::Aborted)));
    let canceled = done.canceled.unwrap().result;
    assert!(matches!(canceled, Err(Error::Timeout { .. })), "{canceled:?}");
    assert_eq!(server.count(), 3, "no time was left for the cancellation");
}

#[tokio::test]
async fn a_close_whose_response_was_lost_or_empty_is_settled_by_the_job() {
    for lost in [
        Reply::Reset,
        Reply::Keep(answer(202, "", "")),
        status(502),
        Reply::Close(Vec::new()),
    ] {
        let server = Server::scripted(vec![lost.clone(), job("IN_PROGRESS")]).await;
        let (client, _) = skipping(&server.api());
        let closed = client.close_job("j", &options()).await.unwrap();
        assert_eq!(closed.string_member("status").unwrap(), "IN_PROGRESS");
        let lines: Vec<_> = server
            .requests()
            .iter()
            .map(|request| request.line().to_owned())
            .collect();
        assert_eq!(lines, ["POST /api/jobs/j/close", "GET /api/jobs/j"]);

        let server = Server::scripted(vec![lost, job("OPEN")]).await;
        let (client, _) = skipping(&server.api());
        client.close_job("j", &options()).await.unwrap_err();
        assert_eq!(server.count(), 2);
    }
    let server = Server::always(status(404)).await;
    let (client, _) = skipping(&server.api());
    assert_eq!(client.close_job("j", &options()).await.unwrap_err().status(), Some(404));
    assert_eq!(server.count(), 1);
}
