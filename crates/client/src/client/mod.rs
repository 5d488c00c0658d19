//! The client: its settings, and how the resources make and send their requests. It knows none of them.

mod builder;
mod handle;
mod headers;
mod options;

pub use self::{builder::ClientBuilder, handle::Client, options::RequestOptions};
