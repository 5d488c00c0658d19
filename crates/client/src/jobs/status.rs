//! The meaning of a job's status, for waits, for recovery from a lost response, and for callers.

use crate::document::Document;

/// Whether a status is final. `SUBMITTED`, `IN_PROGRESS`, `PENDING` and `OPEN` are not. An unknown status counts as final, as in
/// Modzy's own SDKs. A blank text is not a status.
#[must_use]
pub fn is_final_status(status: &str) -> bool {
    matches!(Stage::of(status), Some(Stage::Canceled | Stage::Ended | Stage::Unknown))
}

/// How far a job has come, by its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The job waits for its inputs, and to be closed.
    Open,
    Running,
    Canceled,
    /// In another way.
    Ended,
    /// The status is unknown.
    Unknown,
}

impl Stage {
    /// Returns `None` if the status is blank.
    pub(crate) fn of(status: &str) -> Option<Self> {
        Some(match status {
            blank if blank.trim().is_empty() => return None,
            "OPEN" => Self::Open,
            "SUBMITTED" | "IN_PROGRESS" | "PENDING" => Self::Running,
            "CANCELED" => Self::Canceled,
            // The last one occurs only in the documentation.
            "COMPLETED" | "TIMEDOUT" | "ERROR" | "COMPLETED_WITH_ERROR" => Self::Ended,
            _ => Self::Unknown,
        })
    }

    /// Whether a job has completed, so that it has results. Some of its inputs may have failed.
    pub(crate) fn is_completed(job: &Document) -> bool {
        let status = job.string_member("status");
        matches!(status.as_deref(), Some("COMPLETED" | "COMPLETED_WITH_ERROR"))
    }

    /// Returns the stage of a job that a server has returned.
    pub(crate) fn of_job(job: &Document) -> Option<Self> {
        Self::of(&job.string_member("status")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_an_end_unless_it_is_known_to_be_none_or_is_blank() {
        for (status, stage, is_final) in [
            ("OPEN", Some(Stage::Open), false),
            ("SUBMITTED", Some(Stage::Running), false),
            ("IN_PROGRESS", Some(Stage::Running), false),
            ("PENDING", Some(Stage::Running), false),
            // The API spells them in capitals, and so do the SDKs that compare them.
            ("in_progress", Some(Stage::Unknown), true),
            ("open", Some(Stage::Unknown), true),
            (" OPEN", Some(Stage::Unknown), true),
            ("COMPLETED", Some(Stage::Ended), true),
            ("Completed", Some(Stage::Unknown), true),
            ("TIMEDOUT", Some(Stage::Ended), true),
            ("ERROR", Some(Stage::Ended), true),
            ("COMPLETED_WITH_ERROR", Some(Stage::Ended), true),
            ("CANCELED", Some(Stage::Canceled), true),
            ("IN PROGRESS", Some(Stage::Unknown), true),
            ("WHATEVER", Some(Stage::Unknown), true),
            ("", None, false),
            (" \t\r\n", None, false),
            ("\u{a0}", None, false),
        ] {
            assert_eq!(
                (Stage::of(status), is_final_status(status)),
                (stage, is_final),
                "{status:?}"
            );
        }
    }
}
