//! What a server does with a request.

use std::time::Duration;

use super::seen::Received;

/// What becomes of a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// These bytes; the socket is kept.
    Keep(Vec<u8>),
    /// These bytes, after a while; the socket is kept.
    Late(Duration, Vec<u8>),
    /// These bytes, and the socket is closed.
    Close(Vec<u8>),
    /// These bytes, and nothing more until the client goes.
    Stall(Vec<u8>),
    /// The socket is closed by RST.
    Reset,
    /// These bytes and, once they have arrived, RST.
    Break(Vec<u8>),
    /// The first bytes, and then the others one by one, each after a pause; the socket is kept.
    Dribble(Vec<u8>, Duration, Vec<u8>),
    /// The first bytes, and then the others over and over until the client goes.
    Endless(Vec<u8>, Vec<u8>),
    /// The job that the path names, or `j`, with this status; the socket is kept.
    Job(String),
}

/// A whole answer. The headers are lines, each with its end.
pub(crate) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let mut answer = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: {length}\r\n{headers}\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// A whole answer on a socket that is kept.
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

/// What comes of a request for a job.
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

/// The head of an answer and half of its body; then the socket is closed.
pub(crate) fn cut() -> Reply {
    let mut bytes = answer(200, "", r#"{"status":"COMPLETED"}"#);
    bytes.truncate(bytes.len() - 11);
    Reply::Close(bytes)
}
