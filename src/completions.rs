//! What comes back from Rust: one queue per client, emptied in batches.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use modzy_client::Document;
use napi_derive::napi;
use tokio::sync::Notify;

use crate::errors::BindingError;

/// How many completions cross at a time, and how much text (that of a single one may be more). The user's own work on the
/// event loop gets its turn between two batches.
const BATCH: usize = 256;
const BATCH_TEXT: usize = 1024 * 1024;

/// What a completion tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[napi(string_enum = "camelCase")]
pub enum BindingEvent {
    /// The call has its result: `text`, which is empty where the answer had no body.
    Done,
    /// The call has failed: `error`.
    Failed,
    /// The call was cancelled before it ended, and its request is closed.
    Aborted,
    /// As `Aborted`, and then the job was cancelled on the server: `text` or `error` tell how that went.
    JobCancelled,
    /// The call goes on: `text` is the job as it was last seen.
    Progress,
}

/// A piece of news about a call.
#[derive(Debug)]
#[napi(object, object_from_js = false)]
pub struct BindingCompletion {
    /// The call, as `start` named it.
    pub id: i64,
    /// What the rest tells.
    pub event: BindingEvent,
    /// JSON.
    pub text: Option<String>,
    /// A failure.
    pub error: Option<BindingError>,
    /// The job that was cancelled, where it has a name.
    pub job_identifier: Option<String>,
}

impl BindingCompletion {
    /// A completion of which only the kind is told.
    pub(crate) fn new(id: u64, event: BindingEvent) -> Self {
        Self {
            id: id.cast_signed(),
            event,
            text: None,
            error: None,
            job_identifier: None,
        }
    }

    /// Adds an outcome.
    pub(crate) fn with(mut self, outcome: modzy_client::Result<Document>) -> Self {
        match outcome {
            Ok(document) => self.text = Some(document.into()),
            Err(error) => self.error = Some(error.into()),
        }
        self
    }
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: Mutex<VecDeque<BindingCompletion>>,
    filled: Notify,
}

impl Outbox {
    /// Adds a completion and wakes the reader.
    pub(crate) fn push(&self, completion: BindingCompletion) {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(completion);
        self.filled.notify_one();
    }

    /// Waits until there are completions, and takes the oldest of them.
    pub(crate) async fn next_batch(&self) -> Vec<BindingCompletion> {
        loop {
            let batch = self.take();
            if !batch.is_empty() {
                return batch;
            }
            self.filled.notified().await;
        }
    }

    fn take(&self) -> Vec<BindingCompletion> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = 0;
        let fits = |completion: &&BindingCompletion| {
            let is_first = text == 0;
            text += 1 + completion.text.as_ref().map_or(0, String::len);
            is_first || text <= BATCH_TEXT
        };
        let batch = queue.iter().take(BATCH).take_while(fits).count();
        queue.drain(..batch).collect()
    }
}
