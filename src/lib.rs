//! The binding: arguments in, a call of the Rust client, JSON text or a typed object out. Decides nothing about the wire.
//!
//! A promise of Node-API costs the event loop a handle for as long as it is pending. So calls are started synchronously,
//! and their outcomes come back in batches through one promise per client: `drain`.

mod arguments;
mod calls;
mod client;
mod completions;
mod config;
mod errors;
mod observer;
mod operations;
mod outputs;
mod results;
mod sources;

use std::thread::available_parallelism;

use napi_derive::module_init;

/// Requests wait far more than they compute; more threads than this would only cost memory on large machines.
const MOST_THREADS: usize = 4;

#[module_init]
fn init() {
    let threads = available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("modzy-client")
        .enable_all()
        .build();
    // Without a runtime of ours, napi makes one with its own settings; it also does when the addon comes back to life in a
    // process whose last environment that had it is gone.
    if let Ok(runtime) = runtime {
        napi::bindgen_prelude::create_custom_tokio_runtime(runtime);
    }
}
