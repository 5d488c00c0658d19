//! Unexpected 2xx responses to uploads and cancels, and how the client settles them.

use modzy_client::{Abort, BodyFault, Sent};

use crate::{
    something_else::{MESSAGE, MESSAGES, NO_JSON, created},
    support::{
        attempts, body_fault, options,
        server::{Reply, Server, answer, job, ok},
        skipping,
        upload::file_job,
    },
};

#[tokio::test]
async fn an_open_job_without_an_identifier_ends_an_upload_before_the_first_chunk() {
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
            &Abort::default(),
            |_| {},
        )
        .await;
    let error = upload.result.unwrap_err();
    assert_eq!(
        (error.status(), error.sent()),
        (Some(201), Some(Sent::Maybe)),
        "{error:?}"
    );
    assert!(upload.canceled.is_none());
    assert_eq!(server.lines(), ["GET /api/jobs/features", "POST /api/jobs"]);
}

/// Uploads one small input to a server that sends this response to one request of the upload.
async fn upload_met_by(line: &'static str, reply: Reply) -> (modzy_client::Upload, Vec<String>) {
    let server = Server::start(move |request, _| match request.line() {
        asked if asked == line => reply.clone(),
        "GET /api/jobs/features" => ok("{}"),
        "POST /api/jobs/j/k/n" => Reply::Keep(answer(202, "", "")),
        _ => job("OPEN"),
    })
    .await;
    let (client, _) = skipping(&server.api());
    let source = modzy_client::FileSource::Bytes("x".into());
    let job = file_job(vec![("k", "n", source)]);
    let never = Abort::default();
    let upload = client.submit_job_files(job, &options(), &never, |_| {}).await;
    (upload, server.lines())
}

#[tokio::test]
async fn a_message_instead_of_features_or_of_the_response_to_a_chunk_ends_an_upload() {
    for (line, requests) in [("GET /api/jobs/features", 3), ("POST /api/jobs/j/k/n", 4)] {
        for message in MESSAGES {
            let (upload, lines) = upload_met_by(line, created(message)).await;
            let error = upload.result.unwrap_err();
            assert_eq!(
                (error.status(), body_fault(&error)),
                (Some(201), Some(BodyFault::Message)),
                "{error:?}"
            );
            // The client requests the features three times. After a chunk, it cancels the job.
            assert_eq!(lines.len(), requests, "{lines:?}");
        }
    }
}

#[tokio::test]
async fn a_chunk_may_be_answered_by_json_or_an_empty_body() {
    const CHUNK: &str = "POST /api/jobs/j/k/n";
    for (body, fault) in NO_JSON
        .map(|body| (body, BodyFault::NotJson))
        .into_iter()
        .chain([(r#"{"jobIdentifier":"another"}"#, BodyFault::AnotherJob)])
    {
        let (upload, lines) = upload_met_by(CHUNK, created(body)).await;
        let error = upload.result.unwrap_err();
        assert_eq!(
            (body_fault(&error), error.sent()),
            (Some(fault), Some(Sent::Maybe)),
            "{body}"
        );
        assert_eq!(lines.last().unwrap(), "DELETE /api/jobs/j");
    }
    for (status, body) in [
        (200, "{}"),
        (202, ""),
        (204, ""),
        (205, ""),
        (200, " \n"),
        (202, r#"{"jobIdentifier":"J"}"#),
    ] {
        let (upload, lines) = upload_met_by(CHUNK, Reply::Keep(answer(status, "", body))).await;
        // The emulated close leaves the job open.
        assert_eq!(
            lines.get(3).map(String::as_str),
            Some("POST /api/jobs/j/close"),
            "{status} {body}"
        );
        assert!(upload.result.is_ok());
    }
}

#[tokio::test]
async fn a_close_with_an_unexpected_response_is_settled_by_the_job() {
    for body in MESSAGES
        .into_iter()
        .chain(NO_JSON)
        .chain(["{}", "", r#"{"jobIdentifier":"another"}"#])
    {
        for (status, closed) in [
            ("SUBMITTED", true),
            ("IN_PROGRESS", true),
            ("PENDING", true),
            ("COMPLETED", true),
            ("ERROR", true),
            ("OPEN", false),
            ("open", false),
            ("WHATEVER", false),
        ] {
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
async fn a_response_that_is_not_the_job_settles_neither_a_close_nor_a_cancel() {
    for read in MESSAGES.into_iter().chain(NO_JSON).chain([
        "",
        "{}",
        "[]",
        r#"{"status":"SUBMITTED"}"#,
        r#"{"status":"CANCELED"}"#,
        r#"{"jobIdentifier":null,"status":"SUBMITTED"}"#,
        r#"{"jobIdentifier":"another","status":"SUBMITTED"}"#,
        r#"{"jobIdentifier":"j"}"#,
        r#"{"jobIdentifier":"j","status":""}"#,
        r#"{"jobIdentifier":"j","status":"  "}"#,
        r#"{"jobIdentifier":"j","status":7}"#,
    ]) {
        let server = Server::start(move |request, nth| match request.line() {
            "POST /api/jobs/j/close" => Reply::Reset,
            "DELETE /api/jobs/j" if nth == 0 => Reply::Keep(answer(500, "", "")),
            "DELETE /api/jobs/j" => Reply::Keep(answer(409, "", "")),
            _ => ok(read),
        })
        .await;
        let (client, _) = skipping(&server.api());
        let canceled = client.cancel_job("j", &options()).await;
        assert_eq!(canceled.unwrap_err().status(), Some(409), "{read}");
        let closed = client.close_job("j", &options()).await;
        assert_eq!(closed.unwrap_err().sent(), Some(Sent::Maybe), "{read}");
    }
}

#[tokio::test]
async fn a_cancel_may_be_answered_by_the_job_or_an_empty_body() {
    for (body, fault) in MESSAGES
        .map(|body| (body, BodyFault::Message))
        .into_iter()
        .chain(NO_JSON.map(|body| (body, BodyFault::NotJson)))
        .chain([
            ("{}", BodyFault::NoJob),
            (r#""OK""#, BodyFault::NotObject),
            ("[]", BodyFault::NotObject),
        ])
    {
        let server = Server::always(created(body)).await;
        let (client, _) = skipping(&server.api());
        let error = client.cancel_job("j", &options()).await.unwrap_err();
        assert_eq!((body_fault(&error), attempts(&error)), (Some(fault), 3), "{body}");
        assert_eq!((error.status(), error.is_retryable()), (Some(201), true));
    }
    for (status, body) in [(200, r#"{"jobIdentifier":"J"}"#), (202, ""), (204, ""), (205, "")] {
        let server = Server::always(Reply::Keep(answer(status, "", body))).await;
        let (client, _) = skipping(&server.api());
        assert_eq!(client.cancel_job("j", &options()).await.unwrap().as_str(), body);
    }
}
