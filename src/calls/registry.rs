//! The calls under way: what aborts each, the source that it reads from, and what it holds open. How a call ends is in
//! `guard.rs`.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use modzy_client::{Abort, Output, ResultStream};
use napi::Env;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{events::BindingEvent, notifier::LINGER, queue::EventQueue};
use crate::runtime;

/// A chunk of a source; `None` at its end.
pub(crate) type Chunk = Option<Bytes>;

/// So many calls that are aborted within `BURST` are ended at once, in the thread of JavaScript. Tokio takes what other threads wake
/// one at a time, between dozens of its own: of thousands the last would wait for seconds, and so would the event loop.
const FEW: usize = 32;

/// See `FEW`.
const BURST: Duration = Duration::from_millis(10);

/// The calls of one client.
#[derive(Debug)]
pub(crate) struct Calls {
    /// Where their events go.
    pub(crate) events: EventQueue,
    all: CancellationToken,
    live: Mutex<Live>,
}

#[derive(Debug, Default)]
struct Live {
    last: u64,
    calls: HashMap<u64, Registered>,
    /// Who waits for a chunk that was pulled, by the call; one at a time, as uploads take their sources in turn.
    pulls: HashMap<u64, oneshot::Sender<Chunk>>,
    /// What is read chunk by chunk and waits to be asked, by the call that opened it.
    opened: HashMap<u64, Opened>,
    burst: Burst,
}

/// Calls that are aborted one shortly after the other.
#[derive(Debug, Default)]
struct Burst {
    began: Option<Instant>,
    size: usize,
    /// Those that the thread of the calls is to end.
    waiting: Vec<Abort>,
}

/// Whether calls are ended by the thread of the calls.
enum Deferred {
    /// It has to be asked to.
    First,
    /// It has been asked to.
    Behind,
    /// They are few.
    No(Vec<Abort>),
}

/// What is read chunk by chunk.
#[derive(Debug)]
pub(crate) enum Opened {
    /// An output.
    Output(Box<Output>),
    /// The results of a job.
    Results(Box<ResultStream>),
}

/// A call that can be aborted.
#[derive(Debug)]
struct Registered {
    abort: Abort,
    /// Whether it has ended by itself, and stays for the sake of an abort that comes before JavaScript has settled it.
    has_ended: bool,
}

impl Burst {
    /// Keeps calls for the thread of the calls, unless they are few.
    fn defer(&mut self, aborted: Vec<Abort>) -> Deferred {
        let now = Instant::now();
        if self.began.is_none_or(|began| now - began > BURST) {
            (self.began, self.size) = (Some(now), 0);
        }
        self.size += aborted.len();
        let is_asked = !self.waiting.is_empty();
        if self.size <= FEW && !is_asked {
            return Deferred::No(aborted);
        }
        self.waiting.extend(aborted);
        if is_asked { Deferred::Behind } else { Deferred::First }
    }
}

