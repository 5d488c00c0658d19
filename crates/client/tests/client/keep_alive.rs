//! Sockets that are kept for the next request, and sockets that died meanwhile.

use modzy_client::{ConnectionFault, Sent};
use tokio::io::AsyncWriteExt;

use crate::support::{
    attempts, builder, connection_fault, millis, options,
    server::{Reply, Server, answer, job, ok, receive},
    skipping, until,
};

/// Returns how many requests came on each connection.
fn per_connection(server: &Server) -> Vec<usize> {
    let mut counts = vec![0; server.connections()];
    for request in server.requests() {
        counts[request.connection] += 1;
    }
    counts
}

#[tokio::test]
async fn two_hundred_reads_in_a_row_use_one_connection() {
    let server = Server::always(job("COMPLETED")).await;
    let client = builder(&server.api()).build().unwrap();
    for _ in 0..200 {
        client.get_job("j", &options()).await.unwrap();
    }
    assert_eq!(per_connection(&server), [200]);
}

#[tokio::test]
async fn a_response_on_a_kept_socket_may_take_longer_than_a_connection() {
    let server = Server::always(Reply::Late(millis(150), answer(200, "", r#"{"jobIdentifier":"j"}"#))).await;
    let client = builder(&server.api())
        .connect_timeout(millis(40))
        .retries(0)
        .build()
        .unwrap();
    for _ in 0..2 {
        client.get_job("j", &options()).await.unwrap();
        client.cancel_job("j", &options()).await.unwrap();
        client.submit_job("{}", &options()).await.unwrap();
    }
    assert_eq!(per_connection(&server), [6]);
}

#[tokio::test]
async fn refusals_and_unreadable_responses_keep_the_connection() {
    let server = Server::start(|_, nth| match nth % 3 {
        0 => Reply::Keep(answer(404, "", "{}")),
        1 => ok("<html>"),
        _ => Reply::Keep(answer(204, "", "")),
    })
    .await;
    let client = builder(&server.api()).retries(0).build().unwrap();
    for _ in 0..30 {
        // The result does not matter here.
        let _ = client.get_job("j", &options()).await;
    }
    assert_eq!(per_connection(&server), [30]);
}

#[tokio::test]
async fn a_socket_is_kept_for_four_seconds_without_use() {
    let server = Server::always(job("OPEN")).await;
    let client = builder(&server.api()).build().unwrap();
    for (idle, connections) in [(0, 1), (2_500, 1), (4_300, 2)] {
        tokio::time::sleep(millis(idle)).await;
        client.get_job("j", &options()).await.unwrap();
        assert_eq!(server.connections(), connections, "after {idle} ms");
    }
    until(|| server.open() == 1).await;
}

#[tokio::test]
async fn a_read_on_a_stale_socket_is_replayed_for_free() {
    for death in [Reply::Reset, Reply::Close(Vec::new())] {
        let server = Server::scripted(vec![job("OPEN"), death]).await;
        let (client, clock) = skipping(&server.api());
        client.get_job("first", &options().retries(0)).await.unwrap();
        client.get_job("second", &options().retries(0)).await.unwrap();
        assert_eq!(
            server.lines(),
            ["GET /api/jobs/first", "GET /api/jobs/second", "GET /api/jobs/second"]
        );
        assert_eq!(per_connection(&server), [2, 1]);
        assert!(clock.pauses().is_empty());
    }
}

#[tokio::test]
async fn a_read_is_replayed_for_free_only_once() {
    // The server ends each connection at its second request.
    let server = Server::start(|request, nth| match (request.line().ends_with("warm"), nth) {
        (true, _) => Reply::Late(millis(100), answer(200, "", r#"{"jobIdentifier":"warm"}"#)),
        _ => Reply::Reset,
    })
    .await;
    let (client, clock) = skipping(&server.api());
    let warm = options();
    let (one, two, three) = tokio::join!(
        client.get_job("warm", &warm),
        client.get_job("warm", &warm),
        client.get_job("warm", &warm)
    );
    for warmed in [one, two, three] {
        warmed.unwrap();
    }
    assert_eq!(server.connections(), 3);
    let error = client.get_job("cold", &options().retries(0)).await.unwrap_err();
    assert_eq!(connection_fault(&error), Some(ConnectionFault::Cut));
    assert_eq!((server.count(), attempts(&error)), (5, 2));
    assert!(clock.pauses().is_empty());
}

#[tokio::test]
async fn a_truncated_body_on_a_kept_socket_is_not_a_stale_socket() {
    let server = Server::scripted(vec![job("OPEN"), crate::support::server::cut()]).await;
    let (client, clock) = skipping(&server.api());
    client.get_job("first", &options()).await.unwrap();
    client.get_job("second", &options()).await.unwrap();
    assert_eq!((server.count(), clock.pauses()), (3, vec![1000]));
}

#[tokio::test]
async fn a_submit_after_the_server_closed_its_idle_sockets_is_neither_lost_nor_doubled() {
    let server = Server::start(|request, _| {
        let receipt = answer(200, "", r#"{"jobIdentifier":"j"}"#);
        if request.line().starts_with("GET") {
            Reply::Close(receipt)
        } else {
            Reply::Keep(receipt)
        }
    })
    .await;
    let (client, clock) = skipping(&server.api());
    for round in 1..=20 {
        client.get_job("j", &options()).await.unwrap();
        until(|| server.open() == 0 || round == 1).await;
        client.submit_job("{}", &options()).await.unwrap();
        // The next round must find no kept socket.
        client.get_job("j", &options()).await.unwrap();
        assert_eq!(server.count(), round * 3);
    }
    let posts = server.lines().iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!((posts, clock.pauses().len()), (20, 0));
}

#[tokio::test]
async fn a_submit_on_a_socket_that_dies_under_it_fails_and_is_not_repeated() {
    for death in [Reply::Reset, Reply::Close(Vec::new())] {
        let server = Server::scripted(vec![job("OPEN"), death]).await;
        let (client, clock) = skipping(&server.api());
        client.get_job("first", &options()).await.unwrap();
        let error = client.submit_job("{}", &options()).await.unwrap_err();
        assert_eq!((error.sent(), attempts(&error)), (Some(Sent::Maybe), 1));
        assert!(error.to_string().contains("may have accepted"), "{error}");
        assert_eq!(server.lines(), ["GET /api/jobs/first", "POST /api/jobs"]);
        assert!(clock.pauses().is_empty());
    }
}

#[tokio::test]
async fn an_unsolicited_response_answers_no_request() {
    let mut twice = answer(200, "", r#"{"jobIdentifier":"j"}"#);
    twice.extend(answer(200, "", r#"{"jobIdentifier":"j","n":"smuggled"}"#));
    for _ in 0..10 {
        let server = Server::scripted(vec![Reply::Keep(twice.clone())]).await;
        let (client, _) = skipping(&server.api());
        let first = client.get_job("j", &options()).await.unwrap();
        assert_eq!(first.as_str(), r#"{"jobIdentifier":"j"}"#);
        let second = client.get_job("j", &options()).await.unwrap();
        assert_eq!(second.string_member("status").as_deref(), Some("COMPLETED"));
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn a_dropped_client_closes_its_sockets() {
    let server = Server::always(job("COMPLETED")).await;
    let client = builder(&server.api()).build().unwrap();
    client.get_job("j", &options()).await.unwrap();
    assert_eq!(server.open(), 1);
    drop(client);
    until(|| server.open() == 0).await;
}

/// Replies with a job, and announces the end of the socket.
fn hinting(hint: &str) -> Vec<u8> {
    answer(200, &format!("{hint}\r\n"), r#"{"jobIdentifier":"j"}"#)
}

/// Makes a row of submits, and returns the pauses after which a submit used another socket than the one before. The
/// first two always do if the hint is new: the client follows a hint from the moment at which it is known.
async fn changes_socket(hint: &str, pauses: &[u64]) -> Vec<bool> {
    let server = Server::always(Reply::Keep(hinting(hint))).await;
    let client = builder(&server.api()).build().unwrap();
    for _ in 0..2 {
        client.submit_job("{}", &options()).await.unwrap();
    }
    for &pause in pauses {
        tokio::time::sleep(millis(pause)).await;
        client.submit_job("{}", &options()).await.unwrap();
    }
    let by: Vec<_> = server.requests().iter().map(|request| request.connection).collect();
    by.windows(2).skip(1).map(|pair| pair[0] != pair[1]).collect()
}

#[tokio::test]
async fn a_socket_is_not_used_from_a_second_before_its_announced_end() {
    for (hint, pauses, changes) in [
        ("keep-alive: timeout=2", vec![0, 600, 1100], vec![false, false, true]),
        ("Keep-Alive: TIMEOUT=2, max=100", vec![600, 1100], vec![false, true]),
        ("keep-alive: timeout=1", vec![0, 0], vec![true, true]),
        ("keep-alive: timeout=0", vec![0, 0], vec![true, true]),
        ("keep-alive: timeout=65", vec![1100], vec![false]),
        ("keep-alive: timeout=soon", vec![1100], vec![false]),
    ] {
        assert_eq!(changes_socket(hint, &pauses).await, changes, "{hint}");
    }
}

#[tokio::test]
async fn the_shortest_of_several_hints_holds() {
    let server = Server::start(|_, nth| {
        let timeout = if nth == 1 { 1 } else { 65 };
        Reply::Keep(hinting(&format!("keep-alive: timeout={timeout}")))
    })
    .await;
    let client = builder(&server.api()).build().unwrap();
    for _ in 0..5 {
        client.submit_job("{}", &options()).await.unwrap();
    }
    assert_eq!(per_connection(&server), [2, 1, 1, 1]);
}

#[tokio::test]
async fn a_socket_carries_no_more_requests_than_its_server_announces() {
    // The server closes after the last request, without an announcement.
    for counts_down in [false, true] {
        let server = Server::raw(move |mut socket, number, seen| async move {
            for nth in 0..3 {
                let Some(request) = receive(&mut socket, number).await else {
                    return;
                };
                seen.note(request);
                let max = if counts_down { 2 - nth } else { 3 };
                let hint = format!("keep-alive: timeout=60, max={max}");
                socket.write_all(&hinting(&hint)).await.unwrap();
            }
        })
        .await;
        let client = builder(&server.api()).build().unwrap();
        for _ in 0..30 {
            client.submit_job("{}", &options()).await.unwrap();
        }
        assert_eq!(server.count(), 30);
        assert_eq!(per_connection(&server), [3; 10]);
    }
}
