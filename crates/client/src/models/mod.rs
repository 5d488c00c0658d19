//! Models: the routes below `/models`, and the search for a model by its name.

mod by_name;
mod changes;
mod get;
mod latest;
mod list;
mod similarity;
mod tags;
mod versions;

pub(crate) use self::get::{model_path, version_path, version_route};
pub(crate) use self::latest::LATEST;
pub use self::{list::ModelFilter, versions::ModelVersionFilter};
