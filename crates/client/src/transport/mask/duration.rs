//! Tests of how long the masking takes. They take turns on the cores, so each asks for how long its own
//! thread has run.

use std::time::Duration;

use http::HeaderValue;
use rustix::time::{ClockId, clock_gettime};

use super::*;

/// How much longer a byte may take in a text that is sixteen times as long, for the sake of caches. It would be sixteen times if each
/// place read on to the end, or if each secret was compared with each place.
const MOST: f64 = 4.0;

/// What takes less is not compared: it may be the cost of the start.
const LEAST: Duration = Duration::from_millis(20);

/// Makes a text of a size.
type Text = Box<dyn Fn(usize) -> String>;

/// Returns the least time of three runs, in which this thread ran.
fn least(mut work: impl FnMut()) -> Duration {
    let run_time = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a positive time");
    let mut time = || {
        let start = run_time();
        work();
        run_time().saturating_sub(start)
    };
    (0..3).map(|_| time()).min().expect("three times")
}

/// Asserts that a byte costs about the same in a part and in a whole, by their lengths and times.
fn assert_linear(what: &str, part: (usize, Duration), whole: (usize, Duration)) {
    #[expect(clippy::cast_precision_loss, reason = "lengths of texts in memory")]
    let cost = |(length, time): (usize, Duration)| time.as_secs_f64() / length as f64;
    let ratio = cost(whole) / cost(part);
    assert!(whole.1 < LEAST || ratio < MOST, "{what}: {part:?} and {whole:?}");
}

fn repeated(part: &str) -> Text {
    let part = part.to_owned();
    Box::new(move |size| part.repeat(size / part.len()))
}

/// A text of different words.
fn plain(size: usize) -> String {
    let words: Vec<_> = (0..size / 8).map(|number| format!("{number:07x}")).collect();
    words.join(" ")
}

fn in_pem(size: usize) -> String {
    let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n";
    let lines = line.repeat(size / line.len());
    format!("-----BEGIN PRIVATE KEY-----\n{lines}-----END PRIVATE KEY-----\n")
}

/// JSON in which each text is JSON again, as the parsers of several servers make it.
fn nested_json(size: usize) -> String {
    let mut json = "\"".repeat(size / 32);
    while json.len() < size {
        json = serde_json::json!({ "message": json }).to_string();
    }
    json
}

/// Texts that resemble the secrets or escapes of them, and others.
fn texts() -> Vec<(&'static str, Text)> {
    vec![
        ("plain", Box::new(plain)),
        ("PEM", Box::new(in_pem)),
        ("nested JSON", Box::new(nested_json)),
        ("open objects", repeated("{\"a\":")),
        ("backslashes", repeated("\\")),
        ("quotes", repeated("\\\"")),
        ("ampersands", repeated("&amp;")),
        ("unfinished entities", repeated("&#x0000")),
        ("percent", repeated("%25")),
        ("code units", repeated("\\ud83d")),
        ("one letter", repeated("a")),
        ("beginnings of secrets", repeated("secretBod")),
        ("secrets", repeated("secretBody")),
        ("secrets in base64", repeated("c2VjcmV0Qm9keQ")),
        ("beginnings of URLs", repeated("https://host/files/")),
        ("letters of other lengths", repeated("\u{130}\u{df}\u{fffd}")),
    ]
}

fn headers(count: usize, length: usize) -> HeaderMap {
    let header = |number: usize| {
        let name = format!("x-header-{number}").parse::<http::HeaderName>().unwrap();
        let value = format!("{number}{}", "a".repeat(length));
        (name, HeaderValue::from_str(&value).unwrap())
    };
    (0..count).map(header).collect()
}

fn mask_of(headers: &HeaderMap, body: impl Into<Bytes>) -> Mask {
    let mask = Mask::new(&Auth::api_key("publicPrefix.secretBody"), headers, body.into(), None);
    mask.finders();
    mask
}

#[test]
fn masking_takes_a_time_that_grows_as_the_text_does() {
    let urls: Vec<_> = (0..500)
        .map(|number| format!("https://host/files/{number}?sig=0123456789abcdef"))
        .collect();
    let urls = serde_json::json!({ "urls": urls }).to_string();
    let masks = [
        ("a key", mask_of(&HeaderMap::new(), "")),
        ("a long header", mask_of(&headers(1, 16 * 1024), "")),
        ("many headers", mask_of(&headers(100, 300), "")),
        ("alike URLs", mask_of(&HeaderMap::new(), urls)),
    ];
    for (of, mask) in &masks {
        for (what, text) in texts() {
            let time = |size| {
                let text = text(size);
                (text.len(), least(|| drop(mask.apply_to_cut(&text))))
            };
            assert_linear(&format!("{what} for {of}"), time(4 * 1024), time(64 * 1024));
        }
    }
}

#[test]
fn preparing_takes_a_time_that_grows_as_the_secrets_do() {
    let in_member = |text: String| serde_json::json!({ "password": text }).to_string();
    let bodies: [(&str, Text); 9] = [
        ("one text", Box::new(move |size| in_member(plain(size)))),
        (
            "long secrets",
            Box::new(|size| body_of_many(size, &"a".repeat(16 * 1024 - 8))),
        ),
        ("short secrets", Box::new(|size| body_of_many(size, "a"))),
        (
            "alike URLs",
            Box::new(|size| body_of_many(size, "https://user:password@host/files?sig=0123456789abcdef&n=")),
        ),
        (
            "parameters",
            Box::new(|size| body_of_many(size, &"key=abcdefgh&".repeat(1000))),
        ),
        ("PEM", Box::new(|size| body_of_many(size, &in_pem(8 * 1024)))),
        ("nested JSON", Box::new(nested_json)),
        ("open objects", repeated("{\"password\":")),
        ("open lists", repeated("[")),
    ];
    for (what, body) in bodies {
        let time = |size| {
            let body = Bytes::from(body(size));
            (body.len(), least(|| drop(mask_of(&HeaderMap::new(), body.clone()))))
        };
        assert_linear(what, time(4 * 1024), time(64 * 1024));
    }
}

/// Returns a body of about a size with secrets that begin alike.
fn body_of_many(size: usize, beginning: &str) -> String {
    let count = size / (beginning.len() + 8);
    let secrets = (0..count.max(1)).map(|number| format!("{beginning}{number:05}"));
    serde_json::json!({ "passwords": secrets.collect::<Vec<_>>() }).to_string()
}

#[test]
fn a_text_costs_the_same_for_a_few_and_for_thousands_of_alike_secrets() {
    let beginning = "https://bucket.s3.amazonaws.com/production/documents/2026/";
    let text = repeated(beginning)(64 * 1024);
    let time = |count: usize| {
        let secrets: Vec<_> = (0..count).map(|number| format!("{beginning}{number}")).collect();
        let mask = Mask::of(secrets.iter().map(String::as_str));
        mask.finders();
        (text.len(), least(|| drop(mask.apply(&text))))
    };
    assert_linear("64 times as many secrets", time(100), time(6_400));
}
