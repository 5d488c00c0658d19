//! The key is sent in its header only, and no error shows it, even if the server echoes it.

use std::time::Duration;

use modzy_client::{Auth, BaseUrl, Client, Error, OutputRef, WaitOptions};

use crate::support::{
    KEY, builder, everything, options,
    server::{Received, Reply, Server, answer, job, ok},
};

const SECRET: &str = "secretBodyOfTheKey";

/// Returns the errors of a read and a submit to such a server as text, and asserts that they do not show the secret.
async fn error_of(
    secret: &str,
    key: &str,
    script: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static,
) -> String {
    let server = Server::start(script).await;
    let base = BaseUrl::api(&server.api()).unwrap();
    let client = Client::builder(base, Auth::api_key(key)).retries(0).build().unwrap();
    let read = client.get_job("j", &options()).await;
    let submitted = client.submit_job("{}", &options()).await;
    let mut all = String::new();
    for error in [read, submitted].map(Result::unwrap_err) {
        let text = everything(&error);
        assert!(!text.contains(secret), "{text:.2000}");
        if let Error::Status { body: Some(body), .. } = &error {
            let read = serde_json::from_str::<serde_json::Value>(body).map_or(body.clone(), |body| body.to_string());
            assert!(!read.contains(secret), "{read:.2000}");
        }
        all.push_str(&text);
    }
    all
}

fn echo(status: u16, headers: &'static str, body: &'static str) -> impl Fn(&Received, usize) -> Reply + Send + Sync {
    move |_, _| Reply::Keep(answer(status, headers, body))
}

#[tokio::test]
async fn an_echoed_key_is_masked_in_body_message_and_request_id() {
    let body = r#"{"message":"bad key publicPrefix.secretBodyOfTheKey","key":"secretBodyOfTheKey"}"#;
    let headers = "x-request-id: id-secretBodyOfTheKey\r\n";
    let text = error_of(SECRET, KEY, echo(401, headers, body)).await;
    assert!(text.contains("bad key ***"), "{text}");
    assert!(text.contains("id-***"), "{text}");
    error_of(
        SECRET,
        KEY,
        echo(500, "x-correlation-id: secretBodyOfTheKey\r\n", "secretBodyOfTheKey"),
    )
    .await;
    error_of(
        SECRET,
        KEY,
        echo(307, "location: /secretBodyOfTheKey\r\n", "<a href=secretBodyOfTheKey>"),
    )
    .await;
}

