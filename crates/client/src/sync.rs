//! The locks, atomics and tasks of the modules that threads share by hand. `dev/models` compiles these modules with those of a model
//! checker in this place.

pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError, atomic};

pub(crate) use tokio::task;
