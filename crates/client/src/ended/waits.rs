//! The waits that a list of ended jobs serves, and how they poll: by the list, or individually while it cannot be used.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderValue};
use tokio::{sync::Notify, task::AbortHandle};

use super::{
    Fault,
    entry::Entry,
    naming::Naming,
    slots::{self, Between},
};
use crate::clock::{Clock, FOREVER, Random};

/// How often a wait polls on its own at least.
const LONGEST_OWN: Duration = Duration::from_secs(30);

/// How long waits poll individually before the list is tried again: at first, and at most.
const FALLBACK: (Duration, Duration) = (Duration::from_secs(30), Duration::from_mins(10));

/// After so many good readings in a row, the next fallback is a short one again.
const GOOD_READINGS: u32 = 30;

/// The waits of a transport, by what reads their list.
#[derive(Debug, Default)]
pub(crate) struct AllWaits(Mutex<Vec<(ListReader, Arc<Waits>)>>);

/// What the requests for a list are made with. Clients that share connections may differ in it, and the headers of one must not
/// serve the waits of another.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListReader {
    pub(crate) base_url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) user_agent: HeaderValue,
    pub(crate) request_timeout: Duration,
    pub(crate) max_response_bytes: usize,
}

impl AllWaits {
    pub(crate) fn of(&self, reader: ListReader, clock: &dyn Clock, random: &dyn Random) -> Arc<Waits> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, waits)) = all.iter().find(|(other, _)| *other == reader) {
            return Arc::clone(waits);
        }
        // Programs may create thousands of clients with headers of their own.
        all.retain(|(_, waits)| Arc::strong_count(waits) > 1);
        let waits = Arc::new(Waits::new(clock.now(), random.fraction()));
        all.push((reader, Arc::clone(&waits)));
        waits
    }
}

/// The waits that one list serves.
#[derive(Debug)]
pub(crate) struct Waits {
    epoch: Instant,
    /// A random fraction: see `slots`.
    offset: f64,
    hashes: RandomState,
    is_listing: AtomicBool,
    /// Notified when the list has to be read more often.
    hastened: Notify,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// By the hashes of the jobs' identifiers, which suffice for hints, and the numbers of the waits.
    entries: BTreeMap<(u64, u64), Arc<Entry>>,
    /// How many waits have each interval.
    intervals: BTreeMap<Duration, usize>,
    between: Between,
    naming: Naming,
    joined: u64,
    /// What reads the list.
    reader: Option<AbortHandle>,
    fallback: Duration,
    fallback_until: Option<Instant>,
    good_readings: u32,
    last_fault: Option<Fault>,
    /// The fault that no call has reported yet.
    unreported: Option<Fault>,
}

impl Waits {
    fn new(epoch: Instant, offset: f64) -> Self {
        Self {
            epoch,
            offset,
            hashes: RandomState::new(),
            is_listing: AtomicBool::new(true),
            hastened: Notify::new(),
            inner: Mutex::default(),
        }
    }

    /// Adds a wait. `start` starts what reads the list; it ends with the last wait.
    pub(super) fn join(
        &self,
        job_id: &str,
        (poll_interval, max_poll_interval): (Duration, Duration),
        start: impl FnOnce() -> AbortHandle,
    ) -> Arc<Entry> {
        let own_interval = max_poll_interval.max(poll_interval).max(LONGEST_OWN);
        let mut inner = self.inner();
        inner.joined += 1;
        let key = (self.hash(job_id), inner.joined);
        let entry = Arc::new(Entry::new(key, poll_interval, own_interval));
        inner.entries.insert(key, Arc::clone(&entry));
        let is_shortest = inner.shortest().is_none_or(|shortest| poll_interval < shortest);
        *inner.intervals.entry(poll_interval).or_default() += 1;
        inner.between.add(own_interval);
        if inner.reader.as_ref().is_none_or(AbortHandle::is_finished) {
            inner.naming = Naming::default();
            inner.reader = Some(start());
        } else if is_shortest {
            self.hastened.notify_one();
        }
        entry
    }

    /// Notes that a list names a job. Returns whether something waits for it, or has waited.
    pub(crate) fn hint(&self, job_id: &str, now: Instant) -> bool {
        let hash = self.hash(job_id);
        let now = self.millis(now);
        let mut inner = self.inner();
        let was_own = inner.naming.note_named(hash);
        let mut entries = inner.entries.range((hash, 0)..=(hash, u64::MAX)).peekable();
        let is_own = entries.peek().is_some();
        entries.for_each(|(_, entry)| entry.hint(now));
        is_own || was_own
    }

