//! Results: what became of a job's inputs, as far as they are processed.

mod documents;
mod generated;
mod link;
mod output;
mod routes;

pub(crate) use self::routes::routes;
