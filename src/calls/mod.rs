//! The calls of a client: which are under way, how each ends, and the events that report them. What a call does is left to
//! the operations.

mod context;
mod crossing;
mod events;
mod guard;
mod notifier;
mod notify;
mod observer;
mod outcome;
mod queue;
mod registry;

pub(crate) use self::{
    context::{Argument, BoxFuture, Context, NO_OPTIONS, Reports, WaitContext},
    crossing::take_events,
    guard::{Call, GivenJob},
    outcome::Value,
    registry::{Calls, Chunk, Opened},
};
