//! The requests of a run, as the reference model sees them.

use super::super::{calls::Class, catalogue::Cause};

/// What the server saw.
#[derive(Debug, Clone)]
pub(super) struct Met {
    pub(super) line: String,
    pub(super) class: Class,
    /// `None` for a good response.
    pub(super) cause: Option<Cause>,
    /// Whether the server did what the request says.
    pub(super) acted: bool,
}

/// Returns the class of a request.
pub(super) fn class_of(line: &str) -> Class {
    let (method, path) = line.split_once(" /api").unwrap_or_default();
    let parts = path.split('/').count();
    match method {
        "DELETE" => Class::Delete,
        "POST" if path == "/jobs" => Class::Submit,
        "POST" if path.ends_with("/close") => Class::Close,
        "POST" => Class::Chunk,
        _ if path.contains("/datasource/") || path == "/elsewhere" => Class::Stream,
        _ if path.starts_with("/results/") => Class::Results,
        _ if path.starts_with("/jobs/") && parts == 3 && !path.contains("features") && !path.contains("history") => {
            Class::Poll
        }
        _ => Class::Read,
    }
}
