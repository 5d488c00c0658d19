//! Finds out which jobs have ended, for all waits of a transport together: from lists of the jobs that have changed lately. A list is
//! only a hint. It makes a wait poll its job; what the job's status is, and when the wait ends, follows from that poll. Sends nothing:
//! `jobs` requests the pages of the lists.

mod entry;
mod list;
mod naming;
mod registration;
mod slots;
mod times;
mod waits;

use std::fmt;

pub(crate) use self::{
    list::{EndedList, Item, ListFailed, PageOf},
    registration::{Registration, Wake},
    waits::{AllWaits, ListReader, Waits},
};

/// How the waits of a client find out that their jobs have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Polling {
    /// Each wait polls its job at its interval.
    #[default]
    Individual,
    /// One list of the jobs that have ended serves all waits of a transport whose clients have the same base URL, headers, user agent
    /// and limits, at the shortest of their intervals. A wait polls its job at once, when the list names it, and every 30 s or at
    /// [`WaitOptions::max_poll_interval`](crate::WaitOptions::max_poll_interval), whichever is longer: so no response of the list
    /// can end a wait, and no wait depends on the list.
    Listing,
}

/// Why the list of ended jobs cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The server refuses it with this status.
    Refused(u16),
    /// It fails, while polls succeed.
    Failing,
    /// The response cannot be read.
    Unreadable,
    /// The jobs have no time of their last change, or none that can be read, such as one after the year 9999.
    NoTimes,
    /// The jobs are not in the order of their last change.
    Unsorted,
    /// It has more pages than the client reads.
    Incomplete,
    /// It names too many jobs for which nothing waits.
    Foreign,
    /// It does not name most jobs that have ended.
    Missing,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status) => write!(f, "the server refuses the job history with status {status}"),
            Self::Failing => f.write_str("the job history fails while polls succeed"),
            Self::Unreadable => f.write_str("the job history cannot be read"),
            Self::NoTimes => f.write_str("the jobs of the history have no updatedAt that can be read"),
            Self::Unsorted => f.write_str("the job history is not sorted by updatedAt"),
            Self::Incomplete => f.write_str("more jobs change than the pages of the job history show"),
            Self::Foreign => f.write_str("nearly all jobs of the history belong to other programs"),
            Self::Missing => f.write_str("the job history does not show most jobs that have ended"),
        }
    }
}
