//! Requests on the wire: methods, paths, headers, bodies.

use http::Method;
use modzy_client::{Auth, BaseUrl, Client, ConnectionFault, Error, RawRequest, Sent};

use crate::support::{
    KEY, builder, connection_fault, options,
    server::{Received, Reply, Server, answer, job, ok},
    skipping, text_job,
};

const AGENT: &str = concat!("modzy-client/", env!("CARGO_PKG_VERSION"));

/// Returns the sorted names of a request's headers.
fn names(request: &Received) -> Vec<String> {
    let fields = request.head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let mut names: Vec<_> = fields.map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn each_call_is_one_request_of_its_own_form() {
    let server = Server::always(job("COMPLETED")).await;
    let client = builder(&server.api()).build().unwrap();
    client.submit_job("{}", &options()).await.unwrap();
    client.get_job("an-id", &options()).await.unwrap();
    client.get_result("an-id", &options()).await.unwrap();
    client.cancel_job("an-id", &options()).await.unwrap();
    client
        .block_until_complete("an-id", &modzy_client::WaitOptions::default(), |_| {})
        .await
        .unwrap();
    assert_eq!(
        server.lines(),
        [
            "POST /api/jobs",
            "GET /api/jobs/an-id",
            "GET /api/results/an-id",
            "DELETE /api/jobs/an-id",
            "GET /api/jobs/an-id",
        ]
    );
    for request in server.requests() {
        assert_eq!(request.header("authorization"), [format!("ApiKey {KEY}")]);
        assert_eq!(request.header("accept"), ["application/json"]);
        assert_eq!(request.header("user-agent"), [AGENT]);
        assert_eq!(
            request.header("host"),
            [server.api()["http://".len()..].trim_end_matches("/api")]
        );
    }
}

#[tokio::test]
async fn only_a_post_has_a_type_and_a_length_and_no_request_is_chunked() {
    let server = Server::always(job("COMPLETED")).await;
    let client = builder(&server.api()).build().unwrap();
    client.submit_job("{ }", &options()).await.unwrap();
    client.get_job("x", &options()).await.unwrap();
    client.cancel_job("x", &options()).await.unwrap();
    let requests = server.requests();
    let bare = ["accept", "accept-encoding", "authorization", "host", "user-agent"];
    assert_eq!(names(&requests[1]), bare);
    assert_eq!(names(&requests[2]), bare);
    assert_eq!(requests[0].header("content-type"), ["application/json"]);
    assert_eq!(requests[0].header("content-length"), ["3"]);
    assert_eq!(names(&requests[0]).len(), bare.len() + 2);
}

#[tokio::test]
async fn the_body_of_a_submit_is_sent_unchanged() {
    let server = Server::always(ok(r#"{"jobIdentifier":"j"}"#)).await;
    let client = builder(&server.api()).build().unwrap();
    let large = format!("[\"{}\"]", "ü".repeat(300_000));
    for body in [
        "{ \"n\": 1.10,\r\n\t\"big\": 12345678901234567890, \"n\": null }\n",
        "not even JSON",
        "\"\\u00fc \\ud800\"",
        &large,
    ] {
        client.submit_job(body.to_owned(), &options()).await.unwrap();
        assert!(server.requests().last().unwrap().body == body.as_bytes(), "{body:.40}");
    }
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn explain_and_timeout_are_sent_only_if_given() {
    let server = Server::always(ok(r#"{"jobIdentifier":"j"}"#)).await;
    let client = builder(&server.api()).build().unwrap();
    let plain = text_job();
    client.submit_job_text(&plain, &options()).await.unwrap();
    let mut explained = text_job();
    explained.explain = Some(false);
    explained.timeout = Some(u64::MAX);
    client.submit_job_text(&explained, &options()).await.unwrap();
    let bodies: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| String::from_utf8(request.body).unwrap())
        .collect();
    let model = r#"{"model":{"identifier":"ed542963de","version":"1.0.1"},"#;
    let input = r#""input":{"type":"text","sources":{"my-input":{"input.txt":"What a lovely day!"}}}}"#;
    assert_eq!(
        bodies,
        [
            format!("{model}{input}"),
            format!("{model}\"explain\":false,\"timeout\":18446744073709551615,{input}"),
        ]
    );
}

#[tokio::test]
async fn unknown_members_are_returned_unchanged() {
    let text = "{ \"jobIdentifier\":\"j\", \"new\": {\"deep\": [1.10, 1e400, 12345678901234567890]}, \"\\u0041\": null,\n \"status\": \"COMPLETED\", \"finished\": true, \"new\": 2 }";
    let server = Server::always(ok(text)).await;
    let client = builder(&server.api()).build().unwrap();
    assert_eq!(client.get_job("j", &options()).await.unwrap().as_str(), text);
    assert_eq!(client.get_result("j", &options()).await.unwrap().as_str(), text);
    assert_eq!(client.submit_job("{}", &options()).await.unwrap().as_str(), text);
    let waited = client
        .block_until_complete("j", &modzy_client::WaitOptions::default(), |_| {})
        .await;
    assert_eq!(waited.unwrap().as_str(), text);
}

#[tokio::test]
async fn a_hostile_id_stays_within_its_segment() {
    let server = Server::always(job("COMPLETED")).await;
    let client = builder(&server.api()).build().unwrap();
    let ids = [
        ("a/b", "a%2Fb"),
        ("../results/x", "..%2Fresults%2Fx"),
        ("%2e%2e", "%252e%252e"),
        ("a?b=c#d", "a%3Fb%3Dc%23d"),
        ("a b\r\nX-Evil: 1\r\n\r\n", "a%20b%0D%0AX-Evil%3A%201%0D%0A%0D%0A"),
        ("\0\t\\;@", "%00%09%5C%3B%40"),
        ("ü", "%C3%BC"),
        ("...", "..."),
        ("..;", "..%3B"),
        ("http://other.example/", "http%3A%2F%2Fother.example%2F"),
        ("~-_.", "~-_."),
    ];
    for (id, segment) in ids {
        client.get_job(id, &options()).await.unwrap();
        client.get_result(id, &options()).await.unwrap();
        client.cancel_job(id, &options()).await.unwrap();
        client
            .block_until_complete(id, &modzy_client::WaitOptions::default(), |_| {})
            .await
            .unwrap();
        let lines = server.lines();
        assert_eq!(
            lines[lines.len() - 4..],
            [
                format!("GET /api/jobs/{segment}"),
                format!("GET /api/results/{segment}"),
                format!("DELETE /api/jobs/{segment}"),
                format!("GET /api/jobs/{segment}"),
            ]
        );
    }
    assert_eq!(server.count(), ids.len() * 4);
}

#[tokio::test]
async fn an_invalid_id_is_refused_before_anything_is_sent() {
    let server = Server::always(job("COMPLETED")).await;
    let (client, clock) = skipping(&server.api());
    for id in ["", ".", ".."] {
        let refusals = [
            ("job_id", client.get_job(id, &options()).await),
            ("job_id", client.get_result(id, &options()).await),
            ("job_id", client.cancel_job(id, &options()).await),
            ("job_id", client.cancel_aborted(id, &options()).await.result),
            (
                "job_id",
                client
                    .block_until_complete(id, &modzy_client::WaitOptions::default(), |_| {})
                    .await,
            ),
        ];
        for (argument, refusal) in refusals {
            let error = refusal.unwrap_err();
            assert!(
                matches!(error, Error::Argument { name, .. } if name == argument),
                "{error:?}"
            );
            assert!(!error.is_retryable());
        }
    }
    assert_eq!((server.connections(), clock.pauses().len()), (0, 0));
}

#[tokio::test]
async fn headers_of_a_call_replace_the_clients_which_replace_the_defaults() {
    let server = Server::always(job("COMPLETED")).await;
    let client = builder(&server.api())
        .user_agent("mine/1")
        .header("Accept", "application/vnd.modzy")
        .unwrap()
        .header("X-One", "client")
        .unwrap()
        .header("X-Two", "client")
        .unwrap()
        .build()
        .unwrap();
    let call = options().header("x-two", "call").unwrap();
    client.get_job("j", &call).await.unwrap();
    client.get_job("j", &options()).await.unwrap();
    let requests = server.requests();
    for (request, two) in requests.iter().zip(["call", "client"]) {
        assert_eq!(request.header("accept"), ["application/vnd.modzy"]);
        assert_eq!(request.header("user-agent"), ["mine/1"]);
        assert_eq!(request.header("x-one"), ["client"]);
        assert_eq!(request.header("x-two"), [two]);
    }
}

#[tokio::test]
async fn a_header_that_the_client_sets_cannot_be_set_by_the_caller() {
    for name in [
        "Authorization",
        "HOST",
        "content-length",
        "Transfer-Encoding",
        "modzy-team-id",
    ] {
        let error = options().header(name, "x").unwrap_err();
        assert!(error.to_string().starts_with("headers must not set"), "{error}");
    }
    for (name, value) in [("a b", "x"), ("", "x"), ("x", "a\r\nb: c"), ("x", "\0")] {
        let error = options().header(name, value).unwrap_err();
        assert!(matches!(error, Error::Argument { name: "headers", .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_team_sends_its_id_and_its_token() {
    let server = Server::always(job("COMPLETED")).await;
    let base = BaseUrl::host(server.api().trim_end_matches("/api")).unwrap();
    let client = Client::new(base, Auth::team("team-7", "theToken")).unwrap();
    client.get_job("j", &options()).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.line(), "GET /api/jobs/j");
    assert_eq!(request.header("authorization"), ["Bearer theToken"]);
    assert_eq!(request.header("modzy-team-id"), ["team-7"]);
}

#[tokio::test]
async fn a_good_response_without_a_body_is_an_empty_document() {
    use crate::support::server::Reply;
    let server = Server::scripted(vec![
        Reply::Keep(answer(204, "", "")),
        ok(""),
        Reply::Close(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n".to_vec()),
    ])
    .await;
    let (client, _) = skipping(&server.api());
    assert!(client.cancel_job("j", &options()).await.unwrap().is_empty());
    assert!(client.get_job("j", &options()).await.unwrap().is_empty());
    assert!(client.get_result("j", &options()).await.unwrap().is_empty());
    assert_eq!(server.count(), 3);
}

/// Returns this many header fields with values of this length.
fn header_fields(count: usize, length: usize) -> String {
    let value = "x".repeat(length);
    let fields: Vec<_> = (0..count).map(|nth| format!("x-{nth}: {value}\r\n")).collect();
    fields.concat()
}

#[tokio::test]
async fn a_response_may_have_eight_thousand_header_fields_of_256_kb() {
    for (fields, length) in [(101, 10), (1000, 250), (8190, 12)] {
        let server = Server::always(Reply::Keep(answer(200, &header_fields(fields, length), "{}"))).await;
        let client = builder(&server.api()).build().unwrap();
        for _ in 0..2 {
            client.get_account("a", &options()).await.unwrap();
        }
        assert_eq!((server.connections(), server.count()), (1, 2), "{fields}");
    }
}

#[tokio::test]
async fn a_response_with_more_header_fields_fails_with_that_reason() {
    for (fields, length) in [(9000, 1), (100, 8000)] {
        let server = Server::always(Reply::Keep(answer(200, &header_fields(fields, length), "{}"))).await;
        let client = builder(&server.api()).retries(0).build().unwrap();
        let error = client.submit_job("{}", &options()).await.unwrap_err();
        assert_eq!(connection_fault(&error), Some(ConnectionFault::Malformed), "{error:?}");
        assert_eq!(error.sent(), Some(Sent::Maybe));
        let reason = "is not valid HTTP: it has more than 8192 header fields, or more than 400 kB of them";
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn requests_without_a_body_announce_that_where_their_method_has_one() {
    let server = Server::always(job("OPEN")).await;
    let client = builder(&server.api()).build().unwrap();
    for (method, length) in [
        (Method::POST, &["0"][..]),
        (Method::PUT, &["0"]),
        (Method::PATCH, &["0"]),
        (Method::GET, &[]),
        (Method::DELETE, &[]),
    ] {
        let request = RawRequest::new(method.clone(), "/jobs/j/restart");
        client.raw_request(&request, &options()).await.unwrap();
        let seen = server.requests().pop().unwrap();
        assert_eq!(seen.line(), format!("{method} /api/jobs/j/restart"));
        assert_eq!(seen.header("content-length"), length, "{method}");
        assert!(seen.body.is_empty());
    }
}
