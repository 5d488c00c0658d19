//! A JavaScript function that any thread can call. When it is called, and how long it exists, is left to `notifier.rs`.
//!
//! It uses Node-API directly. With the threadsafe functions of napi (feature `napi4`), napi registers another one while the addon
//! loads, and tools that look for open handles, such as Jest 29, report it for as long as the process lives.

use std::{
    ffi::c_void,
    ptr::{self, NonNull},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub(super) use napi::Env;
use napi::{
    Status,
    bindgen_prelude::{Function, JsValue as _},
    sys,
};

/// The function, as JavaScript passes it.
pub(super) type OnEvents<'f> = Function<'f, (), ()>;

/// The function. It is closed when it is dropped, on any thread.
pub(super) struct Notify(Arc<Open>);

/// The function in Node-API, until it is closed by `Notify` or by the end of its environment.
struct Open(Mutex<Option<Raw>>);

struct Raw {
    function: NonNull<sys::napi_threadsafe_function__>,
    /// Whether it keeps the event loop alive.
    is_held: bool,
}

// SAFETY: Node-API lets every thread call and release a threadsafe function; `hold` alone takes the environment, which no other
// thread has.
unsafe impl Send for Raw {}

impl Notify {
    /// Opens the function. Initially it does not keep the event loop alive.
    pub(super) fn open(env: Env, function: &OnEvents<'_>) -> napi::Result<Self> {
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
            // SAFETY: nothing else refers to it.
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

    /// Sets whether the function keeps the event loop alive.
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

    /// Schedules a call of the function. Nothing happens if its environment is ending.
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
            // SAFETY: it was open until now, and nothing else refers to it.
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

/// Runs on the JavaScript thread after the function has been closed.
unsafe extern "C" fn closed(_env: sys::napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: `open` has given it for this one call.
    let open = unsafe { Arc::from_raw(data.cast::<Open>().cast_const()) };
    open.raw().take();
}

fn failure(status: sys::napi_status) -> napi::Error {
    napi::Error::new(Status::from(status), "the function for events cannot be opened")
}
