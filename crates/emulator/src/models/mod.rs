//! Models: their descriptions, their execution, and the routes that return them.

mod catalog;
mod description;
mod documents;
mod library;
mod model;
mod predictions;
mod routes;
mod run;
mod search;
mod tags;

pub(crate) use self::catalog::{MODELS, find, find_version};
pub(crate) use self::description::{Values, Version};
pub(crate) use self::documents::minimum_engines;
pub(crate) use self::model::{Model, Outcome, Output};
pub(crate) use self::predictions::Predictions;
pub(crate) use self::routes::routes;
pub(crate) use self::run::run;
