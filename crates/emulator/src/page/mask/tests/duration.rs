//! How long the masking takes. Tests take turns on the cores, so each asks for how long its own thread has run.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::*;

/// Returns the result of a function, and for how long this thread ran for it.
fn timed<T>(function: impl FnOnce() -> T) -> (T, Duration) {
    let run_time = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("a positive time");
    let start = run_time();
    let result = function();
    (result, run_time().saturating_sub(start))
}

/// Makes a text of a size.
type Text = Box<dyn Fn(usize) -> String>;

#[test]
fn masking_takes_a_time_that_grows_as_the_text_does() {
    let pictures = |size: usize| "https://example.com/pictures/1.png,".repeat(size / 35);
    let repeated = |part: &'static str| move |size: usize| part.repeat(size / part.len());
    let texts: [(&str, Text); 23] = [
        ("joined URLs", Box::new(pictures)),
        ("schemes", Box::new(repeated("http://"))),
        ("users", Box::new(repeated("://a@"))),
        ("Oracle", Box::new(repeated("jdbc:oracle:"))),
        ("spaced passwords", Box::new(repeated("password= "))),
        ("listed passwords", Box::new(repeated(";password= x"))),
        ("open braces", Box::new(repeated("password={"))),
        ("fields", Box::new(repeated("form-data; name=\"password\" "))),
        ("plain fields", Box::new(repeated("form-data; name=\"x\"="))),
        ("members", Box::new(repeated("{\"a\":"))),
        ("names", Box::new(repeated("{\"name\":"))),
        ("keys", Box::new(repeated("hidden1 68696464656e31 68696464656E31 "))),
        ("percent", Box::new(repeated("%3A%2F%2F"))),
        ("lines", Box::new(repeated("password: x\n"))),
        ("elements", Box::new(repeated("<password>"))),
        ("private keys", Box::new(repeated("-----BEGIN PRIVATE KEY-----"))),
        ("bearers", Box::new(repeated("Bearer S "))),
        ("single quotes", Box::new(repeated("'password':"))),
        ("values before names", Box::new(repeated("{\"value\":\"x\",\"name\":"))),
        ("keys of objects", Box::new(repeated("{\"key\":\"x\",\"bucket\":"))),
        ("keys of values", Box::new(repeated("{\"key\":\"x\"},"))),
        ("quotes", Box::new(repeated("\\\""))),
        (
            "escaped",
            Box::new(|size| serde_json::Value::from("http://".repeat(size / 7)).to_string()),
        ),
    ];
    let mask = mask();
    let least = |text: &str| {
        let time = |_| timed(|| mask.text(text)).1;
        (0..3).map(time).min().expect("three times")
    };
    for (name, text) in &texts {
        let (part, whole) = (least(&text(8_192)), least(&text(65_536)));
        assert!(whole.as_millis() < 1000, "{name}: {whole:?}");
        // Eight times the text takes eight times as long; it would be 64 times if each place read on to the end.
        let ratio = whole.as_secs_f64() / part.as_secs_f64();
        assert!(whole.as_millis() < 10 || ratio < 24.0, "{name}: {part:?} and {whole:?}");
    }
}

#[test]
fn many_different_secrets_of_a_submit_are_masked_in_a_second() {
    let parts: Vec<_> = (0..5000).map(|number| format!("password={number}")).collect();
    let text = parts.join("&");
    let ((_, secrets), taken) = timed(|| mask().submit(&text));
    assert_eq!(secrets.len(), 5000);
    assert_eq!(
        secrets.last().map(|last| last.variable.as_str()),
        Some("JOB_PASSWORD_5000")
    );
    assert!(taken.as_millis() < 1000, "{taken:?}");
}
