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

/// How many events cross at a time, and how much text (that of a single one may be more). The user's own work on the
/// event loop gets its turn between two batches.
const BATCH: usize = 64;
const BATCH_TEXT: usize = 1024 * 1024;

/// What an event is about. Of two in a row about the same, the newer one is enough for a reader who comes late.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A job, by its status.
    Job(Option<String>),
    /// A transfer, by what is transferred, and whether anything of it has been.
    Transfer(Option<String>, bool),
    /// A failure, by its status or phase.
    Failure(Option<u16>, Option<Phase>),
}

/// Calls the function of JavaScript that takes what the queue holds.
type Notify = ThreadsafeFunction<(), (), (), napi::Status, false, true>;

/// The queue.
pub(crate) struct EventQueue {
    queue: Mutex<Queue>,
    notify: Mutex<Notify>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<BindingCompletion>,
    /// Whether JavaScript has been notified of them.
    notified: bool,
    /// How many have been taken before the first that waits.
    taken: usize,
    /// The last event of each kind that waits, by call: its place, counted from the beginning, and its topic.
    last: HashMap<(i64, BindingEvent), (usize, Topic)>,
}

impl fmt::Debug for EventQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventQueue")
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

impl EventQueue {
    /// A queue that calls a function whenever there is something to `take`.
    pub(crate) fn new(on_events: &Function<'_, (), ()>) -> napi::Result<Self> {
        let notify = on_events.build_threadsafe_function().weak::<true>().build()?;
        Ok(Self {
            queue: Mutex::default(),
            notify: Mutex::new(notify),
        })
    }

    /// Adds an event.
    pub(crate) fn push(&self, event: BindingCompletion) {
        let mut queue = self.queue();
        queue.waiting.push_back(event);
        self.notify(queue);
    }

    /// Adds an event, in the place of the last one of its call and kind if that still waits and has the same topic: so
    /// the queue does not grow for as long as the event loop is blocked.
    pub(crate) fn push_over(&self, event: BindingCompletion, topic: Topic) {
        let mut queue = self.queue();
        let key = (event.id, event.event);
        let (taken, next) = (queue.taken, queue.taken + queue.waiting.len());
        if let Some((place, last)) = queue.last.get(&key)
            && *last == topic
            && let index = place - taken
            && let Some(waiting) = queue.waiting.get_mut(index)
        {
            *waiting = event;
            return;
        }
        queue.last.insert(key, (next, topic));
        queue.waiting.push_back(event);
        self.notify(queue);
    }

    /// Takes the oldest events. Of what is left over, JavaScript is notified in another turn of the event loop.
    pub(crate) fn take(&self) -> Vec<BindingCompletion> {
        let mut queue = self.queue();
        queue.notified = false;
        let batch = queue.take();
        if !queue.waiting.is_empty() {
            self.notify(queue);
        }
        batch
    }

    /// Whether the event loop goes on for the sake of what may come.
    #[expect(
        deprecated,
        reason = "a clone would hold the event loop for as long as the client exists"
    )]
    pub(crate) fn hold(&self, env: Env, held: bool) -> napi::Result<()> {
        let mut notify = self.notify.lock().unwrap_or_else(PoisonError::into_inner);
        if held { notify.refer(&env) } else { notify.unref(&env) }
    }

    fn notify(&self, mut queue: MutexGuard<'_, Queue>) {
        let notified = mem::replace(&mut queue.notified, true);
        drop(queue);
        if !notified {
            // Where the environment is gone, nobody is left to hear it.
            let notify = self.notify.lock().unwrap_or_else(PoisonError::into_inner);
            notify.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn take(&mut self) -> Vec<BindingCompletion> {
        let mut sum = 0;
        let fits = |event: &&BindingCompletion| {
            let is_first = sum == 0;
            sum += 1 + event.text_length();
            is_first || sum <= BATCH_TEXT
        };
        let batch = self.waiting.iter().take(BATCH).take_while(fits).count();
        let batch: Vec<_> = self.waiting.drain(..batch).collect();
        self.taken += batch.len();
        for event in &batch {
            let key = (event.id, event.event);
            if self.last.get(&key).is_some_and(|(place, _)| *place < self.taken) {
                self.last.remove(&key);
            }
        }
        batch
    }
}
