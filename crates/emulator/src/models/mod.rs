//! The models: what each of them is, and the running of one on an input.

mod catalog;
mod description;
mod documents;
mod library;
mod routes;
mod search;
mod tags;

pub(crate) use self::catalog::{MODELS, Model, Outcome, Output, Values, find, find_version, run};
pub(crate) use self::description::Version;
pub(crate) use self::documents::minimum_engines;
pub(crate) use self::library::generator::Predictions;
pub(crate) use self::routes::routes;
