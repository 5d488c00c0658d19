//! The journal of a batch: how the next run goes on, and what it makes of the history of jobs.

mod busy;
mod clocks;
mod files;
mod history;
mod others;
mod refusals;
mod runs;
mod steps;
mod uploads;

use std::{collections::BTreeMap, sync::Arc};

use modzy_client::{Client, Document, Error, Journal, JournalFault, JournalKey, JournalTurn, TextJob, WaitOptions};
use modzy_emulator::{ConnectionFault, Emulator, Fault, Options};

use crate::support::{self, clock::SkippingClock, folder::Folder, millis, options};

/// A key that no other part of a request could be taken for.
const KEY: &str = "ü/../\"a\\b\n\u{1}%2e 🦀.txt";

type Job<'a> = TextJob<BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>>;

fn job_of(key: &str) -> Job<'_> {
    job_with(&[key])
}

fn job_with<'a>(keys: &[&'a str]) -> Job<'a> {
    let sources = keys
        .iter()
        .map(|key| (*key, [("input.txt", "What a lovely day!")].into()));
    TextJob::new("ed542963de", "1.0.1", sources.collect())
}

fn fast() -> Options {
    Options {
        submitted: millis(5),
        in_progress: millis(5),
        ..Options::default()
    }
}

/// A client whose time passes in pauses only.
fn skipping(emulator: &Emulator) -> (Client, Arc<SkippingClock>) {
    support::skipping(emulator.base_url())
}

fn waiting() -> WaitOptions {
    WaitOptions::default()
}

async fn open(client: &Client, folder: &Folder) -> Journal {
    client.open_journal(path(folder)).await.unwrap()
}

fn path(folder: &Folder) -> std::path::PathBuf {
    folder.path().join("batch.jsonl")
}

async fn submit_turn(journal: &Journal, key: &str) -> JournalKey {
    match journal.take(key, &waiting()).await.unwrap() {
        JournalTurn::Submit(key) => key,
        other => panic!("it is to be submitted, not {other:?}"),
    }
}

async fn wait_turn(journal: &Journal, key: &str) -> (JournalKey, String) {
    match journal.take(key, &waiting()).await.unwrap() {
        JournalTurn::Wait(key, job) => (key, job),
        other => panic!("it is to be awaited, not {other:?}"),
    }
}

async fn submit(client: &Client, key: JournalKey) -> Result<Document, Error> {
    let job = job_of(KEY);
    client.submit_job_text(&job, &options().journal(key)).await
}

/// A submit that gets no answer: before its job is created, or after.
fn stalled_submit(after: bool) -> Fault {
    Fault {
        method: Some("POST".into()),
        path: Some("/api/jobs".into()),
        times: Some(1),
        connection: Some(ConnectionFault::Stall),
        after,
        ..Fault::default()
    }
}

/// Ends a run while its submit is under way, as the end of its process would.
async fn interrupt(client: &Client, folder: &Folder, emulator: &Emulator, after: bool) {
    interrupt_submit_of(&job_of(KEY), client, folder, emulator, after).await;
}

async fn interrupt_submit_of(job: &Job<'_>, client: &Client, folder: &Folder, emulator: &Emulator, after: bool) {
    let journal = open(client, folder).await;
    let key = submit_turn(&journal, KEY).await;
    emulator.fault(stalled_submit(after)).unwrap();
    let posted = count(emulator, "POST", "/api/jobs");
    let options = options().journal(key);
    tokio::select! {
        done = client.submit_job_text(job, &options) => panic!("it ended: {done:?}"),
        () = support::until(|| count(emulator, "POST", "/api/jobs") > posted) => {}
    }
    // The emulator runs the route before it stalls.
    tokio::time::sleep(millis(20)).await;
    emulator.clear_faults();
}

/// Answers the next requests for the history with this text.
fn answer_history_with(emulator: &Emulator, body: &str, times: u32) {
    let fault = Fault {
        path: Some("/api/jobs/history".into()),
        status: Some(200),
        times: Some(times),
        body: Some(body.to_owned()),
        ..Fault::default()
    };
    emulator.fault(fault).unwrap();
}

fn count(emulator: &Emulator, method: &str, path: &str) -> usize {
    let requests = emulator.requests();
    let same = requests
        .iter()
        .filter(|seen| seen.method == method && seen.path == path);
    same.count()
}

fn fault_of(error: &Error) -> Option<(JournalFault, Option<&str>)> {
    match error {
        Error::Journal { fault, input_key, .. } => Some((*fault, input_key.as_deref())),
        _ => None,
    }
}

fn id(job: &Document) -> String {
    job.string_member("jobIdentifier").unwrap()
}

async fn unknown(journal: &Journal) -> String {
    let error = journal.take(KEY, &waiting()).await.unwrap_err();
    assert_eq!(fault_of(&error), Some((JournalFault::Unknown, Some(KEY))), "{error}");
    error.to_string()
}
