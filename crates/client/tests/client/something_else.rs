//! Unexpected 2xx responses: messages of gateways, other jobs, and JSON after a byte order mark. `something_else_done`
//! has those to uploads and cancels, `something_else_of_models` those to the routes of models.

use modzy_client::{BodyFault, Error, JobHistoryFilter, OutputRef, Sent};

use crate::support::{
    attempts, body_fault, options,
    server::{Reply, Server, answer, ok},
    skipping,
};

pub(crate) const MESSAGE: &str = r#"{"message":"Service under maintenance"}"#;

/// Error bodies of the API, of gateways and of frameworks.
pub(crate) const MESSAGES: [&str; 7] = [
    MESSAGE,
    r#"{"statusCode":503,"status":"Service Unavailable","message":"down","reportErrorUrl":"u"}"#,
    r#"{"message":null,"message":"down"}"#,
    "\u{feff}{\"error\":\"x\",\"message\":\"down\"}",
    r#"{"error":"maintenance"}"#,
    r#"{"timestamp":"t","status":500,"error":"Internal Server Error","path":"/api"}"#,
    r#"{"title":"Service Unavailable","status":503,"detail":"maintenance"}"#,
];

/// Bodies that are not JSON.
pub(crate) const NO_JSON: [&str; 4] = [
    "<html>maintenance</html>",
    "OK",
    "Service Unavailable",
    "{\"jobIdentifier\":",
];

pub(crate) fn created(body: &str) -> Reply {
    Reply::Keep(answer(201, "content-type: application/json\r\n", body))
}

