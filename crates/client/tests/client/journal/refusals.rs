//! Submits that would leave a job unknown, which are refused.

use std::collections::BTreeMap;

use modzy_client::{JdbcJob, S3Job};

use super::{KEY, fast, job_of, open, skipping, submit, submit_turn, waiting};
use crate::support::{emulator_with, folder::Folder, options};

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
