//! The progress of an upload, and how often it is reported.

use crate::{clock::Clock, jobs::InputNames, pace::Pace};

/// The progress of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadProgress<'a> {
    /// The job that the inputs go to.
    pub job_identifier: &'a str,
    /// The key that the caller chose.
    pub input_key: &'a str,
    /// The name of the model's input.
    pub input_name: &'a str,
    /// Bytes of this input in chunks that the server has accepted.
    pub loaded_bytes: u64,
    /// The size of this input in bytes, if known.
    pub total_bytes: Option<u64>,
}

/// Reports the progress of an upload to the caller, at a limited rate.
pub(super) struct Listener<'l> {
    clock: &'l dyn Clock,
    pace: Pace,
    notify: &'l mut (dyn FnMut(&UploadProgress<'_>) + Send),
}

impl<'l> Listener<'l> {
    pub(super) fn new(clock: &'l dyn Clock, notify: &'l mut (dyn FnMut(&UploadProgress<'_>) + Send)) -> Self {
        Self {
            clock,
            pace: Pace::default(),
            notify,
        }
    }

    /// Reports the progress of an input if a report is due or `must` is set. Returns whether it did.
    pub(super) fn hear(
        &mut self,
        job_id: &str,
        names: &InputNames,
        (loaded, total): (u64, Option<u64>),
        must: bool,
    ) -> bool {
        let due = self.pace.is_due(self.clock, must);
        if due {
            (self.notify)(&UploadProgress {
                job_identifier: job_id,
                input_key: &names.input_key,
                input_name: &names.input_name,
                loaded_bytes: loaded,
                total_bytes: total,
            });
        }
        due
    }
}
