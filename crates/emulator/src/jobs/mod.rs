//! Jobs, from the submit to the end.

mod chunk;
mod documents;
mod features;
mod history;
mod index;
mod input;
mod job;
mod lifecycle;
mod overview;
mod routes;
mod size;
mod sources;
mod store;
mod submission;
mod upload;
mod votes;

pub(crate) use self::documents::milliseconds;
pub(crate) use self::features::Features;
pub(crate) use self::job::Job;
pub(crate) use self::lifecycle::Status;
pub(crate) use self::overview::{Overview, State};
pub(crate) use self::routes::routes;
pub(crate) use self::store::JobStore;
pub(crate) use self::votes::{Vote, Voting};
