//! Submits that would leave a job unknown, which are refused.

use std::{collections::BTreeMap, fs};

use modzy_client::{Auth, BaseUrl, Client, Error, JdbcJob, RequestOptions, S3Job};
use tokio_util::sync::CancellationToken;

use super::{KEY, fast, id, job_of, open, path, skipping, submit, submit_turn, waiting};
use crate::support::{builder, emulator_with, folder::Folder, options};

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
async fn a_submit_of_a_client_with_another_key_or_server_is_refused() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    let journal = open(&client, &folder).await;
    let key = submit_turn(&journal, KEY).await;
    let base = BaseUrl::api(emulator.base_url()).unwrap();
    let other_key = Client::new(base, Auth::api_key("otherPrefix.body")).unwrap();
    let other_server = builder("http://127.0.0.1:1/api").build().unwrap();
    for other in [other_key, other_server] {
        let refused = submit(&other, key.clone()).await.unwrap_err();
        assert!(
            refused.to_string().starts_with("options have the key of a journal"),
            "{refused}"
        );
    }
    assert_eq!(emulator.requests().len(), 0);
    // An equal client is as good.
    let (equal, _) = skipping(&emulator);
    submit(&equal, key).await.unwrap();
}

#[tokio::test]
async fn a_wait_with_a_key_is_for_its_job_alone() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    let foreign = id(&client.submit_job_text(&job_of(KEY), &options()).await.unwrap());
    let journal = open(&client, &folder).await;
    let key = submit_turn(&journal, KEY).await;
    let wait = async |job: &str| {
        let request = RequestOptions::default().journal(key.clone());
        let waited = client
            .block_until_complete(job, &waiting().request(request), |_| {})
            .await;
        waited.map(|job| id(&job))
    };
    assert_eq!(journal.job_of(KEY), None);
    let refused = wait(&foreign).await.unwrap_err().to_string();
    assert!(refused.contains("but the journal has none"), "{refused}");
    let own = id(&submit(&client, key.clone()).await.unwrap());
    assert_eq!(journal.job_of(KEY).as_deref(), Some(&*own));
    let polls = emulator.requests().len();
    let refused = wait(&foreign).await;
    assert!(
        matches!(refused, Err(Error::Argument { name: "job_id", .. })),
        "{refused:?}"
    );
    assert_eq!(emulator.requests().len(), polls);
    assert_eq!(wait(&own).await.unwrap(), own);
}

#[tokio::test]
async fn a_submit_that_is_aborted_before_it_begins_leaves_no_step_behind() {
    let (emulator, _) = emulator_with(fast()).await;
    let (client, _) = skipping(&emulator);
    let folder = Folder::new();
    let journal = open(&client, &folder).await;
    let key = submit_turn(&journal, KEY).await;
    let over = CancellationToken::new();
    over.cancel();
    let options = options().journal(key).nothing_sent_after(over);
    let refused = client.submit_job_text(&job_of(KEY), &options).await;
    assert!(matches!(refused, Err(Error::Aborted)), "{refused:?}");
    let text = fs::read_to_string(path(&folder)).unwrap();
    assert!(!text.contains("submitting"), "{text}");
    assert_eq!(emulator.requests().len(), 0);
}
