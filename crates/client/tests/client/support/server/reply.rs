//! Replies of a scripted server.

use std::time::Duration;

use super::seen::Received;

/// What a server does with a request and its socket.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Sends these bytes and keeps the socket.
    Keep(Vec<u8>),
    /// Sends these bytes after a pause and keeps the socket.
    Late(Duration, Vec<u8>),
    /// Sends these bytes and closes the socket.
    Close(Vec<u8>),
    /// Sends these bytes, then stays silent until the client closes the socket.
    Stall(Vec<u8>),
    /// Resets the socket.
    Reset,
    /// Sends these bytes, and resets the socket once they have arrived.
    Break(Vec<u8>),
    /// Sends the first bytes, then the others one by one, each after a pause, and keeps the socket.
    Dribble(Vec<u8>, Duration, Vec<u8>),
    /// Sends the first bytes, then repeats the others until the client closes the socket.
    Endless(Vec<u8>, Vec<u8>),
    /// Sends the job in the path, or `j`, with this status and keeps the socket.
    Job(String),
}

/// Formats a complete response. Each line of `headers` ends with CRLF.
pub(crate) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let mut answer = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: {length}\r\n{headers}\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// Replies with 200 and keeps the socket.
pub(crate) fn status(status: u16) -> Reply {
    let body = match status {
        200..300 => "{}".to_owned(),
        _ => format!(r#"{{"message":"server says {status}"}}"#),
    };
    Reply::Keep(answer(status, "", body))
}

pub(crate) fn ok(body: impl AsRef<[u8]>) -> Reply {
    Reply::Keep(answer(200, "content-type: application/json\r\n", body))
}

pub(crate) fn job(status: &str) -> Reply {
    Reply::Job(status.to_owned())
}

/// Formats the response to a request for a job.
pub(super) fn job_of(request: &Received, status: &str) -> Vec<u8> {
    let line = request.line();
    let place = ["/jobs/", "/results/"].iter().find_map(|route| line.split_once(route));
    let (_, path) = place.unwrap_or_default();
    let id = percent_encoding::percent_decode_str(path.split(['/', '?']).next().unwrap_or_default());
    let id = match id.decode_utf8_lossy() {
        id if id.is_empty() => "j".into(),
        id => id,
    };
    let mut body = serde_json::json!({ "jobIdentifier": id, "status": status });
    if line.contains("/results/") {
        body["finished"] = true.into();
    }
    let body = body.to_string();
    answer(200, "content-type: application/json\r\n", body)
}

/// Sends the head of a response and half of its body, then closes the socket.
pub(crate) fn cut() -> Reply {
    let mut bytes = answer(200, "", r#"{"status":"COMPLETED"}"#);
    bytes.truncate(bytes.len() - 11);
    Reply::Close(bytes)
}
