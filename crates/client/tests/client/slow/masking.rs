//! The effect of a long refusal on other calls: another thread masks the secrets in it.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use modzy_client::{Client, Error};

use crate::support::{
    millis, options, plain,
    server::{Reply, Server, answer},
};

/// The masking of one test must not compete with that of another.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The length that the client reads of a refusal.
const LENGTH: usize = 72 * 1024;

/// Returns for how long this thread has run, however many programs take turns on the cores.
#[cfg(unix)]
fn run_time() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

#[cfg(not(unix))]
fn run_time() -> Duration {
    use std::{sync::LazyLock, time::Instant};

    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGAN.elapsed()
}

/// Makes a call with these headers that is refused with this text, and returns the longest time for which it kept the
/// client's only thread busy, and its error.
fn refused(text: String, headers: &[String]) -> (Duration, Error) {
    let (longest, outcome) = held(answer(500, "", text), headers, |client| async move {
        client.get_job("j", &options()).await.map(drop)
    });
    (longest, outcome.unwrap_err())
}

/// Returns the longest time for which a call kept the client's only thread busy, and its outcome. The server runs in
/// another runtime.
fn held<C: Future<Output = Result<(), Error>> + Send + 'static>(
    reply: Vec<u8>,
    headers: &[String],
    call: impl FnOnce(Client) -> C,
) -> (Duration, Result<(), Error>) {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let servers = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = servers.block_on(Server::always(Reply::Keep(reply)));
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
        let call = tokio::spawn(call(client));
        let mut longest = Duration::ZERO;
        while !call.is_finished() {
            let before = run_time();
            tokio::time::sleep(millis(1)).await;
            longest = longest.max(run_time().saturating_sub(before));
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
fn masking_a_long_refusal_does_not_block_other_calls() {
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

#[test]
fn the_credentials_in_a_large_submit_do_not_block_other_calls() {
    // Half a megabyte in many members. The last one is a secret.
    let members: Vec<_> = (0..10_000)
        .map(|number| format!("\"input-{number}\":{{\"input.txt\":\"a text\"}}"))
        .collect();
    let body = format!("{{\"input\":{{{}}},\"dbPassword\":\"s3cr3t\"}}", members.join(","));
    for (case, reply) in [
        (
            "accepted",
            answer(202, "", r#"{"jobIdentifier":"j","status":"SUBMITTED"}"#),
        ),
        ("refused", answer(400, "", r#"{"message":"not with s3cr3t"}"#)),
    ] {
        let body = body.clone();
        let submit = |client: Client| async move { client.submit_job(body, &options()).await.map(drop) };
        let (longest, outcome) = held(reply, &[], submit);
        assert!(longest < millis(50), "{case}: {longest:?}");
        match outcome {
            Ok(()) => assert_eq!(case, "accepted"),
            Err(error) => assert_eq!((case, error.to_string().as_str()), ("refused", "not with ***")),
        }
    }
}
