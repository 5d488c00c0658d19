//! Several runs of one journal: what a later run has seen when it began says nothing about the submits of earlier runs.

use std::fs;

use modzy_client::{Client, JobSearch};
use modzy_emulator::Emulator;

use super::{
    KEY, answer_history_with, count, fast, id, interrupt, job_of, open, path, skipping, submit_turn, wait_turn, waiting,
};
use crate::support::{emulator_with, folder::Folder, options};

/// A run whose process ended while the submit of `KEY` was under way, after the server had accepted the job.
async fn interrupted() -> (Emulator, Client, Folder, String) {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    interrupt(&client, &folder, &emulator, true).await;
    let found = client.find_jobs(&JobSearch::new(KEY), &options()).await.unwrap();
    let job = id(&found[0]);
    (emulator, client, folder, job)
}

/// Begins a run with the submit of a key, before anything is looked for. The journal stays open.
async fn begin(client: &Client, folder: &Folder, key: &str) -> modzy_client::Journal {
    let journal = open(client, folder).await;
    let turn = submit_turn(&journal, key).await;
    client
        .submit_job_text(&job_of(key), &options().journal(turn))
        .await
        .unwrap();
    journal
}

#[tokio::test]
async fn a_job_is_found_by_a_run_that_began_with_another_submit() {
    let (emulator, client, folder, job) = interrupted().await;
    let journal = begin(&client, &folder, "other").await;
    assert_eq!(wait_turn(&journal, KEY).await.1, job);
    assert_eq!(count(&emulator, "POST", "/api/jobs"), 2);
}

#[tokio::test]
async fn a_job_is_found_after_any_number_of_runs_that_were_killed_before_they_looked_for_it() {
    let (emulator, client, folder, job) = interrupted().await;
    for run in 0..3 {
        drop(begin(&client, &folder, &format!("other {run}")).await);
    }
    assert_eq!(wait_turn(&open(&client, &folder).await, KEY).await.1, job);
    assert_eq!(count(&emulator, "POST", "/api/jobs"), 4);
}

#[tokio::test]
async fn a_job_is_found_after_a_run_that_was_killed_between_its_beginning_and_its_first_submit() {
    let (_emulator, client, folder, job) = interrupted().await;
    drop(begin(&client, &folder, "other").await);
    let text = fs::read_to_string(path(&folder)).unwrap();
    let began = text.rfind(r#""step":"began""#).unwrap();
    let end = began + text[began..].find('\n').unwrap() + 1;
    fs::write(path(&folder), &text[..end]).unwrap();
    assert_eq!(wait_turn(&open(&client, &folder).await, KEY).await.1, job);
}

#[tokio::test]
async fn a_job_is_found_if_the_run_begins_while_it_is_looked_for() {
    let (emulator, client, folder, job) = interrupted().await;
    // The first look for the job finds nothing.
    answer_history_with(&emulator, "[]", 2);
    let journal = open(&client, &folder).await;
    let turn = submit_turn(&journal, "other").await;
    let begin = async {
        crate::support::until(|| count(&emulator, "GET", "/api/jobs/history") > 2).await;
        client
            .submit_job_text(&job_of("other"), &options().journal(turn))
            .await
            .unwrap();
    };
    let waiting = waiting();
    let (turn, ()) = tokio::join!(journal.take(KEY, &waiting), begin);
    match turn.unwrap() {
        modzy_client::JournalTurn::Wait(_, found) => assert_eq!(found, job),
        other => panic!("it is to be awaited, not {other:?}"),
    }
}

#[tokio::test]
async fn a_job_of_before_the_submit_stays_foreign_in_every_later_run() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    drop(begin(&client, &folder, "first").await);
    interrupt(&client, &folder, &emulator, false).await;
    drop(begin(&client, &folder, "second").await);
    submit_turn(&open(&client, &folder).await, KEY).await;
}

#[tokio::test]
async fn of_a_key_that_is_lost_twice_the_job_of_the_second_submit_is_found() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    interrupt(&client, &folder, &emulator, false).await;
    // It never arrived, so this run submits it again, and is interrupted as well.
    interrupt(&client, &folder, &emulator, true).await;
    drop(begin(&client, &folder, "other").await);
    let found = client.find_jobs(&JobSearch::new(KEY), &options()).await.unwrap();
    assert_eq!(wait_turn(&open(&client, &folder).await, KEY).await.1, id(&found[0]));
}
