//! Where a response ends, in every form that HTTP/1 allows, and what becomes of its connection.

use std::time::Duration;

use futures_util::future::join_all;
use modzy_client::{Client, ConnectionFault, Phase, Sent};

use crate::support::{
    builder,
    certificates::Authority,
    connection_fault, options, plain,
    server::{Reply, Server, Then, Threaded},
    until,
};

const JOB: &str = r#"{"jobIdentifier":"j","status":"OPEN"}"#;

/// A response with this status line and these fields, each with its end of line.
fn response(line: &str, fields: &str, body: &str) -> Vec<u8> {
    format!("{line}\r\n{fields}\r\n{body}").into_bytes()
}

/// The job in one chunk. The first text follows the size of the chunk, and the second the size of the last one.
fn chunk(after_size: &str, after_last: &str) -> String {
    let size = format!("{:x}", JOB.len());
    format!("{size}{after_size}\r\n{JOB}\r\n0{after_last}\r\n")
}

/// Makes a read and two submits, which all succeed, and returns how many connections they take.
async fn connections(name: &str, reply: Reply) -> usize {
    let is_closing = matches!(reply, Reply::Close(_) | Reply::Break(_));
    let server = Server::always(reply).await;
    let client = plain(&server.api()).retries(0).build().unwrap();
    let read = client.get_job("j", &options()).await;
    assert!(read.as_ref().is_ok_and(|job| job.as_str() == JOB), "{name}: {read:?}");
    for _ in 0..2 {
        until(|| !is_closing || server.open() == 0).await;
        let submitted = client.submit_job("{}", &options()).await;
        assert!(
            submitted.as_ref().is_ok_and(|job| job.as_str() == JOB),
            "{name}: {submitted:?}"
        );
    }
    assert_eq!(server.count(), 3, "{name}");
    server.connections()
}

