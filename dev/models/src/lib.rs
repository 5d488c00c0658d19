//! Models of what threads of the client share by hand. The modules under check are the client's own files, compiled with the locks
//! and atomics of a model checker, which decides at each of them which thread goes on. `models` has the threads around them and
//! what must hold; the tests run them. The file of a module that has nothing to check is left out, or a substitute takes its place.

// The modules' own tests need their own locks.
#![cfg(not(test))]
#![expect(dead_code, reason = "the models use parts of the modules that they check")]
#![expect(clippy::unused_self, reason = "a substitute has the methods of the original")]

mod calls;
#[path = "../../../src/errors.rs"]
mod errors;
pub mod models;
#[path = "../../../src/names.rs"]
mod names;
#[path = "../../../crates/client/src/reactor.rs"]
mod reactor;
mod runtime;
mod sync;
mod transport;

mod error {
    pub(crate) use modzy_client::{Error, Phase, Sent};
}

mod clock {
    pub(crate) use modzy_client::Clock;

    /// As that of the client. Time does not pass in a model.
    pub(crate) const GAP: std::time::Duration = std::time::Duration::from_millis(250);
}