#[tokio::test]
async fn a_key_echoed_in_an_invalid_response_is_in_no_error() {
    error_of(SECRET, KEY, |_, _| ok("<secretBodyOfTheKey>")).await;
    error_of(SECRET, KEY, |_, _| ok(b"\xffsecretBodyOfTheKey")).await;
    error_of(SECRET, KEY, |_, _| {
        Reply::Close(b"HTTP/1.1 secretBodyOfTheKey\r\n\r\n".to_vec())
    })
    .await;
    error_of(SECRET, KEY, |_, _| {
        Reply::Close(b"HTTP/1.1 200 secretBodyOfTheKey\0\r\n\r\n".to_vec())
    })
    .await;
    error_of(SECRET, KEY, |_, _| {
        Reply::Close(b"HTTP/1.1 200 OK\r\nsecretBodyOfTheKey\r\n\r\n".to_vec())
    })
    .await;
    error_of(SECRET, KEY, |_, _| {
        Reply::Close(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nsecretBodyOfTheKey\r\n".to_vec())
    })
    .await;
    error_of(SECRET, KEY, |_, _| {
        Reply::Close(b"HTTP/1.1 200 OK\r\ncontent-length: secretBodyOfTheKey\r\n\r\n".to_vec())
    })
    .await;
    error_of(SECRET, KEY, |_, _| ok_encoded("gzip", "secretBodyOfTheKey")).await;
}

fn ok_encoded(encoding: &str, body: &str) -> Reply {
    Reply::Keep(answer(200, &format!("content-encoding: {encoding}\r\n"), body))
}

#[tokio::test]
async fn a_key_that_json_spells_differently_is_masked_in_the_message() {
    // Gson, for example, escapes `=` in strings.
    let body = r#"{"message":"bad key p.abc\u003d\/def\u0026ghi\u003d"}"#;
    error_of("abc=/def&ghi=", "p.abc=/def&ghi=", echo(401, "", body)).await;
    let body = r#"{"message":"bad key \u0073ecretBodyOfTheKey"}"#;
    error_of(SECRET, KEY, echo(401, "", body)).await;
}

#[tokio::test]
async fn a_key_at_the_limit_of_a_message_is_not_kept_in_part() {
    for filler in [65_500, 65_520, 65_530, 73_700] {
        let body = format!("{}{KEY}{}", "x".repeat(filler), "y".repeat(20_000));
        error_of("secretBodyOf", KEY, move |_, _| Reply::Keep(answer(500, "", &body))).await;
    }
}

#[tokio::test]
async fn a_body_of_keys_only_shows_none_of_them() {
    for shift in (0..KEY.len()).step_by(3) {
        let body = format!("{}{}", "x".repeat(shift), KEY.repeat(6000));
        error_of("secretBo", KEY, move |_, _| Reply::Keep(answer(500, "", &body))).await;
    }
}

#[tokio::test]
async fn a_body_truncated_in_the_middle_of_the_key_does_not_show_its_beginning() {
    let mut bytes = answer(500, "", format!("bad key {KEY}"));
    bytes.truncate(bytes.len() - 3);
    error_of("secretBodyOf", KEY, move |_, _| Reply::Close(bytes.clone())).await;
}

#[tokio::test]
async fn a_team_token_is_masked_too() {
    let body = r#"{"message":"bad token theTokenOfTheTeam of team-7"}"#;
    let server = Server::start(echo(403, "", body)).await;
    let base = BaseUrl::api(&server.api()).unwrap();
    let client = Client::new(base, Auth::team("team-7", "theTokenOfTheTeam")).unwrap();
    let error = client.get_job("j", &options()).await.unwrap_err();
    assert_eq!(error.to_string(), "bad token *** of team-7");
    assert!(!everything(&error).contains("theToken"));
    assert!(!format!("{client:?}").contains("theToken"));
}

#[tokio::test]
async fn no_failure_of_the_transport_shows_the_key() {
    let port = crate::support::server::closed_port().await;
    for url in [
        format!("http://127.0.0.1:{port}/api"),
        format!("https://127.0.0.1:{port}/api"),
        "http://does-not-exist.invalid/api".to_owned(),
    ] {
        let client = builder(&url).retries(0).build().unwrap();
        let read = client.get_job("j", &options()).await.unwrap_err();
        let wait = WaitOptions::default().max_outage(std::time::Duration::ZERO);
        let waited = client.block_until_complete("j", &wait, |_| {}).await.unwrap_err();
        for text in [everything(&read), everything(&waited)] {
            assert!(!text.contains(SECRET), "{text}");
        }
    }
}

#[tokio::test]
async fn a_key_given_instead_of_an_identifier_is_never_sent() {
    let (server, other) = (Server::always(job("OPEN")).await, "https://other.example/output");
    let client = builder(&server.api()).build().unwrap();
    let output = OutputRef::Url(format!("{other}?key={KEY}"));
    let wait = WaitOptions::default();
    for error in [
        client.get_job(KEY, &options()).await.unwrap_err(),
        client.get_job(SECRET, &options()).await.unwrap_err(),
        client.get_key_body(KEY, &options()).await.unwrap_err(),
        client.block_until_complete(KEY, &wait, |_| {}).await.unwrap_err(),
        client.get_output_contents(&output, &options()).await.unwrap_err(),
    ] {
        assert_eq!(error.to_string(), "the URL must not hold the client's own key or token");
        assert!(!everything(&error).contains(SECRET));
    }
    // A limit that expires before the first poll.
    let wait = wait.wait_timeout(Duration::ZERO);
    let error = client.block_until_complete(KEY, &wait, |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::WaitTimeout { .. }), "{error:?}");
    assert!(!everything(&error).contains(SECRET), "{error}");
    assert_eq!(server.requests().len(), 0);
    client.get_job("publicPrefix", &options()).await.unwrap();
}

