//! Streamed results: their requests, their inputs, how much is read, and how a broken stream ends.

use std::time::Duration;

use modzy_client::{BodyFault, Client, ConnectionFault, Document, Error, Phase, RequestOptions, ResultStream};

use crate::support::{
    attempts, body_fault, builder, connection_fault, millis, options,
    server::{Reply, Server, answer, ok, status},
    skipping, until,
};

const RESULTS: &str = r#"{"jobIdentifier":"j","results":{"a":{"status":"SUCCESSFUL","o":1},"b":{"status":"SUCCESSFUL","o":2}},
    "failures":{"c":{"status":"FAILED","error":"why"}},"finished":true}"#;

const A: &str = r#"{"inputKey":"a","status":"SUCCESSFUL","metadata":{},"outputs":{"o":1}}"#;
const B: &str = r#"{"inputKey":"b","status":"SUCCESSFUL","metadata":{},"outputs":{"o":2}}"#;
const C: &str = r#"{"inputKey":"c","status":"FAILED","error":"why","metadata":{},"outputs":{}}"#;

async fn open(client: &Client) -> ResultStream {
    client.stream_results("j", &options()).await.unwrap()
}

/// Reads all inputs, and returns them with the error that ended the stream.
async fn drain(mut stream: ResultStream) -> (Vec<String>, Result<(), Error>) {
    let mut inputs = Vec::new();
    loop {
        match stream.next().await {
            Ok(Some(input)) => inputs.push(input.into()),
            Ok(None) => return (inputs, Ok(())),
            Err(error) => {
                assert_eq!(stream.next().await.unwrap(), None);
                return (inputs, Err(error));
            }
        }
    }
}

/// Opens a stream of results from a server that replies with this.
async fn read(replies: Vec<Reply>) -> (Server, Vec<String>, Result<(), Error>) {
    let server = Server::scripted(replies).await;
    let (client, _) = skipping(&server.api());
    let (inputs, end) = match client.stream_results("j", &options()).await {
        Ok(stream) => drain(stream).await,
        Err(error) => (Vec::new(), Err(error)),
    };
    (server, inputs, end)
}

/// Returns the head of a response and its body up to the end of this text.
fn until_text(text: &str) -> Vec<u8> {
    let mut bytes = answer(200, "", RESULTS);
    let end = bytes.windows(text.len()).position(|window| window == text.as_bytes());
    bytes.truncate(end.unwrap() + text.len());
    bytes
}