    /// Makes all waits poll individually for a while.
    pub(crate) fn fall_back(&self, fault: Fault, now: Instant) {
        let mut inner = self.inner();
        inner.naming = Naming::default();
        inner.good_readings = 0;
        inner.fallback = (inner.fallback * 2).clamp(FALLBACK.0, FALLBACK.1);
        inner.fallback_until = now.checked_add(inner.fallback);
        if inner.last_fault.replace(fault) != Some(fault) {
            inner.unreported = Some(fault);
        }
        if self.is_listing.swap(false, Ordering::Relaxed) {
            inner.entries.values().for_each(|entry| entry.change());
        }
    }

    /// Notes that the job of a wait has ended since its first poll, and whether the last one followed a hint.
    pub(super) fn note_end(&self, entry: &Entry, was_hinted: bool, now: Instant) {
        if self.is_listing() {
            self.inner().naming.note_end(entry.key.0, was_hinted, now);
        }
    }

    /// Notes that it had ended before that.
    pub(super) fn note_early_end(&self, entry: &Entry, now: Instant) {
        if self.is_listing() {
            self.inner().naming.note_early_end(entry.key.0, now);
        }
    }

    /// Notes that the list could be read, by a reading that began at a time.
    ///
    /// # Errors
    /// It cannot be used, because it does not name the jobs that have ended.
    pub(crate) fn note_good_reading(&self, began: Instant) -> Result<(), Fault> {
        let mut inner = self.inner();
        if inner.naming.misses_most(began) {
            return Err(Fault::Missing);
        }
        self.is_listing.store(true, Ordering::Relaxed);
        inner.good_readings += 1;
        if inner.good_readings >= GOOD_READINGS {
            inner.fallback = Duration::ZERO;
        }
        Ok(())
    }

    /// Waits until the list is to be read again: for the shortest interval of the waits, times a factor, or for longer, and to the
    /// end of a fallback.
    pub(crate) async fn due(&self, clock: &dyn Clock, factor: f64, least: Duration) {
        let began = clock.now();
        loop {
            let (interval, fallback) = {
                let inner = self.inner();
                (inner.shortest().unwrap_or_default(), inner.fallback_until)
            };
            let pause = interval.min(FOREVER).mul_f64(factor).max(least);
            let due = (began + pause).max(fallback.unwrap_or(began));
            let left = due.saturating_duration_since(clock.now());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = clock.sleep(left) => return,
                () = self.hastened.notified() => {}
            }
        }
    }

    /// The shortest interval of the waits.
    pub(crate) fn shortest_interval(&self) -> Duration {
        self.inner().shortest().unwrap_or_default()
    }

    /// Whether the waits poll by the list, and not individually.
    pub(super) fn is_listing(&self) -> bool {
        self.is_listing.load(Ordering::Relaxed)
    }

    /// Returns how long it is until the next slot of a wait.
    pub(super) fn until_slot(&self, entry: &Entry, now: Instant) -> Duration {
        let elapsed = now.saturating_duration_since(self.epoch);
        slots::until_next(entry.key.1, self.offset, elapsed, entry.own_interval)
    }

    /// The same for the first slot after `least`, or until a poll between the slots, if there is one after `wanted` and before the
    /// slot.
    pub(super) fn until_slot_or_between(
        &self,
        entry: &Entry,
        now: Instant,
        wanted: Duration,
        least: Duration,
    ) -> Duration {
        let slot = least + self.until_slot(entry, now + least);
        let between = self.inner().between.take(now, wanted, slot, entry.own_interval);
        between.unwrap_or(slot)
    }

    /// Returns the fault that no call has reported yet.
    pub(super) fn take_fault(&self) -> Option<Fault> {
        self.inner().unreported.take()
    }

    pub(super) fn leave(&self, entry: &Entry) {
        let mut inner = self.inner();
        inner.entries.remove(&entry.key);
        inner.between.remove(entry.own_interval);
        if let Some(count) = inner.intervals.get_mut(&entry.poll_interval) {
            *count -= 1;
            if *count == 0 {
                inner.intervals.remove(&entry.poll_interval);
            }
        }
        if inner.entries.is_empty()
            && let Some(reader) = inner.reader.take()
        {
            reader.abort();
        }
    }

    /// Servers return identifiers in any case.
    fn hash(&self, job_id: &str) -> u64 {
        self.hashes.hash_one(job_id.to_ascii_lowercase())
    }

    pub(super) fn millis(&self, at: Instant) -> u64 {
        let millis = at.saturating_duration_since(self.epoch).as_millis();
        u64::try_from(millis).unwrap_or(u64::MAX)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn shortest(&self) -> Option<Duration> {
        self.intervals.keys().next().copied()
    }
}
