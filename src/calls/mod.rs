//! The calls of a client: which are under way, how each ends, and the events that report them. What a call does is left to
//! the operations.

mod events;
mod guard;
mod observer;
mod outcome;
mod queue;
mod registry;

pub(crate) use self::{
    events::BindingCompletion,
    guard::Call,
    observer::CallObserver,
    outcome::{Outcome, Value},
    queue::EventQueue,
    registry::{Abort, Calls, Chunk, Opened},
};
