//! The calls under way: each has an identifier, a token that cancels it, and a guard that never leaves it without an end.

use std::{
    collections::HashMap,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use modzy_client::{Document, DownloadProgress, Error, Output, ResultStream, UploadProgress};
use serde_json::json;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{
    events::{BindingCompletion, BindingEvent, Outbox, Topic},
    outcome::Outcome,
};
use crate::options::BindingCallOptions;

/// A piece of a source; `None` at its end.
pub(crate) type Piece = Option<Bytes>;

/// The calls of one client.
#[derive(Debug)]
pub(crate) struct Calls {
    /// Where their news go.
    pub(crate) outbox: Outbox,
    all: CancellationToken,
    live: Mutex<Live>,
}

#[derive(Debug, Default)]
struct Live {
    last: u64,
    aborts: HashMap<u64, Abort>,
    /// Who waits for a piece that was pulled, by the call; one at a time, as uploads take their sources in turn.
    pulls: HashMap<u64, oneshot::Sender<Piece>>,
    /// What is read piece by piece and waits to be asked, by the call that opened it.
    opened: HashMap<u64, Opened>,
}

/// What is read piece by piece.
#[derive(Debug)]
pub(crate) enum Opened {
    /// An output.
    Output(Box<Output>),
    /// The results of a job.
    Results(Box<ResultStream>),
}

/// How a call is cancelled from outside.
#[derive(Debug, Clone)]
pub(crate) struct Abort {
    /// Ends the call.
    pub(crate) token: CancellationToken,
    cancel_job: Arc<AtomicBool>,
}

impl Abort {
    /// Whether the job is to be cancelled on the server, too. To be asked once the token has fired.
    pub(crate) fn cancels_job(&self) -> bool {
        self.cancel_job.load(Ordering::Acquire)
    }
}

impl Calls {
    /// No calls yet, whose news will go there.
    pub(crate) fn new(outbox: Outbox) -> Arc<Self> {
        Arc::new(Self {
            outbox,
            all: CancellationToken::new(),
            live: Mutex::default(),
        })
    }

    /// Registers a call.
    pub(crate) fn begin(self: &Arc<Self>) -> Call {
        let abort = Abort {
            token: self.all.child_token(),
            cancel_job: Arc::default(),
        };
        let mut live = self.live();
        live.last += 1;
        let id = live.last;
        live.aborts.insert(id, abort.clone());
        drop(live);
        Call {
            id,
            abort,
            calls: Arc::clone(self),
            settled: false,
        }
    }

    /// Cancels a call and, if asked to, its job. Of a call that has ended already, what it opened is closed.
    pub(crate) fn cancel(&self, id: u64, cancel_job: bool) {
        let mut live = self.live();
        let abort = live.aborts.remove(&id);
        let opened = live.opened.remove(&id);
        drop(live);
        drop(opened);
        if let Some(abort) = abort {
            abort.cancel_job.store(cancel_job, Ordering::Release);
            abort.token.cancel();
        }
    }

    /// Whether a call is under way and has not been cancelled.
    pub(crate) fn is_live(&self, id: u64) -> bool {
        self.live().aborts.contains_key(&id)
    }

    /// Asks for a piece of a call's source.
    pub(crate) fn pull(&self, id: u64, source: u32) -> oneshot::Receiver<Piece> {
        let (sender, receiver) = oneshot::channel();
        self.live().pulls.insert(id, sender);
        self.outbox
            .push(BindingCompletion::new(id, BindingEvent::Pull).numbered(source));
        receiver
    }

    /// Hands over the piece that a call has asked for. A call that has ended meanwhile does not miss it.
    pub(crate) fn feed(&self, id: u64, piece: Piece) {
        let pull = self.live().pulls.remove(&id);
        if let Some(pull) = pull {
            let _ = pull.send(piece);
        }
    }

    /// Takes what a call has opened to read from it.
    pub(crate) fn take(&self, id: u64) -> Option<Opened> {
        self.live().opened.remove(&id)
    }

    /// Cancels every call, and closes all that is open.
    pub(crate) fn cancel_all(&self) {
        self.all.cancel();
        let mut live = self.live();
        // What a call has in its hands at this moment is not kept any more.
        live.aborts.clear();
        let opened = mem::take(&mut live.opened);
        drop(live);
        drop(opened);
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call under way. Dropped without an end, as by a panic, it reports a defect, so that no promise stays pending.
#[derive(Debug)]
pub(crate) struct Call {
    /// The name that JavaScript knows it by.
    pub(crate) id: u64,
    /// Cancels it.
    pub(crate) abort: Abort,
    /// Where it belongs.
    pub(crate) calls: Arc<Calls>,
    settled: bool,
}

impl Call {
    /// Keeps what is open, under the call that opened it, until it is asked for its next piece; unless this call was cancelled.
    pub(crate) fn keep(&self, id: u64, opened: Opened) {
        let mut live = self.calls.live();
        if live.aborts.contains_key(&self.id) {
            live.opened.insert(id, opened);
        }
    }

    /// Tells of each job that a poll brings, if the caller wants to know.
    pub(crate) fn job_listener<'c>(&'c self, options: &BindingCallOptions) -> impl FnMut(&Document) + Send + use<'c> {
        let told = options.progress.unwrap_or_default();
        move |job: &Document| {
            if told {
                let news =
                    BindingCompletion::new(self.id, BindingEvent::Progress).saying(Some(job.as_str().to_owned()));
                self.calls
                    .outbox
                    .push_over(news, Topic::Job(job.string_member("status")));
            }
        }
    }

    /// Tells how far a transfer has come, and of what.
    pub(crate) fn report_transfer(&self, subject: Option<String>, loaded: u64, total: Option<u64>) {
        let news = BindingCompletion::new(self.id, BindingEvent::Progress).transferred(loaded, total);
        let topic = Topic::Transfer(subject.clone(), loaded > 0);
        self.calls.outbox.push_over(news.saying(subject), topic);
    }

    /// The same of a download, if its caller wants to know.
    pub(crate) fn report_download(&self, progress: DownloadProgress, options: &BindingCallOptions) {
        if options.progress.unwrap_or_default() {
            self.report_transfer(None, progress.loaded_bytes, progress.total_bytes);
        }
    }

    /// The same of an upload, if its caller wants to know.
    pub(crate) fn upload_listener(&self, options: &BindingCallOptions) -> impl FnMut(&UploadProgress<'_>) + Send {
        let told = options.progress.unwrap_or_default();
        move |progress: &UploadProgress<'_>| {
            if told {
                let subject = json!({
                    "jobIdentifier": progress.job_identifier,
                    "inputKey": progress.input_key,
                    "inputName": progress.input_name,
                });
                self.report_transfer(Some(subject.to_string()), progress.loaded_bytes, progress.total_bytes);
            }
        }
    }

    /// Tells how the call ended.
    pub(crate) fn settle(mut self, outcome: Outcome) {
        self.push(outcome);
    }

    fn push(&mut self, outcome: Outcome) {
        self.settled = true;
        let mut live = self.calls.live();
        live.aborts.remove(&self.id);
        live.pulls.remove(&self.id);
        drop(live);
        let event = match &outcome {
            Outcome::Settled(Ok(_)) => BindingEvent::Done,
            Outcome::Settled(Err(_)) | Outcome::Failed(..) => BindingEvent::Failed,
            Outcome::Aborted(_) => BindingEvent::Aborted,
        };
        let completion = BindingCompletion::new(self.id, event);
        self.calls.outbox.push(match outcome {
            Outcome::Settled(Ok(value)) => completion.with(value),
            Outcome::Settled(Err(error)) => completion.failed(&error),
            Outcome::Failed(error, cancelled) => {
                let mut completion = completion.failed(&error);
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
            let defect = Error::Internal("the call ended without an outcome".to_owned());
            self.push(Outcome::Settled(Err(defect)));
        }
    }
}
