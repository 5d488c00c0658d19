//! A pending call: its reports, and the guard that ensures that it always ends. The pending calls of a client are in
//! `registry.rs`.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use modzy_client::{
    Abort, CancelOutcome, Client, Document, DownloadProgress, Ended, Error, JobOfCall, RequestOptions, Result, Sent,
    StepProgress, UploadProgress, fate_of_aborted,
};

use serde_json::json;

use super::{
    events::BindingEvent,
    members::{BindingInput, double, text},
    outcome::Value,
    queue::Topic,
    registry::{Calls, Opened},
};
use crate::{errors::sent_text, runtime::last_panic};

/// A call of the client, on the heap, so that the ten thousand futures of waits do not reserve memory for other operations.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// While so many calls are pending, the ends of waits are gathered. With few, a program may be about to make its next call.
const MANY: usize = 256;

/// A pending call. If it is dropped before its end, for example by a panic, it reports a defect, so that no promise stays pending.
#[derive(Debug)]
pub(crate) struct Call {
    /// Its number, which JavaScript uses too.
    pub(crate) id: u64,
    /// Aborts it.
    pub(crate) abort: Abort,
    /// The calls of its client.
    pub(crate) calls: Arc<Calls>,
    settled: AtomicBool,
    is_wait: bool,
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
            is_wait: false,
        }
    }

    /// The same as a call that waits for a job.
    pub(crate) fn of_wait(mut self) -> Self {
        self.is_wait = true;
        self
    }

    /// Keeps a stream, under the number of the call that opened it, until its next chunk is requested. If this call was aborted,
    /// the stream is closed instead.
    pub(crate) fn keep(&self, id: u64, opened: Opened) {
        self.calls.keep(self.id, id, opened);
    }

    /// Reports that the job of a run has been submitted.
    pub(crate) fn report_submitted(&self, job_identifier: &str) {
        self.calls.report(BindingEvent::Submitted {
            id: self.id.cast_signed(),
            job_identifier: job_identifier.to_owned(),
        });
    }

    /// Reports the job of a poll.
    pub(crate) fn report_job(&self, job: &Document) {
        let event = BindingEvent::JobSeen {
            id: self.id.cast_signed(),
            job: text(job.as_str().to_owned()),
        };
        let topic = Topic::Job(job.string_member("status"));
        self.calls.report_over(event, topic);
    }

    /// Reports the progress of a step.
    pub(super) fn report_step(&self, progress: StepProgress<'_>) {
        let StepProgress {
            step,
            percentage,
            model_id,
            ..
        } = progress;
        let report = match model_id {
            Some(model_id) => json!({ "step": step, "percentage": percentage, "modelId": model_id }),
            None => json!({ "step": step, "percentage": percentage }),
        };
        let event = BindingEvent::JobSeen {
            id: self.id.cast_signed(),
            job: text(report.to_string()),
        };
        self.calls.report_over(event, Topic::Job(Some(step.to_owned())));
    }

    /// Reports the progress of a download.
    pub(super) fn report_download(&self, progress: DownloadProgress) {
        self.report_transfer(None, progress.loaded_bytes, progress.total_bytes);
    }

    /// Reports the progress of an upload, with the current input.
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
        self.calls.report_over(event, topic);
    }

    /// Ends the call with its result.
    pub(crate) fn settle(&self, result: Result<impl Into<Value>>) {
        if self.was_withdrawn(&result) {
            return self.settle_aborted(None, Sent::No);
        }
        self.end(match result {
            Ok(value) => value.into().event(self.id),
            Err(error) => BindingEvent::failed(self.id, (&error).into()),
        });
    }

    /// Whether a call ended because it was aborted before it had sent anything. An abort during a poll is seen by the request first.
    fn was_withdrawn<T>(&self, result: &Result<T>) -> bool {
        let is_ended = self.abort.is_withdrawn() || self.abort.token().is_cancelled() && !self.abort.cancels_job();
        matches!(result, Err(Error::Aborted)) && is_ended
    }

    /// Ends a call that was aborted, and whose request the server may have received or not.
    pub(crate) fn settle_aborted(&self, canceled: Option<CancelOutcome>, sent: Sent) {
        let event = BindingEvent::Aborted {
            id: self.id.cast_signed(),
            canceled: canceled.map(Into::into),
            sent: sent_text(sent),
        };
        self.end(event);
    }

    /// Ends a call with a failure after which its job was canceled.
    pub(crate) fn settle_canceled(&self, error: &Error, canceled: CancelOutcome) {
        let event = BindingEvent::Failed {
            id: self.id.cast_signed(),
            error: error.into(),
            canceled: Some(canceled.into()),
        };
        self.end(event);
    }

    /// Ends a call that `Calls::add_limit` has got, at its time, unless it is aborted first.
    pub(crate) async fn run_limit(&self, due: Instant) {
        let ended = self.abort.unless_aborted(tokio::time::sleep_until(due.into())).await;
        let id = self.id.cast_signed();
        let event = match ended {
            Some(()) => BindingEvent::Finished { id },
            None => BindingEvent::Aborted {
                id,
                canceled: None,
                sent: sent_text(Sent::No),
            },
        };
        self.settled.store(true, Ordering::Relaxed);
        self.calls.forget(self.id);
        self.calls.end_limit(event);
    }

    /// Runs a future that may be dropped at any moment, unless the call is aborted first, and ends the call with its result.
    pub(crate) async fn run(&self, call: impl Future<Output = Result<Value>>) {
        match self.abort.unless_aborted(call).await {
            Some(result) => self.settle(result),
            None => self.settle_aborted(None, Sent::Maybe),
        }
    }

    /// Does the same for a future that changes something on the server. The end of an aborted one reports whether its request may
    /// have arrived there.
    pub(crate) async fn run_write(&self, mut call: BoxFuture<'_, Value>) {
        if let Some(result) = self.abort.unless_aborted(&mut call).await {
            return self.settle(result);
        }
        let fate = fate_of_aborted(&mut call);
        // Closes its request.
        drop(call);
        match fate {
            Ok(value) => self.settle(Ok(value)),
            Err(sent) => self.settle_aborted(None, sent),
        }
    }

    /// Runs a future that submits a job or waits for one, and ends the call with its result. If an abort is to cancel the job, it
    /// can do so until JavaScript has settled the call: after an abort that arrives during the end, the job is canceled, and the
    /// call reports a second end.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async fn holds its arguments twice, in each of thousands of waits"
    )]
    pub(crate) fn run_with_job<T, F>(
        &self,
        client: &Client,
        given: GivenJob<'_>,
        mut call: F,
    ) -> impl Future<Output = ()>
    where
        T: AsRef<Document> + Into<Value> + Send,
        F: Future<Output = Result<T>> + Unpin,
    {
        async move {
            let GivenJob { job, options, .. } = given;
            let (ended, fate) = match job {
                JobOfCall::Submitted => {
                    let ended = client.unless_aborted(&mut call, job, &self.abort, options).await;
                    let fate = matches!(ended, Ended::Aborted(None)).then(|| fate_of_aborted(&mut call));
                    // Closes its request.
                    drop(call);
                    (ended, fate)
                }
                JobOfCall::Known(_) => (client.unless_aborted(call, job, &self.abort, options).await, None),
            };
            if let Some(lingering) = self.settle_ended(client, given, ended, fate) {
                lingering.await;
            }
        }
    }

    /// Ends a call that has settled by itself or was aborted, as [`Call::settle_with_job`].
    #[must_use]
    fn settle_ended<'a, T>(
        &'a self,
        client: &'a Client,
        given: GivenJob<'a>,
        ended: Ended<T>,
        fate: Option<Result<T, Sent>>,
    ) -> Option<Pin<Box<dyn Future<Output = ()> + Send + 'a>>>
    where
        T: AsRef<Document> + Into<Value> + Send + 'a,
    {
        match ended {
            Ended::Aborted(canceled) => {
                match fate.unwrap_or(Err(Sent::Maybe)) {
                    Ok(receipt) => self.settle(Ok(receipt)),
                    Err(sent) => self.settle_aborted(canceled, sent),
                }
                None
            }
            Ended::Settled(result) => self.settle_with_job(client, given, result),
        }
    }

    /// Ends a call that submits a job or waits for one. If an abort is to cancel the job, the returned future does so until
    /// JavaScript has settled the call. It is on the heap, because only a few of thousands of waits end at the same time.
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
        if given.cancels_job && !self.was_withdrawn(&result) {
            return Some(Box::pin(self.settle_unless_aborted(client, given, result)));
        }
        self.settle(result);
        None
    }

    /// Ends a call, and then waits for an abort until JavaScript has settled the call.
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
            self.calls.report(event);
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
        self.settle_aborted(Some(canceled), Sent::Maybe);
    }

    fn end(&self, event: BindingEvent) {
        self.settled.store(true, Ordering::Relaxed);
        let left = self.calls.forget(self.id);
        let is_prompt = matches!(event, BindingEvent::Aborted { .. } | BindingEvent::Failed { .. });
        if self.is_wait && left >= MANY && !is_prompt {
            self.calls.report_gathered(event);
        } else {
            self.calls.report(event);
        }
    }
}

/// The job of a call, and how to cancel it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GivenJob<'a> {
    /// The job that the call would leave behind.
    pub(crate) job: JobOfCall<'a>,
    /// The settings of the requests that cancel it.
    pub(crate) options: &'a RequestOptions,
    /// Whether an abort may cancel it.
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
