//! The pending calls, and the queue of their events.

#[path = "../../../../src/calls/events.rs"]
mod events;
#[path = "../../../../src/calls/guard.rs"]
mod guard;
mod javascript;
#[path = "../../../../src/calls/members.rs"]
mod members;
pub(crate) mod models_of_calls;
pub(crate) mod models_of_queue;
#[path = "../../../../src/calls/notifier.rs"]
mod notifier;
mod notify;
#[path = "../../../../src/calls/outcome.rs"]
mod outcome;
#[path = "../../../../src/calls/queue.rs"]
mod queue;
#[path = "../../../../src/calls/registry.rs"]
mod registry;
