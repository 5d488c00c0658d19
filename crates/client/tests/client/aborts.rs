//! Aborts of submits and waits, during the call and after its end.

use std::{
    pin::Pin,
    time::{Duration, Instant},
};

use modzy_client::{
    Abort, CancelOutcome, Cancellation, Client, Document, Ended, EngineRange, Error, FileSource, JobOfCall,
    RequestOptions, Result, Sent, WaitOptions, fate_of_aborted,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{
    builder, options,
    server::{Reply, Server, job, ok, status},
    skipping, until,
    upload::file_job,
};

const RECEIPT: &str = r#"{"jobIdentifier":"made","status":"SUBMITTED"}"#;

/// Returns the job of a cancel, and the status in its response.
fn canceled(outcome: &CancelOutcome) -> (Option<&str>, Option<String>) {
    let job = outcome.result.as_ref().ok();
    (
        outcome.job_identifier.as_deref(),
        job.and_then(|job| job.string_member("status")),
    )
}

#[tokio::test]
async fn an_aborted_wait_closes_its_poll_and_then_cancels_its_job_if_requested() {
    for cancel_job in [true, false] {
        let server = Server::scripted(vec![Reply::Stall(Vec::new()), job("CANCELED")]).await;
        let (client, _) = skipping(&server.api());
        let abort = Abort::default();
        let wait = WaitOptions::default();
        let waiting = Box::pin(client.block_until_complete("j", &wait, |_| {}));
        let options = options();
        let aborting = async {
            until(|| server.busy() == 1).await;
            abort.abort(cancel_job.then(|| Cancellation::at(Instant::now())));
        };
        let ended = client.unless_aborted(waiting, JobOfCall::Known("j"), &abort, &options);
        let (ended, ()) = tokio::join!(ended, aborting);
        let Ended::Aborted(outcome) = ended else {
            panic!("{ended:?}");
        };
        until(|| server.busy() == 0).await;
        if cancel_job {
            assert_eq!(canceled(&outcome.unwrap()), (Some("j"), Some("CANCELED".to_owned())));
            assert_eq!(server.lines(), ["GET /api/jobs/j", "DELETE /api/jobs/j"]);
        } else {
            assert!(outcome.is_none());
            assert_eq!(server.lines(), ["GET /api/jobs/j"]);
        }
    }
}

/// Programs wait for tens of thousands of jobs. The binding asserts the size of its own future where it is built.
#[test]
fn a_wait_holds_one_kibibyte_and_what_makes_it_abortable_two_hundred_bytes() {
    let (client, _) = skipping("http://localhost/api");
    let (abort, wait, options) = (Abort::default(), WaitOptions::default(), options());
    let waiting = Box::pin(client.block_until_complete("j", &wait, |_| {}));
    assert!(size_of_val(&*waiting) <= 1024, "{}", size_of_val(&*waiting));
    let abortable = client.unless_aborted(waiting, JobOfCall::Known("j"), &abort, &options);
    assert!(size_of_val(&abortable) <= 200, "{}", size_of_val(&abortable));
    assert!(size_of_val(&options) <= 120, "{}", size_of_val(&options));
}

#[tokio::test]
async fn an_aborted_submit_says_whether_the_server_may_have_it() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let client = builder(&server.api()).max_sockets(1).build().unwrap();
    let abort = Abort::default();
    let options = options().nothing_sent_after(abort.token().clone());
    let [mut sent, mut queued] = [(); 2].map(|()| Box::pin(client.submit_job("{}", &options)));
    tokio::select! {
        biased;
        result = &mut sent => panic!("{result:?}"),
        result = &mut queued => panic!("{result:?}"),
        () = until(|| server.count() == 1) => {}
    }
    abort.abort(None);
    assert_eq!(fate_of_aborted(&mut queued).unwrap_err(), Sent::No);
    assert_eq!(fate_of_aborted(&mut sent).unwrap_err(), Sent::Maybe);
    drop((sent, queued));
    until(|| server.busy() == 0).await;
    assert_eq!(server.count(), 1);
}

type Change = fn(Client, RequestOptions) -> Pin<Box<dyn Future<Output = Result<Document>>>>;

