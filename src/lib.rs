//! The binding: arguments in, a call of the Rust client, JSON text or a typed object out. Decides nothing about the wire.
//!
//! A promise of Node-API costs the event loop a handle for as long as it is pending. So calls are started synchronously,
//! and their outcomes are taken in batches, whenever the one function that each client has for it is called.
//!
//! napi's own runtime is not used: it starts its threads while the addon is loaded, and aborts where the system refuses one.

mod calls;
mod client;
mod config;
mod errors;
mod numbers;
mod operation;
mod operations;
mod options;
mod runtime;

use napi::{Env, bindgen_prelude::Object};
use napi_derive::{module_init, napi};

#[module_init]
fn init() {
    runtime::keep_panics();
}

/// Runs in each thread of JavaScript that loads the addon.
///
/// # Errors
/// Where the thread is ending already.
#[napi(module_exports)]
pub fn register(_exports: Object<'_>, env: Env) -> napi::Result<()> {
    runtime::enter(env)
}
