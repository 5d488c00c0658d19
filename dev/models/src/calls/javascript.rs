//! The JavaScript thread, which starts calls, aborts them and takes their events.

use std::{collections::HashMap, sync::Arc};

use shuttle::thread;

use super::{
    events::BindingEvent,
    notify::{Env, EventLoop, OnEvents},
    queue::EventQueue,
    registry::Calls,
};

/// The JavaScript thread: a queue, the calls of one client, and the events that have been taken.
pub(super) struct JavaScript {
    events: Arc<EventQueue>,
    event_loop: Arc<EventLoop>,
    pub(super) calls: Arc<Calls>,
    pub(super) taken: Vec<BindingEvent>,
}

impl JavaScript {
    pub(super) fn new() -> Self {
        let events = Arc::new(EventQueue::default());
        Self {
            calls: Calls::new(Arc::clone(&events)),
            events,
            event_loop: Arc::default(),
            taken: Vec::new(),
        }
    }

    /// Keeps the process alive for a call, as the start of the first one does.
    pub(super) fn hold(&self) {
        let Ok(true) = self.events.hold(Env, true) else {
            assert!(self.events.listen(Env, &OnEvents(&self.event_loop)).is_ok());
            return;
        };
    }

    pub(super) fn release(&self) {
        assert!(self.events.hold(Env, false).is_ok());
    }

    /// Waits for a notification, and takes a batch.
    pub(super) fn turn(&mut self) {
        self.event_loop.turn();
        self.take();
    }

    fn take(&mut self) -> usize {
        let batch = self.events.take();
        assert!(batch.len() <= 64, "a batch of {} events", batch.len());
        let many = batch.len();
        self.taken.extend(batch.into_iter().map(|queued| queued.event));
        many
    }

    /// How many ends of a call have been taken.
    pub(super) fn ends(&self, id: u64) -> usize {
        let of_call = self.taken.iter().filter(|event| event.id() == id.cast_signed());
        of_call.filter(|event| is_end(event)).count()
    }

    /// Runs turns until a call has ended so many times.
    pub(super) fn until_ended(&mut self, id: u64, times: usize) {
        while self.ends(id) < times {
            self.turn();
        }
    }

    /// Checks that nothing is left of these calls, and that none of them ends again.
    pub(super) fn is_done(&mut self, ends: &HashMap<u64, usize>) {
        while self.take() > 0 {}
        for (&id, &ends) in ends {
            assert_eq!(self.ends(id), ends, "ends of call {id}");
            assert!(!self.calls.is_live(id), "call {id} is left");
        }
        let left = format!("{:?}", self.calls);
        assert!(left.contains("calls: {}, pulls: {}, opened: {}"), "{left}");
    }

    /// Lets all other threads and tasks end, and checks that nothing is left.
    pub(super) fn settled(&mut self, ends: &HashMap<u64, usize>) {
        self.release();
        for _ in 0..100 {
            if format!("{:?}", self.calls).contains("calls: {}, pulls: {}, opened: {}") {
                break;
            }
            thread::yield_now();
        }
        self.is_done(ends);
    }
}

pub(super) fn is_end(event: &BindingEvent) -> bool {
    !matches!(
        event,
        BindingEvent::JobSeen { .. }
            | BindingEvent::Submitted { .. }
            | BindingEvent::Transferred { .. }
            | BindingEvent::ChunkWanted { .. }
            | BindingEvent::Response { .. }
    )
}
