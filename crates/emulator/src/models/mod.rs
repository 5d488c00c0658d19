//! Models: their descriptions, their execution, and the routes that return them.

mod attributes;
mod catalog;
mod description;
mod documents;
mod library;
mod model;
mod predictions;
mod program;
mod record;
mod routes;
mod run;
mod search;
mod table;
mod tags;
mod versions;

pub(crate) use self::attributes::{Attributes, InputAttributes, OutputAttributes, Processing, Timeout};
pub(crate) use self::catalog::Catalog;
pub(crate) use self::description::Values;
pub(crate) use self::documents::{model_document, version_document};
pub(crate) use self::model::{Outcome, Output};
pub(crate) use self::predictions::Predictions;
pub(crate) use self::program::{Container, Program};
pub(crate) use self::record::{Image, ModelRecord, Samples, VersionRecord, VersionStatus};
pub(crate) use self::routes::routes;
pub(crate) use self::run::run;
pub use self::table::table_of_models;
pub(crate) use self::tags::Tag;
