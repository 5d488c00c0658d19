//! The calls: the registry of the pending calls of a client, how each ends, and the queue of the events that report them. The work of a call is
//! left to `operations`.

mod context;
mod crossing;
mod events;
mod guard;
mod members;
mod notifier;
mod notify;
mod observer;
mod outcome;
mod queue;
mod registry;

pub(crate) use self::{
    context::{Argument, Context, NO_OPTIONS, Reports, WaitContext},
    crossing::take_events,
    guard::{BoxFuture, Call, GivenJob},
    outcome::Value,
    queue::EventQueue,
    registry::{Calls, Chunk, Opened},
};
