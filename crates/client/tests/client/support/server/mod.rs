//! Scripted servers, exact to the byte.

mod conversation;
mod reply;
mod scripted;
mod seen;
mod threaded;
mod unreachable;

#[cfg(target_os = "linux")]
pub(crate) use self::unreachable::FullListener;
pub(crate) use self::{
    conversation::{converse, gone, receive, receive_head},
    reply::{Reply, answer, cut, job, ok, status},
    scripted::Server,
    seen::{Received, Seen},
    threaded::{Stream, Then, Threaded},
    unreachable::closed_port,
};
