//! Results: the outcomes of a job's processed inputs.

mod documents;
mod generated;
mod link;
mod output;
mod routes;

pub(crate) use self::routes::routes;
