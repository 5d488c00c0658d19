//! The system's resolver with a name server that is silent for some names, in a separate network namespace.
#![cfg(target_os = "linux")]

use std::{
    collections::HashMap,
    net::UdpSocket,
    sync::{Arc, Mutex},
    thread,
    time::Instant,
};

use modzy_client::{Error, FileSource, Phase, Resolver as _, SystemResolver, path_to_data_uri};
use tokio::task::JoinSet;

use crate::support::{
    folder::Folder,
    millis,
    namespace::in_a_namespace,
    options, plain,
    server::{self, Reply, Server, job},
    until,
    upload::{CHUNK, bytes, file_job, server_limits, upload},
};

#[test]
fn a_name_server_that_is_silent_for_one_name_delays_neither_other_names_nor_files() {
    in_a_namespace(
        "slow::name_server::a_name_server_that_is_silent_for_one_name_delays_neither_other_names_nor_files",
        beside_a_silent_name_server(),
    );
}

#[test]
fn an_upload_continues_while_all_lookups_of_other_clients_hang() {
    in_a_namespace(
        "slow::name_server::an_upload_continues_while_all_lookups_of_other_clients_hang",
        upload_beside_lookups(),
    );
}

#[test]
fn names_that_answer_do_not_wait_for_500_that_do_not() {
    in_a_namespace(
        "slow::name_server::names_that_answer_do_not_wait_for_500_that_do_not",
        beside_500_silent_names(),
    );
}

#[test]
fn a_lookup_that_nobody_waits_for_any_more_when_its_turn_comes_asks_nothing() {
    in_a_namespace(
        "slow::name_server::a_lookup_that_nobody_waits_for_any_more_when_its_turn_comes_asks_nothing",
        after_a_lookup_that_was_left(),
    );
}

/// Returns the first label of the name in a question, and the answer that the name does not exist, or `None` if the
/// label begins with `silent`.
fn answer(question: &[u8]) -> (String, Option<Vec<u8>>) {
    let length = usize::from(question[12]);
    let label = String::from_utf8_lossy(&question[13..13 + length]).into_owned();
    let is_silent = label.starts_with("silent");
    let mut answer = question.to_vec();
    // The answer is that the name does not exist.
    answer[2] |= 0x80;
    answer[3] = 0x83;
    (label, (!is_silent).then_some(answer))
}

/// How many questions each name has caused.
type Questions = Arc<Mutex<HashMap<String, usize>>>;

/// Starts the name server of the namespace.
fn name_server() -> Questions {
    let questions = Questions::default();
    let server = UdpSocket::bind("127.0.0.1:53").unwrap();
    let count = Arc::clone(&questions);
    thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, from)) = server.recv_from(&mut question) {
            let (label, answer) = answer(&question[..length]);
            *count.lock().unwrap().entry(label).or_default() += 1;
            if let Some(answer) = answer {
                server.send_to(&answer, from).unwrap();
            }
        }
    });
    questions
}

async fn beside_a_silent_name_server() {
    let questions = name_server();
    let of = |label: &str| questions.lock().unwrap().get(label).copied().unwrap_or_default();

    // Many clients look the same name up.
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let client = plain("http://silent.test/api")
            .connect_timeout(millis(500))
            .build()
            .unwrap();
        for _ in 0..50 {
            let client = client.clone();
            calls.spawn(async move { client.get_job("j", &options().retries(2)).await });
        }
    }
    until(|| of("silent") > 0).await;
    assert_eq!(lookup_threads(), 1);

    let began = Instant::now();
    assert!(SystemResolver.resolve("unknown.test").await.is_err());
    assert!(SystemResolver.resolve("localhost").await.is_ok());
    let file = path_to_data_uri("/etc/resolv.conf", "text/plain", 1024).await.unwrap();
    assert!(
        file.starts_with("data:text/plain;base64,bmFtZXNlcnZlciAxMjcuMC4wLjE"),
        "{file}"
    );
    assert!(began.elapsed() < millis(500), "{:?}", began.elapsed());

    while let Some(call) = calls.join_next().await {
        let error = call.unwrap().unwrap_err();
        assert!(
            matches!(error, Error::Timeout { .. }) && error.phase() == Some(Phase::Dns),
            "{error:?}"
        );
    }
    // Each of at most four lookups in a row asks twice for an address of each family.
    assert!(of("silent") <= 16, "{} questions", of("silent"));
}

/// Returns how many threads look names up.
fn lookup_threads() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let names = threads.filter_map(|thread| std::fs::read_to_string(thread.unwrap().path().join("comm")).ok());
    names.filter(|name| name.trim() == "modzy-look-up").count()
}

async fn upload_beside_lookups() {
    const CHUNKS: usize = 10;
    let questions = name_server();
    let mut calls = JoinSet::new();
    // There are more names than concurrent lookups.
    for number in 0..20 {
        let client = plain(&format!("http://silent-{number}.test/api")).retries(0);
        let client = client.connect_timeout(millis(60_000)).build().unwrap();
        calls.spawn(async move { client.get_job("j", &options()).await });
    }
    until(|| questions.lock().unwrap().len() == 16).await;
    assert_eq!(lookup_threads(), 16);

    let replies = [server_limits(), job("OPEN")].into_iter();
    let taken = (0..CHUNKS).map(|_| Reply::Keep(server::answer(202, "", "")));
    let server = Server::scripted(replies.chain(taken).chain([job("SUBMITTED")]).collect()).await;
    let folder = Folder::new();
    let file = folder.file("x", &bytes(CHUNKS * CHUNK));
    let client = plain(&server.api()).build().unwrap();
    let done = upload(&client, file_job(vec![("a", "b", FileSource::Path(file))])).await;
    assert_eq!(done.result.unwrap().string_member("status").unwrap(), "SUBMITTED");
    assert_eq!(server.requests().len(), CHUNKS + 3);
    assert!(calls.try_join_next().is_none(), "a lookup has ended before the upload");
}

async fn beside_500_silent_names() {
    let questions = name_server();
    let mut silent = JoinSet::new();
    for number in 0..500 {
        silent.spawn(async move { SystemResolver.resolve(&format!("silent-{number}.test")).await });
    }
    until(|| !questions.lock().unwrap().is_empty()).await;
    let began = Instant::now();
    assert!(SystemResolver.resolve("localhost").await.is_ok());
    assert!(SystemResolver.resolve("unknown.test").await.is_err());
    // Half a second of doubling, and the time to start 500 threads.
    let (took, threads) = (began.elapsed(), lookup_threads());
    assert!(took < millis(2000), "{took:?}");
    assert!((501..=512).contains(&threads), "{threads}");
    assert!(silent.try_join_next().is_none(), "a lookup has ended");
    silent.shutdown().await;
}

async fn after_a_lookup_that_was_left() {
    let questions = name_server();
    let mut silent = JoinSet::new();
    for number in 0..16 {
        silent.spawn(async move { SystemResolver.resolve(&format!("silent-{number}.test")).await });
    }
    until(|| questions.lock().unwrap().len() == 16).await;
    // All threads hang, so these two wait in the queue, in this order.
    drop(SystemResolver.resolve("left.test"));
    assert!(SystemResolver.resolve("next.test").await.is_err());
    let is_known = |label: &str| questions.lock().unwrap().contains_key(label);
    assert!(is_known("next") && !is_known("left"));
    assert!(SystemResolver.resolve("left.test").await.is_err());
    assert!(is_known("left") && silent.try_join_next().is_none());
    silent.shutdown().await;
}
