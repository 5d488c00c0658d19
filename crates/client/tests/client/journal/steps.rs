//! What each step leaves behind if the process ends there, and how the next run goes on.

use std::{fs, mem};

use modzy_client::{JobSearch, JournalTurn, WaitOptions};
use modzy_emulator::{ConnectionFault, Fault, HistoryOptions, Options};

use super::{KEY, count, fast, id, interrupt, job_of, open, path, skipping, submit, submit_turn, wait_turn, waiting};
use crate::support::{emulator_with, folder::Folder, options};

#[tokio::test]
async fn each_step_is_taken_up_by_the_next_run() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    let receipt = submit(&client, key).await.unwrap();
    // The second run awaits the job, the third has its end.
    let (key, job) = wait_turn(&open(&client, &folder).await, KEY).await;
    assert_eq!(job, id(&receipt));
    let waiting = waiting().request(options().journal(key));
    let ended = client.block_until_complete(&job, &waiting, |_| {}).await.unwrap();
    drop(waiting);
    let before = emulator.requests().len();
    match open(&client, &folder)
        .await
        .take(KEY, &WaitOptions::default())
        .await
        .unwrap()
    {
        JournalTurn::Ended(job) => assert_eq!(job, ended),
        other => panic!("it has ended, not {other:?}"),
    }
    assert_eq!(emulator.requests().len(), before);
    assert_eq!(count(&emulator, "POST", "/api/jobs"), 1);
}

#[tokio::test]
async fn a_journal_that_ends_in_any_line_is_taken_up_at_its_last_whole_step() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    let job = id(&submit(&client, key.clone()).await.unwrap());
    let own = waiting().request(options().journal(key));
    client.block_until_complete(&job, &own, |_| {}).await.unwrap();
    drop(own);
    let whole = fs::read(path(&folder)).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    let steps = ["", "created", "began", "submitting", "submitted", "ended"];
    assert_eq!(text.lines().count() + 1, steps.len());
    let mut start = 0;
    let lengths = text.lines().flat_map(|line| {
        let end = start + line.len();
        let begun = mem::replace(&mut start, end + 1);
        [begun, begun + 1, begun + 25, end - 1, end]
    });
    for length in lengths.chain([whole.len()]) {
        fs::write(path(&folder), &whole[..length]).unwrap();
        let turn = open(&client, &folder).await.take(KEY, &waiting()).await.unwrap();
        // A line that lacks its end alone is whole.
        let ends = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let step = steps[ends.take_while(|(end, _)| *end <= length).count()];
        let is_right = match &turn {
            JournalTurn::Submit(_) => !["submitting", "submitted", "ended"].contains(&step),
            JournalTurn::Wait(_, found) => ["submitting", "submitted"].contains(&step) && *found == job,
            JournalTurn::Ended(ended) => step == "ended" && id(ended) == job,
        };
        assert!(is_right, "{turn:?} after {step:?}, {length} bytes");
    }
    assert_eq!(count(&emulator, "POST", "/api/jobs"), 1);
}

