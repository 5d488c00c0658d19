//! Searches for the jobs with some input key.

use std::collections::BTreeMap;

use modzy_client::{Document, JobSearch, TextJob};
use modzy_emulator::Options;

use crate::support::{
    builder, emulator_with, millis, options,
    server::{Server, ok},
    skipping,
};

const KEY: &str = "ü/a b.txt";

fn job_of(key: &str) -> TextJob<BTreeMap<&str, BTreeMap<&str, &str>>> {
    let sources = [(key, [("input.txt", "What a lovely day!")].into())].into();
    TextJob::new("ed542963de", "1.0.1", sources)
}

fn id(job: &Document) -> String {
    job.string_member("jobIdentifier").unwrap()
}

#[tokio::test]
async fn a_server_that_does_not_filter_by_the_prefix_of_the_key_is_searched_without_it() {
    let job = |id: &str, by: &str| {
        format!(
            r#"{{"jobIdentifier":"{id}","submittedBy":"{by}","createdAt":"2999-01-01T00:00:00.000+0000","jobInputs":[{{"identifier":"a"}}]}}"#
        )
    };
    let page = format!("[{},{}]", job("own", "publicPrefix"), job("other", "another"));
    let server = Server::start(move |request, _| match request.line() {
        line if line.contains("accessKey=") || line.contains("page=2") => ok("[]"),
        _ => ok(&page),
    })
    .await;
    let client = builder(&server.api()).build().unwrap();
    let found = client.find_jobs(&JobSearch::new("a"), &options()).await.unwrap();
    assert_eq!(found.iter().map(id).collect::<Vec<_>>(), ["own"]);
}

#[tokio::test]
async fn a_search_is_limited_by_time_model_version_and_number() {
    let (emulator, _) = emulator_with(Options::default()).await;
    let (client, _) = skipping(emulator.base_url());
    for _ in 0..3 {
        tokio::time::sleep(millis(2)).await;
        client.submit_job_text(&job_of(KEY), &options()).await.unwrap();
    }
    let found = async |change: fn(&mut JobSearch)| {
        let mut search = JobSearch::new(KEY);
        change(&mut search);
        client.find_jobs(&search, &options()).await.unwrap().len()
    };
    assert_eq!(found(|_| {}).await, 3);
    assert_eq!(found(|search| search.limit = 2).await, 2);
    assert_eq!(found(|search| search.limit = 0).await, 0);
    let newest = client.find_jobs(&JobSearch::new(KEY), &options()).await.unwrap();
    let mut search = JobSearch::new(KEY);
    search.since = newest[0].string_member("createdAt");
    let since_newest = client.find_jobs(&search, &options()).await.unwrap();
    assert_eq!(since_newest.len(), 1);
    search.since = Some("yesterday".to_owned());
    let refused = client.find_jobs(&search, &options()).await.unwrap_err();
    assert!(
        refused.to_string().starts_with("since must be a time in ISO 8601"),
        "{refused}"
    );
    assert_eq!(found(|search| search.model_id = Some("ed542963de".to_owned())).await, 3);
    assert_eq!(found(|search| search.model_id = Some("another".to_owned())).await, 0);
    assert_eq!(found(|search| search.version = Some("1.0.1".to_owned())).await, 3);
    assert_eq!(found(|search| search.version = Some("2".to_owned())).await, 0);
    assert_eq!(found(|search| search.input_key = "a".to_owned()).await, 0);
}