#[tokio::test]
async fn responses_of_every_form_are_read_and_keep_their_connection() {
    const CHUNKED: &str = "transfer-encoding: chunked\r\n";
    let ok = "HTTP/1.1 200 OK";
    let length = format!("content-length: {}\r\n", JOB.len());
    let interim = |times: usize| response("HTTP/1.1 103 Early Hints", "link: </a>\r\n", "").repeat(times);
    let forms = [
        ("interim responses", [interim(20), response(ok, &length, JOB)].concat()),
        ("a chunk", response(ok, CHUNKED, &chunk("", "\r\n"))),
        (
            "extensions of chunks",
            response(ok, CHUNKED, &chunk(r#";a=1;b="c;d""#, ";e\r\n")),
        ),
        (
            "trailers",
            response(ok, CHUNKED, &chunk("", "\r\nx-sum: 1\r\ncontent-length: 3\r\n")),
        ),
        (
            "a coding in capitals",
            response(ok, "Transfer-Encoding: CHUNKED\r\n", &chunk("", "\r\n")),
        ),
        (
            "chunks beside a length",
            response(ok, &format!("content-length: 3\r\n{CHUNKED}"), &chunk("", "\r\n")),
        ),
        ("the same length twice", response(ok, &format!("{length}{length}"), JOB)),
        (
            "the same length twice in one field",
            response(ok, &format!("content-length: {0}, {0}\r\n", JOB.len()), JOB),
        ),
        (
            "folded fields",
            response(ok, &format!("x-folded: one\r\n two\r\n\tthree\r\n{length}"), JOB),
        ),
        (
            "a folded length",
            response(ok, &format!("content-length:\r\n {}\r\n", JOB.len()), JOB),
        ),
        (
            "fields that are not ASCII",
            response(ok, &format!("x-name: Bücher\r\n{length}"), JOB),
        ),
        ("no reason", response("HTTP/1.1 200", &length, JOB)),
        (
            "lines without CR",
            format!("{ok}\n{}\n{JOB}", length.replace('\r', "")).into_bytes(),
        ),
        (
            "empty lines before it",
            [b"\r\n\r\n".to_vec(), response(ok, &length, JOB)].concat(),
        ),
        (
            "HTTP/1.0 with keep-alive",
            response("HTTP/1.0 200 OK", &format!("connection: keep-alive\r\n{length}"), JOB),
        ),
    ];
    let read = forms.into_iter().map(async |(name, bytes)| {
        assert_eq!(connections(name, Reply::Keep(bytes.clone())).await, 1, "{name}");
        let one_by_one = Reply::Dribble(Vec::new(), Duration::ZERO, bytes);
        assert_eq!(connections(name, one_by_one).await, 1, "{name}, one by one");
    });
    join_all(read).await;
}

#[tokio::test]
async fn a_connection_that_ends_with_its_response_carries_no_other_request() {
    let ok = "HTTP/1.1 200 OK";
    let length = format!("content-length: {}\r\n", JOB.len());
    for (name, reply) in [
        ("its end is the end of the body", Reply::Close(response(ok, "", JOB))),
        ("the server closes it", Reply::Close(response(ok, &length, JOB))),
        ("the server resets it", Reply::Break(response(ok, &length, JOB))),
        ("HTTP/1.0", Reply::Keep(response("HTTP/1.0 200 OK", &length, JOB))),
        (
            "it is announced",
            Reply::Keep(response(ok, &format!("connection: x, Close\r\n{length}"), JOB)),
        ),
        (
            "more bytes follow",
            Reply::Keep(response(ok, &length, &format!("{JOB}\r\n"))),
        ),
    ] {
        assert_eq!(connections(name, reply).await, 3, "{name}");
    }
}

/// Asserts that a submit fails because the response is not valid, and is not repeated.
async fn is_unreadable(client: &Client, server: &Server, name: &str) {
    let error = client.submit_job("{}", &options()).await.unwrap_err();
    assert_eq!(
        (error.sent(), error.phase(), server.count()),
        (Some(Sent::Maybe), Some(Phase::Headers), 1),
        "{name}: {error:?}"
    );
    assert_eq!(connection_fault(&error), Some(ConnectionFault::Malformed), "{name}");
}

#[tokio::test]
async fn a_response_whose_end_is_contradictory_is_refused() {
    let length = |number: &str| format!("content-length: {number}\r\n");
    for (name, line, fields) in [
        ("two lengths", "HTTP/1.1 200 OK", length("2") + &length("3")),
        ("two lengths in one field", "HTTP/1.1 200 OK", length("2, 3")),
        ("a negative length", "HTTP/1.1 200 OK", length("-2")),
        ("a signed length", "HTTP/1.1 200 OK", length("+2")),
        ("a length of 65 bits", "HTTP/1.1 200 OK", length("18446744073709551618")),
        (
            "chunks in HTTP/1.0",
            "HTTP/1.0 200 OK",
            "transfer-encoding: chunked\r\n".to_owned(),
        ),
    ] {
        let server = Server::always(Reply::Keep(response(line, &fields, "{}"))).await;
        let client = plain(&server.api()).build().unwrap();
        is_unreadable(&client, &server, name).await;
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_whole_over_tls_only_after_a_close_of_tls() {
    let authority = Authority::new();
    let client = |url: &str| builder(url).ca([authority.pem()]).unwrap().retries(0).build().unwrap();
    for (fields, is_whole) in [("", false), ("content-length: 37\r\n", true)] {
        let server = Threaded::tls(authority.server("127.0.0.1"), 0, move |_, socket| {
            socket.write_all(&response("HTTP/1.1 200 OK", fields, JOB))?;
            // Closes the socket alone.
            Ok(Then::Close(Duration::ZERO))
        });
        let read = client(&server.https()).get_job("j", &options()).await;
        assert_eq!(read.is_ok(), is_whole, "{read:?}");
    }
    let closing = Reply::Close(response("HTTP/1.1 200 OK", "", JOB));
    let server = Server::tls_always(authority.server("localhost"), closing).await;
    let read = client(&server.https("localhost")).get_job("j", &options()).await;
    assert_eq!(read.unwrap().as_str(), JOB);
}
