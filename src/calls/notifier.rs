//! The JavaScript function that is called when events arrive. It is open while calls are pending and for a moment afterwards, so
//! that idle clients have no handle in the event loop.

use std::time::Duration;

use super::notify::{Env, Notify, OnEvents};
use crate::sync::{Mutex, MutexGuard, PoisonError};

/// How long the function stays open without a pending call, so that successive calls share it.
pub(super) const LINGER: Duration = Duration::from_millis(10);

/// The function, if it is open.
#[derive(Default)]
pub(super) struct Notifier(Mutex<Slot>);

#[derive(Default)]
struct Slot {
    notify: Option<Notify>,
    /// Whether it keeps the event loop alive.
    is_held: bool,
    /// Whether it has kept the event loop alive since the last check.
    was_held: bool,
    /// Whether a task checks periodically whether it can be closed.
    is_watched: bool,
}

impl Notifier {
    /// Opens the function.
    pub(super) fn open(&self, env: Env, on_events: &OnEvents<'_>) -> napi::Result<()> {
        let notify = Notify::open(env, on_events)?;
        self.slot().notify = Some(notify);
        Ok(())
    }

    /// Sets whether the function keeps the event loop alive. Returns whether it is open.
    pub(super) fn hold(&self, env: Env, is_held: bool) -> napi::Result<bool> {
        let mut slot = self.slot();
        slot.is_held = is_held;
        slot.was_held |= is_held;
        let Some(notify) = &slot.notify else {
            return Ok(false);
        };
        notify.hold(env, is_held)?;
        Ok(true)
    }

    /// Calls the function. Returns whether it is open.
    pub(super) fn call(&self) -> bool {
        self.slot().notify.as_ref().map(Notify::call).is_some()
    }

    /// Returns whether the caller must start checking whether the function can be closed.
    pub(super) fn needs_watch(&self) -> bool {
        let mut slot = self.slot();
        let needed = slot.notify.is_some() && !slot.is_held && !slot.is_watched;
        slot.is_watched |= needed;
        needed
    }

    /// Closes the function if it has not kept the event loop alive since the last check. Returns whether the checks can stop.
    pub(super) fn close_if_idle(&self) -> bool {
        let mut slot = self.slot();
        if slot.is_held {
            slot.is_watched = false;
            return true;
        }
        if slot.was_held {
            slot.was_held = false;
            return false;
        }
        slot.is_watched = false;
        let notify = slot.notify.take();
        drop(slot);
        drop(notify);
        true
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
