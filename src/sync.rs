//! The locks and atomics of the modules that threads share. `dev/models` compiles these modules with those of a model checker in
//! this place.

pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError, atomic};