#[tokio::test]
async fn a_job_with_an_unknown_status_is_awaited_again_by_the_next_run() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    let job = id(&submit(&client, key).await.unwrap());
    let unknown = Fault {
        path: Some(format!("/api/jobs/{job}")),
        status: Some(200),
        times: Some(1),
        body: Some(format!(r#"{{"jobIdentifier":"{job}","status":"QUEUED"}}"#)),
        ..Fault::default()
    };
    emulator.fault(unknown).unwrap();
    for status in ["QUEUED", "COMPLETED"] {
        let (key, _) = wait_turn(&open(&client, &folder).await, KEY).await;
        let waiting = waiting().request(options().journal(key));
        let ended = client.block_until_complete(&job, &waiting, |_| {}).await.unwrap();
        assert_eq!(ended.string_member("status").as_deref(), Some(status));
    }
    let last = open(&client, &folder).await.take(KEY, &waiting()).await.unwrap();
    assert!(matches!(last, JournalTurn::Ended(_)), "{last:?}");
}

#[tokio::test]
async fn a_job_whose_receipt_was_lost_with_the_process_is_found_and_not_submitted_again() {
    for history in [
        HistoryOptions::default(),
        HistoryOptions {
            first_page_is_0: true,
            ..HistoryOptions::default()
        },
        HistoryOptions {
            max_per_page: Some(3),
            ..HistoryOptions::default()
        },
        HistoryOptions {
            max_per_page: Some(3),
            first_page_is_0: true,
            ..HistoryOptions::default()
        },
        HistoryOptions {
            ignores_sort: true,
            max_per_page: Some(3),
            ..HistoryOptions::default()
        },
    ] {
        let (emulator, _) = emulator_with(Options { history, ..fast() }).await;
        let (client, _) = skipping(&emulator);
        let folder = Folder::new();
        for number in 0..10 {
            let key = format!("other {number}");
            client.submit_job_text(&job_of(&key), &options()).await.unwrap();
        }
        interrupt(&client, &folder, &emulator, true).await;
        for number in 10..20 {
            let key = format!("other {number}");
            client.submit_job_text(&job_of(&key), &options()).await.unwrap();
        }
        let (_, job) = wait_turn(&open(&client, &folder).await, KEY).await;
        let found = client.find_jobs(&JobSearch::new(KEY), &options()).await.unwrap();
        assert_eq!(found.iter().map(id).collect::<Vec<_>>(), [job], "{history:?}");
        assert_eq!(count(&emulator, "POST", "/api/jobs"), 21);
    }
}

#[tokio::test]
async fn a_submit_that_never_arrived_is_repeated_once_the_history_shows_a_later_job() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, clock) = skipping(&emulator);
    let folder = Folder::new();
    interrupt(&client, &folder, &emulator, false).await;
    emulator.clear_requests();
    let journal = open(&client, &folder).await;
    let before: u128 = clock.pauses().iter().sum();
    let key = submit_turn(&journal, KEY).await;
    // The request timeout and a minute.
    let waited = clock.pauses().iter().sum::<u128>() - before;
    assert!((120_000..130_000).contains(&waited), "{waited}");
    // The later job is opened for that, and canceled.
    assert_eq!(count(&emulator, "POST", "/api/jobs"), 1);
    let canceled = emulator
        .requests()
        .iter()
        .filter(|seen| seen.method == "DELETE")
        .count();
    assert_eq!(canceled, 1);
    submit(&client, key).await.unwrap();
    assert_eq!(
        client.find_jobs(&JobSearch::new(KEY), &options()).await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_receipt_that_is_lost_is_found_within_the_same_call() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    let lost = Fault {
        method: Some("POST".into()),
        path: Some("/api/jobs".into()),
        times: Some(1),
        connection: Some(ConnectionFault::Reset),
        after: true,
        ..Fault::default()
    };
    emulator.fault(lost).unwrap();
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    let job = submit(&client, key).await.unwrap();
    assert_eq!(count(&emulator, "POST", "/api/jobs"), 1);
    let (_, taken) = wait_turn(&open(&client, &folder).await, KEY).await;
    assert_eq!(taken, id(&job));
}

#[tokio::test]
async fn a_refused_job_is_submitted_by_the_next_run() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    let refused = Fault {
        path: Some("/api/jobs".into()),
        status: Some(400),
        times: Some(1),
        ..Fault::default()
    };
    emulator.fault(refused).unwrap();
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    assert_eq!(submit(&client, key).await.unwrap_err().status(), Some(400));
    let key = submit_turn(&open(&client, &folder).await, KEY).await;
    submit(&client, key).await.unwrap();
    assert_eq!(
        client.find_jobs(&JobSearch::new(KEY), &options()).await.unwrap().len(),
        1
    );
}