impl Calls {
    /// No calls yet.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            events: EventQueue::default(),
            all: CancellationToken::new(),
            live: Mutex::default(),
        })
    }

    /// Whether the event loop goes on for the sake of what may come. Returns whether events have a function that is called;
    /// that of an idle client is closed after a moment.
    pub(crate) fn hold(self: &Arc<Self>, env: Env, is_held: bool) -> napi::Result<bool> {
        let is_open = self.events.notifier.hold(env, is_held)?;
        if self.events.notifier.needs_watch() {
            match runtime::handle() {
                Ok(handle) => {
                    let calls = Arc::clone(self);
                    handle.spawn(async move {
                        loop {
                            tokio::time::sleep(LINGER).await;
                            if calls.events.notifier.close_if_idle() {
                                break;
                            }
                        }
                    });
                }
                Err(_) => while !self.events.notifier.close_if_idle() {},
            }
        }
        Ok(is_open)
    }

    /// Registers a call under a new number.
    pub(super) fn register(&self) -> (u64, Abort) {
        let abort = Abort::within(&self.all);
        let registered = Registered {
            abort: abort.clone(),
            has_ended: false,
        };
        let mut live = self.live();
        live.last += 1;
        let id = live.last;
        live.calls.insert(id, registered);
        drop(live);
        (id, abort)
    }

    /// Aborts calls and, if asked to, cancels their jobs. Of a call that has ended already, what it opened is closed. Returns
    /// those of which another end follows the one to which they had come by themselves.
    pub(crate) fn abort(self: &Arc<Self>, ids: Vec<u64>, cancel_job: bool) -> Vec<u64> {
        let canceled = cancel_job.then(Instant::now);
        let (mut aborted, mut closed, mut again) = (Vec::new(), Vec::new(), Vec::new());
        let mut live = self.live();
        for id in ids {
            closed.extend(live.opened.remove(&id));
            if let Some(Registered { abort, has_ended }) = live.calls.remove(&id) {
                // Now, and not when its turn has come: it may end by itself until then.
                abort.decide(canceled);
                aborted.push(abort);
                if has_ended && cancel_job {
                    again.push(id);
                }
            }
        }
        let deferred = if aborted.is_empty() {
            Deferred::Behind
        } else {
            live.burst.defer(aborted)
        };
        drop(live);
        drop(closed);
        match deferred {
            Deferred::No(aborted) => end(aborted),
            Deferred::First => {
                let calls = Arc::clone(self);
                let end_waiting = move || {
                    let waiting = mem::take(&mut calls.live().burst.waiting);
                    end(waiting);
                };
                match runtime::handle() {
                    Ok(handle) => drop(handle.spawn(async move { end_waiting() })),
                    Err(_) => end_waiting(),
                }
            }
            Deferred::Behind => {}
        }
        again
    }

    /// Whether a call is under way and has not been aborted.
    pub(crate) fn is_live(&self, id: u64) -> bool {
        self.live().calls.get(&id).is_some_and(|call| !call.has_ended)
    }

    /// Notes that a call has ended by itself, and keeps it for an abort that comes before JavaScript has settled it. Returns
    /// whether it does: not where it was aborted meanwhile.
    pub(super) fn linger(&self, id: u64) -> bool {
        let mut live = self.live();
        live.pulls.remove(&id);
        let registered = live.calls.get_mut(&id);
        registered.is_some_and(|call| {
            call.has_ended = true;
            true
        })
    }

    /// Asks for a chunk of a call's source.
    pub(crate) fn pull(&self, id: u64, source: u32) -> oneshot::Receiver<Chunk> {
        let (sender, receiver) = oneshot::channel();
        self.live().pulls.insert(id, sender);
        self.events.push(BindingEvent::ChunkWanted {
            id: id.cast_signed(),
            source,
        });
        receiver
    }

    /// Hands over the chunk that a call has asked for. A call that has ended meanwhile does not miss it.
    pub(crate) fn feed(&self, id: u64, chunk: Chunk) {
        let pull = self.live().pulls.remove(&id);
        if let Some(pull) = pull {
            let _ = pull.send(chunk);
        }
    }

    /// Keeps what a call holds open, under the call that opened it, until it is asked for its next chunk; unless the call
    /// that holds it was aborted.
    pub(super) fn keep(&self, holder: u64, id: u64, opened: Opened) {
        let mut live = self.live();
        if live.calls.contains_key(&holder) {
            live.opened.insert(id, opened);
        }
    }

    /// Forgets a call that has ended. What it opened stays open.
    pub(super) fn forget(&self, id: u64) {
        let mut live = self.live();
        live.calls.remove(&id);
        live.pulls.remove(&id);
    }

    /// Takes what a call has opened to read from it.
    pub(crate) fn take(&self, id: u64) -> Option<Opened> {
        self.live().opened.remove(&id)
    }

    /// Aborts every call, and closes all that is open.
    pub(crate) fn abort_all(&self) {
        self.all.cancel();
        let mut live = self.live();
        // What a call has in its hands at this moment is not kept any more.
        live.calls.clear();
        let opened = mem::take(&mut live.opened);
        drop(live);
        drop(opened);
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end(aborted: Vec<Abort>) {
    for abort in aborted {
        abort.end();
    }
}
