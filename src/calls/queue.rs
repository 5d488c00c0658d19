//! The queue of a client's events, which JavaScript takes in batches. What an event carries is in `events.rs`.

use std::{
    collections::{HashMap, VecDeque},
    fmt, mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use modzy_client::Phase;
use napi::{
    Env,
    bindgen_prelude::Function,
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode},
};

use super::events::{BindingCompletion, BindingEvent};

/// How many completions cross at a time, and how much text (that of a single one may be more). The user's own work on the
/// event loop gets its turn between two batches.
const BATCH: usize = 64;
const BATCH_TEXT: usize = 1024 * 1024;

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
            sum += 1 + completion.text_length();
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
