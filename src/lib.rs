//! The binding. It converts arguments, calls the Rust client, and returns JSON text or a typed object. It decides nothing about the
//! wire.
//!
//! A promise of Node-API costs the event loop a handle for as long as it is pending. Calls are therefore started synchronously,
//! and JavaScript takes their events in batches, after one function per environment has notified it.
//!
//! napi's own runtime is not used: it starts its threads while the addon is loaded, and aborts if the system refuses one.

mod calls;
mod client;
mod config;
mod environment;
mod errors;
mod names;
mod numbers;
mod operation;
mod operations;
mod options;
mod runtime;
mod sync;
mod transports;

use napi::{Env, bindgen_prelude::Object};
use napi_derive::{module_init, napi};

#[module_init]
fn init() {
    runtime::keep_panics();
}

/// Runs in each JavaScript thread that loads the addon.
///
/// # Errors
/// Fails if the thread is already ending.
#[napi(module_exports)]
pub fn register(_exports: Object<'_>, env: Env) -> napi::Result<()> {
    runtime::enter(env)
}
