//! The JavaScript names of the client's parameters and options, for messages of errors.

use modzy_client::{BodyFault, Error, InputFault};

/// Returns the message of an error, with the JavaScript names of parameters and options.
pub(crate) fn message_of(error: &Error) -> String {
    match error {
        Error::Argument { name, reason } => format!("{} {reason}", in_javascript(name)),
        // Has no text of the server.
        Error::Response {
            fault: BodyFault::TooLarge,
            ..
        } => error
            .to_string()
            .replace("max_response_bytes", &in_javascript("max_response_bytes")),
        // The name is at the end, after names of the caller's.
        Error::Input {
            fault: InputFault::Timeout,
            ..
        } => {
            let message = error.to_string();
            let name = in_javascript("idle_timeout");
            message
                .strip_suffix("(idle_timeout)")
                .map(|before| format!("{before}({name})"))
                .unwrap_or(message)
        }
        _ => error.to_string(),
    }
}

/// Returns the JavaScript name of a parameter or option of the client. Errors of the conversions in this crate use that name
/// already.
pub(crate) fn in_javascript(name: &str) -> String {
    match name {
        "base_url" => "baseURL".to_owned(),
        "ca" => "tls.ca".to_owned(),
        "certificate" => "tls.cert".to_owned(),
        "key" => "tls.key".to_owned(),
        "access_key_id" => "accessKeyID".to_owned(),
        "job_ids" => "jobIdentifiers".to_owned(),
        "tag_ids" => "tagsId".to_owned(),
        // An environment variable, or a JavaScript name.
        _ if name.contains(|letter: char| letter.is_ascii_uppercase()) => name.to_owned(),
        _ => {
            let mut words = name.split('_');
            let mut camel = words.next().unwrap_or_default().to_owned();
            for word in words {
                let mut letters = word.chars();
                camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
                camel.push_str(letters.as_str());
            }
            camel
        }
    }
}

/// Renames the parameter for a job in an error: in JavaScript it is `job` in waits, and `jobId` elsewhere.
pub(crate) fn as_of_wait(error: Error) -> Error {
    match error {
        Error::Argument { name: "job_id", reason } => Error::Argument { name: "job", reason },
        error => error,
    }
}
