//! Gzip responses to every kind of call: the client decodes all members, whether they come in one read of the socket or
//! in many.

use std::{fs, time::Duration};

use modzy_client::{BodyFault, Client, Error, Sent, WaitOptions};

use crate::support::{
    attempts, body_fault, builder,
    folder::Folder,
    gzip::{member, two_members},
    millis, options,
    output::named,
    server::{Reply, Server, answer},
    skipping,
};

const JOB: &str = r#"{"jobIdentifier":"j","status":"COMPLETED"}"#;
const RESULTS: &str = r#"{"jobIdentifier":"j","results":{"a":{"status":"SUCCESSFUL","o":1}}}"#;
const INPUT: &str = r#"{"inputKey":"a","status":"SUCCESSFUL","metadata":{},"outputs":{"o":1}}"#;

/// Returns two replies with a coded body: one at once, and one byte by byte.
fn coded(status: u16, coding: &str, body: &[u8]) -> [Reply; 2] {
    let whole = answer(status, &format!("content-encoding: {coding}\r\n"), body);
    let (head, body) = whole.split_at(whole.len() - body.len());
    let dribble = Reply::Dribble(head.to_vec(), Duration::ZERO, body.to_vec());
    [Reply::Keep(whole), dribble]
}

async fn client_of(reply: Reply) -> (Server, Client) {
    let server = Server::always(reply).await;
    let client = builder(&server.api()).retries(0).build().unwrap();
    (server, client)
}

async fn streamed(client: &Client) -> Result<Vec<String>, Error> {
    let mut stream = client.stream_results("j", &options()).await?;
    let mut inputs = Vec::new();
    while let Some(input) = stream.next().await? {
        inputs.push(input.into());
    }
    Ok(inputs)
}

async fn downloaded(client: &Client) -> Result<Vec<u8>, Error> {
    let folder = Folder::new();
    let done = client
        .download_output(&named(), &folder.place(), &options(), |_| {})
        .await;
    match done {
        Ok(done) => {
            let bytes = fs::read(folder.place()).unwrap();
            assert_eq!(done.bytes, bytes.len() as u64);
            Ok(bytes)
        }
        Err(error) => {
            assert!(folder.files().is_empty(), "the failed download left a file");
            Err(error)
        }
    }
}

