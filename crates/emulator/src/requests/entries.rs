//! The newest requests of the log, within its limits.

use std::collections::VecDeque;

use super::entry::{Entry, Extra, RecordedRequest};

/// How many requests the log keeps.
pub(super) const MAX_REQUESTS: usize = 100_000;
/// How many bytes of bodies it keeps in total.
pub(super) const MAX_BODY_BYTES: usize = 64 << 20;
/// How many bytes of heads it keeps in total: paths, queries and headers.
pub(super) const MAX_HEAD_BYTES: usize = 64 << 20;

#[derive(Default)]
pub(super) struct Entries {
    pub(super) requests: VecDeque<Entry>,
    /// The number of the first request that is still kept, counting from the start of the emulator.
    pub(super) first: usize,
    body_bytes: usize,
    head_bytes: usize,
    /// How often a request was added or changed.
    pub(super) changes: u64,
}

impl Entries {
    /// Adds a request, and returns its number.
    pub(super) fn add(&mut self, request: RecordedRequest, extra: Extra) -> usize {
        self.changes += 1;
        let entry = Entry {
            request,
            extra,
            changed: self.changes,
        };
        self.head_bytes += entry.head_bytes();
        self.requests.push_back(entry);
        self.shrink();
        self.first + self.requests.len() - 1
    }

    /// Drops all requests. The numbers of later ones continue.
    pub(super) fn clear(&mut self) {
        self.first += self.requests.len();
        self.requests.clear();
        self.body_bytes = 0;
        self.head_bytes = 0;
        self.changes += 1;
    }

    /// Changes a request, unless it is no longer kept.
    pub(super) fn change(&mut self, number: usize, change: impl FnOnce(&mut Entry)) {
        let Some(index) = number.checked_sub(self.first) else {
            return;
        };
        let Some(entry) = self.requests.get_mut(index) else {
            return;
        };
        self.body_bytes -= entry.body_bytes();
        self.head_bytes -= entry.head_bytes();
        change(entry);
        self.changes += 1;
        entry.changed = self.changes;
        self.body_bytes += entry.body_bytes();
        self.head_bytes += entry.head_bytes();
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.requests.len() > MAX_REQUESTS || self.body_bytes > MAX_BODY_BYTES || self.head_bytes > MAX_HEAD_BYTES
        {
            let Some(oldest) = self.requests.pop_front() else {
                return;
            };
            self.first += 1;
            self.body_bytes -= oldest.body_bytes();
            self.head_bytes -= oldest.head_bytes();
        }
    }
}
