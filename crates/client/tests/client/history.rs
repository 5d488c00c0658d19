//! Many jobs: the query of the history, and reading a list of jobs.

use modzy_client::{BodyFault, Document, Error, JobHistoryFilter};

use crate::support::{
    body_fault, millis, options,
    server::{Reply, Server, answer, job, ok, status},
    skipping,
};

#[tokio::test]
async fn a_whole_filter_goes_out_in_order_and_encoded() {
    let server = Server::always(ok("[ ]")).await;
    let (client, _) = skipping(&server.api());
    let text = |text: &str| Some(text.to_owned());
    let filter = JobHistoryFilter {
        per_page: Some(100),
        page: Some(1),
        sort_by: text("createdAt"),
        direction: text("DESC"),
        status: text("all"),
        model: text("Sentiment Analysis"),
        end_date: text("2024-02-01T00:00:00+01:00"),
        start_date: text("2024-01-01"),
        access_key: text("prefix"),
        user: text("Ada & Co"),
    };
    let answer = client.get_job_history(&filter, &options()).await.unwrap();
    assert_eq!(answer.as_str(), "[ ]");
    let none = JobHistoryFilter::default();
    client.get_job_history(&none, &options()).await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "GET /api/jobs/history?user=Ada%20%26%20Co&accessKey=prefix&startDate=2024-01-01\
             &endDate=2024-02-01T00%3A00%3A00%2B01%3A00&model=Sentiment%20Analysis&status=all&sort-by=createdAt\
             &direction=DESC&page=1&per-page=100",
            "GET /api/jobs/history",
        ]
    );
}

fn texts(documents: &[Document]) -> Vec<&str> {
    documents.iter().map(Document::as_str).collect()
}

/// Replies with a job, after a pause that is longer for smaller numbers.
fn numbered(line: &str) -> Reply {
    let number: u64 = line.rsplit('/').next().unwrap().parse().unwrap();
    let delay = millis(100_u64.saturating_sub(number * 5));
    Reply::Late(delay, answer(200, "", format!(r#"{{ "jobIdentifier":"{number}" }}"#)))
}

#[tokio::test]
async fn jobs_come_in_the_requested_order_whatever_the_order_of_the_responses() {
    let server = Server::start(|request, _| numbered(request.line())).await;
    let (client, _) = skipping(&server.api());
    let ids: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    let jobs = client.get_jobs_by_id(&ids, &options()).await.unwrap();
    let expected: Vec<_> = ids
        .iter()
        .map(|id| format!(r#"{{ "jobIdentifier":"{id}" }}"#))
        .collect();
    assert_eq!(texts(&jobs), expected);
    assert_eq!((server.count(), server.busiest()), (20, 8));
}

#[tokio::test]
async fn a_job_named_twice_is_read_once_and_a_missing_one_is_left_out() {
    let server = Server::start(|request, _| match request.line() {
        "GET /api/jobs/gone" => status(404),
        line => ok(format!(r#"{{"jobIdentifier":"{}"}}"#, line.rsplit('/').next().unwrap())),
    })
    .await;
    let (client, _) = skipping(&server.api());
    let jobs = client
        .get_jobs_by_id(&["b", "gone", "a", "b"], &options())
        .await
        .unwrap();
    assert_eq!(texts(&jobs), [r#"{"jobIdentifier":"b"}"#, r#"{"jobIdentifier":"a"}"#]);
    assert_eq!(server.count(), 3);
    let none = client.get_jobs_by_id(&["gone"], &options()).await.unwrap();
    assert_eq!(none, []);
}

#[tokio::test]
async fn an_empty_list_of_jobs_makes_no_request() {
    let server = Server::always(ok("{}")).await;
    let (client, _) = skipping(&server.api());
    let none = client.get_jobs_by_id::<&str>(&[], &options()).await.unwrap();
    assert_eq!((none.len(), server.count()), (0, 0));
    let error = client.get_jobs_by_id(&["a", ".."], &options()).await.unwrap_err();
    assert!(matches!(error, Error::Argument { name: "job_ids", .. }), "{error:?}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_failure_other_than_404_fails_the_call_and_names_its_job() {
    let server = Server::start(|request, _| match request.line() {
        "GET /api/jobs/bad" => status(403),
        _ => Reply::Stall(Vec::new()),
    })
    .await;
    let (client, _) = skipping(&server.api());
    let error = client.get_jobs_by_id(&["a", "bad", "b"], &options()).await.unwrap_err();
    assert_eq!(error.status(), Some(403));
    assert_eq!(error.call().unwrap().job_identifier.as_deref(), Some("bad"));
    crate::support::until(|| server.open() <= 1).await;
}

#[tokio::test]
async fn each_job_has_retries_of_its_own_and_must_be_the_requested_one() {
    let server = Server::start(|_, nth| if nth < 2 { status(503) } else { job("OPEN") }).await;
    let (client, _) = skipping(&server.api());
    let jobs = client.get_jobs_by_id(&["a", "b"], &options()).await.unwrap();
    let expected = [
        r#"{"jobIdentifier":"a","status":"OPEN"}"#,
        r#"{"jobIdentifier":"b","status":"OPEN"}"#,
    ];
    assert_eq!((texts(&jobs).as_slice(), server.count()), (expected.as_slice(), 4));
    for (body, fault) in [
        ("[]", BodyFault::NotObject),
        ("{}", BodyFault::NoJob),
        ("", BodyFault::Missing),
        (r#"{"jobIdentifier":"b"}"#, BodyFault::AnotherJob),
    ] {
        let server = Server::always(ok(body)).await;
        let (client, _) = skipping(&server.api());
        let error = client.get_jobs_by_id(&["a"], &options().retries(0)).await.unwrap_err();
        assert_eq!(body_fault(&error), Some(fault), "{body}");
    }
}

#[tokio::test]
async fn lists_can_be_read_on_any_thread_and_dropped_at_any_time() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let (client, _) = skipping(&server.api());
    let reading = tokio::spawn(async move { client.get_jobs_by_id(&["a", "b"], &options()).await });
    crate::support::until(|| server.busy() == 2).await;
    reading.abort();
    crate::support::until(|| server.open() == 0).await;
    assert_eq!(server.count(), 2);
}
