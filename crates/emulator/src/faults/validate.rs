//! Refuses faults that would have no effect or cannot be sent.

use axum::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};

use super::fault::{ConnectionFault, Fault};

/// The root of the routes that faults apply to.
const ROOT: &str = "/api/";

/// Checks a fault. An error names the member by its JSON spelling.
pub(super) fn validate(fault: &Fault) -> Result<(), String> {
    if let Some(method) = &fault.method {
        Method::from_bytes(method.as_bytes()).map_err(|_| "`method` is not an HTTP method")?;
    }
    if let Some(path) = &fault.path {
        validate_path(path)?;
    }
    if fault.times == Some(0) {
        return Err("`times` must be at least 1".to_owned());
    }
    if fault.per_second == Some(0) {
        return Err("`perSecond` must be at least 1".to_owned());
    }
    validate_answer(fault)?;
    validate_connection(fault)
}

fn validate_path(path: &str) -> Result<(), String> {
    let possible = match path.split_once('*') {
        Some((prefix, _)) => ROOT.starts_with(prefix) || prefix.starts_with(ROOT),
        None => path == "/api" || path.starts_with(ROOT),
    };
    if !possible {
        return Err("`path` must be under /api, or it never matches".to_owned());
    }
    if path.contains(['?', '#']) {
        return Err("`path` must not have a query or a fragment, or it never matches".to_owned());
    }
    Ok(())
}

fn validate_answer(fault: &Fault) -> Result<(), String> {
    let Some(status) = fault.status else {
        if fault.body.is_some() || !fault.headers.is_empty() {
            return Err("`body` and `headers` need a `status`".to_owned());
        }
        return Ok(());
    };
    if !(200..=599).contains(&status) {
        return Err("`status` must be between 200 and 599".to_owned());
    }
    if fault.body.is_some() && forbids_body(status) {
        return Err(format!("`body` cannot be sent with the status {status}"));
    }
    for (name, value) in &fault.headers {
        let header =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`headers`: `{name}` is not a header name"))?;
        HeaderValue::from_str(value).map_err(|_| format!("`headers`: the value of `{name}` cannot be sent"))?;
        if header == CONTENT_LENGTH || header == TRANSFER_ENCODING {
            return Err(format!("`headers`: `{name}` must not be set: it follows from the body"));
        }
    }
    Ok(())
}

fn forbids_body(status: u16) -> bool {
    status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED
}

fn validate_connection(fault: &Fault) -> Result<(), String> {
    let silent = matches!(fault.connection, Some(ConnectionFault::Reset | ConnectionFault::Stall));
    if silent && fault.status.is_some() {
        return Err("`status` has no effect if `connection` is reset or stall".to_owned());
    }
    if fault.after && !silent {
        return Err("`after` needs a `connection` of reset or stall".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> String {
        validate(&serde_json::from_str(json).unwrap()).unwrap_err()
    }

    #[test]
    fn a_fault_that_never_matches_is_refused() {
        for path in [
            "/jobs",
            "api/jobs",
            "/apix",
            "/control/*",
            "",
            "/jobs/*",
            "/jobs/*/close",
        ] {
            let fault = Fault {
                path: Some(path.to_owned()),
                ..Fault::default()
            };
            assert_eq!(
                validate(&fault).unwrap_err(),
                "`path` must be under /api, or it never matches",
                "{path:?}"
            );
        }
        for path in [
            "*",
            "/a*",
            "/api*",
            "/api/*",
            "/api",
            "/api/jobs",
            "/api/jobs/*",
            "/api/jobs/*/close",
            "*/close",
        ] {
            let fault = Fault {
                path: Some(path.to_owned()),
                ..Fault::default()
            };
            assert_eq!(validate(&fault), Ok(()), "{path:?}");
        }
        for path in ["/api/models?page=1", "/api/models#first", "/api/models#*"] {
            let message = refusal(&format!(r#"{{"path":"{path}"}}"#));
            assert_eq!(
                message,
                "`path` must not have a query or a fragment, or it never matches"
            );
        }
        assert_eq!(refusal(r#"{"times":0}"#), "`times` must be at least 1");
        assert_eq!(refusal(r#"{"perSecond":0}"#), "`perSecond` must be at least 1");
        assert_eq!(refusal(r#"{"method":"G E T"}"#), "`method` is not an HTTP method");
    }

    #[test]
    fn a_response_that_cannot_be_sent_is_refused() {
        assert_eq!(refusal(r#"{"status":100}"#), "`status` must be between 200 and 599");
        assert_eq!(refusal(r#"{"status":600}"#), "`status` must be between 200 and 599");
        assert_eq!(
            refusal(r#"{"status":204,"body":"x"}"#),
            "`body` cannot be sent with the status 204"
        );
        assert_eq!(
            refusal(r#"{"status":200,"headers":{"a b":"c"}}"#),
            "`headers`: `a b` is not a header name"
        );
        assert_eq!(
            refusal(r#"{"status":200,"headers":{"x-a":"b\nc"}}"#),
            "`headers`: the value of `x-a` cannot be sent"
        );
        assert_eq!(
            refusal(r#"{"status":200,"headers":{"Content-Length":"9"}}"#),
            "`headers`: `Content-Length` must not be set: it follows from the body"
        );
    }

    #[test]
    fn members_that_contradict_each_other_are_refused() {
        assert_eq!(refusal(r#"{"body":"x"}"#), "`body` and `headers` need a `status`");
        assert_eq!(
            refusal(r#"{"status":503,"connection":"reset"}"#),
            "`status` has no effect if `connection` is reset or stall"
        );
        assert_eq!(
            refusal(r#"{"connection":"cut","after":true}"#),
            "`after` needs a `connection` of reset or stall"
        );
    }
}
