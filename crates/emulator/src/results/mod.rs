//! Results: the outcomes of a job's processed inputs.

mod documents;
mod generated;
mod link;
mod output;
mod routes;
mod single;
mod votes;

pub(crate) use self::generated::json as generated_json;
pub(crate) use self::output::output_of;
pub(crate) use self::routes::routes;
