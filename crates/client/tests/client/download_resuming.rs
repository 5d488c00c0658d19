//! Interrupted downloads and open outputs: how they continue, what is never put together, and which retries that takes.

use modzy_client::{ConnectionFault, Downloaded, Error, Phase, Sent};

use crate::support::{
    attempts, builder, connection_fault,
    folder::Folder,
    options,
    output::{ROUTE, begun, content, download, named, whole},
    server::{Reply, Server, answer, status},
    skipping,
};

fn part(headers: &str, range: &str, body: &str) -> Reply {
    Reply::Keep(answer(206, &format!("content-range: bytes {range}\r\n{headers}"), body))
}

const V1: &str = "etag: \"one\"\r\n";
const V2: &str = "etag: \"two\"\r\n";

/// Downloads from a server that truncates its first response after 4 of 10 bytes.
async fn cut_then(first: &str, replies: Vec<Reply>) -> (Server, Folder, Result<Downloaded, Error>) {
    let cut = Reply::Close(begun(&whole(first, "0123456789"), 4));
    let replies = [vec![cut], replies].concat();
    let server = Server::start(move |_, nth| replies.get(nth).cloned().unwrap_or_else(|| status(404))).await;
    let (client, _) = skipping(&server.api());
    let folder = Folder::new();
    let done = download(&client, &folder).await;
    (server, folder, done)
}

#[tokio::test]
async fn an_interrupted_download_continues_after_its_last_byte() {
    let dated = "date: Sun, 06 Nov 1994 08:49:39 GMT\r\nlast-modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (headers, validator) in [(V1, "\"one\""), (dated, "Sun, 06 Nov 1994 08:49:37 GMT")] {
        let (server, folder, done) = cut_then(headers, vec![part(headers, "4-9/10", "456789")]).await;
        assert_eq!(done.unwrap().bytes, 10);
        assert_eq!(content(&folder), "0123456789");
        let requests = server.requests();
        assert_eq!(server.lines(), [ROUTE, ROUTE]);
        assert_eq!(requests[1].header("range"), ["bytes=4-"]);
        assert_eq!(requests[1].header("if-range"), [validator]);
        assert_eq!(requests[1].header("accept-encoding"), ["identity"]);
    }
}

#[tokio::test]
async fn an_output_that_is_read_into_memory_continues_like_a_download() {
    let cut = Reply::Close(begun(&whole(V1, "0123456789"), 4));
    let moved = Reply::Keep(answer(307, "location: /api/elsewhere\r\n", ""));
    let server = Server::scripted(vec![moved, cut, part(V1, "4-9/10", "456789")]).await;
    let (client, _) = skipping(&server.api());
    let read = client.get_output_contents(&named(), &options()).await;
    // The client requests the rest from the first URL of the output, which now sends it directly.
    assert_eq!(read.unwrap().bytes, "0123456789");
    assert_eq!(server.lines(), [ROUTE, "GET /api/elsewhere", ROUTE]);

    // Without an `ETag`, the output starts again.
    let cut = Reply::Close(begun(&whole("", "0123456789"), 4));
    let server = Server::scripted(vec![cut, Reply::Keep(whole("", "ABCDE"))]).await;
    let (client, _) = skipping(&server.api());
    let read = client.get_output_contents(&named(), &options()).await;
    assert_eq!(read.unwrap().bytes, "ABCDE");

    // An unsolicited range is not the output.
    let server = Server::always(part(V1, "0-3/10", "0123")).await;
    let (client, _) = skipping(&server.api());
    let error = client.get_output_contents(&named(), &options()).await.unwrap_err();
    assert!(matches!(error, Error::Response { .. }), "{error:?}");

    // An output that is too long is not read.
    let server = Server::always(Reply::Keep(whole("", "0123456789"))).await;
    let client = builder(&server.api()).max_response_bytes(9).build().unwrap();
    let error = client.get_output_contents(&named(), &options()).await.unwrap_err();
    assert!(matches!(error, Error::Response { .. }), "{error:?}");
}

#[tokio::test]
async fn a_download_that_makes_progress_each_time_does_not_fail() {
    let parts = (4..10).map(|at: usize| {
        let rest = answer(
            206,
            &format!("content-range: bytes {at}-9/10\r\n{V1}"),
            &"0123456789"[at..],
        );
        Reply::Close(begun(&rest, 1))
    });
    let (server, folder, done) = cut_then(V1, parts.collect()).await;
    assert_eq!(done.unwrap().bytes, 10);
    assert_eq!(content(&folder), "0123456789");
    assert_eq!(server.count(), 7);
}

#[tokio::test]
async fn parts_of_different_versions_are_never_put_together() {
    let new = || Reply::Keep(whole(V2, "ABCDEFGHIJ"));
    for replies in [
        // The first servers respond as they should, and the others as they might.
        vec![new()],
        vec![part(V2, "4-9/10", "EFGHIJ"), new()],
        vec![part("", "4-9/10", "EFGHIJ"), new()],
        vec![part(V1, "3-9/10", "3456789"), new()],
        vec![part(V1, "4-9/11", "456789"), new()],
        vec![Reply::Keep(answer(416, "", "")), new()],
    ] {
        let shown = format!("{replies:?}");
        let (server, folder, done) = cut_then(V1, replies.clone()).await;
        assert_eq!(done.unwrap().bytes, 10, "{shown}");
        assert_eq!(content(&folder), "ABCDEFGHIJ", "{shown}");
        assert_eq!(server.count(), 1 + replies.len());
        assert!(replies.len() == 1 || server.requests()[2].header("range").is_empty());
    }
}

