//! Uploads: their requests in order, and what is refused before the first one.

use bytes::Bytes;
use modzy_client::{Abort, Error, FileSource, InputFault};

use crate::support::{
    folder::Folder,
    input_fault, options,
    server::{Reply, Server, answer, job, ok, status},
    skipping,
    upload::{CHUNK, bytes, chunked, file_job, server_limits, small_chunks, upload},
};

#[tokio::test]
async fn an_upload_requests_the_limits_opens_a_job_sends_the_chunks_in_order_and_closes() {
    let server = Server::scripted(vec![
        server_limits(),
        job("OPEN"),
        Reply::Keep(answer(202, "", "")),
        Reply::Keep(answer(202, "", "\"taken\"")),
        Reply::Keep(answer(202, "", "{}")),
        job("SUBMITTED"),
    ])
    .await;
    let (client, _) = skipping(&server.api());
    let folder = Folder::new();
    let content = bytes(CHUNK + 1);
    let mut sent = file_job(vec![
        ("a b/c", "input.txt", FileSource::Path(folder.file("x", &content))),
        (
            "second",
            "image\"\r\n.png",
            FileSource::Bytes(Bytes::from_static(b"12")),
        ),
    ]);
    sent.explain = Some(true);
    sent.timeout = Some(5000);
    let done = upload(&client, sent).await;
    assert_eq!(done.result.unwrap().string_member("status").unwrap(), "SUBMITTED");
    assert!(done.canceled.is_none());

    let requests = server.requests();
    let lines: Vec<_> = requests.iter().map(crate::support::server::Received::line).collect();
    assert_eq!(
        lines,
        [
            "GET /api/jobs/features",
            "POST /api/jobs",
            "POST /api/jobs/j/a%20b%2Fc/input.txt",
            "POST /api/jobs/j/a%20b%2Fc/input.txt",
            "POST /api/jobs/j/second/image%22%0D%0A.png",
            "POST /api/jobs/j/close",
        ]
    );
    let open = r#"{"model":{"identifier":"ed542963de","version":"1.0.1"},"explain":true,"timeout":5000}"#;
    assert_eq!(requests[1].body, open.as_bytes());
    assert_eq!(requests[5].body, b"{}");
    let framed = |index: usize, head: &str, data: &[u8]| {
        let request = &requests[index];
        let content_type = request.header("content-type").concat();
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        let expected = [
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"input\"; {head}\r\n\r\n").into_bytes(),
            data.to_vec(),
            format!("\r\n--{boundary}--\r\n").into_bytes(),
        ];
        assert_eq!(request.body, expected.concat());
        assert_eq!(request.header("content-length"), [request.body.len().to_string()]);
    };
    framed(
        2,
        "filename=\"input.txt\"\r\nContent-Type: text/plain",
        &content[..CHUNK],
    );
    framed(
        3,
        "filename=\"input.txt\"\r\nContent-Type: text/plain",
        &content[CHUNK..],
    );
    framed(4, "filename=\"image%22%0D%0A.png\"\r\nContent-Type: image/png", b"12");
}

#[tokio::test]
async fn every_kind_of_source_is_split_into_the_same_chunks() {
    for length in [1, CHUNK - 1, CHUNK, CHUNK + 1, 10 * CHUNK] {
        let content = bytes(length);
        let folder = Folder::new();
        let thirds = content
            .chunks(length / 3 + 1)
            .map(|third| Ok(Bytes::copy_from_slice(third)));
        let sources = [
            FileSource::Path(folder.file("x", &content)),
            FileSource::Bytes(Bytes::from(content.clone())),
            chunked(Some(length as u64), vec![Ok(Bytes::from(content.clone()))]),
            chunked(None, thirds.collect()),
        ];
        for source in sources {
            let mut script = vec![server_limits(), job("OPEN")];
            let count = length.div_ceil(CHUNK);
            script.extend((0..count).map(|_| status(202)));
            script.push(job("SUBMITTED"));
            let server = Server::scripted(script).await;
            let (client, _) = skipping(&server.api());
            let name = format!("{source:?} of {length}");
            upload(&client, file_job(vec![("k", "n", source)]))
                .await
                .result
                .unwrap();
            let requests = server.requests();
            let chunks = &requests[2..requests.len() - 1];
            let arrived = chunks.iter().flat_map(|request| {
                let start = request.body.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
                let tail = request.body.windows(4).rposition(|four| four == b"\r\n--").unwrap();
                request.body[start..tail].to_vec()
            });
            assert_eq!(arrived.collect::<Vec<_>>(), content, "{name}");
            assert_eq!(chunks.len(), count, "{name}");
        }
    }
}

#[tokio::test]
async fn an_uploaded_job_runs() {
    let (emulator, client, _) = small_chunks().await;
    let text = FileSource::Bytes(Bytes::from_static(b"What a lovely day!"));
    let receipt = upload(&client, file_job(vec![("k", "input.txt", text)]))
        .await
        .result
        .unwrap();
    let id = receipt.string_member("jobIdentifier").unwrap();
    let job = client
        .block_until_complete(&id, &modzy_client::WaitOptions::default(), |_| {})
        .await;
    assert_eq!(job.unwrap().string_member("status").unwrap(), "COMPLETED");
    let result = client.get_result(&id, &options()).await.unwrap();
    assert!(result.as_str().contains("SUCCESSFUL"), "{}", result.as_str());
    drop(emulator);
}

