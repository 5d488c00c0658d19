//! Work of which there is one at a time by its key: done for all who wait for it, and dropped with the last of them.

use std::{
    collections::HashMap,
    hash::Hash,
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use futures_util::future::{FutureExt as _, Shared, WeakShared};

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The work that is under way.
pub(super) struct Singles<K, T: Clone>(Mutex<HashMap<K, WeakShared<Work<T>>>>);

impl<K, T: Clone> Default for Singles<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, T: Clone> Singles<K, T> {
    /// The work of this key: what is under way, or what is started.
    pub(super) fn join(&self, key: K, start: impl FnOnce() -> Work<T>) -> Shared<Work<T>> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = under_way.get(&key).and_then(WeakShared::upgrade);
        // What is done is not to be had again by whoever comes later.
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
