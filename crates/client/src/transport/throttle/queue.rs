//! The calls that wait in a line, by two orders. `line` decides which of them applies.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tokio::sync::Notify;

/// The place of a call, and how often the server has refused it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbered {
    pub(super) number: u64,
    pub(super) refusals: u32,
}

/// Which call is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The one that has waited for longest.
    Arrival,
    /// One that was refused least often, and of these the one that has waited for longest.
    Refusals,
}

/// The calls that wait.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<u64, Arc<Notify>>,
    by_refusals: BTreeSet<(u32, u64)>,
}

impl Queue {
    /// Adds a call, unless it waits already. Returns what wakes it.
    pub(super) fn enter(&mut self, call: Numbered) -> Arc<Notify> {
        self.by_refusals.insert((call.refusals, call.number));
        Arc::clone(self.waiting.entry(call.number).or_default())
    }

    pub(super) fn leave(&mut self, call: Numbered) {
        self.by_refusals.remove(&(call.refusals, call.number));
        self.waiting.remove(&call.number);
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// How many calls wait that arrived before this one.
    pub(super) fn ahead_of(&self, call: Numbered) -> usize {
        self.waiting.range(..call.number).count()
    }

    /// Whether no other call that waits comes before this one.
    pub(super) fn is_first(&self, call: Numbered, order: Order) -> bool {
        match order {
            Order::Arrival => self.waiting.keys().next().is_none_or(|first| call.number <= *first),
            Order::Refusals => {
                let first = self.by_refusals.first();
                first.is_none_or(|first| (call.refusals, call.number) <= *first)
            }
        }
    }

    pub(super) fn wake_first(&self, order: Order) {
        let first = match order {
            Order::Arrival => self.waiting.values().next(),
            Order::Refusals => {
                let first = self.by_refusals.first();
                first.and_then(|(_, number)| self.waiting.get(number))
            }
        };
        if let Some(first) = first {
            first.notify_one();
        }
    }

    pub(super) fn wake_all(&self) {
        self.waiting.values().for_each(|waiting| waiting.notify_one());
    }
}
