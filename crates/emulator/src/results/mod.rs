//! Results: the outcomes of a job's processed inputs.

mod documents;
mod generated;
mod link;
mod output;
mod routes;
mod single;
mod votes;

pub(crate) use self::documents::InputResult;
pub(crate) use self::output::output_of;
pub(crate) use self::routes::{answer, routes};
