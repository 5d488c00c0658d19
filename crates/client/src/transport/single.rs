//! Work that runs once at a time for each key: all who wait share its result, and dropping the last of them drops it.

use std::{
    collections::HashMap,
    hash::Hash,
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use futures_util::future::{FutureExt as _, Shared, WeakShared};

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The running work, by its keys.
pub(super) struct Singles<K, T: Clone>(Mutex<HashMap<K, WeakShared<Work<T>>>>);

impl<K, T: Clone> Default for Singles<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, T: Clone> Singles<K, T> {
    /// Joins the work of this key, or starts it.
    pub(super) fn join(&self, key: K, start: impl FnOnce() -> Work<T>) -> Shared<Work<T>> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = under_way.get(&key).and_then(WeakShared::upgrade);
        // A finished result is not reused by a later caller.
        if let Some(found) = found.filter(|found| found.peek().is_none()) {
            return found;
        }
        under_way.retain(|_, work| work.upgrade().is_some());
        let work = start().shared();
        if let Some(weak) = work.downgrade() {
            under_way.insert(key, weak);
        }
        work
    }
}
