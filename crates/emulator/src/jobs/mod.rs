//! Jobs: what one is, and the routes to submit, read and cancel them.

mod documents;
mod features;
mod history;
mod job;
mod lifecycle;
mod member;
mod size;
mod sources;
mod store;
mod submission;
mod upload;

pub(crate) use self::documents::milliseconds;
pub(crate) use self::features::Features;
pub(crate) use self::job::{Job, routes};
pub(crate) use self::lifecycle::Status;
pub(crate) use self::store::JobStore;
