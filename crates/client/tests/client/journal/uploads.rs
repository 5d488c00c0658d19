//! Uploads with a journal: what an upload leaves behind if the process ends during it, and how the next run goes on.

use std::sync::Arc;

use modzy_client::{Abort, Client, Document, Error, FileSource, JournalKey, WaitOptions};
use modzy_emulator::{ConnectionFault, Emulator, Fault, Options};

use super::{fast, open, skipping, submit_turn, wait_turn};
use crate::support::{
    clock::SkippingClock,
    emulator_with,
    folder::Folder,
    millis, options, until,
    upload::{CHUNK, bytes, file_job},
};

const KEY: &str = "a/b ü.png";

async fn start() -> (Emulator, Client, Folder) {
    let (emulator, client, _, folder) = start_with_clock().await;
    (emulator, client, folder)
}

async fn start_with_clock() -> (Emulator, Client, Arc<SkippingClock>, Folder) {
    let options = Options {
        chunk_size: CHUNK.to_string(),
        ..fast()
    };
    let (emulator, _) = emulator_with(options).await;
    let (client, clock) = skipping(&emulator);
    (emulator, client, clock, Folder::new())
}

/// Uploads three chunks.
async fn upload(client: &Client, key: JournalKey) -> Result<Document, Error> {
    let job = file_job(vec![(KEY, "input.txt", FileSource::Bytes(bytes(3 * CHUNK).into()))]);
    let (options, abort) = (options().journal(key), Abort::default());
    let upload = client.submit_job_files(job, &options, &abort, |_| {});
    upload.await.result
}

/// Returns each job's status, the newest first.
async fn statuses(client: &Client) -> Vec<String> {
    let jobs = client
        .get_job_history(&modzy_client::JobHistoryFilter::default(), &options())
        .await
        .unwrap();
    let jobs: Vec<serde_json::Value> = jobs.parse().unwrap();
    let mut jobs: Vec<_> = jobs
        .iter()
        .map(|job| (job["createdAt"].as_str().unwrap(), &job["status"]))
        .collect();
    jobs.sort_by(|a, b| b.0.cmp(a.0));
    jobs.iter()
        .map(|(_, status)| status.as_str().unwrap().to_owned())
        .collect()
}

/// Ends a run while a request of its upload is under way, as the end of its process would.
async fn interrupt(client: &Client, folder: &Folder, emulator: &Emulator, path: &str, skip: u32, after: bool) {
    let fault = Fault {
        method: Some("POST".into()),
        path: Some(path.into()),
        skip,
        times: Some(1),
        connection: Some(ConnectionFault::Stall),
        after,
        ..Fault::default()
    };
    emulator.fault(fault).unwrap();
    let key = submit_turn(&open(client, folder).await, KEY).await;
    let stalled = || {
        let requests = emulator.requests();
        requests
            .iter()
            .any(|seen| seen.method == "POST" && seen.status.is_none() && seen.body_bytes > 0)
    };
    tokio::select! {
        done = upload(client, key) => panic!("it ended: {done:?}"),
        () = until(stalled) => {}
    }
    tokio::time::sleep(millis(20)).await;
    emulator.clear_faults();
}

#[tokio::test]
async fn an_upload_that_was_interrupted_is_canceled_and_repeated() {
    for chunks in 0..3 {
        let (emulator, client, folder) = start().await;
        interrupt(&client, &folder, &emulator, "/api/jobs/*", chunks, true).await;
        assert_eq!(statuses(&client).await, ["OPEN"]);
        let key = submit_turn(&open(&client, &folder).await, KEY).await;
        assert_eq!(statuses(&client).await, ["CANCELED"]);
        let closed = upload(&client, key).await.unwrap();
        let job_id = closed.string_member("jobIdentifier").unwrap();
        client
            .block_until_complete(&job_id, &WaitOptions::default(), |_| {})
            .await
            .unwrap();
        assert_eq!(statuses(&client).await, ["COMPLETED", "CANCELED"]);
    }
}

