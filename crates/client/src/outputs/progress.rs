//! The progress of a download, and how often it is reported.

use crate::{clock::Clock, pace::Pace};

/// The progress of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadProgress {
    /// Bytes received. Lower than before if the download had to start again.
    pub loaded_bytes: u64,
    /// The size in bytes, if known.
    pub total_bytes: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Meter {
    pace: Pace,
    reported: Option<u64>,
}

impl Meter {
    /// Returns the progress if a report is due: always at both ends, and at most 20 times a second in between.
    pub(crate) fn read(
        &mut self,
        clock: &dyn Clock,
        (loaded, total): (u64, Option<u64>),
        ended: bool,
    ) -> Option<DownloadProgress> {
        let has_changed = self.reported != Some(loaded);
        // The last report waits for the end of the body.
        let is_early = !ended && total == Some(loaded);
        let must = self.reported.is_none() || ended;
        if !has_changed || is_early || !self.pace.is_due(clock, must) {
            return None;
        }
        self.reported = Some(loaded);
        Some(DownloadProgress {
            loaded_bytes: loaded,
            total_bytes: total,
        })
    }
}
