//! What the statuses of jobs say: the one rule for waits, for what a lost answer leaves open, and for callers.

use crate::document::Document;

/// Whether a job with this status has come to its end. `SUBMITTED`, `IN_PROGRESS`, `PENDING` and `OPEN` have not; a status
/// that nobody knows counts as an end, as it does in Modzy's own SDKs. A blank one is no status.
#[must_use]
pub fn is_final_status(status: &str) -> bool {
    matches!(Stage::of(status), Some(Stage::Canceled | Stage::Ended | Stage::Unknown))
}

/// How far a job has come, by its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It waits for its inputs, and to be closed.
    Open,
    Running,
    Canceled,
    /// In another way.
    Ended,
    /// Nobody knows this status.
    Unknown,
}

impl Stage {
    /// `None` where there is no status.
    pub(crate) fn of(status: &str) -> Option<Self> {
        Some(match status {
            blank if blank.trim().is_empty() => return None,
            "OPEN" => Self::Open,
            "SUBMITTED" | "IN_PROGRESS" | "PENDING" => Self::Running,
            "CANCELED" => Self::Canceled,
            // The last one is in the documentation alone.
            "COMPLETED" | "TIMEDOUT" | "ERROR" | "COMPLETED_WITH_ERROR" => Self::Ended,
            _ => Self::Unknown,
        })
    }

    /// That of a job that a server has answered with.
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
