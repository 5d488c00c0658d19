//! What comes back from Rust: one queue per client, emptied in batches.

use std::{
    collections::{HashMap, VecDeque},
    fmt, mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use modzy_client::{CancelOutcome, Contents, Phase};
use napi::{
    Env,
    bindgen_prelude::{Buffer, Either, Function, Latin1String},
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode},
};
use napi_derive::napi;

use super::outcome::Value;
use crate::errors::BindingError;

/// How many completions cross at a time, and how much text (that of a single one may be more). The user's own work on the
/// event loop gets its turn between two batches.
const BATCH: usize = 64;
const BATCH_TEXT: usize = 1024 * 1024;

/// What a completion tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[napi(string_enum = "camelCase")]
pub enum BindingEvent {
    /// The call has its result: `text`, which is empty where the answer had no body.
    Done,
    /// The call has failed: `error`.
    Failed,
    /// The call was cancelled before it ended, and its request is closed.
    Aborted,
    /// The call goes on: `text` is the job as it was last seen or, of a transfer, which has `loaded_bytes`, what is
    /// transferred.
    Progress,
    /// The call goes on once `feed` has given it the next piece of the source of this `number`.
    Pull,
    /// The attempt of this `number` has failed with `error`; another follows after `delay_ms`.
    Retry,
    /// The poll of this `number` has found a job with the status `text`, or has failed with `error`; the next one follows
    /// after `delay_ms`, where there is one.
    Poll,
}

/// A piece of news about a call.
#[napi(object, object_from_js = false)]
pub struct BindingCompletion {
    /// The call, as `start` named it.
    pub id: i64,
    /// What the rest tells.
    pub event: BindingEvent,
    /// JSON, or text where the operation brings text or, beside bytes, what they are.
    #[napi(ts_type = "string")]
    pub text: Option<Text>,
    /// What an operation brings that brings bytes.
    pub bytes: Option<Buffer>,
    /// A failure.
    pub error: Option<BindingError>,
    /// How the cancellation of the job went, where it was cancelled because the call failed or was cancelled.
    pub cancelled: Option<BindingCancelOutcome>,
    /// Of a source, an attempt or a poll.
    pub number: Option<u32>,
    /// In ms.
    pub delay_ms: Option<f64>,
    /// Of a transfer: how many bytes have come so far.
    pub loaded_bytes: Option<f64>,
    /// Of a transfer: how many there are, where that is known.
    pub total_bytes: Option<f64>,
}

/// Text on its way into JavaScript, which decodes it unless it is known to be ASCII.
type Text = Either<Latin1String, String>;

fn text(text: String) -> Text {
    if text.is_ascii() {
        Either::A(text.into())
    } else {
        Either::B(text)
    }
}

/// In bytes.
fn length(text: &Text) -> usize {
    match text {
        Either::A(ascii) => ascii.len(),
        Either::B(text) => text.len(),
    }
}

/// How the cancellation of a job went.
#[derive(Debug)]
#[napi(object, object_from_js = false)]
pub struct BindingCancelOutcome {
    /// The job, where it has a name.
    pub job_identifier: Option<String>,
    /// The job as the server answered, as JSON.
    pub job: Option<String>,
    /// Why it failed.
    pub error: Option<BindingError>,
}

impl From<CancelOutcome> for BindingCancelOutcome {
    fn from(outcome: CancelOutcome) -> Self {
        let (job, error) = match outcome.result {
            Ok(job) => (Some(job.into()), None),
            Err(error) => (None, Some((&error).into())),
        };
        Self {
            job_identifier: outcome.job_identifier,
            job,
            error,
        }
    }
}

impl fmt::Debug for BindingCompletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BindingCompletion({:?} of call {})", self.event, self.id)
    }
}

impl BindingCompletion {
    /// A completion of which only the kind is told.
    pub(crate) fn new(id: u64, event: BindingEvent) -> Self {
        Self {
            id: id.cast_signed(),
            event,
            text: None,
            bytes: None,
            error: None,
            cancelled: None,
            number: None,
            delay_ms: None,
            loaded_bytes: None,
            total_bytes: None,
        }
    }

    /// Adds a result.
    pub(crate) fn with(mut self, value: Value) -> Self {
        match value {
            Value::Document(document) => self.text = Some(text(document.into())),
            Value::Text(told) => self.text = Some(text(told)),
            Value::Bytes(bytes) => self.bytes = Some(Vec::from(bytes).into()),
            Value::Contents(Contents {
                bytes, content_type, ..
            }) => {
                self.bytes = Some(Vec::from(bytes).into());
                self.text = content_type.map(text);
            }
        }
        self
    }

