//! Answers with 2xx that are not what was asked for: messages of gateways, jobs of others, texts with a mark before them.

use modzy_client::{BodyFault, Error, JobHistoryFilter, OutputRef, Sent};
use tokio_util::sync::CancellationToken;

use crate::support::{
    attempts, body_fault, options,
    server::{Reply, Server, answer, job, ok},
    skipping,
    upload::file_job,
};

const MESSAGE: &str = r#"{"message":"Service under maintenance"}"#;

/// Error bodies as the API and gateways have them.
const MESSAGES: [&str; 4] = [
    MESSAGE,
    r#"{"statusCode":503,"status":"Service Unavailable","message":"down","reportErrorUrl":"u"}"#,
    r#"{"message":null,"message":"down"}"#,
    "\u{feff}{\"error\":\"x\",\"message\":\"down\"}",
];

fn created(body: &str) -> Reply {
    Reply::Keep(answer(201, "content-type: application/json\r\n", body))
}

#[tokio::test]
async fn a_receipt_that_names_no_job_is_an_error_with_the_status_that_came() {
    for body in MESSAGES.into_iter().chain([
        "{}",
        r#"{"status":"SUBMITTED"}"#,
        r#"{"jobIdentifier":null}"#,
        r#"{"jobIdentifier":7}"#,
        r#"{"jobIdentifier":" "}"#,
        r#"{"job":{"jobIdentifier":"j"}}"#,
    ]) {
        let server = Server::always(created(body)).await;
        let (client, clock) = skipping(&server.api());
        let error = client.submit_job("{}", &options()).await.unwrap_err();
        assert_eq!(
            (error.status(), body_fault(&error)),
            (Some(201), Some(BodyFault::NoJob)),
            "{body}"
        );
        assert_eq!((error.sent(), error.is_retryable()), (Some(Sent::Maybe), false));
        assert!(error.to_string().contains("may have accepted"), "{error}");
        assert_eq!((server.count(), clock.pauses().len()), (1, 0));
    }
}

#[tokio::test]
async fn an_open_job_without_a_name_ends_an_upload_before_a_chunk() {
    let server = Server::start(|request, _| match request.line() {
        "GET /api/jobs/features" => ok("{}"),
        _ => created(MESSAGE),
    })
    .await;
    let (client, _) = skipping(&server.api());
    let upload = client
        .submit_job_files(
            file_job(vec![("k", "n", modzy_client::FileSource::Bytes("x".into()))]),
            &options(),
            &CancellationToken::new(),
            |_| {},
        )
        .await;
    let error = upload.result.unwrap_err();
    assert_eq!(
        (error.status(), error.sent()),
        (Some(201), Some(Sent::Maybe)),
        "{error:?}"
    );
    assert!(upload.cancelled.is_none());
    assert_eq!(server.lines(), ["GET /api/jobs/features", "POST /api/jobs"]);
}

#[tokio::test]
async fn a_message_in_the_place_of_features_or_of_a_chunks_answer_ends_an_upload() {
    for (message_at, requests) in [("GET /api/jobs/features", 3), ("POST /api/jobs/j/k/n", 4)] {
        for message in MESSAGES {
            let server = Server::start(move |request, _| match request.line() {
                line if line == message_at => created(message),
                "GET /api/jobs/features" => ok("{}"),
                _ => job("OPEN"),
            })
            .await;
            let (client, _) = skipping(&server.api());
            let source = modzy_client::FileSource::Bytes("x".into());
            let job = file_job(vec![("k", "n", source)]);
            let never = CancellationToken::new();
            let upload = client.submit_job_files(job, &options(), &never, |_| {}).await;
            let error = upload.result.unwrap_err();
            assert_eq!(
                (error.status(), body_fault(&error)),
                (Some(201), Some(BodyFault::Message)),
                "{error:?}"
            );
            // The features are asked for three times; after a chunk the job is canceled.
            assert_eq!(server.count(), requests, "{:?}", server.lines());
        }
    }
}

