//! Results: what became of a job's inputs, as far as they are processed.

mod documents;
mod generated;
mod output;

pub(crate) use self::documents::{JobResults, routes};
