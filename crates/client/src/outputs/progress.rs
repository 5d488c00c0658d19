//! How far a transfer to the caller has come, told as often as it should be.

use crate::{clock::Clock, pace::Pace};

/// How far a download has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadProgress {
    /// Bytes that have come. Less than before where the download had to start again.
    pub loaded_bytes: u64,
    /// All bytes, where they are known.
    pub total_bytes: Option<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Meter {
    pace: Pace,
    told: Option<u64>,
}

impl Meter {
    /// How far it has come, if it is time to tell: at both ends always, and at most 20 times a second between.
    pub(crate) fn read(
        &mut self,
        clock: &dyn Clock,
        (loaded, total): (u64, Option<u64>),
        ended: bool,
    ) -> Option<DownloadProgress> {
        let is_news = self.told != Some(loaded);
        // The end is told when it has come.
        let is_early = !ended && total == Some(loaded);
        let must = self.told.is_none() || ended;
        if !is_news || is_early || !self.pace.is_due(clock, must) {
            return None;
        }
        self.told = Some(loaded);
        Some(DownloadProgress {
            loaded_bytes: loaded,
            total_bytes: total,
        })
    }
}