#[tokio::test]
async fn a_redirect_to_a_url_with_the_key_is_not_followed() {
    let location = "location: https://other.example/?stolen=publicPrefix%2EsecretBodyOfTheKey\r\n";
    let server = Server::start(echo(302, location, "")).await;
    let client = builder(&server.api()).build().unwrap();
    let output = OutputRef::Url(format!("{}/results/j/output", server.api()));
    let error = client.get_output_contents(&output, &options()).await.unwrap_err();
    assert_eq!(error.status(), Some(302));
    assert!(error.to_string().contains("the client's own key"), "{error}");
    assert!(!everything(&error).contains(SECRET));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_error_of_an_output_shows_no_signature() {
    let server = Server::start(echo(403, "", "{}")).await;
    let client = builder(&server.api()).build().unwrap();
    let output = OutputRef::Url(format!("{}/output?signature=theSignature", server.api()));
    let error = client.get_output_contents(&output, &options()).await.unwrap_err();
    assert_eq!(error.call().unwrap().url, format!("{}/output", server.api()));
    assert!(!everything(&error).contains("theSignature"));
}

#[tokio::test]
async fn an_echo_in_json_within_json_in_a_url_or_in_base64_is_masked() {
    for body in [
        r#"{"message":"upstream: {\"key\":\"\\u0073ecretBodyOfTheKey\"}"}"#,
        r#"{"message":"GET /?key=%73ecretBodyOf%54heKey"}"#,
        // "Authorization: ApiKey publicPrefix.secretBodyOfTheKey"
        r#"{"message":"QXV0aG9yaXphdGlvbjogQXBpS2V5IHB1YmxpY1ByZWZpeC5zZWNyZXRCb2R5T2ZUaGVLZXk="}"#,
    ] {
        let text = error_of(SECRET, KEY, echo(401, "", body)).await;
        assert!(text.contains("***"), "{text}");
        assert!(!text.contains("BodyOf") && !text.contains("ZWNyZXRCb2R5"), "{text}");
    }
}

#[tokio::test]
async fn a_client_in_a_log_shows_neither_key_nor_headers() {
    let server = Server::always(ok("{}")).await;
    let call = options().header("x-token", "anotherSecret").unwrap();
    let builder = builder(&server.api())
        .header("cookie", "session=anotherSecret")
        .unwrap();
    let shown = format!("{builder:?} {builder:#?} {call:?}");
    let client = builder.build().unwrap();
    client.get_account("a", &call).await.unwrap();
    let shown = format!("{shown} {client:?} {client:#?} {:?}", Auth::api_key(KEY));
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(!shown.contains("anotherSecret"), "{shown}");
}

#[tokio::test]
async fn an_open_stream_in_a_log_shows_neither_its_url_nor_its_content() {
    let body = r#"{"results":{"k":{"accessKey":"theAccessKey"},"l":"#;
    let server = Server::always(Reply::Stall(
        format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{body}").into_bytes(),
    ))
    .await;
    let client = builder(&server.api()).build().unwrap();
    let url = format!("{}/output?signature=theSignature", server.api());
    let mut output = client.open_output(&OutputRef::Url(url), &options()).await.unwrap();
    let mut results = client.stream_results("j", &options()).await.unwrap();
    output.next().await.unwrap();
    results.next().await.unwrap();
    let (read, shown) = (body.len(), format!("{output:?} {results:?}"));
    assert_eq!(
        shown,
        format!("Output({read} bytes read) ResultStream({read} bytes read)")
    );
}

#[tokio::test]
async fn a_document_in_a_log_shows_its_length() {
    let server = Server::always(ok(format!(r#"{{"jobIdentifier":"j","accessKey":"{KEY}"}}"#))).await;
    let client = builder(&server.api()).build().unwrap();
    let document = client.get_job("j", &options()).await.unwrap();
    assert_eq!(format!("{document:?}"), format!("Document({} bytes)", KEY.len() + 36));
}
