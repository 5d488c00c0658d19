//! The calls of a client: which are under way, how each ends, and the events that report them. What a call does is left to
//! the operations.

pub(crate) mod events;
mod observer;
mod outcome;
mod registry;

pub(crate) use self::{
    observer::CallObserver,
    outcome::{Outcome, Value},
    registry::{Abort, Call, Calls, Opened, Piece},
};
