//! The pending calls of a client: how to abort each, the requests for chunks of their sources, and the streams that they opened. The end of a
//! call is in `guard.rs`.

use std::{
    collections::{BTreeMap, HashMap},
    mem,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use bytes::Bytes;
use modzy_client::{Abort, CancelLimits, Journal, Output, ReadAhead, ResultStream};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{
    events::BindingEvent,
    queue::{EventQueue, Owner, Queued, Topic},
};
use crate::{
    runtime,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A chunk of a source; `None` at its end.
pub(crate) type Chunk = Option<Bytes>;

/// The most calls aborted within `BURST` that are ended at once, on the JavaScript thread. Tokio runs tasks that other threads wake
/// one at a time, between dozens of its own tasks: with thousands, the last one and the event loop would wait for seconds.
const FEW: usize = 32;

/// The period in which aborted calls are counted for `FEW`.
const BURST: Duration = Duration::from_millis(10);

/// The calls of one client.
#[derive(Debug)]
pub(crate) struct Calls {
    /// The queue of the events of all clients.
    events: Arc<EventQueue>,
    all: CancellationToken,
    live: Mutex<Live>,
}

#[derive(Debug, Default)]
struct Live {
    /// An ordered map, because a hash table with tens of thousands of calls blocks the event loop while it doubles.
    calls: BTreeMap<u64, Registered>,
    /// The pending requests for chunks, by the number of the call and that of the source. A call may have several: an upload reads
    /// its sources in turn, but does not wait for one whose first bytes take long.
    pulls: BTreeMap<(u64, u32), oneshot::Sender<Chunk>>,
    /// The open streams that no call is reading, by the call that opened them.
    opened: HashMap<u64, Opened>,
    burst: Burst,
    cancel_limits: CancelLimits,
}

/// Calls that are aborted in quick succession.
#[derive(Debug, Default)]
struct Burst {
    began: Option<Instant>,
    size: usize,
    /// The calls that the driver thread is to end.
    waiting: Vec<Abort>,
}

/// Whether the driver thread ends the aborted calls.
enum Deferred {
    /// It does, and must be scheduled.
    First,
    /// It does, and is scheduled already.
    Behind,
    /// It does not, because they are few.
    No(Vec<Abort>),
}

/// A stream that is read one chunk per call, or a journal.
#[derive(Debug)]
pub(crate) enum Opened {
    /// The journal of a batch.
    Journal(Box<Journal>),
    /// An output.
    Output(Box<Output>),
    /// The results of a job.
    Results(Box<ResultStream>),
    /// The results of a job, which are read while JavaScript parses those before.
    ReadAhead(ReadAhead),
}

/// A call that can be aborted.
#[derive(Debug)]
struct Registered {
    abort: Abort,
    /// Whether it has ended by itself, and remains registered for an abort until JavaScript has settled it.
    has_ended: bool,
}

impl Burst {
    /// Defers calls to the driver thread, unless they are few.
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

impl Live {
    /// Drops the requests for chunks of a call that has ended.
    fn drop_pulls(&mut self, id: u64) {
        while let Some((&pull, _)) = self.pulls.range((id, 0)..=(id, u32::MAX)).next() {
            self.pulls.remove(&pull);
        }
    }
}

impl Calls {
    /// Creates an empty registry, whose calls report their events to this queue.
    pub(crate) fn new(events: Arc<EventQueue>) -> Arc<Self> {
        Arc::new(Self {
            events,
            all: CancellationToken::new(),
            live: Mutex::default(),
        })
    }

    fn owner(self: &Arc<Self>) -> Weak<dyn Owner> {
        let calls: Weak<Self> = Arc::downgrade(self);
        calls
    }

    /// Reports an event of a call.
    pub(super) fn report(self: &Arc<Self>, event: BindingEvent) {
        let calls = self.owner();
        self.events.push(Queued { calls, event });
    }

    /// Reports the end of one of many calls, for which JavaScript has a moment.
    pub(super) fn report_gathered(self: &Arc<Self>, event: BindingEvent) {
        let calls = self.owner();
        self.events.push_gathered(Queued { calls, event });
    }

    /// Ends a call at a time, if it is still pending then, before all other events.
    pub(crate) fn add_limit(self: &Arc<Self>, due: Instant, id: i64) {
        let calls = self.owner();
        let event = BindingEvent::Finished { id };
        self.events.add_limit(due, Queued { calls, event });
    }

    /// Ends such a call, unless it has ended.
    pub(super) fn end_limit(self: &Arc<Self>, event: BindingEvent) {
        let calls = self.owner();
        self.events.end_limit(Queued { calls, event });
    }

    /// Reports an event of a call. It replaces the last one of its call and family if that is still in the queue and has the same
    /// topic.
    pub(super) fn report_over(self: &Arc<Self>, event: BindingEvent, topic: Topic) {
        let calls = self.owner();
        self.events.push_over(Queued { calls, event }, topic);
    }

    /// Registers a call under a new number.
    pub(super) fn register(&self) -> (u64, Abort) {
        let abort = Abort::within(&self.all);
        let registered = Registered {
            abort: abort.clone(),
            has_ended: false,
        };
        let id = self.events.number();
        self.live().calls.insert(id, registered);
        (id, abort)
    }

    /// Aborts calls and, with `cancel_job`, cancels their jobs. Closes the streams that ended calls have opened. Returns the calls
    /// that had already ended by themselves and will report a second end.
    pub(crate) fn abort(self: &Arc<Self>, ids: Vec<u64>, cancel_job: bool) -> Vec<u64> {
        let (mut aborted, mut closed, mut again) = (Vec::new(), Vec::new(), Vec::new());
        let now = Instant::now();
        let mut live = self.live();
        for id in ids {
            closed.extend(live.opened.remove(&id));
            if let Some(Registered { abort, has_ended }) = live.calls.remove(&id) {
                // Decided at once, because the call may end by itself before the driver thread ends it.
                abort.decide(cancel_job.then(|| live.cancel_limits.next(now)));
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
                match runtime::urgent() {
                    Ok(urgent) => urgent.run(async move { calls.end_waiting() }),
                    Err(_) => self.end_waiting(),
                }
            }
            Deferred::Behind => {}
        }
        again
    }

    /// Ends the calls that the driver thread is to end.
    fn end_waiting(&self) {
        let waiting = mem::take(&mut self.live().burst.waiting);
        end(waiting);
    }

    /// Withdraws submits that wait for their turn.
    pub(crate) fn withdraw(&self, ids: &[u64]) {
        let live = self.live();
        let withdrawn = ids.iter().filter_map(|id| live.calls.get(id));
        let withdrawn: Vec<_> = withdrawn.map(|call| call.abort.clone()).collect();
        drop(live);
        withdrawn.iter().rev().for_each(Abort::withdraw);
    }

    /// Returns whether a call is pending and has not been aborted.
    pub(crate) fn is_live(&self, id: u64) -> bool {
        self.live().calls.get(&id).is_some_and(|call| !call.has_ended)
    }

    /// Records that a call has ended by itself, and keeps it registered for an abort until JavaScript has settled it. Returns
    /// `false` if it was aborted in the meantime.
    pub(super) fn linger(&self, id: u64) -> bool {
        let mut live = self.live();
        live.drop_pulls(id);
        let registered = live.calls.get_mut(&id);
        registered.is_some_and(|call| {
            call.has_ended = true;
            true
        })
    }

    /// Requests a chunk of a call's source from JavaScript.
    pub(crate) fn pull(self: &Arc<Self>, id: u64, source: u32) -> oneshot::Receiver<Chunk> {
        let (sender, receiver) = oneshot::channel();
        self.live().pulls.insert((id, source), sender);
        self.report(BindingEvent::ChunkWanted {
            id: id.cast_signed(),
            source,
        });
        receiver
    }

    /// Hands over the chunk that a call requested from a source. If the call has ended in the meantime, the chunk is dropped.
    pub(crate) fn feed(&self, id: u64, source: u32, chunk: Chunk) {
        let pull = self.live().pulls.remove(&(id, source));
        if let Some(pull) = pull {
            let _ = pull.send(chunk);
        }
    }

    /// Keeps a stream, under the call that opened it, until its next chunk is requested. If the call that holds it was aborted, the
    /// stream is closed instead.
    pub(super) fn keep(&self, holder: u64, id: u64, opened: Opened) {
        let mut live = self.live();
        if live.calls.contains_key(&holder) {
            live.opened.insert(id, opened);
        }
    }

    /// Removes a call that has ended. A stream that it opened stays open. Returns how many calls are left.
    pub(super) fn forget(&self, id: u64) -> usize {
        let mut live = self.live();
        live.calls.remove(&id);
        live.drop_pulls(id);
        live.calls.len()
    }

    /// Returns the journal that a call opened.
    pub(crate) fn journal(&self, id: u64) -> Option<Journal> {
        match self.live().opened.get(&id) {
            Some(Opened::Journal(journal)) => Some(Journal::clone(journal)),
            _ => None,
        }
    }

    /// Takes the stream that a call opened, to read from it.
    pub(crate) fn take(&self, id: u64) -> Option<Opened> {
        self.live().opened.remove(&id)
    }

    /// Aborts all calls, and closes all streams.
    pub(crate) fn abort_all(&self) {
        self.all.cancel();
        let mut live = self.live();
        // A stream that a call is reading at this moment is not kept afterwards.
        live.calls.clear();
        let opened = mem::take(&mut live.opened);
        drop(live);
        drop(opened);
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Owner for Calls {
    fn end_call(self: Arc<Self>, id: u64) {
        self.abort(vec![id], false);
    }
}

/// The newest first: a request that waits for a socket must not get that of an older one that is ended before it.
fn end(aborted: Vec<Abort>) {
    for abort in aborted.into_iter().rev() {
        abort.end();
    }
}