#[tokio::test]
async fn an_upload_whose_close_was_accepted_is_not_repeated() {
    let (emulator, client, folder) = start().await;
    interrupt(&client, &folder, &emulator, "/api/jobs/*", 3, true).await;
    wait_turn(&open(&client, &folder).await, KEY).await;
    assert_eq!(statuses(&client).await.len(), 1);
}

#[tokio::test]
async fn an_upload_whose_opening_is_unknown_is_repeated_and_the_open_job_never_runs() {
    let (emulator, client, folder) = start().await;
    interrupt(&client, &folder, &emulator, "/api/jobs", 0, true).await;
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    upload(&client, key).await.unwrap();
    assert_eq!(statuses(&client).await.len(), 2);
    assert_eq!(statuses(&client).await[1], "OPEN");
}

#[tokio::test]
async fn an_upload_whose_receipt_is_lost_opens_another_job() {
    let (emulator, client, folder) = start().await;
    let lost = Fault {
        method: Some("POST".into()),
        path: Some("/api/jobs".into()),
        times: Some(2),
        connection: Some(ConnectionFault::Reset),
        after: true,
        ..Fault::default()
    };
    emulator.fault(lost).unwrap();
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    upload(&client, key).await.unwrap();
    assert_eq!(statuses(&client).await[1..], ["OPEN", "OPEN"]);
    wait_turn(&open(&client, &folder).await, KEY).await;
}

#[tokio::test]
async fn an_upload_without_the_key_is_refused_before_anything_is_opened() {
    let (emulator, client, folder) = start().await;
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    let job = file_job(vec![("other", "input.txt", FileSource::Bytes(bytes(CHUNK).into()))]);
    let refused = client
        .submit_job_files(job, &options().journal(key.clone()), &Abort::default(), |_| {})
        .await;
    let message = refused.result.unwrap_err().to_string();
    assert!(message.starts_with("sources must have the key"), "{message}");
    assert!(emulator.requests().iter().all(|seen| seen.method == "GET"));
    upload(&client, key.clone()).await.unwrap();
    let again = upload(&client, key).await.unwrap_err().to_string();
    assert!(again.contains("belong to one submit"), "{again}");
    assert_eq!(statuses(&client).await.len(), 1);
}

#[tokio::test]
async fn an_upload_that_fails_is_canceled_and_repeated_by_the_next_run() {
    let (emulator, client, folder) = start().await;
    let refused = Fault {
        method: Some("POST".into()),
        path: Some("/api/jobs/*".into()),
        times: Some(1),
        skip: 1,
        status: Some(500),
        ..Fault::default()
    };
    emulator.fault(refused).unwrap();
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    assert_eq!(upload(&client, key).await.unwrap_err().status(), Some(500));
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    upload(&client, key).await.unwrap();
    assert_eq!(statuses(&client).await[1], "CANCELED");
}

#[tokio::test]
async fn the_job_of_an_interrupted_upload_is_read_at_a_second_s_distance_until_it_is_canceled() {
    let (emulator, client, clock, folder) = start_with_clock().await;
    interrupt(&client, &folder, &emulator, "/api/jobs/*", 1, true).await;
    let job = client
        .get_job_history(&modzy_client::JobHistoryFilter::default(), &options())
        .await
        .unwrap();
    let [job]: [serde_json::Value; 1] = job.parse().unwrap();
    let id = job["jobIdentifier"].as_str().unwrap();
    client.cancel_job(id, &options()).await.unwrap();
    // The server accepts each cancellation, and shows them late.
    for (method, times) in [("GET", 4), ("DELETE", 4)] {
        let fault = Fault {
            method: Some(method.into()),
            path: Some(format!("/api/jobs/{id}")),
            times: Some(times),
            status: Some(200),
            body: Some(format!(r#"{{"jobIdentifier":"{id}","status":"OPEN"}}"#)),
            ..Fault::default()
        };
        emulator.fault(fault).unwrap();
    }
    let before = clock.pauses().len();
    submit_turn(&open(&client, &folder).await, KEY).await;
    assert_eq!(clock.pauses()[before..], [1000; 3]);
}
