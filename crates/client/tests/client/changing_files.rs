//! Files that change during their upload: either the original content arrives, or the upload fails.

use std::{
    fs,
    io::{Seek, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use modzy_client::{Client, FileSource, InputFault, JobInput, Sample, Upload};

use crate::support::{
    folder::Folder,
    input_fault, options,
    server::{Received, Server, job, status},
    skipping,
    upload::{CHUNK, bytes, file_job, server_limits, upload},
};

const CHUNKS: usize = 8;

type Change = fn(&Path);

fn overwrite(path: &Path, content: &[u8]) {
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all(content).unwrap();
}

/// Replaces the file by a new one with the same content, as programs do that write a new file and rename it.
fn replace(path: &Path, content: &[u8]) {
    let other = path.with_extension("new");
    fs::write(&other, content).unwrap();
    fs::rename(other, path).unwrap();
}

fn new_content() -> Vec<u8> {
    vec![b'n'; CHUNKS * CHUNK]
}

const CHANGES: [(&str, Change); 6] = [
    ("rewritten in place", |path| overwrite(path, &new_content())),
    ("rewritten in its last byte", |path| {
        let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
        file.seek(std::io::SeekFrom::End(-1)).unwrap();
        file.write_all(b"n").unwrap();
    }),
    ("truncated and written anew", |path| {
        fs::write(path, new_content()).unwrap();
    }),
    ("appended to", |path| {
        fs::OpenOptions::new()
            .append(true)
            .open(path)
            .unwrap()
            .write_all(b"more")
            .unwrap();
    }),
    ("cut short", |path| {
        fs::OpenOptions::new()
            .write(true)
            .open(path)
            .unwrap()
            .set_len(5 * CHUNK as u64 + 1)
            .unwrap();
    }),
    ("emptied", |path| drop(fs::File::create(path).unwrap())),
];

/// Returns the data of a chunk.
fn data(request: &Received) -> Vec<u8> {
    let start = request.body.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let tail = request.body.windows(4).rposition(|four| four == b"\r\n--").unwrap();
    request.body[start..tail].to_vec()
}

fn is_chunk(request: &Received) -> bool {
    request.line().ends_with("/k/n")
}

/// A file, and a server that changes it before it takes a chunk.
struct Changing {
    _folder: Folder,
    path: PathBuf,
    content: Vec<u8>,
    server: Server,
    client: Client,
}

impl Changing {
    async fn new(at: usize, change: impl Fn(&Path) + Send + Sync + 'static) -> Self {
        Self::of(change, move |request, nth| is_chunk(request) && nth == 2 + at).await
    }

    /// Like `new`, with the change before a request of any kind.
    async fn of(
        change: impl Fn(&Path) + Send + Sync + 'static,
        is_time: impl Fn(&Received, usize) -> bool + Send + Sync + 'static,
    ) -> Self {
        let folder = Folder::new();
        let content = bytes(CHUNKS * CHUNK);
        let path = folder.file("x", &content);
        let changed = Arc::new(path.clone());
        let server = Server::start(move |request, nth| {
            if is_time(request, nth) {
                change(&changed);
            }
            if is_chunk(request) {
                return status(202);
            }
            match request.line() {
                "GET /api/jobs/features" => server_limits(),
                "DELETE /api/jobs/j" => job("CANCELED"),
                _ => job("OPEN"),
            }
        })
        .await;
        let (client, _) = skipping(&server.api());
        Self {
            _folder: folder,
            path,
            content,
            server,
            client,
        }
    }

    async fn upload(&self) -> Upload {
        let source = FileSource::Path(self.path.clone());
        upload(&self.client, file_job(vec![("k", "n", source)])).await
    }

    fn arrived(&self) -> Vec<u8> {
        self.server
            .requests()
            .iter()
            .filter(|request| is_chunk(request))
            .flat_map(data)
            .collect()
    }
}

#[tokio::test]
async fn a_file_that_changes_between_chunks_is_refused_before_a_byte_of_the_new_content_is_sent() {
    for at in [0, 3] {
        for (name, change) in CHANGES {
            let changing = Changing::new(at, change).await;
            let done = changing.upload().await;
            let error = done.result.unwrap_err();
            assert_eq!(input_fault(&error), Some(InputFault::Changed), "{name}: {error:?}");
            assert_eq!(
                error.to_string(),
                r#"the input "k", "n" has changed while it was read: the file has changed"#
            );
            assert!(done.canceled.unwrap().result.is_ok(), "{name}");
            let arrived = changing.arrived();
            assert!(changing.content.starts_with(&arrived), "{name}");
            // The chunk that was being read during the change may have been sent as well.
            assert!(arrived.len() <= (at + 2) * CHUNK, "{name}: {}", arrived.len());
            assert_eq!(changing.server.lines().last().unwrap(), "DELETE /api/jobs/j", "{name}");
        }
    }
}

/// Overwrites the file with another content of the same length and time, so that its metadata shows no change.
fn overwrite_unnoticed(path: &Path) {
    let time = fs::metadata(path).unwrap().modified().unwrap();
    overwrite(path, &new_content());
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

#[tokio::test]
async fn a_change_that_the_metadata_does_not_show_ends_the_upload_before_the_last_byte_is_sent() {
    for at in [0, 3] {
        let changing = Changing::new(at, overwrite_unnoticed).await;
        let done = changing.upload().await;
        let error = done.result.unwrap_err();
        assert_eq!(input_fault(&error), Some(InputFault::Changed), "{error:?}");
        assert!(done.canceled.unwrap().result.is_ok());
        assert_eq!(changing.arrived().len(), (CHUNKS - 1) * CHUNK);
    }
    // The file is open, but not yet read: the content that arrives differs from the measured one.
    for number in [0, 1] {
        let changing = Changing::of(overwrite_unnoticed, move |_, nth| nth == number).await;
        let error = changing.upload().await.result.unwrap_err();
        assert_eq!(input_fault(&error), Some(InputFault::Changed), "{error:?}");
        assert!(changing.arrived().len() < CHUNKS * CHUNK);
    }
}

#[tokio::test]
async fn a_file_that_is_replaced_or_removed_arrives_unchanged() {
    let changes: [Change; 2] = [
        |path| replace(path, &new_content()),
        |path| fs::remove_file(path).unwrap(),
    ];
    for change in changes {
        let changing = Changing::new(2, change).await;
        changing.upload().await.result.unwrap();
        assert!(changing.arrived() == changing.content);
    }
}

#[tokio::test]
async fn a_file_that_changes_after_its_last_byte_was_read_arrives_unchanged() {
    let changing = Changing::new(CHUNKS - 1, |path| overwrite(path, &new_content())).await;
    changing.upload().await.result.unwrap();
    assert!(changing.arrived() == changing.content);
}

#[tokio::test]
async fn append_input_detects_changes_too() {
    for (name, change) in CHANGES {
        let changing = Changing::new(0, change).await;
        // These are the first two requests of an upload.
        for _ in 0..2 {
            changing.client.get_job("j", &options()).await.unwrap();
        }
        let mut input = JobInput::new("j", "k", "n", FileSource::Path(changing.path.clone()));
        input.chunk_size = Some(CHUNK as u64);
        let error = changing
            .client
            .append_input(input, &options(), |_| {})
            .await
            .unwrap_err();
        assert_eq!(input_fault(&error), Some(InputFault::Changed), "{name}: {error:?}");
        assert!(changing.content.starts_with(&changing.arrived()), "{name}");
    }
}

#[tokio::test]
async fn a_chunk_of_several_reads_is_never_sent_whole_if_the_file_changes_between_them() {
    const LENGTH: usize = 8 * 1024 * 1024;
    let folder = Folder::new();
    let path = folder.file("x", &vec![b'o'; LENGTH]);
    let changed = path.clone();
    let arrived = Arc::new(Mutex::new((0, Vec::new())));
    let shared = Arc::clone(&arrived);
    // The server reads a part of the chunk, then the file changes, and then the server reads on.
    let server = Server::raw(move |mut socket, _, _| {
        let (changed, arrived) = (changed.clone(), Arc::clone(&shared));
        async move {
            use crate::support::server::{answer, receive_head};
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            while let Some((request, left)) = receive_head(&mut socket, 0).await {
                if !is_chunk(&request) {
                    let _ = socket.read_exact(&mut vec![0; left]).await;
                    let body = r#"{"jobIdentifier":"j","status":"CANCELED","inputChunkMaximumSize":"16Mi"}"#;
                    socket.write_all(&answer(200, "", body)).await.unwrap();
                    continue;
                }
                overwrite(&changed, &vec![b'n'; LENGTH]);
                let mut rest = Vec::new();
                let _ = socket.take(left as u64).read_to_end(&mut rest).await;
                *arrived.lock().unwrap() = (left, rest);
                return;
            }
        }
    })
    .await;
    let (client, clock) = skipping(&server.api());
    let done = upload(&client, file_job(vec![("k", "n", FileSource::Path(path))])).await;
    let error = done.result.unwrap_err();
    assert_eq!(input_fault(&error), Some(InputFault::Changed), "{error:?}");
    assert!(done.canceled.unwrap().result.is_ok());
    assert!(clock.pauses().is_empty(), "{:?}", clock.pauses());
    let (expected, arrived) = &*arrived.lock().unwrap();
    assert!(
        !arrived.is_empty() && arrived.len() < *expected,
        "{} of {expected}",
        arrived.len()
    );
    assert!(!arrived.contains(&b'n'));
}

#[tokio::test]
async fn a_rejected_chunk_is_not_sent_again_from_another_content() {
    let folder = Folder::new();
    let path = folder.file("x", &bytes(CHUNK));
    let changed = path.clone();
    let server = Server::start(move |request, _| {
        if is_chunk(request) {
            overwrite(&changed, &[b'n'; CHUNK]);
            return status(429);
        }
        match request.line() {
            "GET /api/jobs/features" => server_limits(),
            _ => job("CANCELED"),
        }
    })
    .await;
    let (client, _) = skipping(&server.api());
    let done = upload(&client, file_job(vec![("k", "n", FileSource::Path(path))])).await;
    let error = done.result.unwrap_err();
    assert_eq!(input_fault(&error), Some(InputFault::Changed), "{error:?}");
    assert_eq!(server.requests().iter().filter(|request| is_chunk(request)).count(), 1);
}

#[tokio::test]
async fn a_file_that_is_replaced_before_its_turn_is_refused_even_by_an_equal_one() {
    let folder = Folder::new();
    let path = folder.file("x", &bytes(CHUNK));
    let time = SystemTime::now() - Duration::from_mins(1);
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(time)
        .unwrap();
    let replaced = path.clone();
    let server = Server::start(move |request, _| match request.line() {
        "GET /api/jobs/features" => server_limits(),
        "POST /api/jobs" => {
            replace(&replaced, &new_content()[..CHUNK]);
            fs::File::options()
                .write(true)
                .open(&replaced)
                .unwrap()
                .set_modified(time)
                .unwrap();
            job("OPEN")
        }
        _ => job("CANCELED"),
    })
    .await;
    let (client, _) = skipping(&server.api());
    let done = upload(&client, file_job(vec![("k", "n", FileSource::Path(path))])).await;
    let error = done.result.unwrap_err();
    assert_eq!(input_fault(&error), Some(InputFault::Changed), "{error:?}");
    assert_eq!(
        server.lines(),
        ["GET /api/jobs/features", "POST /api/jobs", "DELETE /api/jobs/j"]
    );
}

#[tokio::test]
async fn a_sparse_file_arrives_with_its_holes() {
    let changing = Changing::new(CHUNKS, |_| {}).await;
    let file = fs::File::create(&changing.path).unwrap();
    file.set_len((CHUNKS * CHUNK) as u64).unwrap();
    overwrite(&changing.path, b"data");
    changing.upload().await.result.unwrap();
    let mut expected = vec![0; CHUNKS * CHUNK];
    expected[..4].copy_from_slice(b"data");
    assert!(changing.arrived() == expected);
}

#[tokio::test]
async fn a_sample_that_is_rewritten_while_it_is_read_is_of_one_moment_or_refused() {
    const LENGTH: usize = 4 * 1024 * 1024;
    let folder = Folder::new();
    let path = folder.file("sample.txt", &vec![0; LENGTH]);
    let (rewritten, ended) = (path.clone(), Arc::new(AtomicBool::new(false)));
    let is_over = Arc::clone(&ended);
    let writer = thread::spawn(move || {
        for version in (0..=u8::MAX).cycle().take_while(|_| !is_over.load(Ordering::Relaxed)) {
            overwrite(&rewritten, &vec![version; LENGTH]);
            thread::sleep(Duration::from_micros(fastrand::u64(0..20_000)));
        }
    });
    for _ in 0..4 {
        match Sample::from_file("input", &path).await {
            Ok(sample) => {
                assert!(sample.data.len() == LENGTH && sample.data.iter().all(|&byte| byte == sample.data[0]));
            }
            Err(error) => assert_eq!(input_fault(&error), Some(InputFault::Changed), "{error:?}"),
        }
    }
    ended.store(true, Ordering::Relaxed);
    writer.join().unwrap();
}
