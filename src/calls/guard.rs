//! A call under way: what it reports, and the guard by which it never stays without an end. Which calls there are is in
//! `registry.rs`.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use modzy_client::{
    Abort, CancelOutcome, Client, Document, DownloadProgress, Ended, Error, JobOfCall, RequestOptions, Result,
    UploadProgress,
};

use super::{
    events::{BindingEvent, BindingInput, double, text},
    outcome::Value,
    queue::Topic,
    registry::{Calls, Opened},
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
    settled: AtomicBool,
}

impl Call {
    /// Registers a call.
    pub(crate) fn begin(calls: &Arc<Calls>) -> Self {
        let (id, abort) = calls.register();
        Self {
            id,
            abort,
            calls: Arc::clone(calls),
            settled: AtomicBool::new(false),
        }
    }

    /// Keeps what is open, under the call that opened it, until it is asked for its next chunk; unless this call was aborted.
    pub(crate) fn keep(&self, id: u64, opened: Opened) {
        self.calls.keep(self.id, id, opened);
    }

    /// Reports a job that a poll has brought.
    pub(super) fn report_job(&self, job: &Document) {
        let event = BindingEvent::JobSeen {
            id: self.id.cast_signed(),
            job: text(job.as_str().to_owned()),
        };
        let topic = Topic::Job(job.string_member("status"));
        self.calls.events.push_over(event, topic);
    }

    /// Reports how far a download has come.
    pub(super) fn report_download(&self, progress: DownloadProgress) {
        self.report_transfer(None, progress.loaded_bytes, progress.total_bytes);
    }

    /// Reports how far an upload has come, and of which input.
    pub(super) fn report_upload(&self, progress: &UploadProgress<'_>) {
        self.report_transfer(Some(progress.into()), progress.loaded_bytes, progress.total_bytes);
    }

    fn report_transfer(&self, input: Option<BindingInput>, loaded: u64, total: Option<u64>) {
        let topic = Topic::Transfer(input.clone(), loaded > 0);
        let event = BindingEvent::Transferred {
            id: self.id.cast_signed(),
            input,
            loaded_bytes: double(loaded),
            total_bytes: total.map(double),
        };
        self.calls.events.push_over(event, topic);
    }

    /// Ends the call with what it brings.
    pub(crate) fn settle(&self, result: Result<impl Into<Value>>) {
        self.end(match result {
            Ok(value) => value.into().event(self.id),
            Err(error) => BindingEvent::failed(self.id, (&error).into()),
        });
    }

    /// Ends a call that was aborted.
    pub(crate) fn settle_aborted(&self, canceled: Option<CancelOutcome>) {
        let event = BindingEvent::Aborted {
            id: self.id.cast_signed(),
            canceled: canceled.map(Into::into),
        };
        self.end(event);
    }

    /// Ends a call with a failure for which its job was canceled.
    pub(crate) fn settle_canceled(&self, error: &Error, canceled: CancelOutcome) {
        let event = BindingEvent::Failed {
            id: self.id.cast_signed(),
            error: error.into(),
            canceled: Some(canceled.into()),
        };
        self.end(event);
    }

    /// Makes a call that can be left at any moment, unless it is aborted first, and ends with it.
    pub(crate) async fn run(&self, call: impl Future<Output = Result<Value>>) {
        match self.abort.unless_aborted(call).await {
            Some(result) => self.settle(result),
            None => self.settle_aborted(None),
        }
    }

    /// Makes a call that submits a job or waits for one, and ends with it. Where an abort is to cancel the job, it does so until
    /// JavaScript has settled the call: an abort that finds the end under way cancels the job, and then brings another end.
    pub(crate) async fn run_with_job<T, F>(&self, client: &Client, given: GivenJob<'_>, call: F)
    where
        T: AsRef<Document> + Into<Value> + Send,
        F: Future<Output = Result<T>> + Unpin,
    {
        let GivenJob { job, options, .. } = given;
        let ended = client.unless_aborted(call, job, &self.abort, options).await;
        // No room for the end is held while the call lingers.
        let lingering = match ended {
            Ended::Aborted(canceled) => {
                self.settle_aborted(canceled);
                None
            }
            Ended::Settled(result) => self.settle_with_job(client, given, result),
        };
        if let Some(lingering) = lingering {
            lingering.await;
        }
    }

    /// Ends a call that submits a job or waits for one. Where an abort is to cancel the job, what is returned does so until
    /// JavaScript has settled the call. It is on the heap: of thousands of waits few are here at a time.
    #[must_use]
    pub(crate) fn settle_with_job<'a, T>(
        &'a self,
        client: &'a Client,
        given: GivenJob<'a>,
        result: Result<T>,
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>>
    where
        T: AsRef<Document> + Into<Value> + Send + 'a,
    {
        if given.cancels_job {
            return Some(Box::pin(self.settle_unless_aborted(client, given, result)));
        }
        self.settle(result);
        None
    }

    /// Ends a call, and stays for an abort until JavaScript has settled it.
    async fn settle_unless_aborted<T>(&self, client: &Client, given: GivenJob<'_>, result: Result<T>)
    where
        T: AsRef<Document> + Into<Value>,
    {
        let GivenJob { job, options, .. } = given;
        let (event, ended) = match result {
            Ok(value) => {
                let ended = value.as_ref().clone();
                (value.into().event(self.id), Ok(ended))
            }
            Err(error) => (BindingEvent::failed(self.id, (&error).into()), Err(error)),
        };
        if self.calls.linger(self.id) {
            self.settled.store(true, Ordering::Relaxed);
            self.calls.events.push(event);
            self.abort.token().cancelled().await;
            if !self.abort.cancels_job() {
                return;
            }
            self.settled.store(false, Ordering::Relaxed);
        } else if !self.abort.cancels_job() {
            return self.end(event);
        }
        let options = self.abort.canceling_with(options);
        let canceled = client.cancel_ended(ended, job, &options).await;
        self.settle_aborted(Some(canceled));
    }

    fn end(&self, event: BindingEvent) {
        self.settled.store(true, Ordering::Relaxed);
        self.calls.forget(self.id);
        self.calls.events.push(event);
    }
}

/// What a call knows of its job.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GivenJob<'a> {
    /// Which job it leaves behind.
    pub(crate) job: JobOfCall<'a>,
    /// The settings of the requests that cancel it.
    pub(crate) options: &'a RequestOptions,
    /// Whether an abort may have to cancel it.
    pub(crate) cancels_job: bool,
}

impl Drop for Call {
    fn drop(&mut self) {
        if !*self.settled.get_mut() {
            let panic = last_panic().map_or_else(String::new, |text| format!(": {text}"));
            let defect = Error::Internal(format!("the call ended without an outcome{panic}"));
            self.end(BindingEvent::failed(self.id, (&defect).into()));
        }
    }
}
