//! What the client does in a run, and what it reports.

use std::time::Duration;

use bytes::Bytes;
use modzy_client::{
    Abort, Client, Document, Error, FileSource, Journal, JournalTurn, OutputRef, RequestOptions, TextJob, WaitOptions,
};

use super::{
    modzy::{OUTPUT, RESULTS},
    plan::Scenario,
};
use crate::support::{
    Texts,
    folder::Folder,
    options, text_job,
    upload::{CHUNK, bytes, file_job},
};

/// The keys of a batch.
pub(super) const KEYS: [&str; 2] = ["first", "second"];

/// The uploaded inputs, by key and name, with their lengths.
pub(super) const UPLOADED: [(&str, usize); 2] = [("first/a.bin", 2 * CHUNK + 7), ("second/b.bin", CHUNK)];

/// What the caller got.
#[derive(Debug, Default)]
pub(super) struct Reported {
    /// The failures of the calls.
    pub(super) failures: Vec<Error>,
    /// What is wrong with their results.
    pub(super) wrong: Vec<String>,
    /// Of an upload that failed: whether its job was canceled, if it has one.
    pub(super) canceled: Option<bool>,
}

impl Reported {
    fn fails(&mut self, error: Error) {
        self.failures.push(error);
    }

    fn check(&mut self, holds: bool, what: impl Into<String>) {
        if !holds {
            self.wrong.push(what.into());
        }
    }
}

fn waiting(options: RequestOptions) -> WaitOptions {
    // Longer than six faults.
    WaitOptions::default()
        .max_outage(Duration::from_hours(2))
        .request(options)
}

fn id_of(document: &Document) -> String {
    document.string_member("jobIdentifier").unwrap_or_default()
}

pub(super) async fn run(scenario: Scenario, client: &Client, folder: &Folder) -> Reported {
    let mut reported = Reported::default();
    match scenario {
        Scenario::SubmitAndWait => submit_and_wait(client, &mut reported).await,
        Scenario::Upload => upload(client, &mut reported).await,
        Scenario::Download => download(client, folder, &mut reported).await,
        Scenario::Results => results(client, &mut reported).await,
        Scenario::Batch => batch(client, folder, &mut reported).await,
    }
    reported
}

async fn submit_and_wait(client: &Client, reported: &mut Reported) {
    let receipt = match client.submit_job_text(&text_job(), &options()).await {
        Ok(receipt) => receipt,
        Err(error) => return reported.fails(error),
    };
    wait(client, &id_of(&receipt), options(), reported).await;
}

async fn wait(client: &Client, job_id: &str, options: RequestOptions, reported: &mut Reported) {
    match client.block_until_complete(job_id, &waiting(options), |_| {}).await {
        Ok(job) => {
            let status = job.string_member("status");
            let is_right = status.as_deref() == Some("COMPLETED") && id_of(&job) == job_id;
            reported.check(is_right, format!("a wait for {job_id} ended with {}", job.as_str()));
        }
        Err(error) => reported.fails(error),
    }
}

async fn upload(client: &Client, reported: &mut Reported) {
    let inputs = UPLOADED.map(|(path, length)| {
        let (key, name) = path.split_once('/').unwrap();
        (key, name, FileSource::Bytes(Bytes::from(bytes(length))))
    });
    let job = file_job(inputs.into());
    let upload = client
        .submit_job_files(job, &options(), &Abort::default(), |_| {})
        .await;
    reported.canceled = upload.canceled.map(|canceled| canceled.result.is_ok());
    match upload.result {
        Ok(receipt) => reported.check(!id_of(&receipt).is_empty(), "a receipt without a job"),
        Err(error) => reported.fails(error),
    }
}

async fn download(client: &Client, folder: &Folder, reported: &mut Reported) {
    let output = OutputRef::Named {
        job_id: "j".to_owned(),
        input_key: "key".to_owned(),
        output_name: "results.json".to_owned(),
    };
    match client
        .download_output(&output, &folder.place(), &options(), |_| {})
        .await
    {
        Ok(_) => {
            let content = std::fs::read(folder.place()).unwrap();
            reported.check(
                content == OUTPUT.as_bytes(),
                format!("downloaded {:?}", String::from_utf8_lossy(&content)),
            );
        }
        Err(error) => {
            reported.check(
                folder.files().is_empty(),
                format!("a failed download left {:?}", folder.files()),
            );
            reported.fails(error);
        }
    }
}

async fn results(client: &Client, reported: &mut Reported) {
    let mut stream = match client.stream_results("j", &options()).await {
        Ok(stream) => stream,
        Err(error) => return reported.fails(error),
    };
    let mut seen = Vec::new();
    loop {
        match stream.next().await {
            Ok(Some(result)) => seen.push(result),
            Ok(None) => {
                reported.check(
                    seen.len() == RESULTS.len(),
                    format!("{} of {} results", seen.len(), RESULTS.len()),
                );
                break;
            }
            Err(error) => {
                reported.fails(error);
                break;
            }
        }
    }
    for (result, key) in seen.iter().zip(RESULTS) {
        let expected =
            format!(r#"{{"inputKey":"{key}","status":"SUCCESSFUL","metadata":{{}},"outputs":{{"o":"{key}"}}}}"#);
        reported.check(result.as_str() == expected, format!("the result {}", result.as_str()));
    }
    reported.check(seen.len() <= RESULTS.len(), "a result came twice");
}

async fn batch(client: &Client, folder: &Folder, reported: &mut Reported) {
    // A second run takes up what the first one has left.
    for _ in 0..2 {
        let journal = match client.open_journal(folder.path().join("batch.jsonl")).await {
            Ok(journal) => journal,
            Err(error) => return reported.fails(error),
        };
        for key in KEYS {
            take(client, &journal, key, reported).await;
        }
    }
}

async fn take(client: &Client, journal: &Journal, key: &'static str, reported: &mut Reported) {
    let (turn, job_id) = match journal.take(key, &waiting(options())).await {
        Ok(JournalTurn::Submit(turn)) => {
            let submitted = client
                .submit_job_text(&job_of(key), &options().journal(turn.clone()))
                .await;
            match submitted {
                Ok(receipt) => (turn, id_of(&receipt)),
                Err(error) => return reported.fails(error),
            }
        }
        Ok(JournalTurn::Wait(turn, job_id)) => (turn, job_id),
        Ok(_) => return,
        Err(error) => return reported.fails(error),
    };
    wait(client, &job_id, options().journal(turn), reported).await;
}

fn job_of(key: &'static str) -> TextJob<Texts> {
    TextJob::new(
        "ed542963de",
        "1.0.1",
        [(key, [("input.txt", "What a lovely day!")].into())].into(),
    )
}