#[tokio::test]
async fn all_members_of_a_gzip_body_are_read_by_every_kind_of_call() {
    for coding in [
        "gzip",
        "GZIP",
        " gzip ",
        "x-gzip",
        "identity, gzip",
        "gzip,",
        "identity\r\ncontent-encoding: gzip",
    ] {
        for reply in coded(200, coding, &two_members(JOB)) {
            let (server, client) = client_of(reply).await;
            let read = client.get_job("j", &options()).await.unwrap();
            let receipt = client.submit_job("{}", &options()).await.unwrap();
            let closed = client.close_job("j", &options()).await.unwrap();
            let wait = WaitOptions::default();
            let waited = client.block_until_complete("j", &wait, |_| {}).await.unwrap();
            for document in [read, receipt, closed, waited] {
                assert_eq!(document.as_str(), JOB, "{coding}");
            }
            let output = client.get_output_contents(&named(), &options()).await.unwrap();
            assert_eq!(output.bytes, JOB, "{coding}");
            assert_eq!(downloaded(&client).await.unwrap(), JOB.as_bytes(), "{coding}");
            assert_eq!(server.count(), 6);
        }
        for reply in coded(200, coding, &two_members(RESULTS)) {
            let (_server, client) = client_of(reply).await;
            assert_eq!(streamed(&client).await.unwrap(), [INPUT], "{coding}");
            let results = client.get_result("j", &options()).await.unwrap();
            assert_eq!(results.as_str(), RESULTS, "{coding}");
        }
        for reply in coded(404, coding, &two_members(r#"{"message":"no such job"}"#)) {
            let (_server, client) = client_of(reply).await;
            let error = client.get_job("j", &options()).await.unwrap_err();
            assert_eq!(
                (error.status(), error.to_string()),
                (Some(404), "no such job".to_owned())
            );
        }
    }
}

#[tokio::test]
async fn trailing_bytes_and_truncated_members_are_an_error_of_every_kind_of_call() {
    let good = two_members(JOB);
    let first = member(&JOB.as_bytes()[..JOB.len() / 2]).len();
    let with_wrong = |at: usize| {
        let mut body = good.clone();
        body[at] ^= 1;
        body
    };
    for (name, body) in [
        ("bytes behind", [&good, b"more".as_slice()].concat()),
        ("zeros behind", [&good, [0; 8].as_slice()].concat()),
        ("a begun member behind", [&good, b"\x1f\x8b\x08".as_slice()].concat()),
        ("no trailer", good[..good.len() - 8].to_vec()),
        ("half a trailer", good[..good.len() - 3].to_vec()),
        ("a wrong checksum", with_wrong(good.len() - 8)),
        ("a wrong length", with_wrong(good.len() - 1)),
        ("a wrong checksum of the first", with_wrong(first - 8)),
    ] {
        for reply in coded(200, "gzip", &body) {
            let (server, client) = client_of(reply).await;
            let unpacked = |error: Error| assert_eq!(body_fault(&error), Some(BodyFault::NotUnpacked), "{name}");
            unpacked(client.get_job("j", &options()).await.unwrap_err());
            unpacked(client.get_output_contents(&named(), &options()).await.unwrap_err());
            unpacked(downloaded(&client).await.unwrap_err());
            unpacked(
                client
                    .stream_results("j", &options())
                    .await
                    .unwrap()
                    .next()
                    .await
                    .unwrap_err(),
            );
            let before = server.count();
            let error = client.submit_job("{}", &options().retries(3)).await.unwrap_err();
            assert_eq!(
                (server.count() - before, error.sent()),
                (1, Some(Sent::Maybe)),
                "{name}"
            );
            assert_eq!(error.status(), Some(200), "{name}");
            unpacked(error);
        }
    }
}

#[tokio::test]
async fn a_poll_whose_response_cannot_be_decoded_is_followed_by_the_next() {
    let [broken, _] = coded(200, "gzip", &[&two_members(JOB), b"more".as_slice()].concat());
    let [unknown, _] = coded(200, "br", JOB.as_bytes());
    let server = Server::scripted(vec![broken, unknown]).await;
    let (client, clock) = skipping(&server.api());
    let wait = WaitOptions::default();
    client.block_until_complete("j", &wait, |_| {}).await.unwrap();
    assert_eq!((server.count(), clock.pauses()), (3, vec![4000, 7000]));
}

#[tokio::test]
async fn an_unknown_coding_is_an_error_and_never_bytes() {
    for coding in [
        "br",
        "deflate",
        "zstd",
        "compress",
        "Br",
        "dcb",
        "aws-chunked",
        "\"gzip\"",
        "gzip;q=1",
        "gzip, gzip",
        "gzip,x-gzip",
        "gzip , GZIP",
        "gzip, br",
        "gzip\r\ncontent-encoding: br",
        "br, gzip",
        "gzip\r\ncontent-encoding: gzip",
    ] {
        // The bytes do not matter, even if they are a good body.
        let [reply, _] = coded(200, coding, RESULTS.as_bytes());
        let (server, client) = client_of(reply).await;
        let unknown = |error: Error| {
            assert_eq!(body_fault(&error), Some(BodyFault::UnknownCoding), "{coding}");
            assert_eq!(error.status(), Some(200));
            let reason = "has a Content-Encoding that is not supported: only gzip is, and only once";
            assert!(error.to_string().contains(reason), "{error}");
        };
        unknown(client.get_output_contents(&named(), &options()).await.unwrap_err());
        unknown(downloaded(&client).await.unwrap_err());
        unknown(
            client
                .open_output(&named(), &options())
                .await
                .unwrap()
                .next()
                .await
                .unwrap_err(),
        );
        unknown(streamed(&client).await.unwrap_err());
        unknown(client.get_result("j", &options()).await.unwrap_err());
        let before = server.count();
        let error = client.submit_job("{}", &options().retries(3)).await.unwrap_err();
        assert_eq!((server.count() - before, error.sent()), (1, Some(Sent::Maybe)));
        unknown(error);
        let [refusal, _] = coded(404, coding, b"{\"message\":\"packed\"}");
        let (_server, client) = client_of(refusal).await;
        let error = client.get_job("j", &options()).await.unwrap_err();
        assert_eq!(
            (error.status(), error.to_string()),
            (Some(404), "the server answered 404 Not Found".to_owned())
        );
    }
    for coding in [
        "identity",
        "Identity",
        " IDENTITY ",
        "",
        ",",
        "identity, identity",
        "identity\r\ncontent-encoding: identity",
    ] {
        let [reply, _] = coded(200, coding, RESULTS.as_bytes());
        let (_server, client) = client_of(reply).await;
        assert_eq!(downloaded(&client).await.unwrap(), RESULTS.as_bytes());
        assert_eq!(client.get_result("j", &options()).await.unwrap().as_str(), RESULTS);
    }
}

#[tokio::test]
async fn an_output_does_not_continue_in_another_coding() {
    let tag = "etag: \"v\"\r\naccept-ranges: bytes\r\n";
    let mut cut = answer(200, tag, "0123456789");
    cut.truncate(cut.len() - 6);
    let part = member(b"456789");
    let range = format!("{tag}content-encoding: gzip\r\ncontent-range: bytes 4-9/10\r\n");
    let replies = vec![
        Reply::Close(cut),
        Reply::Keep(answer(206, &range, part)),
        Reply::Keep(answer(200, tag, "0123456789")),
    ];
    let server = Server::scripted(replies).await;
    let (client, _) = skipping(&server.api());
    assert_eq!(downloaded(&client).await.unwrap(), b"0123456789");
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn endless_members_end_by_the_limit_of_the_call() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n".to_vec();
    let (server, client) = client_of(Reply::Endless(head, member(b"").repeat(100))).await;
    let limits = options().request_timeout(millis(200)).idle_timeout(millis(200));
    let error = client.get_job("j", &limits).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    let mut output = client.open_output(&named(), &limits).await.unwrap();
    assert!(matches!(output.next().await.unwrap_err(), Error::Timeout { .. }));
    assert_eq!((server.count(), attempts(&error)), (2, 1));
}