#[tokio::test]
async fn each_input_comes_separately_in_the_order_of_the_body() {
    let (server, inputs, end) = read(vec![ok(RESULTS)]).await;
    assert_eq!(inputs, [A, B, C]);
    end.unwrap();
    assert_eq!(server.lines(), ["GET /api/results/j"]);
    assert_eq!(server.requests()[0].header("accept"), ["application/json"]);
    let (_, inputs, end) = read(vec![ok(r#"{"jobIdentifier":"j","failures":null,"finished":true}"#)]).await;
    assert!(inputs.is_empty());
    end.unwrap();
}

#[tokio::test]
async fn an_input_is_available_before_the_next_arrives_and_a_dropped_stream_closes_its_request() {
    let server = Server::always(Reply::Stall(until_text(r#""o":1},"#))).await;
    let (client, _) = skipping(&server.api());
    let mut stream = open(&client).await;
    assert_eq!(stream.next().await.unwrap().unwrap().as_str(), A);
    assert_eq!(stream.ready(), None);
    assert_eq!(server.open(), 1);
    drop(stream);
    until(|| server.open() == 0).await;
}

#[tokio::test]
async fn inputs_that_have_arrived_are_ready() {
    let server = Server::always(ok(RESULTS)).await;
    let (client, _) = skipping(&server.api());
    let mut stream = open(&client).await;
    assert_eq!(stream.ready(), None);
    assert_eq!(stream.next().await.unwrap().unwrap().as_str(), A);
    assert_eq!(stream.ready().unwrap().as_str(), B);
    assert_eq!(stream.ready().unwrap().as_str(), C);
    assert_eq!(stream.ready(), None);
    assert_eq!(stream.next().await.unwrap(), None);
}

#[tokio::test]
async fn a_stream_is_retried_like_every_read_until_its_first_input() {
    for reply in [
        status(503),
        Reply::Reset,
        Reply::Close(until_text(r#""o":1"#)),
        ok("<html>"),
        ok(""),
        Reply::Keep(answer(206, "", RESULTS)),
        ok(r#"{"results":[]}"#),
    ] {
        let (server, inputs, end) = read(vec![reply.clone(), ok(RESULTS)]).await;
        assert_eq!(inputs, [A, B, C], "{reply:?}");
        end.unwrap();
        assert_eq!(server.lines().len(), 2);
        let (server, inputs, end) = read(vec![reply; 5]).await;
        assert!(inputs.is_empty());
        assert_eq!(attempts(&end.unwrap_err()), 3);
        assert_eq!(server.lines().len(), 3);
    }
}

#[tokio::test]
async fn refusals_before_a_broken_body_count_as_its_retries() {
    let cut = Reply::Close(until_text(r#""o":1"#));
    for replies in [
        vec![status(503), status(503), cut.clone()],
        vec![status(503), cut.clone(), status(503)],
        vec![cut.clone(), status(503), cut.clone()],
    ] {
        let shown = format!("{replies:?}");
        let (server, inputs, end) = read([replies, vec![cut.clone(); 6]].concat()).await;
        assert!(inputs.is_empty());
        assert_eq!(attempts(&end.unwrap_err()), 3, "{shown}");
        assert_eq!(server.lines().len(), 3, "{shown}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_after_the_first_input_ends_the_stream() {
    let (server, inputs, end) = read(vec![Reply::Close(until_text(r#""o":2"#)); 3]).await;
    assert_eq!(inputs, [A]);
    let error = end.unwrap_err();
    assert_eq!(connection_fault(&error), Some(ConnectionFault::Cut));
    assert_eq!((error.phase(), attempts(&error)), (Some(Phase::Body), 1));
    assert!(error.is_retryable());
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_body_that_turns_out_not_to_be_results_fails_after_its_good_inputs() {
    for (body, fault) in [
        (r#"{"results":{"a":{"o":1},"b":{]}}"#, BodyFault::NotJson),
        (r#"{"results":{"a":{"o":1}}"#, BodyFault::NotJson),
        (r#"{"results":{"a":{"o":1}}} and more"#, BodyFault::NotJson),
        (r#"{"results":{"a":{"o":1},"b":7}}"#, BodyFault::NoResults),
        (r#"{"results":{"a":{"o":1}},"failures":[]}"#, BodyFault::NoResults),
        (r#"{"results":{"a":{"o":1}}}"#, BodyFault::NoResults),
        (
            r#"{"results":{"a":{"o":1}},"jobIdentifier":null}"#,
            BodyFault::NoResults,
        ),
        (
            r#"{"results":{"a":{"o":1}},"jobIdentifier":"k"}"#,
            BodyFault::AnotherJob,
        ),
        (
            r#"{"jobIdentifier":"j","results":{"a":{"o":1}},"statusCode":500}"#,
            BodyFault::NoResults,
        ),
    ] {
        let (server, inputs, end) = read(vec![ok(body); 3]).await;
        assert_eq!(inputs.len(), 1, "{body}");
        assert_eq!(body_fault(&end.unwrap_err()), Some(fault), "{body}");
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn an_input_may_be_as_long_as_a_body_and_all_together_longer() {
    let input = |length: usize| format!(r#""{0}":{{"o":"{1}"}}"#, length, "x".repeat(length));
    let body = |lengths: &[usize]| {
        let inputs: Vec<_> = lengths.iter().map(|&length| input(length)).collect();
        format!(r#"{{"jobIdentifier":"j","results":{{{}}}}}"#, inputs.join(","))
    };
    let lengths = [1_400_000, 1_300_000, 10];
    let server = Server::always(ok(body(&lengths))).await;
    let client = builder(&server.api()).max_response_bytes(1_500_000).build().unwrap();
    let (inputs, end) = drain(open(&client).await).await;
    end.unwrap();
    assert!(inputs.iter().zip(lengths).all(|(input, length)| input.len() > length));
    assert_eq!(inputs.len(), 3);

    let server = Server::always(ok(body(&[10, 1_500_000]))).await;
    let client = builder(&server.api()).max_response_bytes(1_500_000).build().unwrap();
    let (inputs, end) = drain(open(&client).await).await;
    assert_eq!(inputs.len(), 1);
    assert_eq!(body_fault(&end.unwrap_err()), Some(BodyFault::TooLarge));
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_body_that_stalls_expires_and_a_slow_one_does_not() {
    let server = Server::always(Reply::Stall(until_text(r#""o":2"#))).await;
    let client = builder(&server.api()).build().unwrap();
    let limits = RequestOptions::default()
        .idle_timeout(millis(100))
        .request_timeout(millis(100));
    let mut stream = client.stream_results("j", &limits).await.unwrap();
    tokio::time::sleep(millis(200)).await;
    assert_eq!(stream.next().await.unwrap().unwrap().as_str(), A);
    let error = stream.next().await.unwrap_err();
    let Error::Timeout { limit, phase, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!((limit, phase), (Duration::from_millis(100), Phase::Body));
}

#[tokio::test]
async fn results_are_read_ahead_as_far_as_they_have_arrived_and_to_a_size() {
    let server = Server::always(ok(RESULTS)).await;
    let (client, _) = skipping(&server.api());
    for (bytes, expected) in [
        (usize::MAX, [3, 0].as_slice()),
        (A.len() + 1, &[2, 1, 0]),
        (0, &[1, 1, 1, 0]),
    ] {
        let (mut stream, mut taken, mut counts) = (Box::new(open(&client).await), Vec::new(), Vec::new());
        loop {
            let (results, next) = stream.read_ahead(bytes).take().await.unwrap();
            counts.push(results.len());
            if results.is_empty() {
                break;
            }
            taken.extend(results);
            stream = next;
        }
        assert_eq!(counts, expected);
        assert_eq!(taken.iter().map(Document::as_str).collect::<Vec<_>>(), [A, B, C]);
    }
}

#[tokio::test]
async fn a_failure_comes_after_the_results_that_were_read_ahead_before_it() {
    let server = Server::always(Reply::Close(until_text(r#""o":2"#))).await;
    let (client, _) = skipping(&server.api());
    let (results, stream) = Box::new(open(&client).await)
        .read_ahead(usize::MAX)
        .take()
        .await
        .unwrap();
    assert_eq!(results.iter().map(Document::as_str).collect::<Vec<_>>(), [A]);
    let error = stream.read_ahead(usize::MAX).take().await.unwrap_err();
    assert_eq!(connection_fault(&error), Some(ConnectionFault::Cut));
}

#[tokio::test]
async fn the_idle_timeout_of_what_is_read_ahead_begins_when_it_is_wanted() {
    let limits = RequestOptions::default().idle_timeout(millis(100));
    let open = async |reply| {
        let server = Server::always(reply).await;
        let client = builder(&server.api()).build().unwrap();
        let mut stream = Box::new(client.stream_results("j", &limits).await.unwrap());
        for expected in [A, B, C] {
            assert_eq!(stream.next().await.unwrap().unwrap().as_str(), expected);
        }
        (server, stream)
    };
    let mut body = answer(200, "", RESULTS);
    let end = body.split_off(body.len() - 1);

    let (_server, stream) = open(Reply::Dribble(body.clone(), millis(500), end)).await;
    let ahead = stream.read_ahead(0);
    tokio::time::sleep(millis(1500)).await;
    assert!(ahead.take().await.unwrap().0.is_empty());

    let (_server, stream) = open(Reply::Stall(body)).await;
    let ahead = stream.read_ahead(0);
    tokio::time::sleep(millis(500)).await;
    assert!(matches!(ahead.take().await, Err(Error::Timeout { .. })));
}

#[tokio::test]
async fn results_that_are_read_ahead_and_dropped_close_their_request() {
    let server = Server::always(Reply::Stall(until_text(r#""o":1},"#))).await;
    let (client, _) = skipping(&server.api());
    let (_, stream) = Box::new(open(&client).await).read_ahead(0).take().await.unwrap();
    let ahead = stream.read_ahead(0);
    assert_eq!(server.open(), 1);
    drop(ahead);
    until(|| server.open() == 0).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let moved = Reply::Keep(answer(302, "location: /api/results/k\r\n", ""));
    let server = Server::always(moved).await;
    let (client, _) = skipping(&server.api());
    let error = client.stream_results("j", &options()).await.unwrap_err();
    assert_eq!(error.status(), Some(302));
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn progress_is_known_at_both_ends() {
    let server = Server::always(ok(RESULTS)).await;
    let (client, _) = skipping(&server.api());
    let mut stream = open(&client).await;
    let total = Some(RESULTS.len() as u64);
    let progress = stream.progress().unwrap();
    assert_eq!((progress.loaded_bytes, progress.total_bytes), (0, total));
    while stream.next().await.unwrap().is_some() {
        assert_eq!(stream.progress(), None);
    }
    let progress = stream.progress().unwrap();
    assert_eq!((Some(progress.loaded_bytes), progress.total_bytes), (total, total));
    assert_eq!(stream.progress(), None);
}
