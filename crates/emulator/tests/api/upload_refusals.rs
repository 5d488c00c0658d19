//! Refused chunks and closes.

use modzy_emulator::{Emulator, Options};
use serde_json::json;

use crate::support::{FOREVER, MODEL, Server};
use crate::uploads::limited;

const PART: &str = "Content-Disposition: form-data; name=\"input\"; filename=\"input.txt\"";

#[tokio::test]
async fn a_limit_of_zero_is_an_error() {
    for (chunk_size, max_chunks, max_inputs, name) in [
        ("1kb", 1, 1, "chunk_size"),
        ("0", 1, 1, "chunk_size"),
        ("1", 0, 1, "max_chunks"),
        ("1", 1, 0, "max_inputs"),
    ] {
        let options = Options {
            chunk_size: chunk_size.to_owned(),
            max_chunks,
            max_inputs,
            ..Options::default()
        };
        let error = Emulator::start(options).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(error.to_string().starts_with(name), "{error}");
    }
}

#[tokio::test]
async fn a_chunk_has_a_largest_size_and_is_not_empty() {
    let server = limited("10", 100, 100).await;
    let id = server.open(MODEL, "1.0.1").await;
    let path = format!("{id}/a/input.txt");
    assert_eq!(server.chunk(&path, &[b'x'; 10]).await.status, 202);
    let large = server.chunk(&path, &[b'x'; 11]).await;
    assert_eq!(
        (large.status, large.message().as_str()),
        (400, "the chunk has 11 bytes, and at most 10 are allowed")
    );
    let empty = server.chunk(&path, b"").await;
    assert_eq!((empty.status, empty.message().as_str()), (400, "the chunk is empty"));
    assert_eq!(server.close(&id).await.json()["inputByteAmount"], 10);
}

#[tokio::test]
async fn chunks_of_an_input_and_inputs_of_a_job_are_limited() {
    let server = limited("10", 2, 2).await;
    let id = server.open(MODEL, "1.0.1").await;
    for (key, status) in [("a", 202), ("a", 202), ("a", 400), ("b", 202), ("c", 400), ("b", 202)] {
        let answer = server.chunk(&format!("{id}/{key}/input.txt"), b"x").await;
        assert_eq!(answer.status, status, "{key}");
        match (status, key) {
            (400, "a") => assert_eq!(answer.message(), "an input has at most 2 chunks"),
            (400, _) => assert_eq!(answer.message(), "a job has at most 2 inputs"),
            _ => {}
        }
    }
    assert_eq!(
        server.close(&id).await.json()["jobInputs"]["identifier"],
        json!(["a", "b"])
    );
    let submit = server.post("/api/jobs", crate::support::text_job(&["x"; 3])).await;
    assert_eq!(
        (submit.status, submit.message().as_str()),
        (400, "a job has at most 2 inputs")
    );
}

#[tokio::test]
async fn an_unknown_model_input_is_refused() {
    let server = Server::instant().await;
    let id = server.open(MODEL, "1.0.1").await;
    let answer = server.chunk(&format!("{id}/a/Input.txt"), b"x").await;
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (400, "the model ed542963de 1.0.1 has no input Input.txt")
    );
}

#[tokio::test]
async fn a_body_that_is_not_multipart_with_one_named_file_is_refused() {
    let server = Server::instant().await;
    let id = server.open(MODEL, "1.0.1").await;
    let path = format!("{id}/a/input.txt");
    for (content_type, body, message) in [
        (
            "application/json",
            "{}",
            "the body must be multipart/form-data with a boundary",
        ),
        (
            "multipart/form-data",
            "",
            "the body must be multipart/form-data with a boundary",
        ),
        ("multipart/form-data; boundary=x", "", "the multipart body is malformed"),
        (
            "multipart/form-data; boundary=x",
            "good",
            "the multipart body is malformed",
        ),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"input\"; filename=\"a\"\r\n\r\ncut",
            "the multipart body is malformed",
        ),
        (
            "multipart/form-data; boundary=x",
            "--x--\r\n",
            "the part input is missing",
        ),
    ] {
        let answer = server.form(&path, content_type, body.into()).await;
        assert_eq!(
            (answer.status, answer.message().as_str()),
            (400, message),
            "{content_type} {body}"
        );
    }
    for (parts, message) in [
        (
            &[("Content-Disposition: form-data; name=\"input\"", &b"x"[..])][..],
            "the part input must have a filename",
        ),
        (
            &[("Content-Disposition: form-data; name=\"file\"; filename=\"a\"", b"x")],
            "the part input is missing",
        ),
        (&[(PART, b"x"), (PART, b"y")], "there must be only one part input"),
    ] {
        let answer = server.multipart(&path, parts).await;
        assert_eq!((answer.status, answer.message().as_str()), (400, message));
    }
    let other = "Content-Disposition: form-data; name=\"other\"";
    assert_eq!(
        server.multipart(&path, &[(other, b"1"), (PART, b"good")]).await.status,
        202
    );
    assert_eq!(server.close(&id).await.json()["inputByteAmount"], 4);
}

#[tokio::test]
async fn a_job_that_is_not_open_accepts_neither_chunks_nor_a_close() {
    let server = Server::timed(FOREVER, FOREVER).await;
    let submitted = server.submit(&["good"]).await;
    let closed = server.open(MODEL, "1.0.1").await;
    server.chunk(&format!("{closed}/a/input.txt"), b"x").await;
    server.close(&closed).await;
    let canceled = server.open(MODEL, "1.0.1").await;
    server.delete(&format!("/api/jobs/{canceled}")).await;
    for (id, status) in [(submitted, "SUBMITTED"), (closed, "SUBMITTED"), (canceled, "CANCELED")] {
        let message = format!("the job {id} is {status} and not OPEN");
        for answer in [
            server.chunk(&format!("{id}/a/input.txt"), b"x").await,
            server.close(&id).await,
        ] {
            assert_eq!((answer.status, answer.message()), (400, message.clone()));
        }
    }
    for answer in [server.chunk("nope/a/input.txt", b"x").await, server.close("nope").await] {
        assert_eq!(
            (answer.status, answer.message().as_str()),
            (404, "the job nope does not exist")
        );
    }
}

#[tokio::test]
async fn a_job_without_inputs_cannot_be_closed_and_stays_open() {
    let server = Server::instant().await;
    let id = server.open(MODEL, "1.0.1").await;
    let answer = server.close(&id).await;
    assert_eq!(
        (answer.status, answer.message()),
        (400, format!("the job {id} has no inputs"))
    );
    assert_eq!(server.status(&id).await, "OPEN");
    server.chunk(&format!("{id}/a/input.txt"), b"x").await;
    let malformed = server.post(&format!("/api/jobs/{id}/close"), "[]").await;
    assert_eq!(
        (malformed.status, malformed.message().as_str()),
        (400, "the body must be a JSON object")
    );
    assert_eq!(server.close(&id).await.status, 202);
}
