//! The hand-over of a request to a connection, and the rest of its body.

#[path = "../../../../crates/client/src/transport/attempt_state.rs"]
mod attempt_state;
mod dial;
#[path = "../../../../crates/client/src/transport/handover.rs"]
mod handover;
#[path = "../../../../crates/client/src/transport/keep_alive.rs"]
mod keep_alive;
pub(crate) mod models;
mod read_check;
#[path = "../../../../crates/client/src/transport/rest.rs"]
mod rest;
