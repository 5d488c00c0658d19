//! Servers whose clocks differ, and histories that do not name the inputs of each job.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use modzy_client::{Client, Clock, JobSearch};
use modzy_emulator::{Emulator, Fault};
use serde_json::{Value, json};

use super::{
    KEY, answer_history_with, count, fast, interrupt, job_of, open, skipping, submit_turn, unknown, wait_turn,
};
use crate::support::{emulator_with, folder::Folder, options};

/// Answers the history with these jobs, the newest first. The next page is empty or repeats it.
fn answer_history(emulator: &Emulator, mut jobs: Vec<Value>) {
    jobs.sort_by_key(|job| std::cmp::Reverse(created(job)));
    answer_history_with(emulator, &Value::from(jobs).to_string(), 1);
}

fn created(job: &Value) -> Timestamp {
    let created = job["createdAt"].as_str().unwrap();
    created.replace("+0000", "+00:00").parse().unwrap()
}

fn move_by(job: &mut Value, seconds: i64) {
    let moved = created(job) + SignedDuration::from_secs(seconds);
    job["createdAt"] = moved.to_string().into();
}

/// Returns the only job of a key as the history has it.
async fn job_with(client: &Client, key: &str) -> Value {
    let found = client.find_jobs(&JobSearch::new(key), &options()).await.unwrap();
    assert_eq!(found.len(), 1);
    found[0].parse().unwrap()
}

#[tokio::test]
async fn a_job_is_found_although_its_server_is_up_to_five_minutes_late_or_early() {
    for seconds in [-290, -60, 60, 290] {
        let (emulator, _) = emulator_with(fast()).await;
        let (client, _) = skipping(&emulator);
        client.submit_job_text(&job_of("before"), &options()).await.unwrap();
        let folder = Folder::new();
        interrupt(&client, &folder, &emulator, true).await;
        let (before, mut job) = (job_with(&client, "before").await, job_with(&client, KEY).await);
        move_by(&mut job, seconds);
        answer_history(&emulator, vec![before, job.clone()]);
        let (_, found) = wait_turn(&open(&client, &folder).await, KEY).await;
        assert_eq!(found, job["jobIdentifier"], "{seconds} s");
        assert_eq!(count(&emulator, "POST", "/api/jobs"), 2);
    }
}

#[tokio::test]
async fn a_job_that_was_created_long_after_the_submit_is_not_adopted() {
    // The submit may take `max_outage`, `request_timeout` and a minute, and the clocks may differ by five minutes.
    for (seconds, is_adopted) in [(700, true), (740, false), (86_400, false)] {
        let (emulator, _) = emulator_with(fast()).await;
        let (client, _) = skipping(&emulator);
        let folder = Folder::new();
        interrupt(&client, &folder, &emulator, false).await;
        client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
        let mut job = job_with(&client, KEY).await;
        move_by(&mut job, seconds);
        answer_history(&emulator, vec![job]);
        let journal = open(&client, &folder).await;
        if is_adopted {
            wait_turn(&journal, KEY).await;
        } else {
            let message = unknown(&journal).await;
            assert!(message.contains("was created long after it"), "{message}");
        }
        assert_eq!(count(&emulator, "POST", "/api/jobs"), 2);
    }
}

#[tokio::test]
async fn a_job_of_the_time_of_the_submit_is_adopted_although_a_later_one_matches() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    interrupt(&client, &folder, &emulator, true).await;
    let job = job_with(&client, KEY).await;
    let mut later = job.clone();
    later["jobIdentifier"] = "later".into();
    move_by(&mut later, 86_400);
    answer_history(&emulator, vec![job.clone(), later]);
    let (_, found) = wait_turn(&open(&client, &folder).await, KEY).await;
    assert_eq!(found, job["jobIdentifier"]);
}

#[tokio::test]
async fn the_job_says_which_inputs_it_has_if_the_history_names_none_or_too_few() {
    for inputs in [json!([]), json!(null), json!({ "identifier": [] })] {
        let (emulator, _) = emulator_with(fast()).await;
        let (client, _) = skipping(&emulator);
        client.submit_job_text(&job_of("before"), &options()).await.unwrap();
        let folder = Folder::new();
        interrupt(&client, &folder, &emulator, true).await;
        client.submit_job_text(&job_of("after"), &options()).await.unwrap();
        let (mut job, mut after) = (job_with(&client, KEY).await, job_with(&client, "after").await);
        job["jobInputs"] = inputs.clone();
        after["jobInputs"] = inputs.clone();
        answer_history(&emulator, vec![job.clone(), after]);
        let (_, found) = wait_turn(&open(&client, &folder).await, KEY).await;
        assert_eq!(found, job["jobIdentifier"], "{inputs}");
        assert_eq!(count(&emulator, "POST", "/api/jobs"), 3);
    }
}

#[tokio::test]
async fn a_history_that_fails_is_read_again_after_five_seconds_and_not_for_each_submit() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, clock) = skipping(&emulator);
    let folder = Folder::new();
    let journal = open(&client, &folder).await;
    let failing = Fault {
        path: Some("/api/jobs/history".into()),
        status: Some(500),
        ..Fault::default()
    };
    emulator.fault(failing).unwrap();
    for (pause, key, reads) in [(0, "a", 3), (0, "b", 3), (2, "c", 3), (3, "d", 6), (0, "e", 6)] {
        clock.sleep(Duration::from_secs(pause)).await;
        let turn = submit_turn(&journal, key).await;
        let job = job_of(key);
        client.submit_job_text(&job, &options().journal(turn)).await.unwrap();
        assert_eq!(count(&emulator, "GET", "/api/jobs/history"), reads, "{key}");
    }
}