#[tokio::test]
async fn an_unusable_source_is_refused_by_name_before_anything_is_sent() {
    let (emulator, client, _) = small_chunks().await;
    let folder = Folder::new();
    let refused = [
        (FileSource::Path(folder.path().join("none")), InputFault::Missing),
        (FileSource::Path(folder.path().to_owned()), InputFault::Unusable),
        (FileSource::Path(folder.file("empty", b"")), InputFault::Empty),
        (FileSource::Bytes(Bytes::new()), InputFault::Empty),
        (chunked(Some(0), vec![]), InputFault::Empty),
    ];
    for (source, expected) in refused {
        let good = FileSource::Bytes(Bytes::from_static(b"x"));
        let done = upload(&client, file_job(vec![("good", "a", good), ("bad", "b", source)])).await;
        match done.result.unwrap_err() {
            Error::Input {
                fault,
                input_key,
                input_name,
                ..
            } => assert_eq!((fault, &*input_key, &*input_name), (expected, "bad", "b")),
            other => panic!("{other:?}"),
        }
        assert!(done.canceled.is_none());
    }
    assert!(emulator.requests().is_empty());
}

#[tokio::test]
async fn a_job_beyond_the_servers_limits_is_refused_before_it_is_opened() {
    let server = Server::always(server_limits()).await;
    let (client, _) = skipping(&server.api());
    let large = FileSource::Bytes(Bytes::from(bytes(10 * CHUNK + 1)));
    let error = upload(&client, file_job(vec![("k", "n", large)]))
        .await
        .result
        .unwrap_err();
    assert_eq!(input_fault(&error), Some(InputFault::Limit), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("takes 11 chunks of 1024 bytes; the server takes 10"),
        "{error}"
    );
    let one = || FileSource::Bytes(Bytes::from_static(b"1"));
    let error = upload(
        &client,
        file_job(vec![("a", "n", one()), ("b", "n", one()), ("c", "n", one())]),
    )
    .await;
    let message = error.result.unwrap_err().to_string();
    assert_eq!(
        message,
        "sources has 3 inputs; the server takes 2 a job (maximumInputsPerJob)"
    );
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.line() == "GET /api/jobs/features")
    );
}

#[tokio::test]
async fn limits_may_be_text_or_missing_and_an_unreadable_size_means_one_mebibyte() {
    for (size, expected) in [
        ("\"2Ki\"", 2048),
        ("4096", 4096),
        ("\"1kb\"", 1 << 20),
        ("null", 1 << 20),
    ] {
        let features = ok(format!(r#"{{"inputChunkMaximumSize":{size}}}"#));
        let server = Server::scripted(vec![features, job("OPEN"), status(202), status(202), job("SUBMITTED")]).await;
        let (client, _) = skipping(&server.api());
        let source = FileSource::Bytes(Bytes::from(bytes(expected + 1)));
        upload(&client, file_job(vec![("k", "n", source)]))
            .await
            .result
            .unwrap();
        assert_eq!(server.count(), 5, "{size}");
        assert!(server.requests()[2].body.len() > expected, "{size}");
    }
}

#[tokio::test]
async fn the_callers_chunk_size_lowers_the_servers_and_never_raises_it() {
    for (asked, chunks) in [(512, 4), (1 << 20, 2)] {
        let (emulator, client, _) = small_chunks().await;
        let mut job = file_job(vec![(
            "k",
            "input.txt",
            FileSource::Bytes(Bytes::from(vec![b'a'; 2 * CHUNK])),
        )]);
        job.chunk_size = Some(asked);
        upload(&client, job).await.result.unwrap();
        let appended = emulator
            .requests()
            .iter()
            .filter(|request| request.path.contains("/k/"))
            .count();
        assert_eq!(appended, chunks);
    }
}

#[tokio::test]
async fn progress_is_reported_at_both_ends_of_each_input_and_between_only_after_some_time() {
    let busy = Reply::Keep(answer(429, "retry-after: 1\r\n", ""));
    let replies = vec![
        ok(r#"{"inputChunkMaximumSize":"1Ki"}"#),
        job("OPEN"),
        status(202),
        busy,
        status(202),
        status(202),
        status(202),
        status(202),
        job("SUBMITTED"),
    ];
    let server = Server::scripted(replies).await;
    let (client, _) = skipping(&server.api());
    let job = file_job(vec![
        ("a", "input.txt", FileSource::Bytes(Bytes::from(bytes(4 * CHUNK)))),
        ("b", "x", chunked(None, vec![Ok(Bytes::from_static(b"12"))])),
    ]);
    let mut reported = Vec::new();
    let done = client
        .submit_job_files(job, &options(), &Abort::default(), |progress| {
            assert_eq!(progress.job_identifier, "j");
            let input = format!("{}/{}", progress.input_key, progress.input_name);
            reported.push((input, progress.loaded_bytes, progress.total_bytes));
        })
        .await;
    done.result.unwrap();
    let of_a = |loaded: u64| ("a/input.txt".to_owned(), loaded, Some(4096));
    let of_b = |loaded: u64| ("b/x".to_owned(), loaded, None);
    // The client waited a second before it repeated the second chunk.
    assert_eq!(reported, [of_a(0), of_a(2048), of_a(4096), of_b(0), of_b(2)]);
}
