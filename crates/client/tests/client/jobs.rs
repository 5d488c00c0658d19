//! Jobs from end to end, with the emulator.

use modzy_client::{Error, RequestOptions};
use modzy_emulator::RequestState;
use serde_json::Value;

use crate::support::{attempts, emulator, options, submit, text_job};

#[tokio::test]
async fn a_text_goes_in_and_its_sentiment_comes_out() {
    let (emulator, builder) = emulator(0, 0).await;
    let client = builder.build().unwrap();
    let receipt = client.submit_job_text(&text_job(), &options()).await.unwrap();
    assert_eq!(receipt.string_member("status").as_deref(), Some("SUBMITTED"));
    let id = receipt.string_member("jobIdentifier").unwrap();

    let job: Value = client.get_job(&id, &options()).await.unwrap().parse().unwrap();
    assert_eq!(job["jobIdentifier"], id);
    assert_eq!(job["status"], "COMPLETED");
    assert_eq!(job["model"]["identifier"], "ed542963de");

    let result: Value = client.get_result(&id, &options()).await.unwrap().parse().unwrap();
    assert_eq!(result["finished"], true);
    assert_eq!((&result["total"], &result["completed"]), (&1.into(), &1.into()));
    assert!(result["results"]["my-input"]["results.json"].is_object(), "{result}");

    let paths: Vec<_> = emulator
        .requests()
        .into_iter()
        .map(|request| (request.method, request.path, request.status, request.state))
        .collect();
    let answered = |method: &str, path: String, status| (method.to_owned(), path, Some(status), RequestState::Answered);
    assert_eq!(
        paths,
        [
            answered("POST", "/api/jobs".to_owned(), 202),
            answered("GET", format!("/api/jobs/{id}"), 200),
            answered("GET", format!("/api/results/{id}"), 200),
        ]
    );
}

#[tokio::test]
async fn a_job_is_canceled_once() {
    let (emulator, builder) = emulator(60_000, 60_000).await;
    let client = builder.build().unwrap();
    let id = submit(&client).await;
    let canceled = client.cancel_job(&id, &options()).await.unwrap();
    assert_eq!(canceled.string_member("status").as_deref(), Some("CANCELED"));
    assert_eq!(canceled.string_member("jobIdentifier"), Some(id.clone()));

    let error = client.cancel_job(&id, &options()).await.unwrap_err();
    assert_eq!((error.status(), attempts(&error)), (Some(400), 1));
    assert!(!error.is_retryable());
    let call = error.call().unwrap();
    assert_eq!(call.job_identifier, Some(id.clone()));
    assert_eq!(call.url, format!("{}/jobs/{id}", emulator.base_url()));
    assert_eq!(emulator.requests().len(), 3);
}

#[tokio::test]
async fn an_unknown_job_is_a_404_with_the_servers_message() {
    let (emulator, builder) = emulator(0, 0).await;
    let client = builder.build().unwrap();
    let error = client.get_job("unknown", &options()).await.unwrap_err();
    let Error::Status {
        status, message, body, ..
    } = &error
    else {
        panic!("{error:?}");
    };
    let sent: Value = serde_json::from_str(body.as_deref().unwrap()).unwrap();
    assert_eq!((*status, sent["message"].as_str()), (404, Some(message.as_str())));
    assert_eq!(error.to_string(), *message);
    assert_eq!(emulator.requests().len(), 1);
}

#[tokio::test]
async fn clones_share_their_connections_and_calls_their_client() {
    let (emulator, builder) = emulator(0, 0).await;
    let client = builder.build().unwrap();
    let id = submit(&client).await;
    for _ in 0..5 {
        client.clone().get_job(&id, &RequestOptions::default()).await.unwrap();
    }
    assert_eq!((emulator.requests().len(), emulator.open_connections()), (6, 1));
}

#[tokio::test]
async fn a_hundred_concurrent_jobs_keep_their_own_responses() {
    let (emulator, builder) = emulator(0, 20).await;
    let client = builder.max_sockets(16).build().unwrap();
    let jobs: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let id = submit(&client).await;
                let wait = modzy_client::WaitOptions::default().poll_interval(crate::support::millis(10));
                let job = client.block_until_complete(&id, &wait, |_| {}).await.unwrap();
                (id, job)
            })
        })
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    for job in jobs {
        let (id, job) = job.await.unwrap();
        assert_eq!(job.string_member("jobIdentifier").as_ref(), Some(&id));
        assert_eq!(job.string_member("status").as_deref(), Some("COMPLETED"));
        seen.insert(id);
    }
    assert_eq!(seen.len(), 100);
    assert!(emulator.open_connections() <= 16, "{}", emulator.open_connections());
}
