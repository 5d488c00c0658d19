//! What the history costs with an API key that submits many jobs: how long the first submit is held up, and each scan.

use std::{
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use modzy_client::{Client, Clock, Document, Error, JournalFault, Sent};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{KEY, fault_of, id, job_of, open, path, submit, submit_turn};
use crate::support::{
    clock::SkippingClock,
    folder::Folder,
    millis, options,
    server::{Received, Reply, Server, answer, ok, status},
    skipping, until,
};

/// The time of the newest job before the submit, in ms since 1970.
const NOW: i64 = 1_700_000_000_000;

/// The key of a job whose inputs the history does not name.
const UNNAMED: &str = "";

/// What the server does with the submit of the job.
#[derive(Clone, Copy, PartialEq)]
enum Submit {
    Accept,
    Lose,
    /// Accept it behind a gateway that asks to come back, and accept any further one.
    Forward,
}

/// A job of the history: its identifier, key and time.
type Job = (String, String, i64);

/// Jobs of the API key, 100 in each second, the newest first.
fn jobs(count: i64) -> Vec<Job> {
    let job = |number| (format!("job-{number}"), format!("key {number}"), NOW - 10 * number);
    (0..count).map(job).collect()
}

/// A server with these jobs. `treat` may change what the server does with a page, from 1, of a length.
async fn start(
    jobs: Vec<Job>,
    submit: Submit,
    treat: impl Fn(u64, u64, &SkippingClock) -> Option<Reply> + Send + Sync + 'static,
) -> (Server, Client) {
    let jobs = Mutex::new(jobs);
    let clock: Arc<Mutex<Option<Arc<SkippingClock>>>> = Arc::default();
    let clock_of_server = Arc::clone(&clock);
    let server = Server::start(move |request, _| {
        let mut jobs = jobs.lock().unwrap();
        let line = request.line();
        let clock = clock_of_server.lock().unwrap().clone().unwrap();
        if line.starts_with("GET /api/jobs/history") {
            let number = |name: &str| query(line, name).and_then(|value| value.parse::<u64>().ok());
            let (page, size) = (number("page").unwrap_or(1), number("per-page").unwrap());
            if let Some(reply) = treat(page, size, &clock) {
                return reply;
            }
            let first = usize::try_from((page - 1) * size).unwrap();
            let page = jobs.iter().skip(first).take(usize::try_from(size).unwrap());
            return ok(Value::from(page.map(item).collect::<Vec<_>>()).to_string());
        }
        if line == "POST /api/jobs" {
            // The other submit shows how far the history has come.
            let is_wanted = is_submit(request);
            if submit == Submit::Lose && is_wanted {
                // Another batch submits one at this time, and opens one for an upload.
                jobs.insert(0, ("foreign".into(), UNNAMED.into(), NOW + 500));
                jobs.insert(0, ("opened".into(), UNNAMED.into(), NOW + 500));
                return Reply::Close(Vec::new());
            }
            let (id, key) = if is_wanted {
                ("own".to_owned(), KEY)
            } else {
                (format!("witness-{}", jobs.len()), UNNAMED)
            };
            jobs.insert(0, (id.clone(), key.into(), NOW + 1000));
            if submit == Submit::Forward && is_wanted {
                return Reply::Keep(answer(503, "retry-after: 1\r\n", ""));
            }
            let receipt = json!({ "jobIdentifier": id, "status": "SUBMITTED" });
            return Reply::Keep(answer(202, "content-type: application/json\r\n", receipt.to_string()));
        }
        let id = line.rsplit('/').next().unwrap();
        let (status, inputs) = match id {
            "opened" => ("OPEN", json!([])),
            _ => ("COMPLETED", json!([{ "identifier": "other" }])),
        };
        ok(json!({ "jobIdentifier": id, "status": status, "jobInputs": inputs }).to_string())
    })
    .await;
    let (client, own) = skipping(&server.api());
    *clock.lock().unwrap() = Some(own);
    (server, client)
}

fn query<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let pairs = line.split_once('?')?.1.split('&');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

fn item((id, key, created): &Job) -> Value {
    let created = jiff::Timestamp::from_millisecond(*created).unwrap().to_string();
    let inputs = if key == UNNAMED {
        json!([])
    } else {
        json!([{ "identifier": key }])
    };
    json!({
        "jobIdentifier": id, "submittedBy": "publicPrefix", "createdAt": created, "status": "COMPLETED",
        "model": { "identifier": "ed542963de", "version": "1.0.1" }, "jobInputs": inputs,
    })
}

/// Whether a request submits the job of the key.
fn is_submit(request: &Received) -> bool {
    request.line() == "POST /api/jobs" && String::from_utf8_lossy(&request.body).contains("lovely")
}

fn is_scan(request: &Received) -> bool {
    request.line().starts_with("GET /api/jobs/history")
}

/// Submits the job of the key.
async fn run(client: &Client, folder: &Folder) -> Result<Document, Error> {
    let journal = open(client, folder).await;
    let key = submit_turn(&journal, KEY).await;
    submit(client, key).await
}

/// How often the job of the key was submitted.
fn submits(server: &Server) -> usize {
    server.requests().iter().filter(|request| is_submit(request)).count()
}

/// Submits the job of the key, and again once the first submit counts as not accepted.
async fn run_twice(server: &Server, client: &Client) {
    let folder = Folder::new();
    tokio::select! {
        done = run(client, &folder) => panic!("it ended: {done:?}"),
        () = until(|| submits(server) == 2) => {}
    }
}

/// Returns how many pages were read before the submit.
fn pages_before(server: &Server) -> usize {
    server.requests().iter().take_while(|request| is_scan(request)).count()
}

/// Returns the step of the journal that names the submit.
fn intent(folder: &Folder) -> Value {
    let text = fs::read_to_string(path(folder)).unwrap();
    let mut steps = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    steps.find(|step| step["step"] == "submitting").unwrap()
}

#[tokio::test]
async fn a_first_submit_is_sent_after_ten_thousand_jobs_at_most() {
    // The first page is read again with the number 1 and, if it is not enough, with a length of 1000.
    for (count, pages, read_since) in [(50, 3, None), (5_000, 8, None), (31_000, 12, Some(NOW - 99_990 + 1))] {
        let (server, client) = start(jobs(count), Submit::Accept, |_, _, _| None).await;
        let folder = Folder::new();
        assert_eq!(id(&run(&client, &folder).await.unwrap()), "own");
        assert_eq!(pages_before(&server), pages, "{count} jobs");
        let step = intent(&folder);
        assert_eq!(step["since"], NOW - 300_000);
        assert_eq!(step["readSince"].as_i64(), read_since, "{count} jobs");
    }
}

#[tokio::test]
async fn a_first_submit_is_sent_five_seconds_after_the_first_page_or_once_a_later_one_fails() {
    let slow = |page, _, clock: &SkippingClock| {
        if page > 1 {
            drop(clock.sleep(Duration::from_secs(5)));
        }
        None
    };
    let failing = |page, _, _: &SkippingClock| (page > 1).then(|| status(403));
    let (server, client) = start(jobs(20_000), Submit::Accept, slow).await;
    let folder = Folder::new();
    run(&client, &folder).await.unwrap();
    // The first page three times, and the second one.
    assert_eq!(pages_before(&server), 4);
    assert_eq!(intent(&folder)["readSince"], NOW - 10_000 + 1);
    let (server, client) = start(jobs(20_000), Submit::Accept, failing).await;
    let folder = Folder::new();
    run(&client, &folder).await.unwrap();
    assert_eq!(pages_before(&server), 4);
    assert_eq!(intent(&folder)["readSince"], NOW - 9_990 + 1);
}

#[tokio::test]
async fn a_server_that_refuses_long_pages_is_read_in_short_ones() {
    for code in [400, 422] {
        let refusing = move |_, size, _: &SkippingClock| (size > 100).then(|| status(code));
        let (server, client) = start(jobs(5_000), Submit::Accept, refusing).await;
        let folder = Folder::new();
        run(&client, &folder).await.unwrap();
        // The first page, the refused long one, all fifty from the first, and the empty one behind them.
        assert_eq!(pages_before(&server), 1 + 1 + 50 + 1);
        assert_eq!(intent(&folder)["readSince"], Value::Null);
    }
}

#[tokio::test]
async fn a_job_that_never_arrives_is_submitted_three_times_and_then_fails() {
    let (server, client) = start(jobs(1), Submit::Lose, |_, _, _| None).await;
    let folder = Folder::new();
    let error = run(&client, &folder).await.unwrap_err();
    assert!(matches!(error, Error::Connection { sent: Sent::No, .. }), "{error:?}");
    assert_eq!(submits(&server), 3);
    // The next run may submit it again.
    submit_turn(&open(&client, &folder).await, KEY).await;
}

#[tokio::test]
async fn a_first_submit_waits_for_a_history_that_does_not_answer_as_long_as_for_one_request() {
    let (server, client) = start(jobs(1), Submit::Accept, |_, _, _| Some(Reply::Stall(Vec::new()))).await;
    let folder = Folder::new();
    let journal = open(&client, &folder).await;
    for (key, sent) in [("a", 1), ("b", 2)] {
        let turn = submit_turn(&journal, key).await;
        let options = options().request_timeout(millis(100)).journal(turn);
        client.submit_job_text(&job_of(key), &options).await.unwrap();
        assert_eq!(submits(&server), sent);
        // With its retries, it would be requested three times.
        assert!(server.requests().iter().filter(|request| is_scan(request)).count() < 3);
    }
    assert_eq!(intent(&folder)["since"], Value::Null);
}

#[tokio::test]
async fn of_the_jobs_that_could_not_be_read_before_the_submit_none_is_adopted() {
    let mut before = jobs(12_000);
    before[11_000].1 = KEY.into();
    // It never arrives, and the older job is the only one with the key.
    let (_server, client) = start(before, Submit::Lose, |_, _, _| None).await;
    let error = run(&client, &Folder::new()).await.unwrap_err();
    assert_eq!(fault_of(&error), Some((JournalFault::Unknown, Some(KEY))));
    assert!(
        error
            .to_string()
            .contains("the job job-11000 matches it, but may have existed"),
        "{error}"
    );
}

#[tokio::test]
async fn a_job_whose_inputs_the_history_does_not_name_is_read_once_and_not_in_each_scan() {
    let (server, client) = start(jobs(1), Submit::Lose, |_, _, _| None).await;
    run_twice(&server, &client).await;
    let requests = server.requests();
    for line in ["GET /api/jobs/foreign", "GET /api/jobs/opened"] {
        assert_eq!(requests.iter().filter(|request| request.line() == line).count(), 1);
    }
}

#[tokio::test]
async fn the_scans_for_a_lost_job_take_a_fifth_of_the_time_at_most() {
    // Each page takes a second, and a scan three of them.
    let slow = |_, _, clock: &SkippingClock| {
        drop(clock.sleep(Duration::from_secs(1)));
        None
    };
    let (server, client) = start(jobs(1), Submit::Lose, slow).await;
    run_twice(&server, &client).await;
    // Before the submit, each 15 s until two minutes have passed, and twice more.
    let requests = server.requests();
    let second = requests.iter().rposition(is_submit).unwrap();
    let pages = requests[..second].iter().filter(|request| is_scan(request)).count();
    assert_eq!(pages, 3 * (1 + 9 + 2));
}

#[tokio::test]
async fn a_job_of_before_the_submit_is_foreign_wherever_the_history_lists_it() {
    let mut before = jobs(3);
    // By the time of the last change: an old job has just ended.
    before[1].2 = NOW - 600_000;
    before[2] = ("earlier".into(), KEY.into(), NOW - 60_000);
    let (server, client) = start(before, Submit::Lose, |_, _, _| None).await;
    run_twice(&server, &client).await;
}

#[tokio::test]
async fn a_job_that_a_gateway_forwarded_before_it_asked_to_come_back_is_found_and_not_submitted_again() {
    let (server, client) = start(jobs(1), Submit::Forward, |_, _, _| None).await;
    let folder = Folder::new();
    let found = run(&client, &folder).await.unwrap();
    assert_eq!((id(&found).as_str(), submits(&server)), ("own", 1));
}

#[tokio::test]
async fn a_search_ends_once_no_job_is_to_be_submitted() {
    let scans = AtomicUsize::new(0);
    // From the first page after the submit.
    let stalling =
        move |_, _, _: &SkippingClock| (scans.fetch_add(1, Ordering::Relaxed) >= 3).then(|| Reply::Stall(Vec::new()));
    let (server, client) = start(jobs(1), Submit::Lose, stalling).await;
    let folder = Folder::new();
    let over = CancellationToken::new();
    let journal = open(&client, &folder).await;
    let key = submit_turn(&journal, KEY).await;
    let options = options().journal(key).not_submitted_after(over.clone());
    let job = job_of(KEY);
    let submit = client.submit_job_text(&job, &options);
    let leave = async {
        until(|| server.requests().iter().filter(|request| is_scan(request)).count() > 3).await;
        over.cancel();
    };
    let both = async { tokio::join!(submit, leave) };
    let (submitted, ()) = tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();
    assert!(
        matches!(submitted, Err(Error::Connection { sent: Sent::Maybe, .. })),
        "{submitted:?}"
    );
    // The next run looks for it.
    let text = fs::read_to_string(path(&folder)).unwrap();
    assert!(text.lines().last().unwrap().contains("submitting"), "{text}");
}
