//! A function of JavaScript that any thread can have called. When it is called, and how long it exists, is left to
//! `notifier.rs`.
//!
//! Made with Node-API itself: with its own threadsafe functions, which are the feature `napi4`, napi registers one more while
//! the addon loads, and tools that look for open handles, such as Jest 29, report that for as long as the process lives.

use std::{
    ffi::c_void,
    ptr::{self, NonNull},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use napi::{
    Env, Status,
    bindgen_prelude::{Function, JsValue as _},
    sys,
};

/// The function. Dropped, on whatever thread, it is closed.
pub(super) struct Notify(Arc<Open>);

/// The function as Node-API has it, until it is closed: by `Notify`, or because its environment ends.
struct Open(Mutex<Option<Raw>>);

struct Raw {
    function: NonNull<sys::napi_threadsafe_function__>,
    /// Whether the event loop goes on for its sake.
    is_held: bool,
}

// SAFETY: Node-API lets every thread call and release a threadsafe function; `hold` alone takes the environment, which no other
// thread has.
unsafe impl Send for Raw {}

impl Notify {
    /// Opens the function. The event loop does not go on for its sake.
    pub(super) fn open(env: Env, function: &Function<'_, (), ()>) -> napi::Result<Self> {
        let name = env.create_string("modzy-client")?;
        let open = Arc::new(Open(Mutex::new(None)));
        let held = Arc::into_raw(Arc::clone(&open));
        let mut raw = ptr::null_mut();
        // SAFETY: the values are of this environment and this turn. Where it succeeds, `closed` gets `held` back, once.
        let status = unsafe {
            sys::napi_create_threadsafe_function(
                env.raw(),
                function.raw(),
                ptr::null_mut(),
                name.raw(),
                0,
                1,
                held.cast_mut().cast(),
                Some(closed),
                ptr::null_mut(),
                None,
                &raw mut raw,
            )
        };
        let Some(function) = NonNull::new(raw).filter(|_| status == sys::Status::napi_ok) else {
            // SAFETY: nobody else has got it.
            drop(unsafe { Arc::from_raw(held) });
            return Err(failure(status));
        };
        let notify = Self(open);
        *notify.0.raw() = Some(Raw {
            function,
            is_held: true,
        });
        notify.hold(env, false)?;
        Ok(notify)
    }

    /// Whether the event loop goes on for the sake of the function.
    pub(super) fn hold(&self, env: Env, is_held: bool) -> napi::Result<()> {
        let mut open = self.0.raw();
        let Some(raw) = open.as_mut().filter(|raw| raw.is_held != is_held) else {
            return Ok(());
        };
        let function = raw.function.as_ptr();
        // SAFETY: it is open for as long as the lock is held, and this is the thread of its environment.
        let status = unsafe {
            if is_held {
                sys::napi_ref_threadsafe_function(env.raw(), function)
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), function)
            }
        };
        if status != sys::Status::napi_ok {
            return Err(failure(status));
        }
        raw.is_held = is_held;
        Ok(())
    }

    /// Has the function called. Where its environment ends, nobody is left to hear it.
    pub(super) fn call(&self) {
        if let Some(raw) = self.0.raw().as_ref() {
            // SAFETY: it is open for as long as the lock is held.
            unsafe {
                sys::napi_call_threadsafe_function(
                    raw.function.as_ptr(),
                    ptr::null_mut(),
                    sys::ThreadsafeFunctionCallMode::nonblocking,
                );
            }
        }
    }
}

impl Drop for Notify {
    fn drop(&mut self) {
        if let Some(raw) = self.0.raw().take() {
            // SAFETY: it was open until now, and nobody else has it any more.
            unsafe {
                sys::napi_release_threadsafe_function(
                    raw.function.as_ptr(),
                    sys::ThreadsafeFunctionReleaseMode::release,
                );
            }
        }
    }
}

impl Open {
    fn raw(&self) -> MutexGuard<'_, Option<Raw>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs on the thread of JavaScript when the function is no more.
unsafe extern "C" fn closed(_env: sys::napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: `open` has given it for this one call.
    let open = unsafe { Arc::from_raw(data.cast::<Open>().cast_const()) };
    open.raw().take();
}

fn failure(status: sys::napi_status) -> napi::Error {
    napi::Error::new(Status::from(status), "the function for events cannot be opened")
}
