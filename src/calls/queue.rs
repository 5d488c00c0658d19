//! The queue of a client's events, which JavaScript takes in batches. The events are defined in `events.rs`.

use std::{
    collections::{HashMap, VecDeque},
    fmt, mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use modzy_client::Phase;
use napi::{Env, bindgen_prelude::Function};

use super::{
    events::{BindingEvent, BindingInput, Family},
    notifier::Notifier,
};

/// The most events of a batch, and its most text, unless a single event has more. The user's own work on the event loop gets a
/// turn between two batches.
const BATCH: usize = 64;
const BATCH_TEXT: usize = 1024 * 1024;

/// The subject of an event. Of two successive events with the same topic, a late reader needs only the newer one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A job, by its status.
    Job(Option<String>),
    /// A transfer, by its input, and whether any byte has been transferred.
    Transfer(Option<BindingInput>, bool),
    /// A failure, by its status or phase.
    Failure(Option<u16>, Option<Phase>),
}

/// The queue, and the function that JavaScript is notified with.
#[derive(Default)]
pub(crate) struct EventQueue {
    queue: Mutex<Queue>,
    pub(super) notifier: Notifier,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<BindingEvent>,
    /// Events that come before the others.
    first: Vec<BindingEvent>,
    /// Whether JavaScript has been notified of them.
    notified: bool,
    /// How many events were taken before the first one in the queue.
    taken: usize,
    /// The last queued event of each call and family: its position, counted from the first event ever, and its topic.
    last: HashMap<(i64, Family), (usize, Topic)>,
}

impl fmt::Debug for EventQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventQueue")
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

impl EventQueue {
    /// Adds an event.
    pub(crate) fn push(&self, event: BindingEvent) {
        let mut queue = self.queue();
        queue.waiting.push_back(event);
        self.notify(queue);
    }

    /// Adds an event that comes before all others, however many there are.
    pub(crate) fn push_first(&self, event: BindingEvent) {
        let mut queue = self.queue();
        queue.first.push(event);
        self.notify(queue);
    }

    /// Adds an event. It replaces the last one of its call and family if that is still in the queue and has the same topic, so that
    /// the queue does not grow while the event loop is blocked.
    pub(crate) fn push_over(&self, event: BindingEvent, topic: Topic) {
        let Some(family) = event.family() else {
            return self.push(event);
        };
        let mut queue = self.queue();
        let key = (event.id(), family);
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

    /// Takes the oldest events. If any remain, JavaScript is notified again in another turn of the event loop.
    pub(crate) fn take(&self) -> Vec<BindingEvent> {
        let mut queue = self.queue();
        queue.notified = false;
        let batch = queue.take();
        if !queue.is_empty() {
            self.notify(queue);
        }
        batch
    }

    /// Sets the function that is called when there are events to `take`, and keeps the event loop alive.
    pub(crate) fn listen(&self, env: Env, on_events: &Function<'_, (), ()>) -> napi::Result<()> {
        self.notifier.open(env, on_events)?;
        self.notifier.hold(env, true)?;
        // Earlier events found no function, or a closed one.
        let mut queue = self.queue();
        queue.notified = false;
        if !queue.is_empty() {
            self.notify(queue);
        }
        Ok(())
    }

    fn notify(&self, mut queue: MutexGuard<'_, Queue>) {
        if !queue.notified {
            // Remains false if there was no function to call, as before `listen`.
            queue.notified = self.notifier.call();
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.first.is_empty() && self.waiting.is_empty()
    }

    fn take(&mut self) -> Vec<BindingEvent> {
        if !self.first.is_empty() {
            return mem::take(&mut self.first);
        }
        let mut sum = 0;
        let fits = |event: &&BindingEvent| {
            let is_first = sum == 0;
            sum += 1 + event.text_length();
            is_first || sum <= BATCH_TEXT
        };
        let batch = self.waiting.iter().take(BATCH).take_while(fits).count();
        let batch: Vec<_> = self.waiting.drain(..batch).collect();
        self.taken += batch.len();
        for event in &batch {
            if let Some(family) = event.family() {
                let key = (event.id(), family);
                if self.last.get(&key).is_some_and(|(place, _)| *place < self.taken) {
                    self.last.remove(&key);
                }
            }
        }
        batch
    }
}