#[tokio::test]
async fn a_close_that_is_answered_by_something_else_is_settled_by_the_job() {
    for body in MESSAGES.into_iter().chain(["{}", r#"{"jobIdentifier":"another"}"#]) {
        for (status, closed) in [("SUBMITTED", true), ("OPEN", false)] {
            let server = Server::start(move |request, _| match request.line() {
                "POST /api/jobs/j/close" => created(body),
                _ => job(status),
            })
            .await;
            let (client, _) = skipping(&server.api());
            let result = client.close_job("j", &options()).await;
            assert_eq!(server.lines(), ["POST /api/jobs/j/close", "GET /api/jobs/j"]);
            match result {
                Ok(job) => assert!(closed && job.string_member("status").as_deref() == Some(status)),
                Err(error) => assert_eq!((closed, error.status()), (false, Some(201)), "{body}"),
            }
        }
    }
}

#[tokio::test]
async fn reads_refuse_a_message_and_take_whatever_else_may_be_meant() {
    for message in MESSAGES {
        let server = Server::always(created(message)).await;
        let (client, _) = skipping(&server.api());
        let options = &options().retries(1);
        let errors = [
            client.get_job("j", options).await.unwrap_err(),
            client.get_jobs(&["j"], options).await.unwrap_err(),
            client.cancel_job("j", options).await.unwrap_err(),
            client.get_features(options).await.unwrap_err(),
            client.get_model("m", options).await.unwrap_err(),
            client.get_input_result("j", "k", options).await.unwrap_err(),
            client
                .get_job_history(&JobHistoryFilter::default(), options)
                .await
                .unwrap_err(),
        ];
        for error in &errors {
            assert_eq!(
                (error.status(), body_fault(error)),
                (Some(201), Some(BodyFault::Message)),
                "{error:?}"
            );
            assert_eq!((attempts(error), error.is_retryable()), (2, true));
            assert!(!error.to_string().contains("maintenance"), "{error}");
        }
        // What the author of a model has made may look like anything, and so may an output.
        client.get_model_version_output_sample("m", "1", options).await.unwrap();
        let output = OutputRef::Url(format!("{}/elsewhere", server.api()));
        assert_eq!(
            client.get_output_contents(&output, options).await.unwrap().bytes,
            message
        );
    }
    for body in [
        "{}",
        r#"{"status":null}"#,
        r#"{"message":"m","label":"cat"}"#,
        r#"{"message":7}"#,
        "[]",
        "7",
    ] {
        let server = Server::always(ok(body)).await;
        let (client, _) = skipping(&server.api());
        assert_eq!(client.get_job("j", &options()).await.unwrap().as_str(), body);
        assert_eq!(
            client.get_input_result("j", "k", &options()).await.unwrap().as_str(),
            body
        );
    }
}

#[tokio::test]
async fn what_is_about_another_job_is_no_answer() {
    let another = r#"{"jobIdentifier":"another","status":"COMPLETED","results":{"k":{"status":"SUCCESSFUL","o":1}}}"#;
    let server = Server::always(ok(another)).await;
    let (client, _) = skipping(&server.api());
    let options = &options().retries(1);
    for error in [
        client.get_job("j", options).await.unwrap_err(),
        client.get_jobs(&["j"], options).await.unwrap_err(),
        client.cancel_job("j", options).await.unwrap_err(),
        client.get_result("j", options).await.unwrap_err(),
        client
            .stream_results("j", options)
            .await
            .unwrap()
            .next()
            .await
            .unwrap_err(),
    ] {
        assert_eq!(
            (body_fault(&error), attempts(&error)),
            (Some(BodyFault::AnotherJob), 2),
            "{error:?}"
        );
    }
    client.get_job("ANOTHER", options).await.unwrap();
    client.get_result("Another", options).await.unwrap();
}

#[tokio::test]
async fn results_that_are_none_are_no_empty_results() {
    for body in MESSAGES
        .into_iter()
        .chain(["{}", r#"{"results":[]}"#, r#"{"failures":7}"#, r#"{"status":"OK"}"#])
    {
        let server = Server::always(created(body)).await;
        let (client, _) = skipping(&server.api());
        for error in [
            client.get_result("j", &options()).await.unwrap_err(),
            client
                .stream_results("j", &options())
                .await
                .unwrap()
                .next()
                .await
                .unwrap_err(),
        ] {
            assert_eq!(
                (error.status(), body_fault(&error)),
                (Some(201), Some(BodyFault::NoResults)),
                "{body}"
            );
            assert_eq!(attempts(&error), 3);
        }
    }
    for body in [
        r#"{"jobIdentifier":"j"}"#,
        r#"{"finished":true}"#,
        r#"{"failures":null}"#,
        r#"{"results":{},"message":"none"}"#,
    ] {
        let server = Server::always(ok(body)).await;
        let (client, _) = skipping(&server.api());
        assert_eq!(client.get_result("j", &options()).await.unwrap().as_str(), body);
        let mut stream = client.stream_results("j", &options()).await.unwrap();
        assert_eq!(stream.next().await.unwrap(), None, "{body}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_before_json_is_left_out_everywhere() {
    const JOB: &str = r#"{"jobIdentifier":"j","status":"COMPLETED"}"#;
    let marked = |text: &str| format!("\u{feff}{text}");
    let server = Server::always(ok(marked(JOB))).await;
    let (client, _) = skipping(&server.api());
    let wait = modzy_client::WaitOptions::default();
    for document in [
        client.get_job("j", &options()).await,
        client.submit_job("{}", &options()).await,
        client.close_job("j", &options()).await,
        client.cancel_job("j", &options()).await,
        client.block_until_complete("j", &wait, |_| {}).await,
        client.get_features(&options()).await,
        client.get_result("j", &options()).await,
        client.get_key_body("p", &options()).await,
    ] {
        assert_eq!(document.unwrap().as_str(), JOB);
    }
    assert_eq!(server.count(), 8);

    let server = Server::always(ok(marked("[]"))).await;
    let (client, _) = skipping(&server.api());
    let page = client
        .get_job_history_page(&JobHistoryFilter::default(), &options())
        .await;
    assert_eq!(page.unwrap().as_str(), r#"{"items":[],"next":false}"#);

    let server = Server::always(ok(marked("prefix.body"))).await;
    let (client, _) = skipping(&server.api());
    let key = client.get_key_body("p", &options()).await;
    assert_eq!(key.unwrap().as_str(), r#""prefix.body""#);

    let server = Server::always(Reply::Keep(answer(404, "", marked(r#"{"message":"no such job"}"#)))).await;
    let (client, _) = skipping(&server.api());
    let error = client.get_job("j", &options()).await.unwrap_err();
    let Error::Status { body: Some(body), .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(
        (error.to_string().as_str(), body.as_str()),
        ("no such job", r#"{"message":"no such job"}"#)
    );
}

#[tokio::test]
async fn a_mark_before_streamed_results_may_come_in_pieces() {
    let body = "\u{feff}{\"results\":{\"a\":{\"status\":\"SUCCESSFUL\",\"o\":1}}}";
    let whole = answer(200, "", body);
    let (head, body) = whole.split_at(whole.len() - body.len());
    for reply in [
        Reply::Keep(whole.clone()),
        Reply::Dribble(head.to_vec(), std::time::Duration::ZERO, body.to_vec()),
    ] {
        let server = Server::always(reply).await;
        let (client, _) = skipping(&server.api());
        let mut stream = client.stream_results("j", &options()).await.unwrap();
        let input = stream.next().await.unwrap().unwrap();
        assert_eq!(input.string_member("inputKey").as_deref(), Some("a"));
        assert_eq!(stream.next().await.unwrap(), None);
    }
}
