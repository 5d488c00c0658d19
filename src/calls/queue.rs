//! The queue of the events of all clients of a JavaScript environment, which JavaScript takes in batches. The events are defined
//! in `events.rs`.

use std::{
    collections::{HashMap, VecDeque},
    fmt, mem,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use modzy_client::Phase;

use super::{
    events::{BindingEvent, Family},
    members::BindingInput,
    notifier::{LINGER, Notifier},
    notify::{Env, OnEvents},
};
use crate::{
    runtime,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The most events of a batch, and its most text, unless a single event has more. The user's own work on the event loop gets a
/// turn between two batches.
const BATCH: usize = 64;
const BATCH_TEXT: usize = 1024 * 1024;

/// How much time is between two notifications of ends that are gathered. Thousands of jobs may end one after the other within a moment,
/// and a turn of the event loop for each of them would cost more than all the rest.
const GATHERED: Duration = Duration::from_millis(10);

/// The subject of an event. Of two successive events with the same topic, a late reader needs only the newer one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A job, by its status.
    Job(Option<String>),
    /// A transfer, by its input, and whether any byte has been transferred.
    Transfer(Option<BindingInput>, bool),
    /// A response. Only the last one is reported.
    Response,
    /// A failure, by its status or phase.
    Failure(Option<u16>, Option<Phase>),
}

/// The queue, and the function that JavaScript is notified with.
#[derive(Default)]
pub(crate) struct EventQueue {
    queue: Mutex<Queue>,
    notifier: Notifier,
    /// The number of the last call.
    last: AtomicU64,
}

/// The calls of a client.
pub(super) trait Owner: Send + Sync {
    /// Ends a call whose event cannot be handed to JavaScript.
    fn end_call(self: Arc<Self>, id: u64);
}

/// An event, and the calls of its client.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) calls: Weak<dyn Owner>,
    pub(super) event: BindingEvent,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Queued>,
    /// Events that come before the others.
    first: Vec<Queued>,
    /// The calls that end at these times, with their ends.
    limits: Vec<(Instant, Queued)>,
    /// Whether JavaScript has been notified of them.
    notified: bool,
    /// When it was last notified of ends that are gathered.
    gathered: Option<Instant>,
    /// Whether a task notifies it of the next ones.
    is_gathering: bool,
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
    /// Returns the number of a new call, which no other call of the environment has.
    pub(super) fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Adds an event.
    pub(super) fn push(&self, queued: Queued) {
        let mut queue = self.queue();
        queue.waiting.push_back(queued);
        self.notify(queue);
    }

    /// Adds an event for which JavaScript has a moment, so that it is notified of many such events together.
    pub(super) fn push_gathered(self: &Arc<Self>, queued: Queued) {
        let mut queue = self.queue();
        queue.waiting.push_back(queued);
        if queue.notified || queue.is_gathering {
            return;
        }
        let next = queue.gathered.map(|last| last + GATHERED);
        let left = next.map_or(Duration::ZERO, |next| next.saturating_duration_since(Instant::now()));
        match runtime::handle() {
            Ok(handle) if !left.is_zero() => {
                queue.is_gathering = true;
                drop(queue);
                let events = Arc::clone(self);
                handle.spawn(async move {
                    runtime::sleep(left).await;
                    events.notify_gathered(events.queue());
                });
            }
            _ => self.notify_gathered(queue),
        }
    }

    fn notify_gathered(&self, mut queue: MutexGuard<'_, Queue>) {
        queue.is_gathering = false;
        if !queue.is_empty() {
            queue.gathered = Some(Instant::now());
            self.notify(queue);
        }
    }

    /// Adds a call that ends at a time. Its end comes before all other events, as soon as JavaScript takes any, so that neither
    /// thousands of events nor thousands of tasks of the runtime delay it.
    pub(super) fn add_limit(&self, due: Instant, end: Queued) {
        self.queue().limits.push((due, end));
    }

    /// Adds the end of such a call, unless JavaScript has taken it.
    pub(super) fn end_limit(&self, end: Queued) {
        let id = end.event.id();
        let mut queue = self.queue();
        let before = queue.limits.len();
        queue.limits.retain(|(_, limited)| limited.event.id() != id);
        if queue.limits.len() < before {
            queue.first.push(end);
            self.notify(queue);
        }
    }

    /// Adds an event. It replaces the last one of its call and family if that is still in the queue and has the same topic, so that
    /// the queue does not grow while the event loop is blocked.
    pub(super) fn push_over(&self, queued: Queued, topic: Topic) {
        let Some(family) = queued.event.family() else {
            return self.push(queued);
        };
        let mut queue = self.queue();
        let key = (queued.event.id(), family);
        let (taken, next) = (queue.taken, queue.taken + queue.waiting.len());
        if let Some((place, last)) = queue.last.get(&key)
            && *last == topic
            && let index = place - taken
            && let Some(waiting) = queue.waiting.get_mut(index)
        {
            *waiting = queued;
            return;
        }
        queue.last.insert(key, (next, topic));
        queue.waiting.push_back(queued);
        self.notify(queue);
    }

    /// Takes the oldest events. If any remain, JavaScript is notified again in another turn of the event loop.
    pub(super) fn take(&self) -> Vec<Queued> {
        let mut queue = self.queue();
        queue.notified = false;
        let batch = queue.take();
        if !queue.is_empty() {
            self.notify(queue);
        }
        batch
    }

    /// Sets whether pending events keep the event loop alive. Returns whether there is a function that is called when events
    /// arrive. Without pending calls, the function is closed after a moment.
    pub(crate) fn hold(self: &Arc<Self>, env: Env, is_held: bool) -> napi::Result<bool> {
        let is_open = self.notifier.hold(env, is_held)?;
        if self.notifier.needs_watch() {
            match runtime::handle() {
                Ok(handle) => {
                    let events = Arc::clone(self);
                    handle.spawn(async move {
                        loop {
                            runtime::sleep(LINGER).await;
                            if events.notifier.close_if_idle() {
                                break;
                            }
                        }
                    });
                }
                Err(_) => while !self.notifier.close_if_idle() {},
            }
        }
        Ok(is_open)
    }

    /// Sets the function that is called when there are events to `take`, and keeps the event loop alive.
    pub(crate) fn listen(&self, env: Env, on_events: &OnEvents<'_>) -> napi::Result<()> {
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

    fn take(&mut self) -> Vec<Queued> {
        if !self.limits.is_empty() {
            let now = Instant::now();
            let due = self.limits.extract_if(.., |(due, _)| *due <= now);
            self.first.extend(due.map(|(_, end)| end));
        }
        if !self.first.is_empty() {
            return mem::take(&mut self.first);
        }
        let mut sum = 0;
        let fits = |Queued { event, .. }: &&Queued| {
            let is_first = sum == 0;
            sum += 1 + event.text_length();
            is_first || sum <= BATCH_TEXT
        };
        let batch = self.waiting.iter().take(BATCH).take_while(fits).count();
        let batch: Vec<_> = self.waiting.drain(..batch).collect();
        self.taken += batch.len();
        for Queued { event, .. } in &batch {
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
