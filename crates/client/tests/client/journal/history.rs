//! What a journal makes of a history that is late, wrong or says too little.

use std::sync::Arc;

use modzy_client::JournalTurn;
use modzy_emulator::{Fault, HistoryOptions, Options};

use super::{KEY, count, fast, interrupt, open, skipping, unknown, wait_turn, waiting};
use crate::support::{clock::FastClock, emulator_with, folder::Folder, millis};

#[tokio::test]
async fn a_history_that_lags_is_waited_for() {
    let history = HistoryOptions {
        lag: millis(400),
        ..HistoryOptions::default()
    };
    let (emulator, builder) = emulator_with(Options { history, ..fast() }).await;
    let client = builder.clock(Arc::new(FastClock::new(50))).build().unwrap();
    for after in [true, false] {
        let folder = Folder::new();
        interrupt(&client, &folder, &emulator, after).await;
        let journal = open(&client, &folder).await;
        let turn = journal.take(KEY, &waiting()).await.unwrap();
        assert_eq!(matches!(turn, JournalTurn::Wait(..)), after, "{turn:?}");
    }
}

#[tokio::test]
async fn a_history_that_says_too_little_ends_in_an_error_and_not_in_a_second_job() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let history = |status, body: &str| Fault {
        path: Some("/api/jobs/history".into()),
        status: Some(status),
        body: Some(body.to_owned()),
        ..Fault::default()
    };
    for (fault, why) in [
        (history(403, ""), "the history of jobs cannot be read: "),
        (history(500, ""), "the history of jobs cannot be read: "),
        (history(200, "<html>"), "the history of jobs cannot be read: "),
        (history(200, ""), "the history of jobs cannot be read: "),
        // The same page again and again.
        (
            history(
                200,
                r#"[{"jobIdentifier":"x","createdAt":"2999-01-01T00:00:00Z","jobInputs":[]}]"#,
            ),
            "its pages repeat themselves",
        ),
        // Empty, whatever is submitted.
        (history(200, "[]"), "lags behind"),
    ] {
        let folder = Folder::new();
        interrupt(&client, &folder, &emulator, true).await;
        let posted = count(&emulator, "POST", "/api/jobs");
        emulator.fault(fault.clone()).unwrap();
        let message = unknown(&open(&client, &folder).await).await;
        assert!(message.contains(why), "{message}");
        // Only jobs without inputs were opened.
        if why != "lags behind" {
            assert_eq!(count(&emulator, "POST", "/api/jobs"), posted);
        }
        emulator.clear_faults();
        // Once the history can be read, the next run finds the job.
        wait_turn(&open(&client, &folder).await, KEY).await;
    }
}

#[tokio::test]
async fn a_history_that_could_not_be_read_before_the_submit_leaves_the_job_unknown() {
    let history = HistoryOptions {
        refused: true,
        ..HistoryOptions::default()
    };
    let (emulator, _) = emulator_with(Options { history, ..fast() }).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    interrupt(&client, &folder, &emulator, true).await;
    let message = unknown(&open(&client, &folder).await).await;
    assert!(message.contains("could not be read before the submit"), "{message}");
    assert_eq!(count(&emulator, "POST", "/api/jobs"), 1);
}
