//! The binding: arguments in, a call of the Rust client, JSON text or a typed object out. Decides nothing about the wire.
//!
//! A promise of Node-API costs the event loop a handle for as long as it is pending. So calls are started synchronously,
//! and their outcomes are taken in batches, whenever the one function that each client has for it is called.

mod calls;
mod client;
mod config;
mod errors;
mod numbers;
mod operations;
mod options;

use napi_derive::module_init;

#[module_init]
fn init() {
    // A single thread beside that of JavaScript: requests wait far more than they compute, and with several most of a small call
    // is spent on waking one for the other. What computes for long, or blocks, has threads of its own.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("modzy-client")
        .enable_all()
        .build();
    // Without a runtime of ours, napi makes one with its own settings; it also does when the addon comes back to life in a
    // process whose last environment that had it is gone.
    if let Ok(runtime) = runtime {
        napi::bindgen_prelude::create_custom_tokio_runtime(runtime);
    }
}
