//! What a refusal costs the calls beside it: the secrets in it are masked on a thread of its own.

use std::time::{Duration, Instant};

use modzy_client::Error;

use crate::support::{
    millis, options, plain,
    server::{Reply, Server, answer},
};

/// As long as what is read of a refusal.
const LENGTH: usize = 72 * 1024;

/// A refusal of this text, to a call with these headers: for how long it kept the client's only thread busy at a time, and its
/// error. The server replies from another runtime.
fn refused(text: String, headers: &[String]) -> (Duration, Error) {
    let servers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = servers.block_on(Server::always(Reply::Keep(answer(500, "", text))));
    let client = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let outcome = client.block_on(async {
        let mut builder = plain(&server.api()).retries(0);
        for (number, value) in headers.iter().enumerate() {
            builder = builder.header(&format!("x-secret-{number}"), value).unwrap();
        }
        let client = builder.build().unwrap();
        let call = tokio::spawn(async move { client.get_job("j", &options()).await.unwrap_err() });
        let mut longest = Duration::ZERO;
        while !call.is_finished() {
            let before = Instant::now();
            tokio::time::sleep(millis(1)).await;
            longest = longest.max(before.elapsed());
        }
        (longest, call.await.unwrap())
    });
    drop(server);
    outcome
}

fn repeated(text: &str) -> String {
    text.repeat(LENGTH / text.len() + 1)[..LENGTH].to_owned()
}

#[test]
fn masking_a_long_refusal_holds_no_other_call_up() {
    let twenty: Vec<_> = (0..20)
        .map(|number| format!("{}{number:02}", "ab".repeat(40)))
        .collect();
    let long = vec![format!("{}b", "a".repeat(16_000))];
    let many: Vec<_> = (0..90)
        .map(|number| format!("{}{number:02}", "a".repeat(2_000)))
        .collect();
    for (case, text, headers) in [
        ("plain", repeated("an error, "), Vec::new()),
        ("twenty headers", repeated("ab"), twenty.clone()),
        ("twenty headers, escaped", repeated(r"\u0061b\\u0061b"), twenty),
        ("a long header", repeated("a"), long.clone()),
        ("a long header, escaped", repeated("%61"), long.clone()),
        (
            "a long header, nearly",
            repeated(&format!("{}c", "a".repeat(15_999))),
            long,
        ),
        ("ninety long headers", repeated("a"), many),
        ("backslashes", repeated("\\"), Vec::new()),
        ("percent signs", repeated("%25"), Vec::new()),
        ("one percent sign", format!("%{}", repeated("25")), Vec::new()),
        ("entities", repeated("&amp;"), Vec::new()),
        ("base64", repeated("c2VjcmV0"), Vec::new()),
    ] {
        let (longest, error) = refused(text, &headers);
        assert!(matches!(error, Error::Status { status: 500, .. }), "{case}: {error:?}");
        assert!(longest < millis(50), "{case}: {longest:?}");
    }
}