    /// Adds how far a transfer has come.
    #[expect(
        clippy::cast_precision_loss,
        reason = "JavaScript counts in doubles, exact up to 8 PiB"
    )]
    pub(crate) fn transferred(mut self, loaded: u64, total: Option<u64>) -> Self {
        self.loaded_bytes = Some(loaded as f64);
        self.total_bytes = total.map(|total| total as f64);
        self
    }

    /// Adds a failure.
    pub(crate) fn failed(mut self, error: &modzy_client::Error) -> Self {
        self.error = Some(error.into());
        self
    }

    /// Adds a text.
    pub(crate) fn saying(mut self, told: Option<String>) -> Self {
        self.text = told.map(text);
        self
    }

    /// Adds a number.
    pub(crate) fn numbered(mut self, number: u32) -> Self {
        self.number = Some(number);
        self
    }

    /// Adds a pause.
    pub(crate) fn delayed(mut self, delay: Option<Duration>) -> Self {
        self.delay_ms = delay.map(|delay| delay.as_secs_f64() * 1000.0);
        self
    }
}

/// What a piece of news is about. Of two in a row about the same, the newer one is enough for a reader who comes late.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A job, by its status.
    Job(Option<String>),
    /// A transfer, by what is transferred, and whether anything of it has been.
    Transfer(Option<String>, bool),
    /// A failure, by its status or phase.
    Failure(Option<u16>, Option<Phase>),
}

/// Calls JavaScript, which then takes what the queue holds.
type Bell = ThreadsafeFunction<(), (), (), napi::Status, false, true>;

/// The queue.
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    bell: Mutex<Bell>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<BindingCompletion>,
    /// Whether the bell has been rung for them.
    rung: bool,
    /// How many have been taken before the first that waits.
    taken: usize,
    /// The last piece of news of each kind that waits, by call: its place, counted from the beginning, and its topic.
    last: HashMap<(i64, BindingEvent), (usize, Topic)>,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

impl Outbox {
    /// A queue that calls a function whenever there is something to `take`.
    pub(crate) fn new(on_news: &Function<'_, (), ()>) -> napi::Result<Self> {
        let bell = on_news.build_threadsafe_function().weak::<true>().build()?;
        Ok(Self {
            queue: Mutex::default(),
            bell: Mutex::new(bell),
        })
    }

    /// Adds a completion.
    pub(crate) fn push(&self, completion: BindingCompletion) {
        let mut queue = self.queue();
        queue.waiting.push_back(completion);
        self.ring(queue);
    }

    /// Adds a piece of news, in the place of the last one of its call and kind if that still waits and has the same topic: so
    /// the queue does not grow for as long as the event loop is blocked.
    pub(crate) fn push_over(&self, news: BindingCompletion, topic: Topic) {
        let mut queue = self.queue();
        let key = (news.id, news.event);
        let (taken, next) = (queue.taken, queue.taken + queue.waiting.len());
        if let Some((place, last)) = queue.last.get(&key)
            && *last == topic
            && let index = place - taken
            && let Some(waiting) = queue.waiting.get_mut(index)
        {
            *waiting = news;
            return;
        }
        queue.last.insert(key, (next, topic));
        queue.waiting.push_back(news);
        self.ring(queue);
    }

    /// Takes the oldest completions. What is left over is told of in another turn of the event loop.
    pub(crate) fn take(&self) -> Vec<BindingCompletion> {
        let mut queue = self.queue();
        queue.rung = false;
        let batch = queue.take();
        if !queue.waiting.is_empty() {
            self.ring(queue);
        }
        batch
    }

    /// Whether the event loop goes on for the sake of what may come.
    #[expect(
        deprecated,
        reason = "a clone would hold the event loop for as long as the client exists"
    )]
    pub(crate) fn hold(&self, env: Env, held: bool) -> napi::Result<()> {
        let mut bell = self.bell.lock().unwrap_or_else(PoisonError::into_inner);
        if held { bell.refer(&env) } else { bell.unref(&env) }
    }

    fn ring(&self, mut queue: MutexGuard<'_, Queue>) {
        let rung = mem::replace(&mut queue.rung, true);
        drop(queue);
        if !rung {
            // Where the environment is gone, nobody is left to hear it.
            let bell = self.bell.lock().unwrap_or_else(PoisonError::into_inner);
            bell.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn take(&mut self) -> Vec<BindingCompletion> {
        let mut sum = 0;
        let fits = |completion: &&BindingCompletion| {
            let is_first = sum == 0;
            sum += 1 + completion.text.as_ref().map_or(0, length);
            is_first || sum <= BATCH_TEXT
        };
        let batch = self.waiting.iter().take(BATCH).take_while(fits).count();
        let batch: Vec<_> = self.waiting.drain(..batch).collect();
        self.taken += batch.len();
        for completion in &batch {
            let key = (completion.id, completion.event);
            if self.last.get(&key).is_some_and(|(place, _)| *place < self.taken) {
                self.last.remove(&key);
            }
        }
        batch
    }
}
