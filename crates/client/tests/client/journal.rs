//! The journal of a batch: what each step leaves behind if the process ends there, and how the next run goes on.

use std::{collections::BTreeMap, sync::Arc};

use modzy_client::{
    Client, Document, Error, JdbcJob, JobSearch, Journal, JournalFault, JournalKey, JournalTurn, S3Job, TextJob,
    WaitOptions,
};
use modzy_emulator::{ConnectionFault, Emulator, Fault, HistoryOptions, Options, Role};

use crate::support::{
    builder,
    clock::{FastClock, SkippingClock},
    emulator_with,
    folder::Folder,
    millis, options,
};

/// A key that no other part of a request could be taken for.
const KEY: &str = "ü/../\"a\\b\n\u{1}%2e 🦀.txt";

fn job_of(key: &str) -> TextJob<BTreeMap<&str, BTreeMap<&str, &str>>> {
    let sources = [(key, [("input.txt", "What a lovely day!")].into())].into();
    TextJob::new("ed542963de", "1.0.1", sources)
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
    let clock = Arc::new(SkippingClock::default());
    let client = builder(emulator.base_url()).clock(clock.clone()).build().unwrap();
    (client, clock)
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

/// Ends a run while its submit is under way, as the end of its process would.
async fn interrupt(client: &Client, folder: &Folder, emulator: &Emulator, after: bool) {
    let fault = Fault {
        method: Some("POST".into()),
        path: Some("/api/jobs".into()),
        times: Some(1),
        connection: Some(ConnectionFault::Stall),
        after,
        ..Fault::default()
    };
    emulator.fault(fault).unwrap();
    let journal = open(client, folder).await;
    let key = submit_turn(&journal, KEY).await;
    let posted = count(emulator, "POST", "/api/jobs");
    tokio::select! {
        done = submit(client, key) => panic!("it ended: {done:?}"),
        () = crate::support::until(|| count(emulator, "POST", "/api/jobs") > posted) => {}
    }
    // The emulator runs the route before it stalls.
    tokio::time::sleep(millis(20)).await;
    emulator.clear_faults();
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

#[tokio::test]
async fn jobs_of_earlier_batches_and_of_other_keys_are_never_adopted() {
    let other = "otherPrefix.otherBodyOfAnotherKey";
    let (emulator, _) = emulator_with(Options {
        keys: vec![(Role::Developer, other.to_owned())],
        ..fast()
    })
    .await;
    let (client, _) = skipping(&emulator);
    let base = modzy_client::BaseUrl::api(emulator.base_url()).unwrap();
    let stranger = Client::new(base, modzy_client::Auth::api_key(other)).unwrap();
    client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    let folder = Folder::new();
    interrupt(&client, &folder, &emulator, false).await;
    stranger.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    submit_turn(&open(&client, &folder).await, KEY).await;
}

#[tokio::test]
async fn of_two_jobs_that_match_none_is_adopted() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    interrupt(&client, &folder, &emulator, true).await;
    client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    let message = unknown(&open(&client, &folder).await).await;
    assert!(message.contains("two jobs match it"), "{message}");
}

#[tokio::test]
async fn what_would_leave_a_job_unknown_is_refused_before_anything_is_sent() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    let journal = open(&client, &folder).await;
    let key = submit_turn(&journal, KEY).await;
    let other = client
        .submit_job_text(&job_of("another"), &options().journal(key.clone()))
        .await;
    assert!(other.unwrap_err().to_string().starts_with("sources must have the key"));
    let jdbc = JdbcJob::builder("ed542963de", "1.0.1")
        .url("jdbc:postgresql://db/x")
        .credentials("u", "p")
        .driver("org.postgresql.Driver")
        .query("select 1")
        .build()
        .unwrap();
    let jdbc = client.submit_job_jdbc(&jdbc, &options().journal(key.clone())).await;
    assert!(
        jdbc.unwrap_err()
            .to_string()
            .starts_with("job must have keys of inputs for a journal")
    );
    let sources = BTreeMap::from([(
        KEY,
        BTreeMap::from([("input.txt", BTreeMap::from([("bucket", "b"), ("key", "folder/")]))]),
    )]);
    let folder = S3Job::builder("ed542963de", "1.0.1", sources)
        .access_key("a", "s")
        .region("us-east-1")
        .build()
        .unwrap();
    let folder = client
        .submit_job_aws_s3_folder(&folder, &options().journal(key.clone()))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        folder.starts_with("job must keep the keys of its inputs for a journal"),
        "{folder}"
    );
    let raw = r#"{"model":{"identifier":"m","version":"1"},"input":{"type":"aws-s3-folder","sources":{"a key":{}}}}"#;
    let a_key = submit_turn(&journal, "a key").await;
    let raw = client
        .submit_job(raw, &options().journal(a_key))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        raw.starts_with("job must keep the keys of its inputs for a journal"),
        "{raw}"
    );
    assert_eq!(emulator.requests().len(), 0);
    submit(&client, key.clone()).await.unwrap();
    let before = emulator.requests().len();
    let again = submit(&client, key).await.unwrap_err();
    assert!(again.to_string().contains("belong to one submit"), "{again}");
    let twice = journal.take(KEY, &waiting()).await.unwrap_err();
    assert!(
        twice.to_string().starts_with("input_key must be unique in a batch"),
        "{twice}"
    );
    assert_eq!(emulator.requests().len(), before);
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