#[tokio::test]
async fn a_read_before_a_change_that_fails_or_is_aborted_has_changed_nothing() {
    let changes: [(&str, Change); 4] = [
        ("GET /api/models/m/versions/1", |client, options| {
            Box::pin(async move {
                client
                    .edit_model_version("m", "1", &json!({ "timeout": { "run": 5 } }), &options)
                    .await
            })
        }),
        ("GET /api/models/m", |client, options| {
            let range = EngineRange { minimum: 0, maximum: 1 };
            Box::pin(async move { client.update_processing_engines("m", "latest", range, &options).await })
        }),
        ("GET /api/models/m", |client, options| {
            let body = r#"{"model":{"identifier":"m","version":"latest"}}"#;
            Box::pin(async move { client.submit_job(body, &options).await })
        }),
        ("GET /api/jobs/features", |client, options| {
            Box::pin(async move {
                let abort = Abort::default();
                let job = file_job(vec![("k", "i", FileSource::Bytes("x".into()))]);
                client.submit_job_files(job, &options, &abort, |_| {}).await.result
            })
        }),
    ];
    for (read, change) in changes {
        let server = Server::always(Reply::Reset).await;
        let (client, _) = skipping(&server.api());
        let error = change(client, options().retries(1)).await.unwrap_err();
        assert_eq!(
            (error.sent(), error.is_retryable()),
            (Some(Sent::No), true),
            "{error:?}"
        );
        assert_eq!(server.lines(), [read, read]);
        if read == "GET /api/jobs/features" {
            // An upload has an abort of its own.
            continue;
        }

        let server = Server::always(Reply::Stall(Vec::new())).await;
        let (client, _) = skipping(&server.api());
        let token = CancellationToken::new();
        let mut call = change(client, options().nothing_sent_after(token.clone()));
        tokio::select! {
            biased;
            result = &mut call => panic!("{result:?}"),
            () = until(|| server.count() == 1) => {}
        }
        token.cancel();
        assert_eq!(fate_of_aborted(&mut call).unwrap_err(), Sent::No, "{read}");
        assert_eq!(server.lines(), [read]);
    }
}

#[tokio::test]
async fn a_call_without_an_abort_ends_normally() {
    let server = Server::always(ok(RECEIPT)).await;
    let (client, _) = skipping(&server.api());
    let options = options();
    let submit = Box::pin(client.submit_job("{}", &options));
    let ended = client
        .unless_aborted(submit, JobOfCall::Submitted, &Abort::default(), &options)
        .await;
    assert!(matches!(ended, Ended::Settled(Ok(receipt)) if receipt.as_str() == RECEIPT));
    assert_eq!(server.lines(), ["POST /api/jobs"]);
}

#[tokio::test]
async fn an_abort_after_the_end_of_a_call_cancels_its_unfinished_job() {
    let server = Server::always(job("CANCELED")).await;
    let (client, _) = skipping(&server.api());
    let receipt = {
        let server = Server::always(ok(RECEIPT)).await;
        let (client, _) = skipping(&server.api());
        client.submit_job("{}", &options()).await
    };
    let outcome = client.cancel_ended(receipt, JobOfCall::Submitted, &options()).await;
    assert_eq!(canceled(&outcome), (Some("made"), Some("CANCELED".to_owned())));
    let failed: Result<Document> = Err(Error::Aborted);
    let outcome = client.cancel_ended(failed, JobOfCall::Known("j"), &options()).await;
    assert_eq!(canceled(&outcome), (Some("j"), Some("CANCELED".to_owned())));
    assert_eq!(server.lines(), ["DELETE /api/jobs/made", "DELETE /api/jobs/j"]);
}

#[tokio::test]
async fn an_abort_after_the_end_of_a_call_sends_nothing_without_an_unfinished_job() {
    let server = Server::scripted(vec![job("COMPLETED"), status(400)]).await;
    let (client, _) = skipping(&server.api());
    let ended = client.block_until_complete("j", &WaitOptions::default(), |_| {}).await;
    let outcome = client.cancel_ended(ended, JobOfCall::Known("j"), &options()).await;
    assert_eq!(canceled(&outcome), (Some("j"), Some("COMPLETED".to_owned())));
    let refused = client.submit_job("{}", &options()).await;
    let outcome = client.cancel_ended(refused, JobOfCall::Submitted, &options()).await;
    assert_eq!(canceled(&outcome), (None, None));
    assert_eq!(outcome.result.unwrap_err().status(), Some(400));
    assert_eq!(server.lines(), ["GET /api/jobs/j", "POST /api/jobs"]);
}

#[tokio::test]
async fn the_five_seconds_of_a_cancellation_begin_when_it_is_decided() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let client = builder(&server.api()).build().unwrap();
    let abort = Abort::default();
    abort.decide(Instant::now().checked_sub(Duration::from_secs(5)).map(Cancellation::at));
    abort.end();
    let (options, wait) = (options(), WaitOptions::default());
    let waiting = Box::pin(client.block_until_complete("j", &wait, |_| {}));
    let job = JobOfCall::Known("j");
    let ended = client.unless_aborted(waiting, job, &abort, &options).await;
    let Ended::Aborted(Some(outcome)) = ended else {
        panic!("{ended:?}");
    };
    assert!(matches!(outcome.result, Err(Error::Timeout { .. })), "{outcome:?}");
    assert_eq!(server.count(), 0);
}
