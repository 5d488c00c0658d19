//! Downloads: the requests, their limits, and that none leaves a partial file.

use std::{pin::pin, sync::Mutex, time::Duration};

use modzy_client::{Error, Phase, RequestOptions};

use crate::support::{
    builder,
    folder::Folder,
    millis, options,
    output::{ROUTE, begun, content, download, named, whole},
    server::{Reply, Server, job, status},
    skipping, until,
};

#[tokio::test]
async fn an_output_is_requested_without_a_coding_and_replaces_the_old_file() {
    let server = Server::always(Reply::Keep(whole("", "bytes"))).await;
    let (client, _) = skipping(&server.api());
    let folder = Folder::new();
    std::fs::write(folder.place(), "something older and longer").unwrap();
    let mut reported = Vec::new();
    let options = options().header("Range", "bytes=2-").unwrap();
    let done = client
        .download_output(&named(), &folder.place(), &options, |progress| reported.push(progress))
        .await
        .unwrap();
    assert_eq!((done.bytes, done.content_type.as_deref()), (5, Some("audio/wav")));
    assert_eq!(content(&folder), "bytes");
    let reported: Vec<_> = reported
        .iter()
        .map(|progress| (progress.loaded_bytes, progress.total_bytes))
        .collect();
    assert_eq!(reported, [(0, Some(5)), (5, Some(5))]);
    let requests = server.requests();
    assert_eq!(server.lines(), [ROUTE]);
    assert_eq!(requests[0].header("accept-encoding"), ["identity"]);
    assert_eq!(requests[0].header("accept"), ["*/*"]);
    assert_eq!(requests[0].header("authorization").len(), 1);
    assert!(requests[0].header("range").is_empty());
}

#[tokio::test]
async fn a_large_output_without_a_length_arrives_whole() {
    let body = "0123456789abcdef".repeat(200_000);
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunked = format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let server = Server::always(Reply::Keep(chunked.into_bytes())).await;
    let (client, _) = skipping(&server.api());
    let folder = Folder::new();
    let done = download(&client, &folder).await.unwrap();
    assert_eq!((done.bytes, done.content_type), (3_200_000, None));
    assert!(content(&folder) == body);
}

#[tokio::test]
async fn the_request_timeout_ends_with_the_headers_and_the_idle_timeout_counts_between_bytes() {
    let answer = whole("", "0123456789");
    let server = Server::raw(move |mut socket, _, _| {
        let answer = answer.clone();
        async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let _ = socket.read(&mut [0; 4096]).await;
            for byte in begun(&answer, 0)
                .chunks(1000)
                .chain(answer[answer.len() - 10..].chunks(1))
            {
                if socket.write_all(byte).await.is_err() {
                    return;
                }
                tokio::time::sleep(millis(40)).await;
            }
        }
    })
    .await;
    let client = builder(&server.api()).retries(0).build().unwrap();
    let folder = Folder::new();
    let limits = |request: u64, idle: u64| {
        RequestOptions::default()
            .request_timeout(millis(request))
            .idle_timeout(millis(idle))
    };
    let run = async |limits: &RequestOptions| client.download_output(&named(), &folder.place(), limits, |_| {}).await;
    assert_eq!(run(&limits(200, 200)).await.unwrap().bytes, 10);
    let error = run(&limits(200, 20)).await.unwrap_err();
    assert!(
        matches!(error, Error::Timeout { limit, .. } if limit == millis(20)),
        "{error:?}"
    );
    assert_eq!(error.phase(), Some(Phase::Body));

    let silent = Server::always(Reply::Stall(Vec::new())).await;
    let client = builder(&silent.api()).retries(0).build().unwrap();
    let error = client
        .download_output(&named(), &folder.place(), &limits(50, 5000), |_| {})
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Timeout { limit, .. } if limit == millis(50)),
        "{error:?}"
    );
    assert_eq!(error.phase(), Some(Phase::Headers));
}

#[tokio::test]
async fn an_open_output_holds_no_permit_and_closes_its_connection_on_drop() {
    let server = Server::start(|request, _| {
        if request.line() == ROUTE {
            Reply::Stall(begun(&whole("", "0123456789"), 4))
        } else {
            job("OPEN")
        }
    })
    .await;
    let client = builder(&server.api()).max_sockets(1).build().unwrap();
    let mut output = client.open_output(&named(), &options()).await.unwrap();
    assert_eq!(output.next().await.unwrap().unwrap(), "0123");
    let limit = options().request_timeout(Duration::from_secs(5));
    client.get_job("j", &limit).await.unwrap();
    assert_eq!(server.busy(), 1);
    drop(output);
    until(|| server.busy() == 0).await;
}

#[tokio::test]
async fn a_dropped_download_leaves_no_file() {
    let server = Server::always(Reply::Stall(begun(&whole("", "0123456789"), 4))).await;
    let (client, _) = skipping(&server.api());
    let folder = Folder::new();
    let begun = Mutex::new(false);
    let place = folder.place();
    let options = options();
    let output = named();
    {
        let listener = |_| *begun.lock().unwrap() = true;
        let mut download = pin!(client.download_output(&output, &place, &options, listener));
        tokio::select! {
            done = &mut download => panic!("{done:?}"),
            () = until(|| *begun.lock().unwrap()) => {}
        }
        assert_eq!(folder.files().len(), 1);
    }
    assert!(folder.files().is_empty());
    until(|| server.busy() == 0).await;
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_reported_before_anything_is_sent() {
    let server = Server::always(status(200)).await;
    let (client, _) = skipping(&server.api());
    let folder = Folder::new();
    for place in [folder.path().to_owned(), folder.path().join("none/at/all"), "/".into()] {
        let error = client
            .download_output(&named(), &place, &options(), |_| {})
            .await
            .unwrap_err();
        assert!(
            matches!(&error, Error::File { path, .. } if *path == place),
            "{error:?}"
        );
    }
    assert_eq!(server.count(), 0);
    assert!(folder.files().is_empty());
}

#[tokio::test]
async fn a_refused_download_leaves_no_file() {
    let server = Server::always(status(404)).await;
    let (client, _) = skipping(&server.api());
    let folder = Folder::new();
    let error = download(&client, &folder).await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert_eq!(error.call().unwrap().job_identifier.as_deref(), Some("j"));
    assert!(folder.files().is_empty());
}
