//! How far an upload has come, told as often as it should be.

use crate::{clock::Clock, jobs::Place, pace::Pace};

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadProgress<'a> {
    /// The job that the inputs go to.
    pub job_identifier: &'a str,
    /// The key that the caller chose.
    pub input_key: &'a str,
    /// The name of the model's input.
    pub input_name: &'a str,
    /// Bytes of this input in chunks that the server has taken.
    pub loaded_bytes: u64,
    /// All bytes of this input, where they are known.
    pub total_bytes: Option<u64>,
}

/// Who hears of the progress of an upload, and when they last did.
pub(super) struct Listener<'l> {
    clock: &'l dyn Clock,
    pace: Pace,
    tell: &'l mut (dyn FnMut(&UploadProgress<'_>) + Send),
}

impl<'l> Listener<'l> {
    pub(super) fn new(clock: &'l dyn Clock, tell: &'l mut (dyn FnMut(&UploadProgress<'_>) + Send)) -> Self {
        Self {
            clock,
            pace: Pace::default(),
            tell,
        }
    }

    /// Tells how far an input has come, where it is time to or it must be told. Answers whether it did.
    pub(super) fn hear(
        &mut self,
        job_id: &str,
        place: &Place,
        (loaded, total): (u64, Option<u64>),
        must: bool,
    ) -> bool {
        let due = self.pace.is_due(self.clock, must);
        if due {
            (self.tell)(&UploadProgress {
                job_identifier: job_id,
                input_key: &place.input_key,
                input_name: &place.input_name,
                loaded_bytes: loaded,
                total_bytes: total,
            });
        }
        due
    }
}
