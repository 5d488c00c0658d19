//! What the log keeps of the head of a request: its headers without credentials, and the job in its path.

use std::collections::BTreeMap;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use uuid::Uuid;

/// The schemes of the header `authorization`. Any other first word may be a part of the secret.
const SCHEMES: [&str; 8] = [
    "apikey",
    "basic",
    "bearer",
    "digest",
    "hawk",
    "negotiate",
    "ntlm",
    "token",
];

/// Returns the job that a path is about.
pub(super) fn job_in(path: &str) -> Option<String> {
    let mut segments = path.strip_prefix("/api/")?.split('/');
    let resource = segments.next()?;
    let job = segments
        .next()
        .filter(|_| resource == "jobs" || resource == "results")?;
    Uuid::try_parse(job).is_ok().then(|| job.to_owned())
}

/// Returns headers as text, with the values of a repeated one together.
pub(super) fn readable(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut readable = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let text = if name == AUTHORIZATION {
            masked(value)
        } else {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        readable
            .entry(name.to_string())
            .and_modify(|values| {
                values.push_str(", ");
                values.push_str(&text);
            })
            .or_insert(text);
    }
    readable
}

fn masked(authorization: &HeaderValue) -> String {
    match authorization.to_str().ok().and_then(|value| value.split_once(' ')) {
        Some((scheme, _)) if SCHEMES.contains(&&*scheme.to_ascii_lowercase()) => format!("{scheme} ***"),
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_without_a_scheme_is_masked_whole() {
        assert_eq!(masked(&HeaderValue::from_static("prefix.body")), "***");
        assert_eq!(masked(&HeaderValue::from_static("prefix.body prefix.body")), "***");
        assert_eq!(masked(&HeaderValue::from_static("correct horse battery")), "***");
        assert_eq!(masked(&HeaderValue::from_static("Basic dXNlcjpwdw==")), "Basic ***");
        assert_eq!(masked(&HeaderValue::from_static("ApiKey prefix.body")), "ApiKey ***");
        assert_eq!(masked(&HeaderValue::from_bytes(b"ApiKey \xff").unwrap()), "***");
    }
}