#[tokio::test]
async fn a_receipt_without_a_job_is_an_error_with_its_status() {
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
async fn reads_refuse_unexpected_bodies() {
    for message in MESSAGES {
        let server = Server::always(created(message)).await;
        let (client, _) = skipping(&server.api());
        let options = &options().retries(1);
        let errors = [
            client.get_job("j", options).await.unwrap_err(),
            client.get_jobs_by_id(&["j"], options).await.unwrap_err(),
            client.cancel_job("j", options).await.unwrap_err(),
            client.get_features(options).await.unwrap_err(),
            client.get_model("m", options).await.unwrap_err(),
            client.get_model_version("m", "1", options).await.unwrap_err(),
            client.get_related_models("m", options).await.unwrap_err(),
            client.get_tags_and_models(&["t"], options).await.unwrap_err(),
            client.get_all_tags(options).await.unwrap_err(),
            client.get_api_keys("e", options).await.unwrap_err(),
            client.get_processing_engine_status(options).await.unwrap_err(),
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
        let error = client.get_key_body("p", options).await.unwrap_err();
        assert_eq!(
            (body_fault(&error), error.sent(), attempts(&error)),
            (Some(BodyFault::Message), Some(Sent::Maybe), 1)
        );
        // The result of a model may look like anything, and so may an output.
        client.get_model_version_output_sample("m", "1", options).await.unwrap();
        let server = Server::always(ok(message)).await;
        let (client, _) = skipping(&server.api());
        let output = OutputRef::Url(format!("{}/elsewhere", server.api()));
        assert_eq!(
            client.get_output_contents(&output, options).await.unwrap().bytes,
            message
        );
    }
    for (body, fault) in [
        ("{}", Some(BodyFault::NoJob)),
        (r#"{"status":null}"#, Some(BodyFault::NoJob)),
        (r#"{"message":"m","label":"cat"}"#, Some(BodyFault::Message)),
        (
            r#"{"status":"FAILED","error":"no such picture"}"#,
            Some(BodyFault::Message),
        ),
        (r#"{"message":7}"#, Some(BodyFault::Message)),
        ("[]", Some(BodyFault::NotObject)),
        ("7", Some(BodyFault::NotObject)),
        (r#"{"jobIdentifier":"j"}"#, None),
        ("", None),
    ] {
        let server = Server::always(ok(body)).await;
        let (client, _) = skipping(&server.api());
        let read = client.get_job("j", &options()).await;
        assert_eq!(read.as_ref().err().and_then(body_fault), fault, "{body}");
        assert!(read.map_or(true, |document| document.as_str() == body));
    }
}

#[tokio::test]
async fn an_empty_2xx_is_accepted_by_reads_and_not_by_submits_or_waits() {
    for status in [200, 202, 204, 205] {
        let server = Server::always(Reply::Keep(answer(status, "", ""))).await;
        let (client, _) = skipping(&server.api());
        let options = &options().retries(0);
        for read in [
            client.get_job("j", options).await,
            client.get_result("j", options).await,
            client.get_model("m", options).await,
            client.get_all_tags(options).await,
        ] {
            assert!(read.unwrap().is_empty(), "{status}");
        }
        let outage = modzy_client::WaitOptions::default().max_outage(std::time::Duration::ZERO);
        for error in [
            client.submit_job("{}", options).await.unwrap_err(),
            client.get_key_body("p", options).await.unwrap_err(),
            client.get_jobs_by_id(&["j"], options).await.unwrap_err(),
            client.block_until_complete("j", &outage, |_| {}).await.unwrap_err(),
        ] {
            assert_eq!(
                (body_fault(&error), error.status()),
                (Some(BodyFault::Missing), Some(status))
            );
        }
    }
}

#[tokio::test]
async fn a_response_about_another_job_is_an_error() {
    let another = r#"{"jobIdentifier":"another","status":"COMPLETED","results":{"k":{"status":"SUCCESSFUL","o":1}}}"#;
    let server = Server::always(ok(another)).await;
    let (client, _) = skipping(&server.api());
    let options = &options().retries(1);
    for error in [
        client.get_job("j", options).await.unwrap_err(),
        client.get_jobs_by_id(&["j"], options).await.unwrap_err(),
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
async fn bodies_that_are_not_results_are_not_empty_results() {
    for body in MESSAGES.into_iter().chain([
        "{}",
        r#"{"results":[]}"#,
        r#"{"failures":7}"#,
        r#"{"status":"OK"}"#,
        r#"{"results":{}}"#,
        r#"{"finished":true}"#,
        r#"{"failures":null}"#,
        r#"{"message":"maintenance","finished":true}"#,
        r#"{"message":"maintenance","results":{}}"#,
        r#"{"jobIdentifier":"j"}"#,
        r#"{"jobIdentifier":"j","message":"maintenance","finished":true}"#,
        r#"{"jobIdentifier":"j","status":"COMPLETED","total":1,"completed":1,"failed":0}"#,
    ]) {
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
        r#"{"jobIdentifier":"j","results":{}}"#,
        r#"{"jobIdentifier":"j","finished":true}"#,
        r#"{"failures":{},"jobIdentifier":"J"}"#,
        r#"{"jobIdentifier":"j","results":{},"message":"none"}"#,
    ] {
        let server = Server::always(ok(body)).await;
        let (client, _) = skipping(&server.api());
        assert_eq!(client.get_result("j", &options()).await.unwrap().as_str(), body);
        let mut stream = client.stream_results("j", &options()).await.unwrap();
        assert_eq!(stream.next().await.unwrap(), None, "{body}");
    }
}

#[tokio::test]
async fn an_html_page_beyond_the_limit_is_ridden_out_and_a_job_beyond_it_ends_the_wait() {
    let long = |begun: &str| format!("{begun}{}", " ".repeat(4096));
    let page = "content-type: text/html\r\n";
    let endless = b"HTTP/1.1 200 OK\r\n\r\n<html>".to_vec();
    let job = long(r#"{"jobIdentifier":"j","status":"IN_PROGRESS"}"#);
    for (reply, fault) in [
        (Reply::Keep(answer(200, page, long("<html>"))), None),
        (Reply::Endless(endless, vec![b' '; 1024]), None),
        (Reply::Keep(answer(200, "", &job)), Some(BodyFault::TooLarge)),
        (
            Reply::Close(
                b"HTTP/1.1 200 OK\r\n\r\n"
                    .iter()
                    .chain(job.as_bytes())
                    .copied()
                    .collect(),
            ),
            Some(BodyFault::TooLarge),
        ),
    ] {
        let server = Server::scripted(vec![reply]).await;
        let clock = std::sync::Arc::new(crate::support::clock::SkippingClock::default());
        let client = crate::support::builder(&server.api())
            .clock(clock)
            .max_response_bytes(2048)
            .build()
            .unwrap();
        let wait = modzy_client::WaitOptions::default();
        let waited = client.block_until_complete("j", &wait, |_| {}).await;
        assert_eq!(waited.as_ref().err().and_then(body_fault), fault, "{waited:?}");
        assert_eq!(server.count(), if fault.is_none() { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_byte_order_mark_before_json_is_removed_everywhere() {
    const JOB: &str = r#"{"jobIdentifier":"j","status":"COMPLETED","finished":true}"#;
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
        client.get_account("a", &options()).await,
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
        .await
        .unwrap();
    assert_eq!((page.items.as_str(), page.has_next), ("[]", false));

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
async fn a_byte_order_mark_before_streamed_results_may_be_split() {
    let body = "\u{feff}{\"jobIdentifier\":\"j\",\"results\":{\"a\":{\"status\":\"SUCCESSFUL\",\"o\":1}}}";
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

#[tokio::test]
async fn the_last_of_several_messages_of_an_error_counts_as_in_javascript() {
    let body = r#"{"message":7,"message":"first","error":{"message":"inner"},"m\u0065ssage":"no such job"}"#;
    let server = Server::always(Reply::Keep(answer(404, "", body))).await;
    let (client, _) = skipping(&server.api());
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!((error.status(), error.to_string().as_str()), (Some(404), "no such job"));
}
