//! API keys: the server hands out a key once, so it must neither be lost nor shown.

use modzy_client::{BodyFault, Error, Sent};

use crate::support::{
    attempts, body_fault, everything, millis, options,
    server::{Reply, Server, answer, ok, status},
    skipping,
};

/// The part of the key that no error may show.
const SECRET: &str = "bodyThatIsGivenOutOnce";

#[tokio::test]
async fn the_keys_of_a_user_are_a_read() {
    let keys = r#"[ {"prefix":"p"} ]"#;
    let server = Server::scripted(vec![status(503), ok(keys)]).await;
    let (client, _) = skipping(&server.api());
    let answer = client.get_api_keys("a+b@example.com", &options()).await.unwrap();
    assert_eq!(answer.as_str(), keys);
    assert_eq!(
        server.lines(),
        ["GET /api/accounting/access-keys/user/a%2Bb%40example.com"; 2]
    );
}

#[tokio::test]
async fn a_key_may_come_as_text_or_as_json() {
    let json = r#"{ "hash": "prefix.bodyThatIsGivenOutOnce" }"#;
    let string = r#""prefix.bodyThatIsGivenOutOnce""#;
    let html = "content-type: text/html\r\n";
    for (headers, body, expected) in [
        ("content-type: application/json\r\n", json, json),
        ("content-type: application/json\r\n", string, string),
        ("content-type: text/plain\r\n", json, json),
        ("content-type: text/plain\r\n", "prefix.bodyThatIsGivenOutOnce", string),
        (
            "content-type: application/json\r\n",
            "prefix.bodyThatIsGivenOutOnce\n",
            string,
        ),
        (html, "prefix.bodyThatIsGivenOutOnce", string),
        ("", "1234.56789012345678901", r#""1234.56789012345678901""#),
    ] {
        let server = Server::always(Reply::Keep(answer(200, headers, body))).await;
        let (client, _) = skipping(&server.api());
        let key = client.get_key_body("pre/fix", &options()).await.unwrap();
        assert_eq!(key.as_str(), expected, "{headers}{body}");
        assert!(!format!("{key:?} {client:?}").contains(SECRET));
        assert_eq!(server.lines(), ["POST /api/accounting/access-keys/pre%2Ffix/hash"]);
        let request = &server.requests()[0];
        assert_eq!(
            (&*request.body, request.header("content-type")),
            (&b"{}"[..], vec!["application/json"])
        );
    }
}

#[tokio::test]
async fn a_key_that_may_have_been_handed_out_is_not_requested_again_and_is_in_no_error() {
    let whole = answer(200, "", SECRET);
    let mut half = whole.clone();
    half.truncate(half.len() - 2);
    let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{SECRET}\r\n");
    let faults = [
        ("reset", Reply::Reset),
        ("closed", Reply::Close(Vec::new())),
        ("cut", Reply::Close(half.clone())),
        ("stalled", Reply::Stall(half)),
        ("no HTTP", Reply::Close(SECRET.into())),
        ("bad chunk", Reply::Close(chunked.into())),
        ("empty", Reply::Keep(answer(200, "", ""))),
        ("no content", Reply::Keep(answer(204, "", ""))),
        ("invalid UTF-8", ok([SECRET.as_bytes(), b"\xff"].concat())),
        (
            "bad gzip",
            Reply::Keep(answer(200, "content-encoding: gzip\r\n", SECRET)),
        ),
    ];
    for (name, fault) in faults {
        let server = Server::always(fault).await;
        let (client, clock) = skipping(&server.api());
        let options = options().request_timeout(millis(100)).retries(5);
        let error = client.get_key_body("p", &options).await.unwrap_err();
        assert_eq!((server.count(), attempts(&error)), (1, 1), "{name}: {error:?}");
        assert_eq!(error.sent(), Some(Sent::Maybe), "{name}: {error:?}");
        assert!(!error.is_retryable() && clock.pauses().is_empty(), "{name}");
        let text = everything(&error);
        assert!(!text.contains(&SECRET[..8]), "{name}: {text}");
    }
}

#[tokio::test]
async fn a_key_that_is_too_long_is_in_no_error_either() {
    let server = Server::always(ok(SECRET.repeat(100))).await;
    let client = crate::support::builder(&server.api())
        .max_response_bytes(1000)
        .build()
        .unwrap();
    let error = client.get_key_body("p", &options()).await.unwrap_err();
    assert_eq!((body_fault(&error), server.count()), (Some(BodyFault::TooLarge), 1));
    assert!(!everything(&error).contains(SECRET), "{error:?}");
}

#[tokio::test]
async fn a_refused_key_is_reported_with_the_servers_message() {
    for code in [400, 403, 404, 408, 500, 502, 503] {
        let server = Server::always(status(code)).await;
        let (client, _) = skipping(&server.api());
        let error = client.get_key_body("p", &options()).await.unwrap_err();
        assert_eq!((error.status(), server.count()), (Some(code), 1));
        assert_eq!(error.to_string(), format!("server says {code}"));
    }
    let server = Server::always(ok("{}")).await;
    let (client, _) = skipping(&server.api());
    for error in [
        client.get_key_body("", &options()).await.unwrap_err(),
        client.get_api_keys("", &options()).await.unwrap_err(),
    ] {
        assert!(
            matches!(
                error,
                Error::Argument {
                    name: "prefix" | "email",
                    ..
                }
            ),
            "{error:?}"
        );
    }
    assert_eq!(server.count(), 0);
}