#[tokio::test]
async fn refusals_count_as_retries_of_a_download_that_makes_no_progress() {
    // The download begins, and no further byte comes. The first refusal takes one of two retries, and the request after
    // it the other.
    let stuck = Reply::Close(begun(
        &answer(206, "content-range: bytes 4-9/10\r\netag: \"one\"\r\n", "456789"),
        0,
    ));
    let replies = [vec![status(503), stuck.clone()], vec![stuck; 4]].concat();
    let (server, _, done) = cut_then(V1, replies).await;
    assert_eq!(attempts(&done.unwrap_err()), 3);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn the_retries_of_a_download_count_for_all_its_requests() {
    let server = Server::start(|request, nth| match request.line() {
        ROUTE if nth > 0 => Reply::Keep(answer(302, "location: /api/elsewhere\r\n", "")),
        _ => status(503),
    })
    .await;
    let (client, clock) = skipping(&server.api());
    let error = client.open_output(&named(), &options()).await.unwrap_err();
    assert_eq!((error.status(), attempts(&error)), (Some(503), 3));
    assert_eq!((server.count(), clock.pauses()), (4, vec![1000, 1750]));
}

#[tokio::test]
async fn without_an_etag_a_download_starts_again() {
    let same_second = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\nlast-modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for headers in ["", "etag: W/\"weak\"\r\n", same_second] {
        let (server, folder, done) = cut_then(headers, vec![Reply::Keep(whole("", "new"))]).await;
        assert_eq!(done.unwrap().bytes, 3);
        assert_eq!(content(&folder), "new");
        assert!(server.requests()[1].header("range").is_empty());
    }
}

#[tokio::test]
async fn a_server_without_ranges_sends_all_of_it_again() {
    let (_, folder, done) = cut_then(V1, vec![Reply::Keep(whole(V1, "0123456789"))]).await;
    assert_eq!(done.unwrap().bytes, 10);
    assert_eq!(content(&folder), "0123456789");
}

#[tokio::test]
async fn a_download_that_always_breaks_at_the_same_byte_fails_and_leaves_no_file() {
    for headers in ["", V1] {
        let cut = Reply::Close(begun(&whole(headers, "0123456789"), 4));
        let server = Server::always(cut).await;
        let (client, _) = skipping(&server.api());
        let folder = Folder::new();
        let error = download(&client, &folder).await.unwrap_err();
        assert_eq!(connection_fault(&error), Some(ConnectionFault::Cut));
        assert_eq!((error.phase(), error.sent()), (Some(Phase::Body), Some(Sent::Maybe)));
        assert_eq!(attempts(&error), 3);
        assert!(error.is_retryable());
        assert_eq!(server.count(), 3);
        assert!(folder.files().is_empty());
    }
}

#[tokio::test]
async fn retries_of_a_download_that_makes_no_progress_take_from_the_budget_of_the_client() {
    let cut = begun(&whole("", "0123456789"), 4);
    let server = Server::start(move |request, _| match request.line() {
        ROUTE => Reply::Close(cut.clone()),
        _ => status(500),
    })
    .await;
    let (client, clock) = skipping(&server.api());
    // The retry budget of a client is 20.
    client.get_job("j", &options().retries(100)).await.unwrap_err();
    let before = clock.pauses().len();
    let error = download(&client, &Folder::new()).await.unwrap_err();
    // The first attempt had made progress.
    assert_eq!((attempts(&error), clock.pauses().len() - before), (2, 1));
}

#[tokio::test]
async fn an_open_output_continues_only_with_the_same_version() {
    let cut = Reply::Close(begun(&whole(V1, "0123456789"), 4));
    for (second, expected) in [
        (part(V1, "4-9/10", "456789"), Some("0123456789")),
        (Reply::Keep(whole(V1, "0123456789")), Some("0123456789")),
        (Reply::Keep(whole(V2, "ABCDEFGHIJ")), None),
        (Reply::Keep(answer(416, "", "")), None),
    ] {
        let replies = [cut.clone(), second];
        let server = Server::start(move |_, nth| replies[nth].clone()).await;
        let (client, _) = skipping(&server.api());
        let mut output = client.open_output(&named(), &options()).await.unwrap();
        assert_eq!(output.content_length(), Some(10));
        assert_eq!(output.content_type(), Some("audio/wav"));
        let mut read = Vec::new();
        let end = loop {
            match output.next().await {
                Ok(Some(chunk)) => read.extend_from_slice(&chunk),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        if let Some(expected) = expected {
            end.unwrap();
            assert_eq!(String::from_utf8(read).unwrap(), expected);
        } else {
            assert_eq!(connection_fault(&end.unwrap_err()), Some(ConnectionFault::Cut));
            assert_eq!(read, b"0123");
        }
    }
}
