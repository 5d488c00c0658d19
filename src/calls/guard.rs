//! A call under way: what it reports, and the guard by which it never stays without an end. Which calls there are is in
//! `registry.rs`.

use std::sync::Arc;

use modzy_client::{Document, DownloadProgress, Error, UploadProgress};
use serde_json::json;

use super::{
    events::{BindingCompletion, BindingEvent},
    outcome::Outcome,
    queue::Topic,
    registry::{Abort, Calls, Opened},
};
use crate::runtime::last_panic;

/// A call under way. Dropped without an end, as by a panic, it reports a defect, so that no promise stays pending.
#[derive(Debug)]
pub(crate) struct Call {
    /// The name that JavaScript knows it by.
    pub(crate) id: u64,
    /// Aborts it.
    pub(crate) abort: Abort,
    /// Where it belongs.
    pub(crate) calls: Arc<Calls>,
    settled: bool,
}

impl Call {
    /// Registers a call.
    pub(crate) fn begin(calls: &Arc<Calls>) -> Self {
        let (id, abort) = calls.register();
        Self {
            id,
            abort,
            calls: Arc::clone(calls),
            settled: false,
        }
    }

    /// Keeps what is open, under the call that opened it, until it is asked for its next chunk; unless this call was aborted.
    pub(crate) fn keep(&self, id: u64, opened: Opened) {
        self.calls.keep(self.id, id, opened);
    }

    /// Reports a job that a poll has brought.
    pub(super) fn report_job(&self, job: &Document) {
        let event = BindingCompletion::new(self.id, BindingEvent::Progress).with_text(Some(job.as_str().to_owned()));
        let topic = Topic::Job(job.string_member("status"));
        self.calls.events.push_over(event, topic);
    }

    /// Reports how far a download has come.
    pub(super) fn report_download(&self, progress: DownloadProgress) {
        self.report_transfer(None, progress.loaded_bytes, progress.total_bytes);
    }

    /// Reports how far an upload has come, and of which input.
    pub(super) fn report_upload(&self, progress: &UploadProgress<'_>) {
        let subject = json!({
            "jobIdentifier": progress.job_identifier,
            "inputKey": progress.input_key,
            "inputName": progress.input_name,
        });
        self.report_transfer(Some(subject.to_string()), progress.loaded_bytes, progress.total_bytes);
    }

    fn report_transfer(&self, subject: Option<String>, loaded: u64, total: Option<u64>) {
        let event = BindingCompletion::new(self.id, BindingEvent::Progress).with_transfer(loaded, total);
        let topic = Topic::Transfer(subject.clone(), loaded > 0);
        self.calls.events.push_over(event.with_text(subject), topic);
    }

    /// Tells how the call ended.
    pub(crate) fn settle(mut self, outcome: Outcome) {
        self.push(outcome);
    }

    fn push(&mut self, outcome: Outcome) {
        self.settled = true;
        self.calls.forget(self.id);
        let event = match &outcome {
            Outcome::Settled(Ok(_)) => BindingEvent::Done,
            Outcome::Settled(Err(_)) | Outcome::Failed(..) => BindingEvent::Failed,
            Outcome::Aborted(_) => BindingEvent::Aborted,
        };
        let completion = BindingCompletion::new(self.id, event);
        self.calls.events.push(match outcome {
            Outcome::Settled(Ok(value)) => completion.with_value(value),
            Outcome::Settled(Err(error)) => completion.with_error(&error),
            Outcome::Failed(error, cancelled) => {
                let mut completion = completion.with_error(&error);
                completion.cancelled = Some(cancelled.into());
                completion
            }
            Outcome::Aborted(cancelled) => {
                let mut completion = completion;
                completion.cancelled = cancelled.map(Into::into);
                completion
            }
        });
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.settled {
            let panic = last_panic().map_or_else(String::new, |text| format!(": {text}"));
            let defect = Error::Internal(format!("the call ended without an outcome{panic}"));
            self.push(Outcome::Settled(Err(defect)));
        }
    }
}
